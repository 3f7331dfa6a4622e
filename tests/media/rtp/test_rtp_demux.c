/* tests/media/rtp/test_rtp_demux.c - unit tests of media/rtp/rtp_demux. */
#include "media/rtp/rtp_demux.h"

/* audio 111; camera and document share 96 and 97, as BUNDLE allows */
static MediaPlan
make_plan(bool with_document)
{
  MediaPlan plan = { .n_tracks = with_document ? 3 : 2 };
  plan.tracks[0] = (MediaTrackPlan) { .kind = MEDIA_KIND_AUDIO, .mid = "0", .we_receive = true, .payload_type = 111 };
  plan.tracks[1] = (MediaTrackPlan) { .kind = MEDIA_KIND_VIDEO, .mid = "1", .we_receive = true,
                                      .payload_type = 96, .rtx_payload_type = 97 };
  plan.tracks[2] = plan.tracks[1];
  plan.tracks[2].mid[0] = '2';
  return plan;
}

static void
assert_found(RtpDemux *demux, guint32 ssrc, guint8 pt, const char *mid, int track, bool is_rtx) ON_NET
{
  const RtpDemuxEntry *entry = rtp_demux_find(demux, ssrc, pt, mid, mid != NULL ? strlen(mid) : 0, 0);
  g_assert_cmpint(entry != NULL ? entry->track : -1, ==, track);
  if (entry != NULL)
    g_assert_cmpint(entry->is_rtx, ==, is_rtx);
}

static void
test_a_payload_type_of_one_track_is_enough(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(false);
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  assert_found(&demux, 10, 111, NULL, 0, false);
  assert_found(&demux, 20, 96, NULL, 1, false);
  assert_found(&demux, 21, 97, NULL, 1, true);
  assert_found(&demux, 30, 13, NULL, -1, false);
  assert_found(&demux, 10, 96, NULL, -1, false);  /* sound does not turn into video */
  assert_found(&demux, 20, 97, NULL, -1, false);
}

static void
test_sound_may_change_between_plain_and_red(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(false);
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  assert_found(&demux, 10, 63, NULL, -1, false);  /* not agreed */
  plan.tracks[0].red_payload_type = 63;
  assert_found(&demux, 10, 63, NULL, 0, false);
  assert_found(&demux, 10, 111, NULL, 0, false);
  assert_found(&demux, 10, 63, NULL, 0, false);
  assert_found(&demux, 20, 96, NULL, 1, false);
  assert_found(&demux, 20, 63, NULL, -1, false);
}

static void
test_a_shared_payload_type_needs_the_mid_once(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(true);
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  assert_found(&demux, 20, 96, NULL, -1, false);
  assert_found(&demux, 20, 96, "2", 2, false);
  assert_found(&demux, 20, 96, NULL, 2, false);
  assert_found(&demux, 21, 97, "1", 1, true);
  assert_found(&demux, 22, 96, "9", -1, false);
  assert_found(&demux, 22, 111, "1", -1, false);  /* the MID's track has no such type */
  assert_found(&demux, 22, 111, "", -1, false);
}

static void
test_announced_ssrcs_are_known_and_the_first_claim_wins(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(true);
  plan.tracks[1].recv_ssrc = 77;
  plan.tracks[1].recv_rtx_ssrc = 78;
  plan.tracks[2].recv_ssrc = 77;
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  assert_found(&demux, 77, 96, NULL, 1, false);
  assert_found(&demux, 78, 97, NULL, 1, true);
  g_assert_nonnull(rtp_demux_lookup(&demux, 77));
  g_assert_null(rtp_demux_lookup(&demux, 79));
}

static void
test_tracks_that_we_do_not_receive_take_nothing(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(false);
  plan.tracks[1].we_receive = false;
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  assert_found(&demux, 20, 96, NULL, -1, false);
  assert_found(&demux, 20, 96, "1", -1, false);
}

static void
test_invented_ssrcs_push_out_only_each_other(void)
{
  assert_on_net();
  MediaPlan plan = make_plan(false);
  plan.tracks[1].recv_ssrc = 77;
  RtpDemux demux;
  rtp_demux_init(&demux, &plan);
  for (guint32 i = 0; i < 100000; i++)
    g_assert_nonnull(rtp_demux_find(&demux, 1000 + i, 111, NULL, 0, i));
  g_assert_cmpuint(demux.n_entries, ==, RTP_DEMUX_SSRCS_MAX);
  assert_found(&demux, 77, 96, NULL, 1, false);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/rtp_demux/" #name, test_##name)
  ADD(a_payload_type_of_one_track_is_enough);
  ADD(sound_may_change_between_plain_and_red);
  ADD(a_shared_payload_type_needs_the_mid_once);
  ADD(announced_ssrcs_are_known_and_the_first_claim_wins);
  ADD(tracks_that_we_do_not_receive_take_nothing);
  ADD(invented_ssrcs_push_out_only_each_other);
  return g_test_run();
}
