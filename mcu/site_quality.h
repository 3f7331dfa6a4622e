/* mcu/site_quality.h - how well a site receives and sends, and why not better, in a word for people.
 *
 *   none   nothing gets through         fair   seen and heard, with flaws
 *   poor   hardly to be followed        good
 *
 * Judged from what the control thread knows of the peer anyway. A verdict that grows worse is
 * shown after a second, any other change after four: what flickers is of no use to a chair.
 * Pure: time is a parameter, monotonic; one thread. */
#pragma once
#include "mcu/line_governor.h"

typedef enum { QUALITY_NONE = 0, QUALITY_POOR, QUALITY_FAIR, QUALITY_GOOD } QualityGrade;

typedef enum {
  QUALITY_CAUSE_NONE = 0,
  QUALITY_CAUSE_LOSS,
  QUALITY_CAUSE_DELAY,       /* a queue on the way, or a long way   */
  QUALITY_CAUSE_RATE,        /* its own network carries no more     */
  QUALITY_CAUSE_LINE,        /* the hub's line has no more for it   */
  QUALITY_CAUSE_CPU,         /* the bridge's machine has no more    */
  QUALITY_CAUSE_NO_PICTURE,  /* its camera should send, and does not */
  QUALITY_CAUSE_NO_SOUND,    /* its microphone likewise             */
} QualityCause;

typedef struct {
  QualityGrade receives, sends;
  QualityCause cause;        /* of the worse of the two */
} QualityShown;

/* Of one moment. Counters are those of the connection, from its beginning. */
typedef struct {
  bool    is_connected;
  bool    is_unheard;        /* connected, and nothing came for some seconds       */
  guint   connection;        /* another number is another connection               */
  /* what it is sent */
  bool    has_report, receives_picture;
  int     rung;              /* RUNG_SOUND_ONLY ..                                 */
  guint   n_rungs;
  LineReason reason;         /* of the rung                                        */
  double  loss;              /* 0..1                                               */
  gint64  queue_us, rtt_us;  /* rtt_us: 0: not known                               */
  /* what it should send, and sends */
  bool    sends_picture, sends_sound;
  gint64  last_picture_us;   /* decoded; 0: none yet                               */
  guint64 sound_packets;
  guint64 pulls_heard, pulls_mended;  /* 20 ms each, with sound; mended: made up or recovered */
} SiteEvidence;

typedef struct {
  QualityShown shown;
  /*< private >*/
  bool    is_started;
  guint   connection;
  gint64  differs_since_us;  /* 0: what is shown is what is                        */
  bool    is_worsening;
  gint64  picture_due_since_us, sound_due_since_us;  /* 0: none is due             */
  guint64 sound_packets;
  gint64  sound_came_us;
  gint64  window_us;         /* begin of the present window of the sound's repair  */
  guint64 window_heard, window_mended;
  double  mended;            /* 0..1 of the last window                            */
} SiteQuality;

/* Some times a second. Returns: true if self->shown changed. */
bool site_quality_update(SiteQuality *self, const SiteEvidence *evidence, gint64 now_us);

const char *quality_grade_name(QualityGrade grade);
/* NULL for QUALITY_CAUSE_NONE. */
const char *quality_cause_name(QualityCause cause);
