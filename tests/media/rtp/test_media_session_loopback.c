/* tests/media/rtp/test_media_session_loopback.c - sessions over ICE, DTLS and SRTP on 127.0.0.1. */
#include "tests/media/rtp/loopback.h"
#include "media/base/clock.h"

enum { WAIT_US = 15 * 1000 * 1000, STEP_US = 20 * 1000 };

static LoopbackFigures
wait_for(Loopback *loopback, guint connected, guint64 frames_down, guint64 frames_up)
{
  LoopbackFigures f;
  gint64 until_us = clock_now_us() + WAIT_US;
  do {
    g_usleep(STEP_US);
    loopback_figures(loopback, &f);
  } while (clock_now_us() < until_us
           && (f.connected < connected || f.frames_down < frames_down || f.frames_up < frames_up));
  return f;
}

static void
test_sound_and_picture_pass_encrypted_both_ways(void)
{
  const LoopbackConfig config = { .peers = 2, .down_bps = 2000000, .down_fps = 30, .up_bps = 700000, .up_fps = 30 };
  g_autoptr(Loopback) loopback = loopback_new(&config);
  LoopbackFigures f = wait_for(loopback, 2, 0, 0);
  g_assert_cmpuint(f.connected, ==, 2);
  loopback_flow(loopback, true);
  f = wait_for(loopback, 2, 120, 120);
  g_assert_cmpuint(f.frames_down, >=, 120);
  g_assert_cmpuint(f.frames_up, >=, 120);
  g_assert_cmpuint(f.audio_down, >, 60);
  g_assert_cmpuint(f.audio_up, >, 60);
  g_assert_cmpuint(f.broken, ==, 0);

  MediaSessionStats stats;
  loopback_stats(loopback, 0, &stats);
  g_assert_cmpuint(stats.malformed, ==, 0);
  g_assert_cmpuint(stats.unknown_ssrc, ==, 0);
  g_assert_cmpuint(stats.transport.srtp_auth_failures, ==, 0);
  g_assert_cmpuint(stats.transport.send_failures, ==, 0);
  g_assert_cmpuint(stats.received[LOOPBACK_VIDEO].width, ==, 1920);
  g_assert_cmpfloat(stats.rtt_ms, >, 0);

  loopback_flow(loopback, false);
  loopback_close_peers(loopback);
  gint64 until_us = clock_now_us() + WAIT_US;
  do {
    g_usleep(STEP_US);
    loopback_figures(loopback, &f);
  } while (f.closed < 2 && clock_now_us() < until_us);
  g_assert_cmpuint(f.closed, ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/session/loopback/sound_and_picture_pass_encrypted_both_ways",
                  test_sound_and_picture_pass_encrypted_both_ways);
  return g_test_run();
}
