/* mixer/thread_tuning.h - scheduling and CPU time of the calling thread. */
#pragma once
#include <glib.h>

typedef enum {
  THREAD_URGENCY_NONE = 0,
  THREAD_URGENCY_WORKER,      /* decode: behind the ticks, before the rest           */
  THREAD_URGENCY_VIDEO_TICK,
  THREAD_URGENCY_AUDIO_TICK,  /* a gap in sound is heard sooner than a gap is seen   */
} ThreadUrgency;

/* Asks for real-time (the ticks) or favoured (the workers) scheduling of the calling
 * thread, and for precise timers. Without the privilege it stays as it was; what was
 * reached is logged at debug level. */
void thread_tuning_apply(ThreadUrgency urgency);

/* CPU time used by the calling thread so far. */
gint64 thread_cpu_us(void);
