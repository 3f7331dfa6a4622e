/* media/codec/audio_jitter.c - adaptive jitter buffer and Opus decoder of one source.
 *
 *   packets --> AudioPacketQueue --> decoder --> pcm [ history | waiting ........ ] --> pull
 *               (media time)                                   ^ play time        ^ end_ts
 *
 * One number is steered: the headroom, how much later than the fastest packet one may come and
 * still be heard. It has to cover the measured jitter and a margin for our own tick. Because
 * a pull takes 20 ms at fixed times, the headroom grows in steps of a packet (at most 20 ms):
 * a play time between two packets only costs delay. So the play time is moved in whole
 * steps, and what stands between is trimmed. */
#include "media/codec/audio_jitter.h"
#include "media/base/seq.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_delay.h"
#include "media/codec/audio_packet_queue.h"
#include "media/codec/audio_stretch.h"
#include <opus.h>
#include <string.h>

enum {
  HISTORY = AUDIO_STRETCH_LAG_MAX,
  PACKET_SAMPLES_MAX = 5760,          /* 120 ms */
  WAITING_MAX = 12000,
  GRID = 120,                         /* Opus durations are multiples of 2.5 ms */
  PULL_US = 20 * 1000,

  MARGIN_US = 3 * 1000,               /* our tick's own lateness                */
  CALM_US = 2 * 1000,                 /* headroom beyond the need before it is taken back */
  CALM_PULLS = 50,                    /* and for so long                        */
  URGENT_SAMPLES = 60 * 48,
  CUT_SAMPLES = 120 * 48,             /* so much too late: whole packets are cut out */
  STRETCH_PAUSE_PULLS = 3,
  RESEND_WAIT_MAX_MS = 200,
  RESEND_WAIT_SHORT_US = 100 * 1000,  /* a round trip of 60 ms                  */

  FADE_AFTER = 100 * 48, FADE_SAMPLES = 20 * 48, FADE_IN = 5 * 48,
  GIVE_UP_AFTER = 1000 * 48,
  GIVE_UP_DTX_AFTER = 5000 * 48,
  DTX_BYTES_MAX = 2,                  /* a packet of so few is the sign of DTX  */
  JUMP_US = 1000 * 1000,              /* transit that moves so far is another clock */
  JUMP_AGREE_US = 500 * 1000,
  LATE_RUN_US = 40 * 1000,            /* late for so long: not an outlier any more */
  LATE_MAX = 200 * 48,
  AUDIBLE = 48,                       /* a shorter rest does not tell the kind of a pull */
};

static const double NOISE_MARGIN = 4.0;   /* 6 dB over the noise floor counts as noise */
static const double SILENT_POWER = 33.0 * 33.0; /* -60 dBFS */

struct AudioJitter {
  AudioDecoder    *decoder;  /* owned */
  AudioPacketQueue queue;
  AudioDelay       delay;
  AudioJitterStats stats;

  bool   has_packets;        /* the unwrapping has a reference             */
  gint64 last_ts, last_seq;  /* newest unwrapped                           */
  guint64 seen;              /* bit i: last_seq - i came                   */
  bool   has_odd;            /* a packet with a transit of another clock   */
  gint64 odd_transit_us;

  bool   is_playing;
  gint64 clock_us;           /* the tick's time without its lateness       */
  bool   has_clock;
  gint64 end_ts;             /* media time of the next sample to decode    */
  gint64 concealed_from_ts;  /* end_ts of the last packet decoded          */
  gint64 decoded_seq;
  gint64 late_since_us;      /* arrival of the first of a run of late packets; -1: none */
  int    step;               /* of the headroom, samples                   */
  int    duration;           /* of the last packet, samples                */
  bool   is_dtx;             /* the sender said that it falls silent       */
  int    concealed;          /* samples since the last packet              */
  AudioPull kind;            /* of the newest waiting samples              */

  guint  extra_ms;           /* for lip sync                               */
  gint64 resend_wait_us;     /* 0: nobody asks for lost packets            */
  gint64 played_ts;          /* media time of the first sample ...         */
  gint64 played_us;          /* ... of the last pull; if is_playing        */
  guint  calm_pulls, pause_pulls;
  double noise_power;

  int    n_waiting;
  gint16 pcm[HISTORY + WAITING_MAX];
};

static gint64
samples_to_us(gint64 samples)
{
  return samples * 125 / 6;
}

AudioJitter *
audio_jitter_new(void)
{
  AudioJitter *self = g_new0(AudioJitter, 1);
  self->decoder = audio_decoder_new();
  self->step = self->duration = AUDIO_FRAME_SAMPLES;
  self->late_since_us = -1;
  audio_delay_init(&self->delay);
  return self;
}

void
audio_jitter_free(AudioJitter *self)
{
  if (self == NULL)
    return;
  audio_packet_queue_clear(&self->queue);
  audio_decoder_free(self->decoder);
  g_free(self);
}

static gint16 *
waiting(AudioJitter *self)
{
  return self->pcm + HISTORY;
}

/* ---- headroom ---- */

static gint64
play_ts(const AudioJitter *self)
{
  return self->end_ts - self->n_waiting;
}

/* What the play time stands past the last packet boundary that serves it as well. */
static int
unaligned(const AudioJitter *self)
{
  gint64 offset = (self->concealed_from_ts - play_ts(self)) % self->step;
  return (int)(offset < 0 ? offset + self->step : offset);
}

/* If playing stood at @ts now, @offset samples before a packet boundary. */
static gint64
headroom_us(const AudioJitter *self, gint64 ts, int offset)
{
  gint64 behind = AUDIO_FRAME_SAMPLES - self->step + offset;
  return self->clock_us - samples_to_us(ts + behind) - audio_delay_base_us(&self->delay);
}

static gint64
extra_us(const AudioJitter *self)
{
  gint64 queue_us = samples_to_us((gint64)AUDIO_PACKET_QUEUE_MAX * self->duration);
  return MIN(self->extra_ms * 1000, queue_us / 2);
}

/* Measured with FEC, 5 % of loss: concealed 1.4 % of the time without waiting, 0.2 % with it;
 * 10 %: 3.2 and 0.5 %; 20 %: 7.6 and 2.2 %. The price is a round trip of delay, which a
 * conversation over a long line pays only where words would be lost otherwise. */
static bool
is_resend_awaited(const AudioJitter *self)
{
  if (self->resend_wait_us == 0)
    return false;
  AudioLoss least = self->resend_wait_us <= RESEND_WAIT_SHORT_US ? AUDIO_LOSS_MUCH : AUDIO_LOSS_HEAVY;
  return audio_delay_loss(&self->delay) >= least;
}

static gint64
needed_us(const AudioJitter *self)
{
  gint64 covered = audio_delay_jitter_us(&self->delay);
  /* FEC reads the packet after the lost one: that must be there in time as well. Whoever waits
   * for the lost one itself has the next one by then. */
  if (is_resend_awaited(self))
    covered = MAX(covered, self->resend_wait_us);
  else if (audio_delay_loss(&self->delay) >= AUDIO_LOSS_SOME)
    covered += samples_to_us(self->duration);
  return covered + MARGIN_US + extra_us(self);
}

/* A tick is never early: the clock follows the least late ones, and gives way by 50 us a pull
 * in case the tick's own clock drifts. A tick that was left out is a step of its own. */
static void
follow_clock(AudioJitter *self, gint64 now_us)
{
  gint64 expected = self->clock_us + PULL_US;
  if (!self->has_clock || now_us - expected > 50 * PULL_US || now_us < expected - 50 * PULL_US) {
    self->clock_us = now_us;
    self->has_clock = true;
    return;
  }
  gint64 late = now_us - expected;
  if (late > PULL_US * 3 / 4)
    expected += (late + PULL_US / 4) / PULL_US * PULL_US;
  self->clock_us = MIN(now_us, expected + 50);
}

/* ---- packets in ---- */

static ON_AUDIO_TICK void
stop_playing(AudioJitter *self)
{
  self->is_playing = false;
  self->n_waiting = 0;
  self->concealed = 0;
  self->is_dtx = false;
  memset(self->pcm, 0, sizeof self->pcm[0] * HISTORY);
  audio_decoder_reset(self->decoder);
}

static ON_AUDIO_TICK void
start_anew(AudioJitter *self)
{
  stop_playing(self);
  audio_packet_queue_clear(&self->queue);
  audio_delay_init(&self->delay);
  self->has_packets = false;
}

/* Another sender's clock behind the same SSRC shows in a transit that jumps. One packet
 * alone may be anything; two that agree are believed. */
static ON_AUDIO_TICK bool
is_credible(AudioJitter *self, gint64 transit_us)
{
  gint64 base_us = audio_delay_base_us(&self->delay);
  if (ABS(transit_us - base_us) <= JUMP_US) {
    self->has_odd = false;
    return true;
  }
  bool agrees = self->has_odd && ABS(transit_us - self->odd_transit_us) <= JUMP_AGREE_US;
  self->has_odd = !agrees;
  self->odd_transit_us = transit_us;
  if (agrees)
    start_anew(self);
  return agrees;
}

/* Returns: false for a sequence number that was there before, or is too old to tell. */
static bool
note_seq(AudioJitter *self, gint64 seq)
{
  if (!self->has_packets) {
    self->last_seq = seq;
    self->seen = 0;
  }
  gint64 ahead = seq - self->last_seq;
  if (ahead > 0) {
    self->seen = ahead < 64 ? self->seen << ahead : 0;
    self->last_seq = seq;
    ahead = 0;
  }
  if (ahead <= -64 || self->seen >> -ahead & 1)
    return false;
  self->seen |= G_GUINT64_CONSTANT(1) << -ahead;
  return true;
}

/* A packet that comes after its time was concealed. If the headroom is too small by about that
 * time anyway, or if packets keep coming late, play it now and everything after it later.
 * Else (one outlier, or a lump of delayed packets at once) it is too late. */
static bool
accept_late(AudioJitter *self, gint64 ts, gint64 arrival_us)
{
  if (self->late_since_us < 0)
    self->late_since_us = arrival_us;
  gint64 by = self->end_ts - ts;
  if (self->concealed == 0 || ts < self->concealed_from_ts || by > LATE_MAX)
    return false;
  /* The play time is that of the next tick. */
  gint64 short_us = needed_us(self) - PULL_US
                    - headroom_us(self, play_ts(self), unaligned(self));
  bool is_short = short_us > 0 && samples_to_us(by) <= short_us + samples_to_us(self->step);
  if (!is_short && arrival_us - self->late_since_us < LATE_RUN_US)
    return false;
  self->end_ts = ts;
  return true;
}

void
audio_jitter_push(AudioJitter *self, AudioPacket *packet)
{
  g_autoptr(AudioPacket) owned = packet;
  self->stats.packets++;
  int duration = owned->length == 0 ? -1
                 : opus_packet_get_nb_samples(owned->data, (opus_int32)owned->length, AUDIO_SAMPLE_RATE);
  if (duration < GRID || duration > PACKET_SAMPLES_MAX) {
    self->stats.malformed++;
    return;
  }
  gint64 ts = self->has_packets ? ts_unwrap(self->last_ts, owned->rtp_timestamp)
                                : owned->rtp_timestamp;
  gint64 seq = self->has_packets ? seq_unwrap(self->last_seq, owned->seq) : owned->seq;
  gint64 transit_us = owned->arrival_us - samples_to_us(ts);
  if (self->has_packets && !is_credible(self, transit_us)) {
    self->stats.malformed++;
    return;
  }
  if (!note_seq(self, seq)) {
    self->stats.duplicates++;
    return;
  }
  audio_delay_note(&self->delay, owned->arrival_us, transit_us, seq);
  self->last_ts = self->has_packets ? MAX(self->last_ts, ts) : ts;
  self->has_packets = true;

  if (self->is_playing && ts + duration <= self->end_ts && !accept_late(self, ts, owned->arrival_us)) {
    self->stats.late++;
    return;
  }
  self->late_since_us = -1;
  const QueuedPacket item = { g_steal_pointer(&owned), ts, seq, duration };
  switch (audio_packet_queue_add(&self->queue, item)) {
  case AUDIO_QUEUE_DUPLICATE: self->stats.duplicates++; break;
  case AUDIO_QUEUE_ADDED_OVERFLOW: self->stats.overflow++; break;
  case AUDIO_QUEUE_ADDED:
  case AUDIO_QUEUE_NONE: break;
  }
}

/* ---- decoding into pcm ---- */

static void
scale_ramp(gint16 *samples, int n, int from, int to, int over)
{
  for (int i = 0; i < n; i++) {
    int gain = CLAMP(from + (to - from) * i / MAX(n, 1), 0, over);
    samples[i] = (gint16)(samples[i] * gain / over);
  }
}

/* Concealment fades to silence between 100 and 120 ms. */
static void
fade_concealed(AudioJitter *self, gint16 *samples, int n)
{
  int before = CLAMP(FADE_AFTER + FADE_SAMPLES - self->concealed, 0, FADE_SAMPLES);
  int after = CLAMP(FADE_AFTER + FADE_SAMPLES - self->concealed - n, 0, FADE_SAMPLES);
  if (after < FADE_SAMPLES)
    scale_ramp(samples, n, before, after, FADE_SAMPLES);
}

static void
append(AudioJitter *self, int n, AudioPull kind)
{
  self->n_waiting += n;
  self->end_ts += n;
  self->kind = kind;
}

/* @n: rounded up to what libopus can conceal. */
static ON_AUDIO_TICK void
conceal(AudioJitter *self, int n)
{
  n = (n + GRID - 1) / GRID * GRID;
  gint16 *to = waiting(self) + self->n_waiting;
  if (self->is_dtx) {
    if (audio_decoder_conceal(self->decoder, to, n) != n)
      memset(to, 0, (gsize)n * sizeof *to);
    self->concealed += n;
    append(self, n, AUDIO_PULL_DTX);
    return;
  }
  bool is_silent = self->concealed >= FADE_AFTER + FADE_SAMPLES;
  if (is_silent || audio_decoder_conceal(self->decoder, to, n) != n)
    memset(to, 0, (gsize)n * sizeof *to);
  else
    fade_concealed(self, to, n);
  self->concealed += n;
  append(self, n, is_silent ? AUDIO_PULL_SILENCE : AUDIO_PULL_CONCEALED);
}

static ON_AUDIO_TICK void
decode_head(AudioJitter *self)
{
  QueuedPacket item = audio_packet_queue_take(&self->queue);
  g_autoptr(AudioPacket) packet = item.packet;
  gint16 *to = waiting(self) + self->n_waiting;
  int overlap = (int)CLAMP(self->end_ts - item.ts, 0, item.duration);
  int n = audio_decoder_decode(self->decoder, packet, to, PACKET_SAMPLES_MAX);
  if (n != item.duration) {
    self->stats.malformed++;
    conceal(self, item.duration - overlap);
    self->decoded_seq = item.seq;
    return;
  }
  memmove(to, to + overlap, (gsize)(n - overlap) * sizeof *to);
  if (self->concealed > FADE_AFTER && !self->is_dtx)
    scale_ramp(to, MIN(n - overlap, FADE_IN), 0, FADE_IN, FADE_IN);
  self->concealed = 0;
  self->is_dtx = packet->length <= DTX_BYTES_MAX;
  self->decoded_seq = item.seq;
  self->duration = item.duration;
  self->step = MIN(item.duration, AUDIO_FRAME_SAMPLES);
  append(self, n - overlap, self->is_dtx ? AUDIO_PULL_DTX : AUDIO_PULL_NORMAL);
  self->concealed_from_ts = self->end_ts;
}

/* The packet before the queue's head is lost. */
static ON_AUDIO_TICK void
bridge_loss(AudioJitter *self, const QueuedPacket *head, int missing, int gap)
{
  if (gap > head->duration || !audio_packet_carries_fec(head->packet)) {
    conceal(self, MIN(missing, gap > head->duration ? gap - head->duration : gap));
    return;
  }
  gint16 *to = waiting(self) + self->n_waiting;
  if (audio_decoder_decode_fec(self->decoder, head->packet, to, gap) != gap) {
    conceal(self, MIN(missing, gap));
    return;
  }
  self->concealed = 0;
  append(self, gap, AUDIO_PULL_FEC);
}

/* Makes the waiting samples grow: a packet, or what has to stand for it.
 * @missing: samples that the pull still needs.
 * @spare: samples of silence that may be left out. */
static ON_AUDIO_TICK void
decode_more(AudioJitter *self, int missing, int *spare)
{
  const QueuedPacket *head;
  while ((head = audio_packet_queue_head(&self->queue)) != NULL
         && head->ts + head->duration <= self->end_ts) {
    self->stats.late++;
    audio_packet_queue_drop(&self->queue);
  }
  if (head == NULL) {
    conceal(self, missing);
    return;
  }
  gint64 gap = head->ts - self->end_ts;
  bool is_pause = head->seq == self->decoded_seq + 1;
  if (gap > 0 && gap < GRID)
    self->end_ts = head->ts;  /* nothing can fill so little */
  if (gap < GRID) {
    decode_head(self);
  } else if (is_pause) {
    int skip = (int)MIN(gap, *spare) / GRID * GRID;
    *spare -= skip;
    self->end_ts += skip;
    if (gap > skip)
      conceal(self, (int)MIN(missing, gap - skip));
  } else {
    bridge_loss(self, head, missing, (int)MIN(gap / GRID * GRID, PACKET_SAMPLES_MAX));
  }
}

/* ---- steering ---- */

/* Samples by which to move the play time: positive means to play later (lengthen). */
static int
wanted_change(AudioJitter *self)
{
  int offset = unaligned(self);
  gint64 step_us = samples_to_us(self->step);
  gint64 spare_us = headroom_us(self, play_ts(self), offset) - needed_us(self);
  if (spare_us < 0) {
    self->calm_pulls = 0;
    return (int)((-spare_us + step_us - 1) / step_us) * self->step - offset;
  }
  bool is_too_much = spare_us >= step_us + CALM_US;
  if (!is_too_much && offset == 0) {
    self->calm_pulls = 0;
    return 0;
  }
  if (++self->calm_pulls < CALM_PULLS)
    return 0;
  gint64 steps = is_too_much ? (spare_us - CALM_US) / step_us : 0;
  return -(int)(steps * self->step) - offset;
}

static double
power(const gint16 *samples, int n)
{
  gint64 sum = 0;
  for (int i = 0; i < n; i++)
    sum += samples[i] * samples[i];
  return (double)sum / n;
}

/* The noise floor falls at once and rises by 3 dB in a second. */
static AudioStretchMode
choose_mode(AudioJitter *self, int change)
{
  double now = power(waiting(self), AUDIO_FRAME_SAMPLES);
  self->noise_power = MAX(MIN(now, self->noise_power * 1.014), 1.0);
  if (now < SILENT_POWER || now < NOISE_MARGIN * self->noise_power)
    return AUDIO_STRETCH_FREE;
  return ABS(change) >= URGENT_SAMPLES ? AUDIO_STRETCH_URGENT : AUDIO_STRETCH_CAREFUL;
}

static ON_AUDIO_TICK bool
decode_next_in_order(AudioJitter *self)
{
  const QueuedPacket *head = audio_packet_queue_head(&self->queue);
  if (head == NULL || head->ts != self->end_ts
      || self->n_waiting + head->duration > WAITING_MAX - PACKET_SAMPLES_MAX)
    return false;
  decode_head(self);
  return true;
}

static ON_AUDIO_TICK void
play_sooner(AudioJitter *self, int change, AudioStretchMode mode)
{
  int target = AUDIO_FRAME_SAMPLES + MIN(change, change >= CUT_SAMPLES ? PACKET_SAMPLES_MAX
                                                                       : AUDIO_STRETCH_LAG_MAX);
  while (self->n_waiting < target && decode_next_in_order(self))
    ;
  int surplus = MIN(self->n_waiting - AUDIO_FRAME_SAMPLES, change);
  if (surplus <= 0)
    return;
  int removed = surplus;
  if (change >= CUT_SAMPLES)
    audio_stretch_cut(waiting(self), self->n_waiting, surplus);
  else
    removed = audio_stretch_shorten(waiting(self), self->n_waiting, surplus, mode);
  self->n_waiting -= removed;
  self->stats.accelerated_samples += (guint)removed;
  self->pause_pulls = removed > 0 && mode != AUDIO_STRETCH_FREE ? STRETCH_PAUSE_PULLS : 0;
}

static void
play_later(AudioJitter *self, int change, AudioStretchMode mode)
{
  int added = audio_stretch_lengthen(waiting(self), self->n_waiting, change, mode);
  self->n_waiting += added;
  self->stats.stretched_samples += (guint)added;
  self->pause_pulls = added > 0 && mode != AUDIO_STRETCH_FREE ? STRETCH_PAUSE_PULLS : 0;
}

static ON_AUDIO_TICK void
steer(AudioJitter *self, int change)
{
  AudioStretchMode mode = choose_mode(self, change);
  if (self->pause_pulls > 0 && ABS(change) < CUT_SAMPLES) {
    self->pause_pulls--;
    return;
  }
  if (change > 0)
    play_later(self, change, mode);
  else if (change < 0)
    play_sooner(self, -change, mode);
}

/* ---- pull ---- */

/* Starts as soon as the headroom is enough; with more than enough, at a later packet. */
static bool
start_playing(AudioJitter *self)
{
  const QueuedPacket *head;
  while ((head = audio_packet_queue_head(&self->queue)) != NULL) {
    self->step = MIN(head->duration, AUDIO_FRAME_SAMPLES);
    gint64 spare_us = headroom_us(self, head->ts, 0) - needed_us(self);
    if (spare_us < 0)
      return false;
    if (spare_us < samples_to_us(head->duration) + CALM_US)
      break;
    self->stats.late++;
    audio_packet_queue_drop(&self->queue);
  }
  if (head == NULL)
    return false;
  self->is_playing = true;
  self->end_ts = self->concealed_from_ts = head->ts;
  self->decoded_seq = head->seq - 1;
  self->calm_pulls = self->pause_pulls = 0;
  return true;
}

static AudioPull
fill_silence(AudioJitter *self, gint16 *out)
{
  memset(out, 0, AUDIO_FRAME_SAMPLES * sizeof *out);
  self->stats.pulls_silence++;
  return AUDIO_PULL_SILENCE;
}

/* What a listener should know about: the least good of what was made for this pull. */
static AudioPull
worse(AudioPull a, AudioPull b)
{
  static const int rank[] = {
    [AUDIO_PULL_NONE] = 0, [AUDIO_PULL_NORMAL] = 1, [AUDIO_PULL_DTX] = 2, [AUDIO_PULL_FEC] = 3,
    [AUDIO_PULL_SILENCE] = 4, [AUDIO_PULL_CONCEALED] = 5,
  };
  return rank[a] >= rank[b] ? a : b;
}

static void
count_pull(AudioJitter *self, AudioPull kind)
{
  switch (kind) {
  case AUDIO_PULL_NORMAL: self->stats.pulls_normal++; break;
  case AUDIO_PULL_FEC: self->stats.pulls_fec++; break;
  case AUDIO_PULL_CONCEALED: self->stats.pulls_concealed++; break;
  case AUDIO_PULL_DTX: self->stats.pulls_dtx++; break;
  case AUDIO_PULL_SILENCE:
  case AUDIO_PULL_NONE: self->stats.pulls_silence++; break;
  }
}

static void
take_samples(AudioJitter *self, gint16 *out)
{
  self->played_ts = play_ts(self);
  self->played_us = self->clock_us;
  memcpy(out, waiting(self), AUDIO_FRAME_SAMPLES * sizeof *out);
  self->n_waiting -= AUDIO_FRAME_SAMPLES;
  memmove(self->pcm, self->pcm + AUDIO_FRAME_SAMPLES,
          (gsize)(HISTORY + self->n_waiting) * sizeof *self->pcm);
}

/* Nothing came in time for long. If all that came was late, the line has become longer by more than a late packet may
 * be, and nothing would be heard until the old shortest transit is forgotten: its measure begins anew. */
static ON_AUDIO_TICK void
give_up(AudioJitter *self)
{
  if (self->late_since_us >= 0)
    start_anew(self);
  else
    stop_playing(self);
  self->late_since_us = -1;
}

AudioPull
audio_jitter_pull(AudioJitter *self, gint64 now_us, gint16 *out)
{
  follow_clock(self, now_us);
  if (!self->is_playing && !start_playing(self))
    return fill_silence(self, out);

  int change = wanted_change(self), spare = MAX(-change, 0);
  AudioPull kind = self->n_waiting > AUDIBLE ? self->kind : AUDIO_PULL_NONE;
  while (self->n_waiting < AUDIO_FRAME_SAMPLES) {
    decode_more(self, AUDIO_FRAME_SAMPLES - self->n_waiting, &spare);
    kind = worse(kind, self->kind);
  }
  steer(self, change < 0 ? -spare : change);
  take_samples(self, out);
  count_pull(self, kind);
  if (self->concealed >= (self->is_dtx ? GIVE_UP_DTX_AFTER : GIVE_UP_AFTER))
    give_up(self);
  return kind;
}

void
audio_jitter_set_extra_delay(AudioJitter *self, guint delay_ms)
{
  self->extra_ms = MIN(delay_ms, AUDIO_LIP_SYNC_MAX_MS);
}

void
audio_jitter_set_resend_wait(AudioJitter *self, guint wait_ms)
{
  self->resend_wait_us = MIN(wait_ms, RESEND_WAIT_MAX_MS) * 1000;
}

static AudioPlayout
playout_of(const AudioJitter *self)
{
  AudioPlayout playout = { .is_playing = self->is_playing, .target_us = needed_us(self) };
  if (!self->is_playing)
    return playout;
  playout.rtp_timestamp = (guint32)self->played_ts;
  playout.played_us = self->played_us;
  /* What stands above the need without it is the extra delay, as far as it is there. */
  gint64 above_us = headroom_us(self, self->played_ts, unaligned(self)) - (needed_us(self) - extra_us(self));
  playout.lip_sync_us = CLAMP(above_us, 0, extra_us(self));
  return playout;
}

void
audio_jitter_stats(const AudioJitter *self, AudioJitterStats *out)
{
  *out = self->stats;
  out->target_ms = (guint)(needed_us(self) / 1000);
  out->playout = playout_of(self);
  if (self->is_playing)
    out->depth_ms = (guint)((self->n_waiting + audio_packet_queue_span(&self->queue, self->end_ts)) / 48);
}
