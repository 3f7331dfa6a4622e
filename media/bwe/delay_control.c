/* media/bwe/delay_control.c - the rate that the delay of packets allows. */
#include "media/bwe/delay_control.h"
#include <math.h>

enum {
  QUEUE_SHORT_US = 100 * 1000,     /* may be others' doing, while we send little              */
  PROBE_QUEUE_US = 60 * 1000,      /* that a probe may make on a line that it fills           */
  PROBE_VALID_US = 11 * 1000 * 1000,  /* longer than the pause between two */
  REPORT_QUEUE_US = 150 * 1000,    /* rise of the round trip that is taken for a queue        */
  LEAP_US = 60 * 1000,             /* growth of the newest packet's delay that is no jitter,  */
  LEAP_BYTES = 8000,               /* nor a large frame of ours                               */
};
static const double PASSED_LITTLE = 0.9;  /* less: what is sent is more than the way carries */
static const double AGREEING = 0.15;                  /* two probes that differ by less                  */
static const double TOO_HIGH = 0.85, USED_ROOM = 1.2; /* of the rate; over what arrives: no lower by probes */
static const double DRAIN_MOST = 0.3, DRAIN_FROM_US = 60e3, DRAIN_FULL_US = 200e3;
static const double PACE_MOST = 0.8, PACE_LEAST = 0.3, PACE_FROM_US = 50e3, PACE_FULL_US = 150e3;

void
delay_control_init(DelayControl *self, double start_bps, double min_bps, double max_bps)
{
  *self = (DelayControl) { 0 };
  delay_control_restart(self);
  acked_rate_reset(&self->acked);
  aimd_control_init(&self->aimd, start_bps, min_bps, max_bps);
}

void
delay_control_restart(DelayControl *self)
{
  arrival_groups_reset(&self->groups);
  trendline_reset(&self->trendline);
  passed_share_reset(&self->passed);
  busy_rate_reset(&self->busy);
}

void
delay_control_on_rtt(DelayControl *self, gint64 rtt_us)
{
  if (rtt_us <= 0)
    return;
  self->rtt_us = self->rtt_us == 0 ? rtt_us : self->rtt_us + (rtt_us - self->rtt_us) / 8;
  self->rtt_least_us = self->rtt_least_us == 0 ? rtt_us : MIN(self->rtt_least_us, rtt_us);
  self->aimd.rtt_us = self->rtt_us;
}

void
delay_control_on_report_lost(DelayControl *self)
{
  acked_rate_skip(&self->acked);
  passed_share_skip(&self->passed);
  busy_rate_reset(&self->busy);
}

static gint64
delay_of(const SentPacket *packet)
{
  return packet->arrival_us - packet->sent_us;
}

void
delay_control_on_packets(DelayControl *self, const SentNews *news, double target_bps, gint64 now_us)
{
  const SentPacket *newest = news->received[news->n_received - 1];
  gint64 least_us = G_MAXINT64;
  for (guint i = 0; i < news->n_received; i++) {
    const SentPacket *packet = news->received[i];
    ArrivalDelta delta;
    least_us = MIN(least_us, delay_of(packet));
    acked_rate_add(&self->acked, packet->bytes, packet->arrival_us);
    if (arrival_groups_add(&self->groups, packet->sent_us, packet->arrival_us, now_us, &delta))
      trendline_add(&self->trendline, &delta, self->groups.previous.arrival_us);
  }
  passed_share_add(&self->passed, news);
  queue_delay_add(&self->queue, least_us, now_us);
  for (guint i = 0; i < news->n_received; i++)
    busy_rate_add(&self->busy, news->received[i], queue_delay_of(&self->queue, delay_of(news->received[i])));
  delay_control_on_rtt(self, now_us - newest->sent_us);
  gint64 leap_us = queue_leap_add(&self->newest_leap, queue_delay_of(&self->queue, delay_of(newest)), now_us);
  self->is_leaping = leap_us >= MAX(LEAP_US, (gint64)(LEAP_BYTES * 8e6 / target_bps));
}

void
delay_control_on_report(DelayControl *self, double acked_bps, gint64 rtt_us)
{
  delay_control_on_rtt(self, rtt_us);
  if (rtt_us > 0)
    self->queue.queue_us = rtt_us - self->rtt_least_us;
  self->trendline.use = self->queue.queue_us > REPORT_QUEUE_US ? BANDWIDTH_OVERUSED : BANDWIDTH_NORMAL;
  self->acked.bps = acked_bps;
}

/* The acknowledged rate follows slowly after little was sent: then what passed of late counts. */
static double
passing_bps(const DelayControl *self, bool is_application_limited)
{
  if (self->queue.queue_us < QUEUE_SHORT_US)
    return self->acked.bps;
  double recent_bps = acked_rate_recent_bps(&self->acked);
  bool is_held_up = self->passed.share < PASSED_LITTLE;
  return is_held_up && is_application_limited ? MAX(recent_bps, self->passed.received_bps) : recent_bps;
}

bool
delay_control_update(DelayControl *self, const DelaySeen *seen, gint64 now_us)
{
  bool is_watched = seen->is_seen && queue_watch_add(&self->watch, self->queue.queue_us, now_us);
  bool is_own_doing = seen->is_probing && self->queue.queue_us < PROBE_QUEUE_US && self->trendline.use == BANDWIDTH_OVERUSED;
  AimdInput input = {
    .use = is_watched ? BANDWIDTH_OVERUSED : is_own_doing ? BANDWIDTH_UNDERUSED : self->trendline.use,
    .acked_bps = passing_bps(self, seen->is_application_limited) / (1 - seen->inherent_loss),
    .is_application_limited = seen->is_application_limited,
    .is_short_queue = self->queue.queue_us < QUEUE_SHORT_US,
    .is_held_up = self->passed.share < PASSED_LITTLE,
    .full_bps = now_us - self->probed_us < PROBE_VALID_US ? self->full_probe_bps : 0,
    .busy_bps = seen->is_probing ? 0 : self->busy.bps / (1 - seen->inherent_loss),
  };
  if (!aimd_control_update(&self->aimd, &input, now_us))
    return false;
  self->n_decreases++;
  return true;
}

/* Two probes that filled the line and say about the same are to be believed, also if that is less than was assumed. */
static bool
is_agreed(DelayControl *self, double bps, bool was_full, gint64 now_us)
{
  double before_bps = self->full_probe_bps;
  self->full_probe_bps = was_full ? bps : 0;
  self->probed_us = now_us;
  return was_full && fabs(bps - before_bps) < AGREEING * bps;
}

bool
delay_control_on_probe(DelayControl *self, double bps, bool was_full, double inherent_loss, gint64 now_us)
{
  LinkCapacity *capacity = &self->aimd.capacity;
  if (bps <= 0 || self->trendline.use == BANDWIDTH_OVERUSED)
    return false;
  double least_bps = MAX(bps, USED_ROOM * self->acked.bps / (1 - inherent_loss));
  if (is_agreed(self, bps, was_full, now_us) && self->acked.bps > 0 && least_bps < TOO_HIGH * self->aimd.bps) {
    link_capacity_on_probe(capacity, bps);
    aimd_control_set(&self->aimd, least_bps, now_us);
  }
  if (bps <= self->aimd.bps)
    return false;
  if (bps > link_capacity_upper_bps(capacity))
    link_capacity_reset(capacity);
  if (was_full)
    link_capacity_on_probe(capacity, bps);
  aimd_control_set(&self->aimd, bps, now_us);
  return true;
}

gint64
delay_control_own_queue_us(const DelayControl *self)
{
  return MAX(self->queue.queue_us - self->watch.foreign_us, 0);
}

double
delay_control_pace_share(const DelayControl *self)
{
  double own_us = (double)delay_control_own_queue_us(self);
  if (own_us < PACE_FROM_US)
    return 1;
  return PACE_MOST - (PACE_MOST - PACE_LEAST) * CLAMP((own_us - PACE_FROM_US) / (PACE_FULL_US - PACE_FROM_US), 0, 1);
}

double
delay_control_drain_factor(const DelayControl *self)
{
  double own_us = (double)delay_control_own_queue_us(self);
  return 1 - DRAIN_MOST * CLAMP((own_us - DRAIN_FROM_US) / (DRAIN_FULL_US - DRAIN_FROM_US), 0, 1);
}
