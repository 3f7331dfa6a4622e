/* media/rtp/nack_requester.c - decides which lost packets to ask for again. */
#include "media/rtp/nack_requester.h"
#include <string.h>

enum {
  MISSING_LIMIT = 1000,
  ECHO_US = 15 * 1000,
  ANSWER_SLACK_US = 10 * 1000,  /* the answer passes the peer's pacer, and our 5 ms poll */
};

static const NackConfig DEFAULTS = {
  .reorder_wait_us = 5 * 1000, .retries_max = 10, .missing_max = MISSING_LIMIT,
  .age_max_packets = 10000,
};

typedef struct {
  gint64 seq;
  gint64 missing_since_us;
  gint64 asked_at_us;
  guint  retries;
  bool   is_echo_due;
} Missing;

struct NackRequester {
  NackConfig config;
  /* state */
  bool    started, is_lossy;
  gint64  newest;
  guint   n_missing;
  Missing missing[MISSING_LIMIT];  /* ascending */
};

NackRequester *
nack_requester_new(const NackConfig *config)
{
  NackRequester *self = g_new0(NackRequester, 1);
  self->config = config != NULL ? *config : DEFAULTS;
  self->config.missing_max = MIN(self->config.missing_max, MISSING_LIMIT);
  return self;
}

void
nack_requester_free(NackRequester *self)
{
  g_free(self);
}

void
nack_requester_reset(NackRequester *self)
{
  self->started = false;
  self->n_missing = 0;
}

/* Returns: the index of the first missing packet not older than @seq. */
static guint
lower_bound(const NackRequester *self, gint64 seq)
{
  guint low = 0, high = self->n_missing;
  while (low < high) {
    guint middle = (low + high) / 2;
    if (self->missing[middle].seq < seq)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
remove_range(NackRequester *self, guint first, guint n)
{
  memmove(&self->missing[first], &self->missing[first + n],
          (self->n_missing - first - n) * sizeof self->missing[0]);
  self->n_missing -= n;
}

void
nack_requester_drop_before(NackRequester *self, gint64 seq)
{
  if (self->n_missing > 0 && self->missing[0].seq < seq)
    remove_range(self, 0, lower_bound(self, seq));
}

void
nack_requester_drop_older(NackRequester *self, gint64 since_us)
{
  guint n = 0;
  while (n < self->n_missing && self->missing[n].missing_since_us < since_us)
    n++;
  if (n > 0)
    remove_range(self, 0, n);
}

static NackArrival
on_older(NackRequester *self, gint64 seq)
{
  guint i = lower_bound(self, seq);
  if (i == self->n_missing || self->missing[i].seq != seq)
    return NACK_ARRIVAL_LATE;
  bool was_asked = self->missing[i].retries > 0;
  remove_range(self, i, 1);
  return was_asked ? NACK_ARRIVAL_RECOVERED : NACK_ARRIVAL_LATE;
}

NackArrival
nack_requester_on_packet(NackRequester *self, gint64 seq, gint64 now_us)
{
  if (!self->started) {
    self->started = true;
    self->newest = seq;
    return NACK_ARRIVAL_IN_ORDER;
  }
  if (seq <= self->newest)
    return on_older(self, seq);

  gint64 first = self->newest + 1;
  self->newest = seq;
  nack_requester_drop_before(self, seq - self->config.age_max_packets);
  if (seq - first > (gint64)(self->config.missing_max - self->n_missing)) {
    self->n_missing = 0;
    return NACK_ARRIVAL_OVERFLOW;
  }
  for (gint64 s = first; s < seq; s++)
    self->missing[self->n_missing++] = (Missing) { .seq = s, .missing_since_us = now_us };
  return first < seq ? NACK_ARRIVAL_GAP : NACK_ARRIVAL_IN_ORDER;
}

void
nack_requester_set_lossy(NackRequester *self, bool is_lossy)
{
  self->is_lossy = is_lossy;
}

typedef enum { DUE_NOT = 0, DUE_REQUEST, DUE_ECHO, DUE_GIVE_UP } Due;

static Due
due_now(const NackRequester *self, const Missing *m, gint64 now_us, gint64 rtt_us)
{
  if (m->retries == 0)
    return now_us >= m->missing_since_us + self->config.reorder_wait_us ? DUE_REQUEST : DUE_NOT;
  if (now_us >= m->asked_at_us + rtt_us + ANSWER_SLACK_US)
    return m->retries >= self->config.retries_max ? DUE_GIVE_UP : DUE_REQUEST;
  return m->is_echo_due && now_us >= m->asked_at_us + ECHO_US ? DUE_ECHO : DUE_NOT;
}

guint
nack_requester_poll(NackRequester *self, gint64 now_us, gint64 rtt_us, guint16 *out, guint out_max)
{
  guint n = 0, kept = 0;
  for (guint i = 0; i < self->n_missing; i++) {
    Missing *m = &self->missing[i];
    Due due = due_now(self, m, now_us, rtt_us);
    if (due == DUE_GIVE_UP)
      continue;  /* not kept */
    if (due != DUE_NOT && n < out_max) {
      out[n++] = (guint16)m->seq;
      m->is_echo_due = due == DUE_REQUEST && self->is_lossy;
      if (due == DUE_REQUEST) {
        m->asked_at_us = now_us;
        m->retries++;
      }
    }
    self->missing[kept++] = *m;
  }
  self->n_missing = kept;
  return n;
}

guint
nack_requester_n_missing(const NackRequester *self)
{
  return self->n_missing;
}
