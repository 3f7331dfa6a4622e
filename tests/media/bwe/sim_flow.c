/* tests/media/bwe/sim_flow.c - sound and video towards one receiver, in virtual time. */
#include "tests/media/bwe/sim_flow.h"
#include "media/bwe/twcc_recv.h"
#include "media/rtp/rtcp_parser.h"
#include "tests/lib/random_stream.h"
#include <math.h>

enum {
  TICK_US = 5 * 1000,
  SOUND_US = 20 * 1000,
  FRAME_US = 33333,
  SOUND_BYTES = 130,           /* on the wire: 32 kbit/s of Opus */
  PAYLOAD_MAX = 1120,
  HEADER_BYTES = 70,           /* IP, UDP, RTP with extensions, VP8, SRTP tag */
  REPORT_US = 1000 * 1000,
  KEYFRAME_FACTOR = 5,
  KEYFRAME_WAIT_US = 500 * 1000,
};
static const double SOUND_BPS = SOUND_BYTES * 8 * 50;

typedef enum { KIND_NONE = 0, KIND_SOUND, KIND_VIDEO, KIND_PADDING, KIND_RTX } Kind;

typedef struct {
  guint16 transport_seq;
  Kind    kind;
  guint   bytes, sound_index;
  gint64  sent_us;
} SimPacket;

typedef struct {
  gsize  length;
  guint8 data[2048];
} FeedbackPacket;

typedef struct { gint64 at_us; guint bytes; } Arrival;
typedef struct { gint64 at_us; double bps; } Target;
typedef struct { gint64 sent_us, arrived_us; } Sound;

struct SimFlow {
  SimFlowConfig  config;
  RateEstimator *estimator;
  Pacer         *pacer;
  TwccRecv      *receiver;
  RandomStream   random;
  bool        is_video_on, is_running;
  SimFeedback feedback;
  GPtrArray  *held;            /* of boxed FeedbackPacket */
  guint16     transport_seq;
  guint64     n_frames;
  gint64      last_keyframe_us;
  bool        was_refused;
  gint64      poll_us;         /* a poll of the pacer is due then; G_MAXINT64: none */
  guint16     rtx_bytes[G_MAXUINT16 + 1];  /* by cookie; 0: not video */
  guint32     cookie;
  guint       padding_bytes;   /* of a recent packet; 0: none yet */
  guint       report_sent, report_received;
  gint64      last_rtt_us;
  GArray     *arrivals, *targets, *sounds;
};

/* --- sending ------------------------------------------------------------------------- */

static void on_arrival(gpointer user, gpointer data);

static gsize
send_packet(SimFlow *self, Kind kind, guint bytes, guint sound_index) ON_NET
{
  gint64 now_us = sim_clock_now_us(self->config.clock);
  SimPacket *packet = g_rc_box_new0(SimPacket);
  *packet = (SimPacket) { self->transport_seq++, kind, bytes, sound_index, now_us };
  self->cookie = (self->cookie + 1) & G_MAXUINT16;
  self->rtx_bytes[self->cookie] = kind == KIND_VIDEO ? (guint16)bytes : 0;
  self->report_sent++;
  rate_estimator_on_sent(self->estimator, packet->transport_seq, bytes, self->cookie,
                         pacer_probe_cluster(self->pacer), now_us);
  if (self->config.line != NULL)
    line_bucket_on_sent(self->config.line, bytes, now_us);
  sim_link_send(self->config.forward, bytes, self->config.extra_us, on_arrival, self, packet);
  return bytes;
}

static gsize
send_video(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user)
{
  assert_on_net();
  (void)track;
  SimFlow *self = user;
  gsize left = frame->length - (gsize)packet * PAYLOAD_MAX;
  *is_last = left <= PAYLOAD_MAX;
  self->padding_bytes = (guint)MIN(left, PAYLOAD_MAX) + HEADER_BYTES;
  return send_packet(self, KIND_VIDEO, self->padding_bytes, 0);
}

static gsize
send_rtx(guint track, guint16 seq, gpointer user)
{
  assert_on_net();
  (void)track;
  SimFlow *self = user;
  return self->rtx_bytes[seq] > 0 ? send_packet(self, KIND_RTX, self->rtx_bytes[seq], 0) : 0;
}

static gsize
send_padding(gsize bytes, gpointer user)
{
  assert_on_net();
  SimFlow *self = user;
  return self->padding_bytes > 0 ? send_packet(self, KIND_PADDING, (guint)MIN(bytes, PAYLOAD_MAX + HEADER_BYTES), 0) : 0;
}

static void
on_fate(guint32 cookie, bool received, gpointer user)
{
  assert_on_net();
  SimFlow *self = user;
  if (!received && self->rtx_bytes[cookie] > 0)
    pacer_push_rtx(self->pacer, 1, (guint16)cookie, self->rtx_bytes[cookie]);
}

static void
on_poll(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SimFlow *self = user;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  if (now_us < self->poll_us)
    return;  /* an older, longer wait */
  self->poll_us = pacer_poll(self->pacer, now_us);
  if (self->poll_us != G_MAXINT64) {
    self->poll_us = MAX(self->poll_us, now_us + 1000);
    sim_clock_at(self->config.clock, self->poll_us, on_poll, self, NULL);
  }
}

static void
poll_soon(SimFlow *self)
{
  self->poll_us = sim_clock_now_us(self->config.clock);
  sim_clock_at(self->config.clock, self->poll_us, on_poll, self, NULL);
}

/* --- sources ------------------------------------------------------------------------- */

static void
on_sound(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SimFlow *self = user;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  if (!self->is_running)
    return;
  sim_clock_at(self->config.clock, now_us + SOUND_US, on_sound, self, NULL);
  Sound sound = { now_us, 0 };
  g_array_append_val(self->sounds, sound);
  pacer_on_unpaced(self->pacer, send_packet(self, KIND_SOUND, SOUND_BYTES, self->sounds->len - 1));
}

/* Some of the target stays for retransmissions and the encoder's inaccuracy. */
static double
encoder_bps(SimFlow *self) ON_NET
{
  double bps = rate_estimator_target_bps(self->estimator) * 0.95 - SOUND_BPS;
  if (self->config.video_max_bps > 0)
    bps = MIN(bps, self->config.video_max_bps);
  bps = MAX(bps, self->config.video_min_bps);
  return MAX(bps * PAYLOAD_MAX / (PAYLOAD_MAX + HEADER_BYTES), 20000);
}

static void
on_frame(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SimFlow *self = user;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  if (!self->is_running)
    return;
  sim_clock_at(self->config.clock, now_us + FRAME_US, on_frame, self, NULL);
  if (!self->is_video_on)
    return;
  bool wants_keyframe = pacer_needs_keyframe(self->pacer, 1)
                        && now_us - self->last_keyframe_us >= KEYFRAME_WAIT_US;
  bool is_upper = self->n_frames % 2 == 1 && !wants_keyframe;
  double bytes = encoder_bps(self) / 8 * FRAME_US / 1e6 * (is_upper ? 0.8 : 1.2);
  bytes *= 0.75 + 0.5 * random_stream_unit(&self->random);
  if (wants_keyframe) {
    bytes *= KEYFRAME_FACTOR;
    self->last_keyframe_us = now_us;
  }
  gsize length = (gsize)MAX(bytes, 50);
  g_autoptr(EncodedFrame) frame = encoded_frame_new_take(VIDEO_CODEC_VP8, g_malloc0(length), length);
  frame->is_keyframe = wants_keyframe;
  frame->is_droppable = is_upper;
  frame->index = self->n_frames++;
  if (pacer_push_video(self->pacer, 1, frame, now_us))
    poll_soon(self);
}

/* --- the way back -------------------------------------------------------------------- */

static void
on_feedback(gpointer user, gpointer data)
{
  assert_on_net();
  SimFlow *self = user;
  const FeedbackPacket *packet = data;
  static TwccFeedback feedback;
  RtcpParser parser = rtcp_parser(packet->data, packet->length);
  RtcpPacket rtcp;
  g_assert_true(rtcp_parser_next(&parser, &rtcp));
  g_assert_true(twcc_feedback_parse(&feedback, rtcp.body));
  rate_estimator_on_feedback(self->estimator, &feedback, sim_clock_now_us(self->config.clock));
}

static void
send_feedback(SimFlow *self, gint64 now_us) ON_NET
{
  static TwccFeedback feedback;
  if (!twcc_recv_is_due(self->receiver, now_us))
    return;
  while (twcc_recv_next(self->receiver, &feedback)) {
    FeedbackPacket *packet = g_rc_box_new0(FeedbackPacket);
    ByteWriter writer = byte_writer(packet->data, sizeof packet->data);
    twcc_feedback_write(&writer, &feedback, 1, 2);
    g_assert_false(writer.failed);
    packet->length = writer.length;
    if (self->feedback == SIM_FEEDBACK_HELD)
      g_ptr_array_add(self->held, packet);
    else if (self->feedback == SIM_FEEDBACK_LOST)
      g_rc_box_release(packet);
    else
      sim_link_send(self->config.back, packet->length + 40, self->config.extra_us, on_feedback, self, packet);
  }
}

static void
on_report(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SimFlow *self = user;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  double loss = self->report_sent > 0 ? 1 - (double)self->report_received / self->report_sent : 0;
  self->report_sent = self->report_received = 0;
  if (self->last_rtt_us > 0)
    rate_estimator_on_report(self->estimator, MAX(loss, 0), self->last_rtt_us, now_us);
  sim_clock_at(self->config.clock, now_us + REPORT_US, on_report, self, NULL);
}

static void
on_arrival(gpointer user, gpointer data)
{
  assert_on_net();
  SimFlow *self = user;
  const SimPacket *packet = data;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  twcc_recv_on_packet(self->receiver, packet->transport_seq, now_us + self->config.receiver_clock_us);
  self->report_received++;
  self->last_rtt_us = now_us - packet->sent_us + self->config.extra_us + 20000;
  Arrival arrival = { now_us, packet->bytes };
  g_array_append_val(self->arrivals, arrival);
  if (packet->kind == KIND_SOUND) {
    Sound *sound = &g_array_index(self->sounds, Sound, packet->sound_index);
    if (sound->arrived_us == 0)
      sound->arrived_us = now_us;
  }
}

/* --- the clock ----------------------------------------------------------------------- */

static void
on_tick(gpointer user, gpointer data)
{
  assert_on_net();
  (void)data;
  SimFlow *self = user;
  gint64 now_us = sim_clock_now_us(self->config.clock);
  RateProbe probe;
  sim_clock_at(self->config.clock, now_us + TICK_US, on_tick, self, NULL);
  if (!self->config.without_feedback)
    send_feedback(self, now_us);
  rate_estimator_poll(self->estimator, now_us);
  pacer_set_target(self->pacer, rate_estimator_target_bps(self->estimator));
  if (self->config.may_wait)
    pacer_set_congested(self->pacer, rate_estimator_is_congested(self->estimator));
  if (rate_estimator_take_probe(self->estimator, now_us, &probe))
    pacer_start_probe(self->pacer, probe.cluster, probe.rate_bps, probe.bytes, probe.packets);
  poll_soon(self);
  Target target = { now_us, rate_estimator_target_bps(self->estimator) };
  g_array_append_val(self->targets, target);
}

static void
on_start(gpointer user, gpointer data)
{
  SimFlow *self = user;
  (void)data;
  self->is_running = true;
  on_tick(self, NULL);
  on_sound(self, NULL);
  on_frame(self, NULL);
  if (self->config.without_feedback)
    on_report(self, NULL);
}

static void
on_stop(gpointer user, gpointer data)
{
  (void)data;
  ((SimFlow *)user)->is_running = false;
}

SimFlow *
sim_flow_new(const SimFlowConfig *config)
{
  static const PacerEvents EVENTS = { send_video, send_rtx, send_padding };
  static const RateEstimatorEvents FATES = { on_fate };
  assert_on_net();
  SimFlow *self = g_new0(SimFlow, 1);
  RateEstimatorConfig estimator = {
    config->start_bps, config->min_bps, config->max_bps, !config->without_feedback, config->token,
  };
  self->config = *config;
  self->estimator = rate_estimator_new(&estimator, &FATES, self);
  self->pacer = pacer_new(&EVENTS, self);
  if (config->line != NULL)
    pacer_set_line(self->pacer, config->line, config->priority);
  self->receiver = twcc_recv_new();
  self->random = random_stream(config->seed);
  self->is_video_on = true;
  self->feedback = SIM_FEEDBACK_PASSES;
  self->held = g_ptr_array_new();
  self->transport_seq = config->first_transport_seq;
  self->poll_us = G_MAXINT64;
  self->arrivals = g_array_new(FALSE, FALSE, sizeof(Arrival));
  self->targets = g_array_new(FALSE, FALSE, sizeof(Target));
  self->sounds = g_array_new(FALSE, FALSE, sizeof(Sound));
  sim_clock_at(config->clock, SIM_START_US + (gint64)(config->start_s * 1e6), on_start, self, NULL);
  if (config->stop_s > 0)
    sim_clock_at(config->clock, SIM_START_US + (gint64)(config->stop_s * 1e6), on_stop, self, NULL);
  return self;
}

void
sim_flow_free(SimFlow *self)
{
  rate_estimator_free(self->estimator);
  pacer_free(self->pacer);
  twcc_recv_free(self->receiver);
  for (guint i = 0; i < self->held->len; i++)
    g_rc_box_release(g_ptr_array_index(self->held, i));
  g_ptr_array_unref(self->held);
  g_array_unref(self->arrivals);
  g_array_unref(self->targets);
  g_array_unref(self->sounds);
  g_free(self);
}

void
sim_flow_set_video(SimFlow *self, bool is_on)
{
  self->is_video_on = is_on;
}

void
sim_flow_set_feedback(SimFlow *self, SimFeedback what)
{
  self->feedback = what;
}

void
sim_flow_release_feedback(SimFlow *self)
{
  for (guint i = 0; i < self->held->len; i++) {
    FeedbackPacket *packet = g_ptr_array_index(self->held, i);
    sim_link_send(self->config.back, packet->length + 40, self->config.extra_us, on_feedback, self, packet);
  }
  g_ptr_array_set_size(self->held, 0);
}

RateEstimator *
sim_flow_estimator(SimFlow *self)
{
  return self->estimator;
}

Pacer *
sim_flow_pacer(SimFlow *self)
{
  return self->pacer;
}

/* --- figures ------------------------------------------------------------------------- */

static bool
is_within(gint64 at_us, double from_s, double to_s)
{
  double at_s = (double)(at_us - SIM_START_US) / 1e6;
  return at_s >= from_s && at_s < to_s;
}

double
sim_flow_received_bps(const SimFlow *self, double from_s, double to_s)
{
  double bits = 0;
  for (guint i = 0; i < self->arrivals->len; i++) {
    const Arrival *arrival = &g_array_index(self->arrivals, Arrival, i);
    if (is_within(arrival->at_us, from_s, to_s))
      bits += arrival->bytes * 8.0;
  }
  return bits / (to_s - from_s);
}

typedef struct { double least, most, sum; guint n; } Range;

static Range
target_range(const SimFlow *self, double from_s, double to_s)
{
  Range range = { G_MAXDOUBLE, 0, 0, 0 };
  for (guint i = 0; i < self->targets->len; i++) {
    const Target *target = &g_array_index(self->targets, Target, i);
    if (!is_within(target->at_us, from_s, to_s))
      continue;
    range.least = MIN(range.least, target->bps);
    range.most = MAX(range.most, target->bps);
    range.sum += target->bps;
    range.n++;
  }
  return range;
}

double
sim_flow_target_bps(const SimFlow *self, double from_s, double to_s)
{
  Range range = target_range(self, from_s, to_s);
  return range.n > 0 ? range.sum / range.n : 0;
}

double
sim_flow_target_least_bps(const SimFlow *self, double from_s, double to_s)
{
  return target_range(self, from_s, to_s).least;
}

double
sim_flow_target_most_bps(const SimFlow *self, double from_s, double to_s)
{
  return target_range(self, from_s, to_s).most;
}

static double
first_s(const SimFlow *self, double from_s, double bps, bool is_below)
{
  for (guint i = 0; i < self->targets->len; i++) {
    const Target *target = &g_array_index(self->targets, Target, i);
    if (is_within(target->at_us, from_s, G_MAXDOUBLE) && (is_below ? target->bps < bps : target->bps > bps))
      return (double)(target->at_us - SIM_START_US) / 1e6;
  }
  return -1;
}

double
sim_flow_first_below_s(const SimFlow *self, double from_s, double bps)
{
  return first_s(self, from_s, bps, true);
}

double
sim_flow_first_above_s(const SimFlow *self, double from_s, double bps)
{
  return first_s(self, from_s, bps, false);
}

guint
sim_flow_dips(const SimFlow *self, double from_s, double to_s, double bps, double within_s)
{
  guint dips = 0, start = 0;
  for (guint i = 0; i < self->targets->len; i++) {
    const Target *target = &g_array_index(self->targets, Target, i);
    double most = 0;
    if (!is_within(target->at_us, from_s, to_s))
      continue;
    for (guint k = start; k <= i; k++) {
      const Target *earlier = &g_array_index(self->targets, Target, k);
      if ((double)(target->at_us - earlier->at_us) / 1e6 <= within_s)
        most = MAX(most, earlier->bps);
    }
    if (most - target->bps > bps) {
      dips++;
      start = i;  /* the same fall is not counted again */
    }
  }
  return dips;
}

guint
sim_flow_sound_lost(const SimFlow *self, double from_s, double to_s)
{
  guint lost = 0;
  for (guint i = 0; i < self->sounds->len; i++) {
    const Sound *sound = &g_array_index(self->sounds, Sound, i);
    lost += is_within(sound->sent_us, from_s, to_s) && sound->arrived_us == 0 ? 1 : 0;
  }
  return lost;
}

guint
sim_flow_sound_gap_ms(const SimFlow *self, double from_s, double to_s)
{
  guint longest = 0, run = 0;
  for (guint i = 0; i < self->sounds->len; i++) {
    const Sound *sound = &g_array_index(self->sounds, Sound, i);
    if (!is_within(sound->sent_us, from_s, to_s))
      continue;
    run = sound->arrived_us == 0 ? run + 1 : 0;
    longest = MAX(longest, run);
  }
  return longest * (SOUND_US / 1000);
}

guint
sim_flow_sound_wait_ms(const SimFlow *self, double from_s, double to_s)
{
  gint64 last_us = 0, longest_us = 0;
  for (guint i = 0; i < self->sounds->len; i++) {
    const Sound *sound = &g_array_index(self->sounds, Sound, i);
    if (!is_within(sound->sent_us, from_s, to_s) || sound->arrived_us == 0)
      continue;
    if (last_us > 0)
      longest_us = MAX(longest_us, sound->arrived_us - last_us);
    last_us = MAX(last_us, sound->arrived_us);
  }
  return (guint)(longest_us / 1000);
}
