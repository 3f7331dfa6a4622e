/* tests/media/rtp/test_bridge_sound.c - a site's sound from its client to the mix in virtual time:
 * two whole sessions, our jitter buffer and ticks. Is it in step with the picture, and what of
 * it is missing on a lossy line? */
#include "media/codec/audio_jitter.h"
#include "tests/media/rtp/session_pair.h"

#define MS(n) ((gint64)(n) * 1000)
#define S(n) ((gint64)(n) * G_USEC_PER_SEC)

enum { EARLY_MAX_MS = 45, LATE_MAX_MS = 125, TICK_US = 33333, PULL_US = 20000 };

typedef struct {
  SessionPair *pair;
  AudioJitter *jitter;
  bool    has_offset;
  guint32 timestamp_offset;  /* of the client's packet 0 */
  gint64  next_tick_us, next_pull_us, next_look_us;
  gint64  sound_age_us;      /* of what was mixed last    */
  /* over the last second or so */
  double  skew_sum_ms;       /* sound later than picture: positive */
  guint   n_ticks;
  guint   delay_ms, target_ms, not_normal;
} Bridge;

static void
hear(const AudioPacket *packet, guint number, gpointer user)
{
  assert_on_audio_tick();
  Bridge *self = user;
  self->timestamp_offset = packet->rtp_timestamp - number * AUDIO_FRAME_SAMPLES;
  self->has_offset = true;
  audio_jitter_push(self->jitter, audio_packet_ref((AudioPacket *)packet));
}

/* The age of the picture that is composed at this moment. */
static gint64
picture_age_us(const Bridge *self)
{
  const PairEnd *client = &self->pair->end[1];
  return self->pair->now_us - (client->sent_us[self->pair->end[0].last_frame] - client->video_age_us);
}

static void
mix(Bridge *self)
{
  assert_on_audio_tick();
  gint16 out[AUDIO_FRAME_SAMPLES];
  AudioPull kind = audio_jitter_pull(self->jitter, self->pair->now_us, out);
  self->not_normal += kind != AUDIO_PULL_NORMAL;
  AudioJitterStats stats;
  audio_jitter_stats(self->jitter, &stats);
  if (!stats.playout.is_playing)
    return;
  gint64 samples = (gint32)(stats.playout.rtp_timestamp - self->timestamp_offset);
  gint64 capture_us = self->pair->end[1].first_audio_us + samples * 125 / 6;
  self->sound_age_us = self->pair->now_us - capture_us;
}

static void
bridge_run(Bridge *self, gint64 duration_us) ON_NET
{
  assert_on_audio_tick();
  gint64 end_us = self->pair->now_us + duration_us;
  while (self->pair->now_us < end_us) {
    session_pair_run(self->pair, MS(1));
    gint64 now_us = self->pair->now_us;
    if (now_us >= self->next_pull_us) {
      self->next_pull_us = MAX(self->next_pull_us, now_us - MS(1)) + PULL_US;
      mix(self);
    }
    if (now_us >= self->next_tick_us && self->pair->end[0].frames_received > 0) {
      self->next_tick_us = MAX(self->next_tick_us, now_us - MS(1)) + TICK_US;
      self->skew_sum_ms += (double)(self->sound_age_us - picture_age_us(self)) / 1000;
      self->n_ticks++;
    }
    if (now_us >= self->next_look_us) {  /* as mcu/connection does */
      self->next_look_us = now_us + MS(200);
      AudioJitterStats stats;
      audio_jitter_stats(self->jitter, &stats);
      AudioDelayWish wish = media_session_on_playout(self->pair->end[0].session, &stats.playout);
      audio_jitter_set_extra_delay(self->jitter, self->delay_ms = wish.lip_sync_ms);
      audio_jitter_set_resend_wait(self->jitter, wish.resend_wait_ms);
      self->target_ms = stats.target_ms;
    }
  }
}

/* The mean skew of the next second. */
static double
skew_ms(Bridge *self) ON_NET
{
  self->skew_sum_ms = 0;
  self->n_ticks = 0;
  bridge_run(self, S(1));
  return self->skew_sum_ms / self->n_ticks;
}

/* Not started. */
static void
bridge_init(Bridge *self, guint32 seed) ON_NET
{
  *self = (Bridge) { .pair = session_pair_new(seed), .jitter = audio_jitter_new() };
  self->pair->end[0].hear = hear;
  self->pair->end[0].hear_user = self;
}

static void
bridge_clear(Bridge *self) ON_NET
{
  session_pair_free(self->pair);
  audio_jitter_free(self->jitter);
}

typedef struct {
  const char *name;
  int video_age_ms, delay_ms, jitter_ms;
} Case;

static const Case CASES[] = {
  { "in_step", 0, 25, 2 },
  { "picture_100_ms_late", 100, 25, 2 },
  { "picture_200_ms_late", 200, 25, 2 },
  { "picture_200_ms_late_over_150_ms_with_jitter", 200, 150, 30 },
  { "picture_270_ms_late", 270, 25, 2 },
};

static void
test_skew_stays_unnoticed(gconstpointer data)
{
  assert_on_net();
  const Case *c = data;
  for (guint32 seed = 40; seed < 42; seed++) {
    Bridge bridge;
    bridge_init(&bridge, seed);
    bridge.pair->end[1].video_age_us = MS(c->video_age_ms);
    session_pair_set_link(bridge.pair, 0, MS(c->delay_ms), MS(c->jitter_ms));
    session_pair_start(bridge.pair);
    bridge_run(&bridge, S(2));
    double before_ms = skew_ms(&bridge), lowest_ms = 1000, highest_ms = -1000;
    bridge_run(&bridge, S(12));
    guint not_normal = bridge.not_normal;
    for (guint i = 0; i < 20; i++) {
      double now_ms = skew_ms(&bridge);
      lowest_ms = MIN(lowest_ms, now_ms);
      highest_ms = MAX(highest_ms, now_ms);
    }
    g_test_message("seed %u: sound against picture %.0f ms at first, %.0f to %.0f ms then, delay %u ms", seed,
                   before_ms, lowest_ms, highest_ms, bridge.delay_ms);
    if (c->video_age_ms >= 200)
      g_assert_cmpfloat(before_ms, <, -EARLY_MAX_MS);  /* else there was nothing to mend */
    g_assert_cmpfloat(lowest_ms, >, -EARLY_MAX_MS);
    g_assert_cmpfloat(highest_ms, <, LATE_MAX_MS);
    g_assert_cmpuint(bridge.not_normal - not_normal, <=, 10);
    bridge_clear(&bridge);
  }
}

static void
test_a_picture_that_comes_to_be_in_time_frees_the_sound(void)
{
  assert_on_net();
  Bridge bridge;
  bridge_init(&bridge, 43);
  bridge.pair->end[1].video_age_us = MS(250);
  session_pair_set_link(bridge.pair, 0, MS(25), MS(2));
  session_pair_start(bridge.pair);
  bridge_run(&bridge, S(15));
  g_assert_cmpuint(bridge.delay_ms, >, 150);
  bridge.pair->end[1].video_age_us = 0;
  bridge_run(&bridge, S(20));
  double now_ms = skew_ms(&bridge);
  g_test_message("seed 43: delay %u ms, skew %.0f ms", bridge.delay_ms, now_ms);
  g_assert_cmpuint(bridge.delay_ms, <, 30);
  g_assert_cmpfloat(now_ms, >, -EARLY_MAX_MS);
  g_assert_cmpfloat(now_ms, <, 60);
  bridge_clear(&bridge);
}

typedef struct {
  const char *name;
  double loss;
  int    rtt_ms;
  bool   nack, red;
  double missing_min, missing_max;  /* share of the pulls that were not whole */
  guint  target_max_ms;
  guint  nacks_min, nacks_max;
} LossCase;

/* The client's packets have no FEC: what is not brought back is missing. */
static const LossCase LOSS_CASES[] = {
  { "nothing_helps", 0.05, 50, false, false, 0.03, 0.08, 40, 0, 0 },
  { "nack_5_percent_20_ms", 0.05, 20, true, false, 0, 0.012, 80, 20, 2000 },
  { "nack_5_percent_50_ms", 0.05, 50, true, false, 0, 0.012, 110, 20, 2000 },
  { "nack_is_not_worth_100_ms_for_5_percent", 0.05, 100, true, false, 0.02, 0.09, 60, 0, 0 },
  { "nack_20_percent_100_ms", 0.20, 100, true, false, 0.01, 0.15, 185, 20, 2000 },
  { "nack_is_too_slow_over_300_ms", 0.20, 300, true, false, 0.10, 0.30, 60, 0, 0 },
  { "red_10_percent_300_ms", 0.10, 300, false, true, 0, 0.03, 70, 0, 0 },
  { "red_20_percent_300_ms", 0.20, 300, false, true, 0, 0.06, 90, 0, 0 },
  { "red_leaves_nack_little_to_do", 0.20, 20, true, true, 0, 0.05, 120, 0, 150 },
};

static void
test_what_is_lost_comes_back(gconstpointer data)
{
  assert_on_net();
  assert_on_audio_tick();
  const LossCase *c = data;
  for (guint32 seed = 60; seed < 62; seed++) {
    Bridge bridge;
    bridge_init(&bridge, seed);
    for (guint i = 0; i < 2; i++) {
      bridge.pair->plan[i].tracks[PAIR_AUDIO].nack = c->nack;
      bridge.pair->plan[i].tracks[PAIR_AUDIO].red_payload_type = c->red ? 63 : 0;
    }
    session_pair_set_link(bridge.pair, c->loss, MS(c->rtt_ms) / 2, MS(2));
    session_pair_start(bridge.pair);
    bridge_run(&bridge, S(15));
    guint before = bridge.not_normal;
    MediaSessionStats stats, earlier;
    media_session_stats(bridge.pair->end[0].session, &earlier);
    bridge_run(&bridge, S(40));
    media_session_stats(bridge.pair->end[0].session, &stats);
    double missing = (bridge.not_normal - before) / (40 * 50.0);
    guint64 nacks = stats.received[PAIR_AUDIO].nacks - earlier.received[PAIR_AUDIO].nacks;
    g_test_message("seed %u: %.1f %% missing, target %u ms, %u of it for the picture, %u asked for, %u from copies",
                   seed, 100 * missing, bridge.target_ms, bridge.delay_ms, (guint)nacks,
                   (guint)stats.received[PAIR_AUDIO].red_packets);
    g_assert_cmpfloat(missing, >=, c->missing_min);
    g_assert_cmpfloat(missing, <=, c->missing_max);
    g_assert_cmpuint(bridge.target_ms - bridge.delay_ms, <=, c->target_max_ms);
    g_assert_cmpuint(nacks, >=, c->nacks_min);
    g_assert_cmpuint(nacks, <=, c->nacks_max);
    g_assert_cmpint(stats.received[PAIR_AUDIO].red_packets > 50, ==, c->red);
    g_assert_cmpuint(bridge.pair->end[0].audio_broken, ==, 0);
    bridge_clear(&bridge);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *path = g_strdup_printf("/media/bridge_sound/skew_stays_unnoticed/%s", CASES[i].name);
    g_test_add_data_func(path, &CASES[i], test_skew_stays_unnoticed);
  }
  g_test_add_func("/media/bridge_sound/a_picture_that_comes_to_be_in_time_frees_the_sound",
                  test_a_picture_that_comes_to_be_in_time_frees_the_sound);
  for (guint i = 0; i < G_N_ELEMENTS(LOSS_CASES); i++) {
    g_autofree char *path = g_strdup_printf("/media/bridge_sound/what_is_lost_comes_back/%s", LOSS_CASES[i].name);
    g_test_add_data_func(path, &LOSS_CASES[i], test_what_is_lost_comes_back);
  }
  return g_test_run();
}
