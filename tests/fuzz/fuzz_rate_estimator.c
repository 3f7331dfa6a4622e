/* tests/fuzz/fuzz_rate_estimator.c - feedback as bytes from a peer, among packets, reports and time.
 *
 * Input: operations of one byte each, its low three bits the kind, its high five an amount. */
#include "media/bwe/rate_estimator.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { COOKIES = 1 << 16, MIN_BPS = 50 * 1000, MAX_BPS = 4000 * 1000 };

typedef enum { OP_SEND = 0, OP_FEEDBACK, OP_POLL, OP_REPORT, OP_REMB, OP_WANTED, OP_PROBE, OP_WAIT } Op;

typedef struct {
  RateEstimator *estimator;
  guint16 seq;
  guint32 cookie;
  int     cluster;
  gint64  now_us;
  guint8  fates[COOKIES];  /* bit 0: received, bit 1: lost */
} Rig;

static void
on_fate(guint32 cookie, bool received, gpointer user)
{
  Rig *rig = user;
  guint8 bit = received ? 1 : 2;
  g_assert_cmpuint(cookie, <, rig->cookie);
  g_assert_false(rig->fates[cookie] & (bit | 1));  /* once each, and not lost after received */
  rig->fates[cookie] |= bit;
}

static void
send_some(Rig *rig, guint amount) ON_NET
{
  for (guint i = 0; i <= amount && rig->cookie < COOKIES; i++) {
    rate_estimator_on_sent(rig->estimator, rig->seq++, 60 + 40 * amount, rig->cookie++, rig->cluster, rig->now_us);
    rig->now_us += 1000;
  }
}

static void
feedback(Rig *rig, ByteReader *reader, guint amount) ON_NET
{
  static TwccFeedback parsed;
  gsize length = MIN(8 + 4 * (gsize)amount, byte_reader_remaining(reader));
  const guint8 *bytes = byte_reader_take(reader, length);
  if (bytes != NULL && twcc_feedback_parse(&parsed, byte_reader(bytes, length)))
    rate_estimator_on_feedback(rig->estimator, &parsed, rig->now_us);
}

static void
probe(Rig *rig) ON_NET
{
  RateProbe wanted;
  rig->cluster = 0;
  if (!rate_estimator_take_probe(rig->estimator, rig->now_us, &wanted))
    return;
  g_assert_cmpuint(wanted.rate_bps, <=, MAX_BPS);
  rig->cluster = wanted.cluster;
}

static void
run(Rig *rig, guint8 op, ByteReader *reader) ON_NET
{
  guint amount = op >> 3;
  switch ((Op)(op & 7)) {
  case OP_SEND:
    send_some(rig, amount);
    break;
  case OP_FEEDBACK:
    feedback(rig, reader, amount);
    break;
  case OP_POLL:
    rig->now_us += 5000;
    rate_estimator_poll(rig->estimator, rig->now_us);
    break;
  case OP_REPORT:
    rate_estimator_on_report(rig->estimator, amount / 31.0, amount * 30000, rig->now_us);
    break;
  case OP_REMB:
    rate_estimator_on_remb(rig->estimator, (guint64)1 << (2 * amount), rig->now_us);
    break;
  case OP_WANTED:
    rate_estimator_set_wanted(rig->estimator, amount * 100000);
    break;
  case OP_PROBE:
    probe(rig);
    break;
  case OP_WAIT:
    rig->now_us += (gint64)1000 << amount / 2;
    break;
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static const RateEstimatorEvents EVENTS = { on_fate };
  assert_on_net();
  ByteReader reader = byte_reader(data, size);
  guint8 first = byte_reader_u8(&reader);
  RateEstimatorConfig config = { 300 * 1000, MIN_BPS, MAX_BPS, (first & 1) == 0, NULL };
  g_autofree Rig *rig = g_new0(Rig, 1);
  RateEstimatorStats stats;
  rig->now_us = G_USEC_PER_SEC;
  rig->seq = (guint16)(first << 8);
  rig->estimator = rate_estimator_new(&config, &EVENTS, rig);
  while (byte_reader_remaining(&reader) > 0) {
    run(rig, byte_reader_u8(&reader), &reader);
    guint target = rate_estimator_target_bps(rig->estimator);
    g_assert_true(target >= MIN_BPS && target <= MAX_BPS);
    rate_estimator_is_congested(rig->estimator);
  }
  rate_estimator_stats(rig->estimator, &stats);
  g_assert_true(stats.loss >= 0 && stats.loss <= 1 && stats.inherent_loss >= 0 && stats.inherent_loss <= 1);
  rate_estimator_free(rig->estimator);
  return 0;
}
