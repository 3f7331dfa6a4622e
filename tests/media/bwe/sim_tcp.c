/* tests/media/bwe/sim_tcp.c - a TCP download beside our flows: Reno. */
#include "tests/media/bwe/sim_tcp.h"
#include "tests/lib/random_stream.h"
#include <math.h>
#include <string.h>

enum {
  SEGMENT_BYTES = 1500,
  ACK_BYTES = 52,
  WINDOW_START = 10,
  REORDER = 3,              /* later segments acknowledged: this one is lost */
  SEGMENTS = 4096,          /* in flight at most; power of two               */
  RTO_MIN_US = 300 * 1000,
  RTO_START_US = 1000 * 1000,
};

typedef struct {
  guint64 seq;
  gint64  sent_us;
} Segment;

typedef enum { SEGMENT_NONE = 0, SEGMENT_SENT, SEGMENT_ACKED, SEGMENT_LOST } SegmentState;

struct SimTcp {
  SimTcpConfig config;
  RandomStream random;
  guint64 una, next, highest_acked;   /* segments */
  guint64 end;                        /* of this transfer; 0: none under way */
  guint64 recovery;                   /* losses before it are one event */
  double  window, threshold;
  guint   in_flight;
  guint8  states[SEGMENTS];
  gint64  sent_us[SEGMENTS];
  gint64  rtt_us, last_ack_us;
  guint64 acked_bytes;
};

static void on_segment(gpointer user, gpointer data);

static void
send_segment(SimTcp *self, guint64 seq)
{
  Segment *segment = g_rc_box_new0(Segment);
  *segment = (Segment) { seq, sim_clock_now_us(self->config.clock) };
  self->states[seq % SEGMENTS] = SEGMENT_SENT;
  self->sent_us[seq % SEGMENTS] = segment->sent_us;
  self->in_flight++;
  sim_link_send(self->config.forward, SEGMENT_BYTES, 0, on_segment, self, segment);
}

static void
send_more(SimTcp *self)
{
  for (guint64 seq = self->una; seq < self->next && self->in_flight < self->window; seq++)
    if (self->states[seq % SEGMENTS] == SEGMENT_LOST)
      send_segment(self, seq);
  while (self->next < self->end && self->in_flight < self->window && self->next - self->una < SEGMENTS)
    send_segment(self, self->next++);
}

static void
on_loss(SimTcp *self)
{
  self->threshold = MAX(self->window / 2, 2);
  self->window = self->threshold;
  self->recovery = self->next;
}

static void
find_losses(SimTcp *self)
{
  for (guint64 seq = self->una; seq + REORDER <= self->highest_acked; seq++) {
    if (self->states[seq % SEGMENTS] != SEGMENT_SENT
        || sim_clock_now_us(self->config.clock) - self->sent_us[seq % SEGMENTS] < self->rtt_us)
      continue;
    self->states[seq % SEGMENTS] = SEGMENT_LOST;
    self->in_flight--;
    if (seq >= self->recovery)
      on_loss(self);
  }
}

static void on_start(gpointer user, gpointer data);

static void
on_ack(gpointer user, gpointer data)
{
  SimTcp *self = user;
  const Segment *segment = data;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  if (segment->seq < self->una || segment->seq >= self->next || self->states[segment->seq % SEGMENTS] == SEGMENT_ACKED)
    return;
  if (self->states[segment->seq % SEGMENTS] == SEGMENT_SENT)
    self->in_flight--;
  self->states[segment->seq % SEGMENTS] = SEGMENT_ACKED;
  self->acked_bytes += SEGMENT_BYTES;
  self->rtt_us = self->rtt_us == 0 ? now_us - segment->sent_us : (7 * self->rtt_us + now_us - segment->sent_us) / 8;
  self->last_ack_us = now_us;
  self->highest_acked = MAX(self->highest_acked, segment->seq);
  self->window += self->window < self->threshold ? 1 : 1 / self->window;
  self->window = MIN(self->window, SEGMENTS / 2);
  while (self->una < self->next && self->states[self->una % SEGMENTS] == SEGMENT_ACKED)
    self->una++;
  find_losses(self);
  if (self->una == self->end && self->config.bytes > 0) {
    self->end = 0;
    double pause_s = -log(1 - random_stream_unit(&self->random)) * self->config.pause_s;
    sim_clock_at(self->config.clock, now_us + (gint64)(pause_s * 1e6), on_start, self, NULL);
    return;
  }
  send_more(self);
}

static void
on_segment(gpointer user, gpointer data)
{
  SimTcp *self = user;
  sim_link_send(self->config.back, ACK_BYTES, 0, on_ack, self, g_rc_box_acquire(data));
}

/* Everything in flight may be lost: then no acknowledgement comes. */
static void
on_timer(gpointer user, gpointer data)
{
  SimTcp *self = user;
  (void)data;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  gint64 rto_us = self->rtt_us > 0 ? MAX(2 * self->rtt_us, RTO_MIN_US) : RTO_START_US;
  if (self->end > 0 && self->una < self->next && now_us - self->last_ack_us > rto_us) {
    for (guint64 seq = self->una; seq < self->next; seq++)
      if (self->states[seq % SEGMENTS] == SEGMENT_SENT)
        self->states[seq % SEGMENTS] = SEGMENT_LOST;
    self->in_flight = 0;
    on_loss(self);
    self->window = 1;
    self->last_ack_us = now_us;
    send_more(self);
  }
  sim_clock_at(self->config.clock, now_us + 50 * 1000, on_timer, self, NULL);
}

static void
on_start(gpointer user, gpointer data)
{
  SimTcp *self = user;
  (void)data;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  if (self->config.stop_s > 0 && now_us >= SIM_START_US + (gint64)(self->config.stop_s * 1e6))
    return;
  self->end = self->config.bytes == 0 ? G_MAXUINT64 : self->next + (self->config.bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
  self->window = WINDOW_START;
  self->threshold = SEGMENTS / 2;
  self->last_ack_us = now_us;
  send_more(self);
}

static void
on_stop(gpointer user, gpointer data)
{
  (void)data;
  SimTcp *self = user;
  self->end = self->next;
}

SimTcp *
sim_tcp_new(const SimTcpConfig *config)
{
  SimTcp *self = g_new0(SimTcp, 1);
  self->config = *config;
  self->random = random_stream(config->seed);
  sim_clock_at(config->clock, SIM_START_US + (gint64)(config->start_s * 1e6), on_start, self, NULL);
  if (config->stop_s > 0)
    sim_clock_at(config->clock, SIM_START_US + (gint64)(config->stop_s * 1e6), on_stop, self, NULL);
  sim_clock_at(config->clock, SIM_START_US, on_timer, self, NULL);
  return self;
}

void
sim_tcp_free(SimTcp *self)
{
  g_free(self);
}

guint64
sim_tcp_acked_bytes(const SimTcp *self)
{
  return self->acked_bytes;
}
