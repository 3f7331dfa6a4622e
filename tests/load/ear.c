/* tests/load/ear.c - what one client hears: a jitter buffer pulled every 20 ms of the packets' own time. */
#include "tests/load/ear.h"
#include "media/codec/audio_jitter.h"

enum { PULL_US = 20 * 1000, GAP_PULLS = 3 };

struct Ear {
  AudioJitter *jitter;      /* owned */
  gint64       next_us;     /* of the pulls; 0: no packet yet */
  bool         has_heard;
  guint        missing_run;
  double       buffer_sum_ms;
  EarFigures   figures;
};

Ear *
ear_new(void)
{
  Ear *self = g_new0(Ear, 1);
  self->jitter = audio_jitter_new();
  return self;
}

void
ear_free(Ear *self)
{
  if (self == NULL)
    return;
  audio_jitter_free(self->jitter);
  g_free(self);
}

static void
judge(Ear *self, AudioPull pull) ON_AUDIO_TICK
{
  bool is_missing = pull == AUDIO_PULL_CONCEALED || pull == AUDIO_PULL_SILENCE;
  self->has_heard = self->has_heard || !is_missing;
  if (!self->has_heard)
    return;
  AudioJitterStats stats;
  audio_jitter_stats(self->jitter, &stats);
  self->buffer_sum_ms += stats.target_ms;
  self->figures.pulls++;
  self->figures.recovered += pull == AUDIO_PULL_FEC;
  self->figures.missing += is_missing;
  self->missing_run = is_missing ? self->missing_run + 1 : 0;
  self->figures.gaps += self->missing_run == GAP_PULLS + 1;
  self->figures.gap_max_ms = MAX(self->figures.gap_max_ms, self->missing_run * PULL_US / 1000.0);
}

void
ear_run(Ear *self, gint64 now_us)
{
  gint16 sound[AUDIO_FRAME_SAMPLES];
  for (; self->next_us != 0 && self->next_us <= now_us; self->next_us += PULL_US)
    judge(self, audio_jitter_pull(self->jitter, self->next_us, sound));
}

void
ear_packet(Ear *self, AudioPacket *packet)
{
  if (self->next_us == 0)
    self->next_us = packet->arrival_us + PULL_US / 2;
  ear_run(self, packet->arrival_us);
  audio_jitter_push(self->jitter, packet);
}

void
ear_begin(Ear *self, gint64 now_us)
{
  ear_run(self, now_us);
  self->figures = (EarFigures) { 0 };
  self->buffer_sum_ms = 0;
  self->missing_run = 0;
}

void
ear_end(Ear *self, gint64 now_us, EarFigures *out)
{
  ear_run(self, now_us);
  *out = self->figures;
  if (out->pulls > 0)
    out->buffer_mean_ms = self->buffer_sum_ms / (double)out->pulls;
}
