/* recorder/recorder_client.h - the bridge's half of one session's recorder.
 *
 * Spawns `diemcau-recorder`, feeds it over a socket on a thread of its own, and starts it
 * again within a second if it dies; the meeting notices nothing of either.
 *
 *   any thread: frame, event, case -> [ queue: 8 s or 32 MiB ] -> client's thread -> socket
 *   control:    status, keyframe, closed  <- post to the control loop <-  client's thread
 *
 * A full queue drops video up to its next keyframe (and sound), counts it and lets the recorder
 * state the gap; events and cases are never dropped: the recorder acknowledges each by its
 * sequence, and what a dying recorder had not yet written is said again to the next one.
 * Every time is CLOCK_MONOTONIC (clock_now_us()); the client subtracts the session's origin.
 *
 * Life: _new -> ... -> _close -> callback closed -> _free. _free alone is allowed at any time: the
 * recorder then finalises by itself and outlives the bridge if it has to. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"
#include "media/base/loop.h"
#include "media/base/thread_role.h"
#include <jansson.h>
#include <stdbool.h>

typedef struct RecorderClient RecorderClient;

typedef enum {
  RECORDER_STATE_NONE = 0,  /* not said yet, or between two recorders                  */
  RECORDER_STATE_RECORDING,
  RECORDER_STATE_DEGRADED,  /* in the fallback directory, or frames are being dropped  */
  RECORDER_STATE_CLOSING,   /* packing: may take minutes                               */
  RECORDER_STATE_CLOSED,    /* the bag is complete                                     */
  RECORDER_STATE_FAILED,    /* nothing is being written; it is tried again and again   */
} RecorderState;

/* The words of STATUS: "recording", "degraded"... NONE: "starting". */
const char *recorder_state_name(RecorderState state);

typedef struct {
  RecorderState state;
  const char *directory;    /* (nullable) of the session, as it is now        */
  bool     is_in_fallback;
  guint64  bytes;           /* written of this session                        */
  guint64  free_bytes, total_bytes;  /* of the disk being written to          */
  double   free_percent;
  guint    lag_ms;          /* newest frame received to newest frame written  */
  guint    gaps;
  guint64  dropped_frames;  /* by the client's and the recorder's queue       */
  guint    segment;
  guint    restarts;        /* of the recorder process, by the client         */
  const char *message;      /* (nullable) for people: what is wrong           */
} RecorderStatus;

/* All on the control thread, never after recorder_client_free(). @status: (transfer none). */
typedef struct {
  void (*status)(const RecorderStatus *status, gpointer data);  /* each second, and on change */
  void (*keyframe)(gpointer data);                              /* force one of the picture   */
  void (*closed)(const RecorderStatus *status, gpointer data);  /* once; after _close()       */
} RecorderClientCallbacks;

typedef struct {
  const char *program;      /* path of diemcau-recorder                                       */
  json_t     *open;         /* (transfer none) the OPEN object of the contract: id, room, roomName,
                             * openedAt, originUs, software, directory, fallbackDirectory, name,
                             * continues, segmentSeconds, sites, signing, timestampServer,
                             * siteStreams, disk; "resume" is the client's own                */
  gint64      origin_us;    /* CLOCK_MONOTONIC of media time 0; as "originUs"                 */
  Loop       *control;      /* borrowed: where callbacks run                                  */
  RecorderClientCallbacks callbacks;
  gpointer    data;
} RecorderClientConfig;

/* Starts the thread; the recorder is spawned there. Never NULL: a recorder that cannot be
 * started is a status FAILED, and is tried again. */
RecorderClient *recorder_client_new(const RecorderClientConfig *config) ON_CONTROL;
/* Lets go: no callback from now on; what is queued is still sent (up to 2 s, in the background),
 * then the recorder finalises. Does not wait. NULL is accepted. */
void            recorder_client_free(RecorderClient *self) ON_CONTROL;

/* Declares a site's own stream. @stream: RECORD_STREAM_SITES or above, unique in the session.
 * @kind: "audio" or "video". Said again by itself after a restart. Any thread. */
void recorder_client_track(RecorderClient *self, guint stream, const char *site, const char *kind);

/* Queues one frame or packet; takes a reference, copies nothing, never blocks. Any thread; each
 * stream in the order of its time. @time_us: monotonic, when it is due on the session's clock: of the
 * picture its tick (capture_us), of the mix its tick (arrival_us), of a site's stream the
 * time that its RTP timestamp stands for, or its arrival. */
void recorder_client_video(RecorderClient *self, guint stream, EncodedFrame *frame, gint64 time_us);
void recorder_client_audio(RecorderClient *self, guint stream, AudioPacket *packet, gint64 time_us);

/* One line of the journal. @event: "site.joined", "floor"... (recorder/journal.h).
 * @fields: (transfer full) (nullable). Any thread; never lost, never written twice. */
void recorder_client_event(RecorderClient *self, const char *event, json_t *fields, gint64 time_us);

/* A case begins or ends at @time_us. @fields: (transfer full) the CASE object: action, number, ticket,
 * site, confidential, title, note, outcome. The caller forces a keyframe of the picture at once. */
void recorder_client_case(RecorderClient *self, json_t *fields, gint64 time_us);

/* The recorder process; 0: none runs at the moment. Any thread. */
int             recorder_client_pid(const RecorderClient *self);

/* The session is over: finalise. Idempotent; the callback `closed` follows when the bag is complete. */
void recorder_client_close(RecorderClient *self) ON_CONTROL;
