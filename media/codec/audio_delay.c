/* media/codec/audio_delay.c - how much later than the fastest packets do packets come? */
#include "media/codec/audio_delay.h"

enum {
  INTERVAL_US = 200 * 1000,
  JITTER_MAX_US = 200 * 1000,
  GUESS_US = 15 * 1000,      /* jitter assumed before anything is known */
  GUESS_INTERVALS = 10,      /* for so long                             */
  CUT_PACKETS = 10,
  HEAVY_GAPS_MIN = 8,
  RESENT_US = 40 * 1000,     /* a gap shows after 20 ms; asking takes the rest */
};

void
audio_delay_init(AudioDelay *self)
{
  *self = (AudioDelay) { 0 };
  /* Two guesses, because the largest of all is not counted. */
  for (int i = GUESS_INTERVALS - 2; i < GUESS_INTERVALS; i++)
    self->intervals[i].max_delay_us = GUESS_US;
}

gint64
audio_delay_base_us(const AudioDelay *self)
{
  gint64 base_us = G_MAXINT64;
  for (guint i = 0; i < AUDIO_DELAY_INTERVALS; i++)
    if (self->intervals[i].is_used)
      base_us = MIN(base_us, self->intervals[i].min_transit_us);
  return base_us;
}

gint64
audio_delay_jitter_us(const AudioDelay *self)
{
  gint64 first = 0, second = 0, base_us = audio_delay_base_us(self);
  for (guint i = 0; i < AUDIO_DELAY_INTERVALS; i++) {
    const AudioDelayInterval *interval = &self->intervals[i];
    gint64 delay_us = interval->max_delay_us;
    if (interval->is_used)
      delay_us = MIN(delay_us, interval->max_transit_us - base_us);
    if (delay_us > first) {
      second = first;
      first = delay_us;
    } else if (delay_us > second) {
      second = delay_us;
    }
  }
  return MIN(second, JITTER_MAX_US);
}

static void
judge_loss(AudioDelay *self)
{
  static const guint ABOVE_PER_MILLE[] = { 0, 6, 20, 100 };
  gint64 received = 0, expected = 0, gaps = 0;
  for (guint i = 0; i < AUDIO_DELAY_INTERVALS; i++) {
    received += self->intervals[i].received;
    expected += self->intervals[i].expected;
    gaps += self->intervals[i].gaps;
  }
  gint64 lost_per_mille = (expected - received) * 1000 / MAX(expected, 1);
  while (self->loss > AUDIO_LOSS_LITTLE && lost_per_mille * 2 < ABOVE_PER_MILLE[self->loss])
    self->loss--;
  while (self->loss < AUDIO_LOSS_HEAVY && lost_per_mille > ABOVE_PER_MILLE[self->loss + 1]
         && gaps >= (self->loss + 1 == AUDIO_LOSS_HEAVY ? HEAVY_GAPS_MIN : 2))
    self->loss++;
}

/* How many packets this one says were sent since the one before. A long gap is a cut, against
 * which recovery from the next packet is no remedy: it does not count as loss. */
static guint
count_expected(AudioDelay *self, gint64 seq, bool is_first)
{
  gint64 ahead = is_first ? 1 : seq - self->highest_seq;
  if (is_first || ahead > 0)
    self->highest_seq = seq;
  return ahead <= 0 ? 0 : ahead > CUT_PACKETS ? 1 : (guint)ahead;
}

static void
open_interval(AudioDelay *self, gint64 arrival_us, gint64 transit_us)
{
  self->current = (self->current + 1) % AUDIO_DELAY_INTERVALS;
  self->interval_start_us = arrival_us;
  self->intervals[self->current] = (AudioDelayInterval) {
    .is_used = true, .min_transit_us = transit_us, .max_transit_us = transit_us,
  };
}

static bool
is_resent(const AudioDelay *self, gint64 transit_us, gint64 seq)
{
  return seq < self->highest_seq && transit_us - audio_delay_base_us(self) >= RESENT_US;
}

void
audio_delay_note(AudioDelay *self, gint64 arrival_us, gint64 transit_us, gint64 seq_unwrapped)
{
  AudioDelayInterval *interval = &self->intervals[self->current];
  guint expected = count_expected(self, seq_unwrapped, !interval->is_used);
  /* An interval lasts until a packet comes after its end: what was silent does not age. */
  if (!interval->is_used || arrival_us - self->interval_start_us >= INTERVAL_US) {
    judge_loss(self);
    open_interval(self, arrival_us, transit_us);
    interval = &self->intervals[self->current];
  }
  interval->expected += expected;
  interval->gaps += expected > 1;
  if (is_resent(self, transit_us, seq_unwrapped))
    return;
  interval->received++;
  interval->min_transit_us = MIN(interval->min_transit_us, transit_us);
  interval->max_transit_us = MAX(interval->max_transit_us, transit_us);
  gint64 delay_us = transit_us - audio_delay_base_us(self);
  interval->max_delay_us = MAX(interval->max_delay_us, delay_us);
}

AudioLoss
audio_delay_loss(const AudioDelay *self)
{
  return self->loss;
}
