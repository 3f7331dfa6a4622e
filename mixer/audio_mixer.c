/* mixer/audio_mixer.c - the thread of the audio tick: 50 a second. */
#include "mixer/audio_mixer.h"

enum {
  TICKS_PER_SECOND = AUDIO_SAMPLE_RATE / AUDIO_FRAME_SAMPLES,
  MAX_BURST = 3,  /* after a stall: so many overdue ticks are made up for, the rest skipped */
};

struct AudioMixer {
  TickThread *ticks;
};

AudioMixer *
audio_mixer_new(void)
{
  AudioMixer *self = g_new0(AudioMixer, 1);
  TickerConfig config = { TICKS_PER_SECOND, 1, MAX_BURST };
  self->ticks = tick_thread_new(THREAD_ROLE_AUDIO_TICK, THREAD_URGENCY_AUDIO_TICK, &config);
  return self;
}

void
audio_mixer_free(AudioMixer *self)
{
  if (self == NULL)
    return;
  tick_thread_free(self->ticks);
  g_free(self);
}

TickThread *
audio_mixer_ticks(AudioMixer *self)
{
  return self->ticks;
}

gint64
audio_mixer_lateness(AudioMixer *self, DelayHistogram *out)
{
  return tick_thread_lateness(self->ticks, out);
}
