/* tests/lib/marker.c - short chirps in a sound, found again in a mix. */
#include "tests/lib/marker.h"
#include <math.h>
#include <string.h>

enum {
  RATE = 48000,
  DECIMATION = 4,                      /* correlated at 12 kHz                          */
  CHIRP = MARKER_SAMPLES / DECIMATION, /* 480                                           */
  FILTER_TAPS = 32,
  HISTORY = 4096,                      /* samples at 12 kHz kept; a power of two        */
  LIKENESS_MIN_PERCENT = 45,
  REFRACTORY = CHIRP,                  /* one signature does not come twice within this */
  PEAK_WAIT = CHIRP / 4,               /* a higher peak may follow within 10 ms         */
  TEMPLATE_PEAK = 100,                 /* 480 products of 16 bits by this fit 32 bits   */
  ENERGY_MIN = CHIRP * 30 * 30,        /* below, it is silence                          */
};

typedef struct {
  double likeness;     /* of the highest peak since `open`; 0: none */
  double position;     /* at 12 kHz                                 */
  gint64 quiet_until;
} Peak;

struct MarkerDetector {
  /* Each chirp and the same a quarter of a cycle later: the length of the two correlations
   * is the envelope, whose highest point does not jump to a neighbouring cycle. */
  gint16  chirps[MARKER_SIGNATURES][2][CHIRP];
  double  chirp_norm[MARKER_SIGNATURES];
  double  filter[FILTER_TAPS];
  double  delay[FILTER_TAPS];   /* the last samples at 48 kHz                     */
  guint   phase;
  gint16  history[HISTORY * 2]; /* written twice: any window is contiguous        */
  gint64  n;                    /* samples at 12 kHz so far                       */
  gint64  energy;               /* of the last CHIRP samples                      */
  Peak    peaks[MARKER_SIGNATURES];
  double  before[MARKER_SIGNATURES], last[MARKER_SIGNATURES];  /* likeness of the two last windows */
};

static double
chirp_value(guint signature, double t, double phase)
{
  double duration = (double)MARKER_SAMPLES / RATE, width = 1000;
  double low = 600 + 800 * (double)(signature / 2 % 3);
  bool is_rising = signature % 2 == 0;
  double from = is_rising ? low : low + width, slope = (is_rising ? width : -width) / duration;
  double window = 0.5 - 0.5 * cos(2 * G_PI * CLAMP(t / duration, 0, 1));
  return sqrt(window) * sin(2 * G_PI * (from * t + slope * t * t / 2) + phase);
}

static gint16
saturate(double value)
{
  return (gint16)lround(CLAMP(value, G_MININT16, G_MAXINT16));
}

void
marker_add(guint signature, gint16 *out, int amplitude)
{
  for (guint i = 0; i < MARKER_SAMPLES; i++)
    out[i] = saturate(out[i] + amplitude * chirp_value(signature, (double)i / RATE, 0));
}

/* A low-pass at 5 kHz: windowed sinc. */
static void
make_filter(double *filter)
{
  double sum = 0, cut = 5000.0 / RATE;
  for (int i = 0; i < FILTER_TAPS; i++) {
    double t = i - (FILTER_TAPS - 1) / 2.0;
    double window = 0.5 - 0.5 * cos(2 * G_PI * (i + 0.5) / FILTER_TAPS);
    filter[i] = window * sin(2 * G_PI * cut * t) / (G_PI * t);
    sum += filter[i];
  }
  for (int i = 0; i < FILTER_TAPS; i++)
    filter[i] /= sum;
}

MarkerDetector *
marker_detector_new(void)
{
  MarkerDetector *self = g_new0(MarkerDetector, 1);
  make_filter(self->filter);
  for (guint s = 0; s < MARKER_SIGNATURES; s++) {
    double norm = 0;
    for (guint i = 0; i < CHIRP; i++) {
      double t = (double)(i * DECIMATION) / RATE;
      for (guint quarter = 0; quarter < 2; quarter++)
        self->chirps[s][quarter][i] = saturate(TEMPLATE_PEAK * chirp_value(s, t, quarter * G_PI / 2));
      norm += (double)self->chirps[s][0][i] * self->chirps[s][0][i];
    }
    self->chirp_norm[s] = sqrt(norm);
  }
  return self;
}

void
marker_detector_free(MarkerDetector *self)
{
  g_free(self);
}

static gint32
correlate(const gint16 *restrict a, const gint16 *restrict b)
{
  gint32 sum = 0;
  for (guint i = 0; i < CHIRP; i++)
    sum += (gint32)a[i] * b[i];
  return sum;
}

/* The window before the last was a local maximum: its true place by a parabola. */
static void
note_peak(MarkerDetector *self, guint signature, double height_after)
{
  double a = self->before[signature], b = self->last[signature], c = height_after;
  Peak *peak = &self->peaks[signature];
  gint64 start = self->n - 1 - CHIRP;
  if (b < LIKENESS_MIN_PERCENT / 100.0 || b < a || b < c || b <= peak->likeness
      || start < peak->quiet_until)
    return;
  double bend = a - 2 * b + c;
  peak->likeness = b;
  peak->position = (double)start + (bend < 0 ? 0.5 * (a - c) / bend : 0);
}

static bool
peak_is_over(MarkerDetector *self, guint signature, MarkerHit *hit)
{
  Peak *peak = &self->peaks[signature];
  if (peak->likeness == 0 || (double)(self->n - CHIRP) < peak->position + PEAK_WAIT)
    return false;
  /* The low-pass delays by half its length. */
  double start = peak->position * DECIMATION - (FILTER_TAPS - 1) / 2.0 + (DECIMATION - 1);
  *hit = (MarkerHit) { signature, start, peak->likeness };
  peak->quiet_until = (gint64)peak->position + REFRACTORY;
  peak->likeness = 0;
  return true;
}

static guint
examine(MarkerDetector *self, MarkerHit *hits, guint max)
{
  const gint16 *window = self->history + ((self->n - CHIRP) & (HISTORY - 1));
  guint n_hits = 0;
  for (guint s = 0; s < MARKER_SIGNATURES; s++) {
    double likeness = 0;
    if (self->energy > ENERGY_MIN)
      likeness = hypot(correlate(window, self->chirps[s][0]), correlate(window, self->chirps[s][1]))
                 / (self->chirp_norm[s] * sqrt((double)self->energy));
    note_peak(self, s, likeness);
    self->before[s] = self->last[s];
    self->last[s] = likeness;
    if (n_hits < max && peak_is_over(self, s, &hits[n_hits]))
      n_hits++;
  }
  return n_hits;
}

static gint16
decimated(const MarkerDetector *self)
{
  double sum = 0;
  for (guint i = 0; i < FILTER_TAPS; i++)
    sum += self->filter[i] * self->delay[(self->phase + i) % FILTER_TAPS];
  return saturate(sum);
}

static void
append(MarkerDetector *self, gint16 value)
{
  guint at = (guint)(self->n & (HISTORY - 1));
  gint16 old = self->n >= CHIRP ? self->history[(self->n - CHIRP) & (HISTORY - 1)] : 0;
  self->history[at] = self->history[at + HISTORY] = value;
  self->energy += (gint64)value * value - (gint64)old * old;
  self->n++;
}

guint
marker_detector_push(MarkerDetector *self, const gint16 *samples, guint n, MarkerHit *hits, guint max)
{
  guint n_hits = 0;
  for (guint i = 0; i < n; i++) {
    self->delay[self->phase] = samples[i];
    self->phase = (self->phase + 1) % FILTER_TAPS;
    if (i % DECIMATION != DECIMATION - 1)
      continue;
    append(self, decimated(self));
    if (self->n >= CHIRP)
      n_hits += examine(self, hits + n_hits, max - n_hits);
  }
  return n_hits;
}
