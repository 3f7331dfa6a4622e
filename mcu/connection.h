/* mcu/connection.h - one peer's media connection to a room: a MediaSession on the net thread
 * and the sources that it feeds.
 *
 *   net: MediaSession -> VideoSource (decode pool) -> VideoSlot -> the room's scenes
 *                     -> AudioSource -> the room's mix
 *        Fanout -> MediaSession
 *
 * The control thread makes and closes it; the net thread runs it. Closing is asynchronous:
 * connection_close() returns at once, no event comes afterwards, and the memory goes when
 * the net thread has let go. */
#pragma once
#include "mcu/fanout.h"
#include "mcu/media_context.h"
#include "mcu/record_tap.h"

/* The RTCP CNAME of what the bridge sends, the same in its SDP. */
#define CONNECTION_CNAME "diemcau"

typedef struct Connection Connection;

typedef struct {
  /* Both on the control thread. */
  /* Our half of the transport is known: the SDP answer can be written. NULL: no UDP port
   * is free; the connection is then closed by its owner. */
  void (*opened)(Connection *self, const MediaLocal *local, gpointer user);
  void (*state_changed)(Connection *self, TransportState state, TransportCloseReason reason,
                        gpointer user);
  /* The peer's BYE. */
  void (*peer_left)(Connection *self, gpointer user);
} ConnectionEvents;

/* place.id: the room's number of this receiver, for the Fanout and the mix. */
typedef struct {
  bool   with_loopback;   /* the peer came over loopback                                   */
  guint  max_pixels;      /* of a picture that the peer sends                              */
  FanoutPlace place;      /* where it stands until the first report                        */
  MediaSendConfig send;
  RecordTap *tap;         /* (nullable) borrowed: sees what the peer sends, as @tap_site's */
  guint      tap_site;
} ConnectionConfig;

Connection *connection_new(const MediaContext *context, Fanout *fanout,
                           const ConnectionConfig *config, const MediaPlan *plan,
                           const ConnectionEvents *events, gpointer user) ON_CONTROL;
void connection_close(Connection *self) ON_CONTROL;

guint            connection_id(const Connection *self) ON_CONTROL;
const MediaPlan *connection_plan(const Connection *self) ON_CONTROL;
VideoSlot       *connection_video_slot(Connection *self) ON_CONTROL;    /* (nullable) (transfer none) */
VideoSlot       *connection_document_slot(Connection *self) ON_CONTROL; /* (nullable) (transfer none) */
AudioSource     *connection_audio_source(Connection *self) ON_CONTROL;  /* (nullable) (transfer none) */
void connection_video_stats(Connection *self, VideoSourceStats *out) ON_CONTROL;
void connection_add_candidate(Connection *self, const char *candidate) ON_CONTROL;
/* Caps what the peer sends, for clients that ignore steering. */
void connection_limit_peer(Connection *self, guint bps) ON_CONTROL;

typedef void (*ConnectionRestarted)(Connection *self, const MediaLocal *local, gpointer data);
/* ICE restart. @done: on the control thread, once, unless the connection is closed before;
 * @local: NULL if it failed. @data_free: always called. */
void connection_restart_ice(Connection *self, const char *ufrag, const char *password,
                            ConnectionRestarted done, gpointer data, GDestroyNotify data_free) ON_CONTROL;

typedef void (*ConnectionStatsDone)(const MediaSessionStats *stats, gpointer data);
/* As above; @stats: NULL if the connection was closed meanwhile. @done always runs. */
void connection_stats(Connection *self, ConnectionStatsDone done, gpointer data) ON_CONTROL;
