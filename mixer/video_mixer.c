/* mixer/video_mixer.c - the thread of the video tick. */
#include "mixer/video_mixer.h"

struct VideoMixer {
  TickThread *ticks;
  guint       fps_numerator, fps_denominator;
};

VideoMixer *
video_mixer_new(guint fps_numerator, guint fps_denominator)
{
  g_return_val_if_fail(fps_numerator > 0 && fps_denominator > 0, NULL);
  VideoMixer *self = g_new0(VideoMixer, 1);
  self->fps_numerator = fps_numerator;
  self->fps_denominator = fps_denominator;
  TickerConfig config = { fps_numerator, fps_denominator, .max_burst = 1 };
  self->ticks = tick_thread_new(THREAD_ROLE_VIDEO_TICK, THREAD_URGENCY_VIDEO_TICK, &config);
  return self;
}

void
video_mixer_free(VideoMixer *self)
{
  if (self == NULL)
    return;
  tick_thread_free(self->ticks);
  g_free(self);
}

TickThread *
video_mixer_ticks(VideoMixer *self)
{
  return self->ticks;
}

void
video_mixer_rate(const VideoMixer *self, guint *fps_numerator, guint *fps_denominator)
{
  *fps_numerator = self->fps_numerator;
  *fps_denominator = self->fps_denominator;
}

void
video_mixer_stats(const VideoMixer *self, VideoMixerStats *out)
{
  TickThreadStats ticks;
  tick_thread_stats(self->ticks, &ticks);
  *out = (VideoMixerStats) { ticks.due, ticks.skipped };
}

gint64
video_mixer_lateness(VideoMixer *self, DelayHistogram *out)
{
  return tick_thread_lateness(self->ticks, out);
}
