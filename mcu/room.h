/* mcu/room.h - one permanent conference place: its sites, who is in, what all see and hear.
 *
 * Owns the room's composed picture, its mix and its event stream. Each change makes new
 * immutable scenes for the ticks and one "room" event. Control thread only. */
#pragma once
#include "config/config.h"
#include "mcu/connection.h"
#include "mcu/room_session.h"
#include "mcu/uplink_steering.h"
#include "signaling/event_stream.h"

typedef struct Room Room;
typedef struct Peer Peer;  /* one connection in the room: a site's, or a viewer's */

#define ROOM_ERROR (room_error_quark())
GQuark room_error_quark(void);
typedef enum {
  ROOM_ERROR_NONE = 0,
  ROOM_ERROR_UNKNOWN_SITE,
  ROOM_ERROR_FULL,           /* no room for another receiver */
} RoomError;

/* @config, @room, @context: borrowed. */
Room *room_new(const MediaContext *context, const Config *config, const ConfigRoom *room, GError **error) ON_CONTROL;
/* Sends everybody away (BYE) and lets nobody in any more. Idempotent. */
void  room_close(Room *self) ON_CONTROL;
/* Closes first, if that was not done. The net thread must still run. */
void  room_free(Room *self) ON_CONTROL;

const char  *room_id(const Room *self) ON_CONTROL;
const char  *room_name(const Room *self) ON_CONTROL;
bool         room_has_site(const Room *self, const char *site) ON_CONTROL;
RoomSession *room_session(Room *self) ON_CONTROL;  /* (transfer none) */
EventStream *room_events(Room *self) ON_CONTROL;
Fanout      *room_fanout(Room *self);  /* any thread */
json_t      *room_state_json(Room *self) ON_CONTROL;  /* (transfer full) */

typedef void (*RoomJoined)(Peer *peer, const MediaLocal *local, gpointer data);
/* Lets a peer in. @site: its seat, or "" for a viewer. Who sits there already is told
 * (event "takeover"), then sent away (BYE). @done: once, with our half of the transport, or
 * with @peer NULL if no UDP port is free or the peer was sent away before it was ready.
 * Returns: (transfer none): valid until the peer leaves. */
Peer *room_join(Room *self, const char *site, bool with_loopback, const MediaPlan *plan,
                RoomJoined done, gpointer data, GError **error) ON_CONTROL;
/* Called when a peer of any room leaves, before its memory goes. */
typedef void (*PeerLeft)(Peer *peer, gpointer user);
void room_set_peer_left(Room *self, PeerLeft func, gpointer user) ON_CONTROL;

const char *peer_id(const Peer *peer) ON_CONTROL;    /* UUID, the {id} of /v1/media/{id} */
const char *peer_site(const Peer *peer) ON_CONTROL;  /* "" for a viewer                  */
Connection *peer_connection(Peer *peer) ON_CONTROL;
void        peer_leave(Peer *peer) ON_CONTROL;       /* at once; @peer is gone           */
/* What a site's client says that its camera sends now, mostly in answer to an "uplink" event.
 * Returns: false if @peer has no seat (any more), or was never asked that. */
bool        peer_report_uplink(Peer *peer, const UplinkReport *report) ON_CONTROL;
/* The same of its document. */
bool        peer_report_document(const Peer *peer, guint seq) ON_CONTROL;

typedef enum {
  ROOM_AUDIENCE_ALL = 0,     /* the hub sees the same */
  ROOM_AUDIENCE_SITES,
  ROOM_AUDIENCE_HUB,
} RoomAudience;

/* What is to be seen; what is not told stays. */
typedef struct {
  RoomAudience audience;
  VideoLayoutKind kind;      /* NONE, of the hub only: the same as the sites again */
  const char *main, *second; /* (nullable): NULL: by what happens in the room */
  bool        has_main, has_second;
  const char *order[CONFIG_SITES_MAX];  /* these seats first */
  guint       n_order;
} RoomLayout;

/* "grid", "spotlight", "speaker", "pair", "lecture", "document"; NONE: no such layout. */
VideoLayoutKind room_layout_kind(const char *name);
/* false: an unknown site, or one twice in the order; nothing changed. */
bool room_arrange(Room *self, const RoomLayout *order) ON_CONTROL;
/* For all. @main_site: (nullable): keep the present one. false: unknown site. */
bool room_set_layout(Room *self, VideoLayoutKind layout, const char *main_site) ON_CONTROL;
/* Hub and case come to the main picture: a grid gives way to a pair of the two, and who was chosen for the
 * main picture before no longer is. After the case has begun. */
void room_show_case(Room *self) ON_CONTROL;

typedef enum {
  ROOM_PRESENTED = 0,
  ROOM_PRESENTED_UNKNOWN_SITE,
  ROOM_PRESENTED_BUSY,       /* another presents */
} RoomPresented;
/* Lets @site show its document to all, or, NULL, ends it: who presents is told (event "document"). The layout
 * follows, and goes back after it. */
RoomPresented room_present(Room *self, const char *site) ON_CONTROL;
/* (nullable) */
const char   *room_presenter(const Room *self) ON_CONTROL;

/* Takes everybody but the hub and @sites out of picture and sound: a slate and digital silence from now on.
 * @done: once, later, when it holds in every thread and the case may begin; not at all if the room is freed
 * before. May be called again for the next case without leaving. */
typedef void (*RoomConfidential)(gpointer data);
void room_enter_confidential(Room *self, const char *const *sites, guint n_sites, RoomConfidential done,
                             gpointer data) ON_CONTROL;
/* The case has ended: all come back a second later, when nothing of it is under way any more. */
void room_leave_confidential(Room *self) ON_CONTROL;

/* @site: (nullable): NULL: nobody has the floor. false: unknown site. */
bool room_set_floor(Room *self, const char *site) ON_CONTROL;
/* false: unknown site. */
bool room_set_muted(Room *self, const char *site, bool is_muted) ON_CONTROL;
bool room_set_camera_off(Room *self, const char *site, bool is_off) ON_CONTROL;

/* Gathers figures of every connection; @done: once, (transfer full). */
typedef void (*RoomStatsDone)(json_t *stats, gpointer data);
void room_stats(Room *self, RoomStatsDone done, gpointer data) ON_CONTROL;
