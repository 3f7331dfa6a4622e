/* tests/media/rtp/test_media_session_collapse.c - a line that falls from 3 to 0.5 Mbit/s under a large picture: what
 * becomes of the sound, of the queue and of the estimate. In virtual time. */
#include "tests/media/rtp/session_pair.h"

#define MS(n) ((gint64)(n) * 1000)

enum {
  BRIDGE = 0, CLIENT = 1,
  LARGE_BYTES = 9600, SMALL_BYTES = 1000, FULL_BYTES = 1300,  /* of a frame: 2.3, 0.24 and 0.31 Mbit/s */
  KEYFRAME_FRAMES = 6,
  FALL_MS = 10000, END_MS = 30000, STEP_MS = 100,
  FULL_BPS = 3000 * 1000, SHORT_BPS = 500 * 1000,
  QUEUE_MS = 300,
  LATE_MS = 100,                                  /* beyond the least: more than a jitter buffer has ready */
  SOUNDS_MAX = 2048,
};

typedef struct {
  SessionPair *pair;
  guint  small_bytes;
  gint64 heard_us[SOUNDS_MAX];                    /* by the sender's number */
  gint64 keyframe_us;                             /* of the small picture; 0: not asked for yet */
  guint  least_bps;                               /* of the estimate, from 3 s after the fall on */
  guint64 rtx_at_keyframe, rtx_second_later;      /* packets of the picture sent again */
} Collapse;

static void
on_sound(const AudioPacket *packet, guint number, gpointer user)
{
  Collapse *self = user;
  if (number < SOUNDS_MAX && self->heard_us[number] == 0)
    self->heard_us[number] = self->pair->now_us;
}

static void
set_link(Collapse *self, double loss, gint64 delay_us, guint bps)
{
  FakeDirection down = { .loss = loss, .delay_us = delay_us, .rate_bps = bps, .queue_us = MS(QUEUE_MS) };
  FakeDirection up = { .loss = loss, .delay_us = delay_us };
  fake_network_set(self->pair->network, BRIDGE, &down);
  fake_network_set(self->pair->network, CLIENT, &up);
}

static guint64
rtx_packets(const Collapse *self) ON_NET
{
  MediaSessionStats stats;
  media_session_stats(self->pair->end[BRIDGE].session, &stats);
  return stats.sent[PAIR_VIDEO].rtx_packets;
}

/* What LineControl does ten times a second: a smaller picture where the estimate does not carry the large one. */
static void
choose_picture(Collapse *self, gint64 at_ms) ON_NET
{
  SessionPair *pair = self->pair;
  MediaSendFigures figures;
  media_session_send_figures(pair->end[BRIDGE].session, &figures);
  guint bps = figures.estimate.target_bps;
  if (at_ms >= FALL_MS + 3000)
    self->least_bps = MIN(self->least_bps, bps);
  if (self->keyframe_us > 0 && pair->now_us >= self->keyframe_us + MS(1000) && self->rtx_second_later == 0)
    self->rtx_second_later = rtx_packets(self);
  if (at_ms < FALL_MS || self->keyframe_us > 0 || bps > LARGE_BYTES * 8u * 30)
    return;
  pair->frame_bytes = self->small_bytes;
  pair->keyframe_bytes = self->small_bytes * KEYFRAME_FRAMES;
  pair->end[BRIDGE].wants_keyframe = true;
  self->keyframe_us = pair->now_us;
  self->rtx_at_keyframe = rtx_packets(self);
}

static void
collapse_run(Collapse *self, guint32 seed, guint small_bytes, double loss, gint64 delay_us) ON_NET
{
  *self = (Collapse) { .pair = session_pair_new(seed), .small_bytes = small_bytes, .least_bps = G_MAXUINT };
  SessionPair *pair = self->pair;
  pair->temporal_layers = 2;
  pair->frame_bytes = LARGE_BYTES;
  pair->keyframe_bytes = LARGE_BYTES * 3;
  pair->end[CLIENT].hear = on_sound;
  pair->end[CLIENT].hear_user = self;
  pair->end[CLIENT].sends_video = false;
  MediaSendConfig config = { .is_estimating = true, .start_bps = 2800 * 1000, .min_bps = 80 * 1000, .max_bps = 3600 * 1000 };
  media_session_configure_sending(pair->end[BRIDGE].session, &config);
  set_link(self, loss, delay_us, FULL_BPS);
  session_pair_start(pair);
  for (gint64 at_ms = 0; at_ms < END_MS; at_ms += STEP_MS) {
    if (at_ms == FALL_MS)
      set_link(self, loss, delay_us, SHORT_BPS);
    session_pair_run(pair, MS(STEP_MS));
    choose_picture(self, at_ms);
  }
}

/* Packets of sound that left between @from_ms and @to_ms after the fall and came late. */
static guint
late_sounds(const Collapse *self, gint64 from_ms, gint64 to_ms, gint64 delay_us)
{
  guint first = (guint)((FALL_MS + from_ms) / 20), end = (guint)((FALL_MS + to_ms) / 20), n = 0;
  for (guint i = first; i < MIN(end, (guint)SOUNDS_MAX); i++) {
    gint64 sent_us = self->pair->end[BRIDGE].first_audio_us + MS(20) * i;
    n += self->heard_us[i] > sent_us + delay_us + MS(LATE_MS) ? 1 : 0;
  }
  return n;
}

static void
collapse_clear(Collapse *self) ON_NET
{
  session_pair_free(self->pair);
}

/* The queue that the large picture leaves behind drains before anything but the small one and the sound is sent. */
static void
test_the_queue_is_gone_within_a_second(void)
{
  static const gint64 DELAYS_US[] = { MS(10), MS(50), MS(150) };
  assert_on_net();
  for (guint d = 0; d < G_N_ELEMENTS(DELAYS_US); d++)
    for (guint32 seed = 1; seed <= 4; seed++) {
      Collapse run;
      collapse_run(&run, seed, SMALL_BYTES, 0, DELAYS_US[d]);
      g_assert_cmpint(run.keyframe_us, >, 0);
      gint64 known_ms = 2 * DELAYS_US[d] / 1000;  /* nobody can know of it sooner */
      guint at_once = late_sounds(&run, 0, 1100 + 2 * known_ms, DELAYS_US[d]);
      guint later = late_sounds(&run, 1100 + 2 * known_ms, 15000, DELAYS_US[d]);
      g_test_message("%d ms each way, seed %u: %u sounds late at first, %u later; sent again in the second after: %d",
                     (int)(DELAYS_US[d] / 1000), seed, at_once, later, (int)(run.rtx_second_later - run.rtx_at_keyframe));
      g_assert_cmpuint(at_once, >, 0);  /* the line did fall */
      g_assert_cmpuint(later, ==, 0);
      g_assert_cmpuint(run.rtx_second_later - run.rtx_at_keyframe, <=, 8);
      collapse_clear(&run);
    }
}

/* A lost report is no sign that nothing arrived: the estimate does not fall to what the known ones tell of. */
static void
test_lost_reports_do_not_lower_the_rate(void)
{
  static const gint64 DELAYS_US[] = { MS(10), MS(50) };
  assert_on_net();
  for (guint d = 0; d < G_N_ELEMENTS(DELAYS_US); d++)
    for (guint32 seed = 1; seed <= 4; seed++) {
      Collapse run;
      collapse_run(&run, seed, FULL_BYTES, 0.2, DELAYS_US[d]);
      g_test_message("%d ms each way, seed %u: the estimate's least is %u kbit/s of %d", (int)(DELAYS_US[d] / 1000), seed,
                     run.least_bps / 1000, SHORT_BPS / 1000);
      g_assert_cmpint(run.keyframe_us, >, 0);
      g_assert_cmpuint(run.least_bps, >=, SHORT_BPS * 7 / 10);
      collapse_clear(&run);
    }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/session/collapse/" #name, test_##name)
  ADD(the_queue_is_gone_within_a_second);
  ADD(lost_reports_do_not_lower_the_rate);
  return g_test_run();
}
