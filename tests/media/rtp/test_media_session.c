/* tests/media/rtp/test_media_session.c - two sessions back to back in virtual time. */
#include "session_pair.h"

static void
test_picture_and_sound_pass_whole_on_a_clean_line(void)
{
  assert_on_net();
  g_autoptr(SessionPair) pair = session_pair_new(1);
  session_pair_set_link(pair, 0, 25000, 0);
  session_pair_start(pair);
  session_pair_run(pair, 5 * G_USEC_PER_SEC);
  for (guint i = 0; i < 2; i++) {
    PairEnd *from = &pair->end[i], *to = &pair->end[1 - i];
    MediaSessionStats stats;
    media_session_stats(to->session, &stats);
    g_test_message("end %u: %u of %u frames, %u of %u audio packets, rtt %.1f ms, %.0f kbit/s, %.1f fps, jitter %.2f",
                   i, to->frames_received, from->frames_sent, to->audio_received, from->audio_sent, stats.rtt_ms,
                   stats.received[PAIR_VIDEO].kbps, stats.received[PAIR_VIDEO].fps, stats.received[PAIR_VIDEO].jitter_ms);
    g_assert_cmpuint(to->frames_received, >=, from->frames_sent - 2);
    g_assert_cmpuint(to->frames_broken, ==, 0);
    g_assert_cmpuint(to->keyframes_received, ==, 1);
    g_assert_cmpuint(to->audio_received, >=, from->audio_sent - 3);
    g_assert_cmpuint(to->audio_broken, ==, 0);
    g_assert_cmpuint(stats.received[PAIR_VIDEO].nacks, ==, 0);
    g_assert_cmpuint(stats.malformed, ==, 0);
    g_assert_cmpuint(stats.unknown_ssrc, ==, 0);
    g_assert_cmpfloat(stats.rtt_ms, >, 49);
    g_assert_cmpfloat(stats.rtt_ms, <, 58);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/session/picture_and_sound_pass_whole_on_a_clean_line",
                  test_picture_and_sound_pass_whole_on_a_clean_line);
  return g_test_run();
}
