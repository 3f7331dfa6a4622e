/* tests/load/mix_watch.c - listens to a mix: markers, silences, losses. */
#include "tests/load/mix_watch.h"
#include "media/base/seq.h"
#include "media/codec/audio_decoder.h"
#include "tests/lib/marker.h"
#include <math.h>

enum {
  SAMPLES_MAX = 5760,
  CONCEAL_MAX_SAMPLES = 10 * AUDIO_FRAME_SAMPLES,
  ARRIVALS = 64,                    /* packets whose arrival is remembered: 1.3 s           */
  STEP_SAMPLES = 240,               /* loudness is looked at every 5 ms                     */
  QUIET_RMS = 20,                   /* -64 dBFS: the pilot hums 20 dB above it              */
  SILENCE_SAMPLES = 60 * 48,
  UNHEARD_TAIL_MS = 1000,           /* of the window: its markers may still be under way    */
};

typedef struct {
  gint64 first_sample;  /* of the decoded stream */
  gint64 arrival_us, capture_us;  /* capture_us: 0: not known */
} Arrival;

struct MixWatch {
  guint           listener;
  guint64         aside;
  double          codec_delay;
  LatencyBook    *book;      /* borrowed */
  SkewMeter      *skews;     /* borrowed */
  AudioDecoder   *decoder;   /* owned    */
  MarkerDetector *detector;  /* owned    */
  Samples        *latency_ms;  /* owned  */
  bool            has_packet, has_begun;
  bool            is_counting;  /* in the window, and what is listened to arrived in it */
  guint32         next_ts;
  gint64          n_samples;
  Arrival         arrivals[ARRIVALS];
  guint           n_arrivals;
  guint           quiet_samples;
  gint64          begin_us;
  guint64         concealed;
  guint           silences, markers_heard, peak;
};

MixWatch *
mix_watch_new(guint listener, guint64 aside, double codec_delay_samples, LatencyBook *book, SkewMeter *skews)
{
  MixWatch *self = g_new0(MixWatch, 1);
  self->listener = listener;
  self->aside = aside;
  self->codec_delay = codec_delay_samples;
  self->book = book;
  self->skews = skews;
  self->decoder = audio_decoder_new();
  self->detector = marker_detector_new();
  self->latency_ms = samples_new();
  return self;
}

void
mix_watch_free(MixWatch *self)
{
  if (self == NULL)
    return;
  audio_decoder_free(self->decoder);
  marker_detector_free(self->detector);
  samples_free(self->latency_ms);
  g_free(self);
}

/* The packet in which a sample came. Returns: (nullable): it was long ago. */
static const Arrival *
arrival_of(const MixWatch *self, double sample)
{
  const Arrival *best = NULL;
  for (guint i = 0; i < MIN(self->n_arrivals, ARRIVALS); i++) {
    const Arrival *arrival = &self->arrivals[i];
    if ((double)arrival->first_sample <= sample && (best == NULL || arrival->first_sample > best->first_sample))
      best = arrival;
  }
  return best;
}

static void
take_hit(MixWatch *self, const MarkerHit *hit)
{
  const Arrival *arrival = arrival_of(self, hit->start_sample);
  guint site;
  if (arrival == NULL)
    return;
  double since = hit->start_sample - (double)arrival->first_sample - self->codec_delay;
  gint64 since_us = (gint64)(since * 1e6 / AUDIO_SAMPLE_RATE);
  /* when the listener could have heard it, with no buffer of its own */
  gint64 at_us = arrival->arrival_us + since_us;
  double latency_ms = latency_book_marker_heard(self->book, self->listener, hit->signature, at_us, &site);
  if (latency_ms < 0 || !self->is_counting || at_us < self->begin_us)
    return;
  if ((self->aside >> (site & 63) & 1) == 0)
    samples_add(self->latency_ms, latency_ms);
  SkewMoment moment = { at_us - (gint64)(latency_ms * 1000), arrival->capture_us + since_us };
  if (arrival->capture_us != 0)
    skew_meter_sound(&self->skews[site], &moment);
  self->markers_heard++;
}

static void
look_for_silence(MixWatch *self, const gint16 *samples, guint n)
{
  for (guint at = 0; at + STEP_SAMPLES <= n; at += STEP_SAMPLES) {
    double sum = 0;
    for (guint i = 0; i < STEP_SAMPLES; i++) {
      sum += (double)samples[at + i] * samples[at + i];
      if (self->is_counting)
        self->peak = MAX(self->peak, (guint)ABS((int)samples[at + i]));
    }
    bool is_quiet = sqrt(sum / STEP_SAMPLES) < QUIET_RMS;
    guint before = self->quiet_samples;
    self->quiet_samples = is_quiet ? before + STEP_SAMPLES : 0;
    if (before <= SILENCE_SAMPLES && self->quiet_samples > SILENCE_SAMPLES)
      self->silences += self->is_counting;
  }
}

static void
listen(MixWatch *self, const gint16 *samples, guint n)
{
  MarkerHit hits[8];
  guint n_hits = marker_detector_push(self->detector, samples, n, hits, G_N_ELEMENTS(hits));
  self->n_samples += n;
  look_for_silence(self, samples, n);
  for (guint i = 0; i < n_hits; i++)
    take_hit(self, &hits[i]);
}

static void
fill_hole(MixWatch *self, guint32 samples) ON_AUDIO_TICK
{
  gint16 out[AUDIO_FRAME_SAMPLES];
  for (guint32 at = 0; at + AUDIO_FRAME_SAMPLES <= MIN(samples, CONCEAL_MAX_SAMPLES); at += AUDIO_FRAME_SAMPLES) {
    self->concealed += self->is_counting;
    if (audio_decoder_conceal(self->decoder, out, AUDIO_FRAME_SAMPLES) == AUDIO_FRAME_SAMPLES)
      listen(self, out, AUDIO_FRAME_SAMPLES);
  }
}

void
mix_watch_packet(MixWatch *self, const AudioPacket *packet, gint64 capture_us)
{
  gint16 out[SAMPLES_MAX];
  self->is_counting = self->has_begun && packet->arrival_us >= self->begin_us;
  if (self->has_packet && packet->rtp_timestamp != self->next_ts) {
    if (!ts_newer(packet->rtp_timestamp, self->next_ts))
      return;  /* it was concealed already */
    fill_hole(self, packet->rtp_timestamp - self->next_ts);
  }
  int n = audio_decoder_decode(self->decoder, packet, out, SAMPLES_MAX);
  if (n <= 0)
    return;
  self->arrivals[self->n_arrivals++ % ARRIVALS] = (Arrival) { self->n_samples, packet->arrival_us, capture_us };
  self->has_packet = true;
  self->next_ts = packet->rtp_timestamp + (guint32)n;
  listen(self, out, (guint)n);
}

void
mix_watch_begin(MixWatch *self, gint64 now_us)
{
  self->has_begun = true;
  self->begin_us = now_us;
}

void
mix_watch_end(MixWatch *self, gint64 now_us, WatcherFigures *out, Samples *audio_ms)
{
  self->has_begun = self->is_counting = false;
  out->audio_concealed = self->concealed;
  out->silences = self->silences;
  out->markers_heard = self->markers_heard;
  out->sound_peak = self->peak;
  out->markers_sent = latency_book_markers_sent(self->book, self->listener, self->begin_us,
                                                now_us - UNHEARD_TAIL_MS * 1000);
  samples_add_all(audio_ms, self->latency_ms);
}
