/* mcu/cpu_governor.h - what the machine can compose and encode, in steps.
 *
 *   step:      0     1     2     3     4     5     6   ...
 *   frames:    all   1/2   1/3   1/2   1/3   1/2   1/3      of the tick's rate
 *   closed:    0     0     0     1     1     2     2        of the tiers, from the largest on
 *
 * A machine that cannot keep up shall show fewer or smaller pictures, evenly, not stutter.
 * The frame rate goes first, and only to whole fractions: cameras run at the tick's rate, so
 * any other would show some of their pictures twice as long as others. Then the largest tier is
 * closed and its receivers take the next.
 *
 *   down: after two bad seconds, by two steps where most is missed
 *   up:   after ten good seconds; after a rise that failed, 20, 40, 60
 *
 * Pure logic; time is a parameter. Control thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Totals since the start, read once a second. */
typedef struct {
  guint64 ticks_due, ticks_skipped;    /* of the mixer: video_mixer_stats()               */
  guint   tier;                        /* the largest one that is active; its program's:  */
  guint64 frames_due, frames_skipped;  /* ticks, frames_skipped                           */
} CpuSample;

typedef enum {
  CPU_REASON_NONE = 0,   /* all is well              */
  CPU_REASON_TICKS,      /* composing missed ticks   */
  CPU_REASON_ENCODER,    /* the encoder fell behind  */
} CpuReason;

typedef struct {
  guint     step;          /* 0: everything                                              */
  guint     fps_divisor;   /* 1 to 3: each program's is the larger of its own and this   */
  guint     tiers_closed;  /* less than all                                              */
  CpuReason reason;        /* of the last step down; CPU_REASON_NONE at step 0           */
  guint     missed_percent;  /* of the second that led to it                             */
} CpuGovernorOrder;

typedef struct {
  CpuGovernorOrder order;
  /*< private >*/
  guint     n_tiers;
  bool      has_last;
  CpuSample last;
  bool      is_settling;   /* the second in which a step was taken tells nothing  */
  guint     n_bad;         /* in a row                                            */
  gint64    good_since_us; /* 0: not good                                         */
  gint64    raised_us;     /* 0: not since the last step down                     */
  gint64    hold_us;
} CpuGovernor;

void cpu_governor_init(CpuGovernor *self, guint n_tiers);
/* Returns: true if self->order changed, and is to be carried out and logged. */
bool cpu_governor_update(CpuGovernor *self, const CpuSample *sample, gint64 now_us);
/* "15 frames a second, largest picture closed: the encoder missed 40 %". Returns: (transfer
 * full). @fps: the tick's. */
char *cpu_governor_text(const CpuGovernor *self, double fps);
