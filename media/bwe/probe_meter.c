/* media/bwe/probe_meter.c - what came of a burst that was sent to try a rate. */
#include "media/bwe/probe_meter.h"

static const double SHARE_NEEDED = 0.8;
static const double RATIO_MAX = 2.0;    /* received faster than sent by more: noise */
static const double FULL_BELOW = 0.9;   /* of the rate as sent                      */
static const double FULL_FACTOR = 0.95;
enum { INTERVAL_MAX_US = 1000 * 1000 };

void
probe_meter_begin(ProbeMeter *self, int cluster, double rate_bps, gsize bytes, guint packets)
{
  *self = (ProbeMeter) {
    .cluster = cluster, .rate_bps = rate_bps, .bytes_expected = bytes, .packets_expected = packets,
  };
}

void
probe_meter_add(ProbeMeter *self, int cluster, gsize bytes, gint64 sent_us, gint64 arrival_us)
{
  if (cluster == 0 || cluster != self->cluster)
    return;
  bool is_first = self->n_packets++ == 0;
  self->bytes += bytes;
  if (is_first || sent_us < self->first_sent_us)
    self->first_sent_us = sent_us;
  if (is_first || sent_us >= self->last_sent_us) {
    self->last_sent_us = sent_us;
    self->bytes_last_sent = bytes;
  }
  if (is_first || arrival_us < self->first_received_us) {
    self->first_received_us = arrival_us;
    self->bytes_first_received = bytes;
  }
  self->last_received_us = is_first ? arrival_us : MAX(self->last_received_us, arrival_us);
}

double
probe_meter_result(const ProbeMeter *self, double inherent_loss, bool *was_full)
{
  double arriving = 1 - inherent_loss, needed = SHARE_NEEDED * arriving;
  *was_full = false;
  if (self->n_packets < needed * self->packets_expected || (double)self->bytes < needed * (double)self->bytes_expected)
    return 0;
  gint64 sent_us = self->last_sent_us - self->first_sent_us;
  gint64 received_us = self->last_received_us - self->first_received_us;
  if (sent_us <= 0 || received_us <= 0 || sent_us > INTERVAL_MAX_US || received_us > INTERVAL_MAX_US)
    return -1;
  double sent_bps = (double)(self->bytes - self->bytes_last_sent) * 8e6 / (double)sent_us / arriving;
  double received_bps = (double)(self->bytes - self->bytes_first_received) * 8e6 / (double)received_us / arriving;
  if (received_bps > RATIO_MAX * sent_bps)
    return -1;
  *was_full = received_bps < FULL_BELOW * sent_bps;
  return MIN(*was_full ? FULL_FACTOR * received_bps : MIN(sent_bps, received_bps), self->rate_bps);
}
