/* media/codec/audio_delay.h - how much later than the fastest packets do packets come?
 *
 * Keeps the last 6 s in intervals of 200 ms: of each the shortest transit, the longest
 * relative delay and the losses. The jitter to be covered is the second largest of the
 * intervals' maxima: one outlier in 6 s is left to concealment, and a burst is forgotten
 * 6 s after its end. (NetEq takes the 95 % quantile of 500 ms maxima with a memory of half a
 * minute: too long for a conference where delay is what people feel.)
 *
 * A packet that comes out of order and so late that it must have been sent again is lost, and
 * its delay no jitter: whether to wait for such packets is decided elsewhere, and must not
 * hang on whether they come.
 *
 * A delay counts relative to the shortest transit of its own time or of now, whichever makes
 * it smaller: a route that became longer or shorter is no jitter.
 *
 * Transit is arrival minus media time, with an unknown constant offset. A plain value;
 * pure logic. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { AUDIO_DELAY_INTERVALS = 30 };

/* Of the last 6 s; each is left when half as much is lost. One gap alone is no sign. */
typedef enum {
  AUDIO_LOSS_LITTLE = 0,
  AUDIO_LOSS_SOME,   /* 0.6 %: recovery from the next packet is worth waiting for */
  AUDIO_LOSS_MUCH,   /* 2 %: so is the lost packet itself, if it comes soon       */
  AUDIO_LOSS_HEAVY,  /* 10 %: and if it takes long                                */
} AudioLoss;

typedef struct {
  bool   is_used;
  gint64 min_transit_us, max_transit_us;
  gint64 max_delay_us;     /* relative to the shortest transit known at its time */
  guint  received, expected, gaps;
} AudioDelayInterval;

typedef struct {
  guint  current;
  gint64 interval_start_us;
  AudioLoss loss;
  gint64 highest_seq;
  AudioDelayInterval intervals[AUDIO_DELAY_INTERVALS];
} AudioDelay;

/* Starts with a guess of the jitter that holds for the first 2 s. */
void audio_delay_init(AudioDelay *self);
/* @seq_unwrapped: duplicates must not come here. */
void audio_delay_note(AudioDelay *self, gint64 arrival_us, gint64 transit_us, gint64 seq_unwrapped);

/* The shortest transit of the window; only after the first packet. */
gint64 audio_delay_base_us(const AudioDelay *self);
/* The jitter to be covered, 0 to 200 ms. */
gint64 audio_delay_jitter_us(const AudioDelay *self);
AudioLoss audio_delay_loss(const AudioDelay *self);
