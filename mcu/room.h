/* mcu/room.h - one permanent conference place: its sites, who is in, what all see and hear.
 *
 * Owns the room's composed picture, its mix and its event stream. Each change makes new
 * immutable scenes for the ticks and one "room" event. Control thread only. */
#pragma once
#include "config/config.h"
#include "mcu/connection.h"
#include "mcu/roster.h"
#include "mcu/room_session.h"
#include "mcu/tour.h"
#include "mcu/uplink_steering.h"
#include "signaling/event_stream.h"

typedef struct Room Room;
typedef struct Peer Peer;  /* one connection in the room: a site's, or a viewer's */

#define ROOM_ERROR (room_error_quark())
GQuark room_error_quark(void);
typedef enum {
  ROOM_ERROR_NONE = 0,
  ROOM_ERROR_UNKNOWN_SITE,
  ROOM_ERROR_FULL,           /* no room for another receiver                         */
  ROOM_ERROR_REMOVED,        /* the chair sent this site out                         */
  ROOM_ERROR_LOCKED,         /* nobody new is admitted                               */
  ROOM_ERROR_DRAINING,       /* the bridge ends when the present sessions do         */
  ROOM_ERROR_CONFLICT,       /* the present state does not allow it; the text says why */
} RoomError;

/* @config, @room, @context: borrowed. */
Room *room_new(const MediaContext *context, const Config *config, const ConfigRoom *room, GError **error) ON_CONTROL;
/* The bridge is about to end: no session begins any more, and without an open one nobody comes in. The chair is told (event
 * "draining": {"since"}). @since: RFC 3339. */
void  room_drain(Room *self, const char *since) ON_CONTROL;
/* The configured admission is another: for the next session; before one, at once. */
void  room_follow_admission(Room *self) ON_CONTROL;
/* Sends everybody away (BYE) and lets nobody in any more. Idempotent. */
void  room_close(Room *self) ON_CONTROL;
/* Closes first, if that was not done. The net thread must still run. */
void  room_free(Room *self) ON_CONTROL;

const char  *room_id(const Room *self) ON_CONTROL;
const char  *room_name(const Room *self) ON_CONTROL;
const ConfigRoom *room_config(const Room *self) ON_CONTROL;
bool         room_has_site(const Room *self, const char *site) ON_CONTROL;
/* Sites, not viewers. */
guint        room_count_connected(const Room *self) ON_CONTROL;
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
Room       *peer_room(const Peer *peer) ON_CONTROL;  /* (transfer none)                  */
Connection *peer_connection(Peer *peer) ON_CONTROL;
void        peer_leave(Peer *peer) ON_CONTROL;       /* at once; @peer is gone           */
/* Tells its client why (event "removed": {"site", "media", "reason"}), then sends it away (BYE) within 0.2 s.
 * The seat stays, for another key of the site. */
void        peer_send_away(Peer *peer, const char *reason) ON_CONTROL;
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

/* false: unknown site. */
bool room_set_muted(Room *self, const char *site, bool is_muted) ON_CONTROL;
bool room_set_camera_off(Room *self, const char *site, bool is_off) ON_CONTROL;

/* --- the reception: mcu/room_reception.c. false and @error: a ROOM_ERROR or ROOM_SESSION_ERROR --- */

typedef struct {
  bool has_open, is_open;
  bool has_locked, is_locked;
  Admission admission;       /* ADMISSION_NONE: as it is */
} SessionOrder;
/* All of it, or nothing. */
bool room_order_session(Room *self, const SessionOrder *order, GError **error) ON_CONTROL;
/* @site: (nullable): NULL: all who wait. */
bool room_admit(Room *self, const char *site, GError **error) ON_CONTROL;
/* Seen and heard by nobody from now on; told (event "removed"), then sent away (BYE). */
bool room_remove(Room *self, const char *site, GError **error) ON_CONTROL;
/* @site: (nullable): NULL: nobody has the floor. Lowers its hand, and asks it to unmute if it is muted. */
bool room_set_floor(Room *self, const char *site, GError **error) ON_CONTROL;
bool room_set_hand(Room *self, const char *site, bool is_up, GError **error) ON_CONTROL;
/* Event "askedToUnmute"; nothing if its microphone is open. */
bool room_ask_to_unmute(Room *self, const char *site, GError **error) ON_CONTROL;
/* All but the hub. */
void room_mute_all(Room *self, bool is_floor_spared) ON_CONTROL;
/* TOUR_NONE: stops the one that runs. @interval_s: of a polling. */
bool room_start_tour(Room *self, TourKind kind, guint interval_s, GError **error) ON_CONTROL;

typedef enum { ROLL_CALL_BY_SEAT = 0, ROLL_CALL_IS_PRESENT, ROLL_CALL_IS_MISSING } RollCallAnswer;
/* To the tour's next site, or its end. @from: (nullable): where the caller believes it to be: an
 * order about another site is refused. @answer: of a roll call: BY_SEAT: as its connection says. */
bool room_next_of_tour(Room *self, const char *from, RollCallAnswer answer, GError **error) ON_CONTROL;
/* Where the tour is. (transfer none) (nullable): there is none. */
const char *room_tour_site(const Room *self) ON_CONTROL;

/* Who gives an order. */
typedef struct {
  const char *role, *key_id, *peer;
  const char *site;          /* "" for those without */
} RoomActor;
/* Writes down what was done, in the audit log and in the open session's journal. Never blocks.
 * @action: "floor.give"... @site: (nullable): whom it concerns. @object: (nullable): what of it. */
void room_note_act(Room *self, const RoomActor *actor, const char *action, const char *site, const char *object) ON_CONTROL;

/* Gathers figures of every connection; @done: once, (transfer full). */
typedef void (*RoomStatsDone)(json_t *stats, gpointer data);
void room_stats(Room *self, RoomStatsDone done, gpointer data) ON_CONTROL;
