/* tests/load/latency_book.c - when each numbered frame and each marker left. */
#include "tests/load/latency_book.h"
#include <stdbool.h>

/* Markers of one signature are at least 720 ms apart (VoiceClip). */
#define MARKER_LATENCY_MAX_US (700 * G_TIME_SPAN_MILLISECOND)
#define MARKER_ERROR_US       (5 * G_TIME_SPAN_MILLISECOND)
enum { MARKERS_SEARCHED = 256 };

typedef struct {
  gint64  sent_us;
  guint   site, signature;
  guint64 heard_by;  /* a bit a listener */
} Marker;

/* The last two times: an observer may be late, and the number under way again. */
typedef struct {
  gint64 last_us, before_us;  /* 0: never */
} Departure;

struct LatencyBook {
  GMutex  lock;
  guint   n_sites, n_numbers;
  Departure *sent;   /* owned, [site][number]           */
  GArray *markers;   /* owned, of Marker, in order      */
};

LatencyBook *
latency_book_new(guint n_sites, guint n_numbers)
{
  LatencyBook *self = g_new0(LatencyBook, 1);
  g_mutex_init(&self->lock);
  self->n_sites = n_sites;
  self->n_numbers = n_numbers;
  self->sent = g_new0(Departure, n_sites * n_numbers);
  self->markers = g_array_new(FALSE, FALSE, sizeof(Marker));
  return self;
}

void
latency_book_free(LatencyBook *self)
{
  if (self == NULL)
    return;
  g_mutex_clear(&self->lock);
  g_free(self->sent);
  g_array_unref(self->markers);
  g_free(self);
}

void
latency_book_frame_sent(LatencyBook *self, guint site, guint number, gint64 now_us)
{
  g_return_if_fail(site < self->n_sites && number < self->n_numbers);
  g_mutex_lock(&self->lock);
  Departure *departure = &self->sent[site * self->n_numbers + number];
  *departure = (Departure) { now_us, departure->last_us };
  g_mutex_unlock(&self->lock);
}

double
latency_book_frame_seen(LatencyBook *self, guint site, guint number, gint64 now_us)
{
  if (site >= self->n_sites || number >= self->n_numbers)
    return -1;
  g_mutex_lock(&self->lock);
  const Departure *departure = &self->sent[site * self->n_numbers + number];
  gint64 sent_us = departure->last_us <= now_us ? departure->last_us : departure->before_us;
  g_mutex_unlock(&self->lock);
  return sent_us == 0 || now_us < sent_us ? -1 : (double)(now_us - sent_us) / 1000;
}

void
latency_book_marker_sent(LatencyBook *self, guint site, guint signature, gint64 now_us)
{
  Marker marker = { .sent_us = now_us, .site = site, .signature = signature };
  g_mutex_lock(&self->lock);
  g_array_append_val(self->markers, marker);
  g_mutex_unlock(&self->lock);
}

static bool
may_be(const Marker *marker, guint listener, guint signature, gint64 now_us)
{
  gint64 age_us = now_us - marker->sent_us;
  return marker->signature == signature && marker->site != listener && age_us >= -MARKER_ERROR_US
         && age_us <= MARKER_LATENCY_MAX_US && (marker->heard_by >> (listener & 63) & 1) == 0;
}

double
latency_book_marker_heard(LatencyBook *self, guint listener, guint signature, gint64 now_us, guint *site)
{
  double latency_ms = -1;
  g_mutex_lock(&self->lock);
  guint n = self->markers->len;
  for (guint i = n; i > 0 && i + MARKERS_SEARCHED > n; i--) {
    Marker *marker = &g_array_index(self->markers, Marker, i - 1);
    if (!may_be(marker, listener, signature, now_us))
      continue;
    marker->heard_by |= G_GUINT64_CONSTANT(1) << (listener & 63);
    *site = marker->site;
    latency_ms = MAX((double)(now_us - marker->sent_us) / 1000, 0);
    break;
  }
  g_mutex_unlock(&self->lock);
  return latency_ms;
}

guint
latency_book_markers_sent(LatencyBook *self, guint listener, gint64 from_us, gint64 to_us)
{
  guint n = 0;
  g_mutex_lock(&self->lock);
  for (guint i = 0; i < self->markers->len; i++) {
    const Marker *marker = &g_array_index(self->markers, Marker, i);
    n += marker->site != listener && marker->sent_us >= from_us && marker->sent_us < to_us;
  }
  g_mutex_unlock(&self->lock);
  return n;
}
