/* mcu/recording.h - the recording of one session: its recorder and how that does.
 *
 *   RecordTap -> RecorderClient -> diemcau-recorder -> <recording.dir>/<name>/
 *
 * From _new until recording_close() the tap feeds it; then it is finalised in the background,
 * which may take minutes, and recording_is_closed() at last. Control thread. */
#pragma once
#include "config/config.h"
#include "mcu/record_tap.h"
#include "media/base/loop.h"
#include "recorder/recorder_client.h"

typedef struct Recording Recording;

typedef struct {
  /* borrowed for as long as the Recording lives */
  const Config     *config;
  const ConfigRoom *room;
  Loop             *control;
  RecordTap        *tap;
  /* copied */
  const char *id;          /* UUID                                             */
  const char *continues;   /* (nullable) UUID of the session cut off before it */
  gint64      origin_us;   /* CLOCK_MONOTONIC of its opening                   */
  gint64      opened_us;   /* the same moment, wall clock (UNIX)               */
  json_t     *disk;        /* (nullable) what the journal states of its room   */
  /* What a person would be told is another. */
  void      (*changed)(gpointer user);
  gpointer    user;
} RecordingConfig;

/* For people. Texts: valid until the next event of the loop. */
typedef struct {
  RecorderState state;
  bool        has_run;        /* was RECORDING or DEGRADED at least once: NONE is a restart then */
  bool        is_in_fallback;
  double      free_percent;   /* of the disk written to; < 0: not known yet      */
  guint64     free_bytes, bytes, dropped_frames;
  guint       gaps, restarts, lag_ms;
  const char *directory;      /* (nullable) */
  const char *message;        /* (nullable) */
} RecordingView;

/* Where diemcau-recorder is: $DIEMCAU_RECORDER, beside this program, or in the build. (transfer full) */
char *recording_program(void);

Recording    *recording_new(const RecordingConfig *config) ON_CONTROL;
/* Before recording_is_closed(): the recorder finalises by itself. */
void          recording_free(Recording *self) ON_CONTROL;
void          recording_close(Recording *self) ON_CONTROL;
bool          recording_is_closed(const Recording *self) ON_CONTROL;
RecordingView recording_view(const Recording *self) ON_CONTROL;
/* Of its recorder; 0: none runs. */
int           recording_pid(const Recording *self) ON_CONTROL;
void          recording_event(Recording *self, const char *event, json_t *fields /* transfer full */) ON_CONTROL;
/* Forces the keyframe at which it is cut. */
void          recording_case(Recording *self, json_t *fields /* transfer full */) ON_CONTROL;
