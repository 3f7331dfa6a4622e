/* media/bwe/probe_meter.h - what came of a burst that was sent to try a rate.
 *
 * Part of RateEstimator. The rate between a cluster's first and last packet, as sent and as
 * received: the lesser counts; if the network spread the burst, it was full, and a little is
 * taken off (TRANSPORT C6). Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  int    cluster;          /* 0: none */
  double rate_bps;
  gsize  bytes_expected;
  guint  packets_expected;
  guint  n_packets;
  gsize  bytes, bytes_last_sent, bytes_first_received;
  gint64 first_sent_us, last_sent_us, first_received_us, last_received_us;
} ProbeMeter;

void probe_meter_begin(ProbeMeter *self, int cluster, double rate_bps, gsize bytes, guint packets);
void probe_meter_add(ProbeMeter *self, int cluster, gsize bytes, gint64 sent_us, gint64 arrival_us);
/* @inherent_loss: 0..1, what the network loses at any rate: so much less need arrive, and so much more was carried.
 * Returns: bit/s; 0: not enough arrived yet; < 0: it cannot be told. @was_full: the network
 * spread the burst. */
double probe_meter_result(const ProbeMeter *self, double inherent_loss, bool *was_full);
