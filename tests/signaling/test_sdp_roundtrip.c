/* tests/signaling/test_sdp_roundtrip.c - our own offer, our answer to it, and both plans compared. */
#include "tests/signaling/sdp_facts.h"
#include <string.h>

static const MediaLocal CLIENT = {
  .ufrag = "clnt", .password = "client78901234567890123", .fingerprint_sha256 = { 0xC1 },
  .n_candidates = 1, .candidates = { "candidate:7 1 UDP 99 192.0.2.7 7000 typ host" },
};

static MediaPlan *
client_plan(void)
{
  MediaPlan *plan = g_new0(MediaPlan, 1);
  plan->n_tracks = 3;
  plan->tracks[0] = (MediaTrackPlan) {
    .kind = MEDIA_KIND_AUDIO, .use = MEDIA_USE_MAIN, .mid = "0", .we_send = true,
    .we_receive = true, .payload_type = 111, .red_payload_type = 63, .nack = true,
    .extensions = { .mid = 1, .transport_cc = 2, .audio_level = 3 }, .transport_cc = true,
    .reduced_size_rtcp = true, .rrtr = true, .opus_fec = true, .send_ssrc = 1001,
  };
  plan->tracks[1] = (MediaTrackPlan) {
    .kind = MEDIA_KIND_VIDEO, .use = MEDIA_USE_MAIN, .mid = "1", .we_send = true,
    .we_receive = true, .video_codec = VIDEO_CODEC_VP8, .payload_type = 96,
    .rtx_payload_type = 97,
    .extensions = { .mid = 1, .transport_cc = 2, .abs_send_time = 4, .video_orientation = 5,
                    .playout_delay = 6 },
    .nack = true, .pli = true, .fir = true, .transport_cc = true, .remb = true,
    .reduced_size_rtcp = true, .extmap_allow_mixed = true, .send_ssrc = 1002,
    .send_rtx_ssrc = 1003,
  };
  plan->tracks[2] = plan->tracks[1];
  plan->tracks[2].use = MEDIA_USE_DOCUMENT;
  strcpy(plan->tracks[2].mid, "2");
  plan->tracks[2].we_receive = false;
  plan->tracks[2].extensions.playout_delay = 0;
  plan->tracks[2].send_ssrc = 1004;
  plan->tracks[2].send_rtx_ssrc = 1005;
  return plan;
}

static void
assert_tracks_match(const MediaTrackPlan *server, const MediaTrackPlan *client)
{
  g_assert_cmpint(server->kind, ==, client->kind);
  g_assert_cmpint(server->use, ==, client->use);
  g_assert_cmpstr(server->mid, ==, client->mid);
  g_assert_cmpint(server->we_send, ==, client->we_receive);
  g_assert_cmpint(server->we_receive, ==, client->we_send);
  g_assert_cmpint(server->video_codec, ==, client->video_codec);
  g_assert_cmpuint(server->payload_type, ==, client->payload_type);
  g_assert_cmpuint(server->rtx_payload_type, ==, client->rtx_payload_type);
  g_assert_cmpuint(server->red_payload_type, ==, client->red_payload_type);
  g_assert_cmpmem(&server->extensions, sizeof server->extensions, &client->extensions,
                  sizeof client->extensions);
  g_assert_cmpint(server->nack, ==, client->nack);
  g_assert_cmpint(server->pli, ==, client->pli);
  g_assert_cmpint(server->fir, ==, client->fir);
  g_assert_cmpint(server->transport_cc, ==, client->transport_cc);
  g_assert_cmpint(server->remb, ==, client->remb);
  g_assert_cmpint(server->reduced_size_rtcp, ==, client->reduced_size_rtcp);
  g_assert_cmpint(server->rrtr, ==, client->rrtr);
  g_assert_cmpint(server->extmap_allow_mixed, ==, client->extmap_allow_mixed);
  g_assert_cmpuint(server->recv_ssrc, ==, client->send_ssrc);
  g_assert_cmpuint(server->recv_rtx_ssrc, ==, client->send_rtx_ssrc);
  g_assert_cmpuint(client->recv_ssrc, ==, server->we_send ? server->send_ssrc : 0);
  g_assert_cmpuint(client->recv_rtx_ssrc, ==, server->we_send ? server->send_rtx_ssrc : 0);
}

static void
test_both_sides_hold_the_same_plan(void)
{
  g_autofree MediaPlan *client = client_plan();
  g_autofree char *offer = sdp_write_offer(client, &CLIENT);
  g_autofree MediaPlan *server = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *answer = sdp_write_answer(server, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  sdp_facts_check_answer(offer, answer);
  g_autoptr(GError) error = NULL;
  sdp_read_answer(answer, strlen(answer), client, &error);
  g_assert_no_error(error);

  g_assert_cmpuint(server->n_tracks, ==, 3);
  for (guint i = 0; i < 3; i++)
    assert_tracks_match(&server->tracks[i], &client->tracks[i]);
  g_assert_true(client->tracks[0].opus_fec);
  g_assert_true(client->tracks[0].nack);
  g_assert_cmpuint(client->tracks[0].red_payload_type, ==, 63);
  g_assert_cmpint(server->our_dtls_role, ==, DTLS_ROLE_PASSIVE);
  g_assert_cmpint(client->our_dtls_role, ==, DTLS_ROLE_ACTIVE);
  g_assert_cmpstr(server->ufrag, ==, CLIENT.ufrag);
  g_assert_cmpstr(client->ufrag, ==, SDP_FACTS_LOCAL.ufrag);
  g_assert_cmpstr(server->password, ==, CLIENT.password);
  g_assert_cmpstr(client->password, ==, SDP_FACTS_LOCAL.password);
  g_assert_cmpmem(server->fingerprint_sha256, 32, CLIENT.fingerprint_sha256, 32);
  g_assert_cmpmem(client->fingerprint_sha256, 32, SDP_FACTS_LOCAL.fingerprint_sha256, 32);
  g_assert_cmpuint(server->n_candidates, ==, 1);
  g_assert_cmpuint(client->n_candidates, ==, 2);
  g_assert_cmpstr(client->candidates[1], ==, SDP_FACTS_LOCAL.candidates[1]);
}

static void
test_viewer_reads_what_was_refused(void)
{
  g_autofree MediaPlan *client = client_plan();
  g_autofree char *offer = sdp_write_offer(client, &CLIENT);
  g_autofree MediaPlan *server = sdp_facts_negotiate(offer, &SDP_FACTS_VIEWER);
  g_autofree char *answer = sdp_write_answer(server, &SDP_FACTS_LOCAL, &SDP_FACTS_VIEWER);
  g_assert_true(sdp_read_answer(answer, strlen(answer), client, NULL));
  g_assert_false(client->tracks[0].we_send);
  g_assert_true(client->tracks[0].we_receive);
  g_assert_cmpint(client->tracks[2].use, ==, MEDIA_USE_NONE);
}

static void
test_red_that_is_not_answered_is_not_agreed(void)
{
  static const struct { const char *from, *to; } CASES[] = {
    { "SAVPF 111 63", "SAVPF 111" }, { "fmtp:63 111/111", "fmtp:63 0/0" }, { "red/48000/2", "red/8000" },
  };
  g_autofree MediaPlan *client = client_plan();
  g_autofree char *offer = sdp_write_offer(client, &CLIENT);
  g_autofree MediaPlan *server = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *answer = sdp_write_answer(server, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(GString) text = g_string_new(answer);
    g_assert_cmpuint(g_string_replace(text, CASES[i].from, CASES[i].to, 1), ==, 1);
    g_autofree MediaPlan *plan = client_plan();
    g_assert_true(sdp_read_answer(text->str, text->len, plan, NULL));
    g_assert_cmpuint(plan->tracks[0].red_payload_type, ==, 0);
    g_assert_cmpuint(plan->tracks[0].payload_type, ==, 111);
  }
}

/* An answer that does not fit leaves the plan as it was. */
static void
test_foreign_answers_are_refused(void)
{
  static const struct { const char *from, *to; } CASES[] = {
    { "a=mid:1", "a=mid:9" },
    { "a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1" },
    { "a=setup:passive", "a=setup:actpass" },
    { "a=rtcp-mux", "a=rtcp-mix" },
    { "VP8", "VP9" },
    { "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 98" },
    { "m=audio", "m=video" },
    { "sha-256", "sha-1" },
    { "a=ice-pwd:", "a=ice-psw:" },
    { "v=0", "v=2" },
  };
  g_autofree MediaPlan *client = client_plan();
  g_autofree char *offer = sdp_write_offer(client, &CLIENT);
  g_autofree MediaPlan *server = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *answer = sdp_write_answer(server, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(GString) text = g_string_new(answer);
    g_assert_cmpuint(g_string_replace(text, CASES[i].from, CASES[i].to, 1), ==, 1);
    g_autofree MediaPlan *plan = client_plan();
    g_autofree MediaPlan *before = client_plan();
    g_autoptr(GError) error = NULL;
    if (sdp_read_answer(text->str, text->len, plan, &error))
      g_error("accepted: %s made %s", CASES[i].from, CASES[i].to);
    g_assert_nonnull(error);
    g_assert_cmpmem(plan, sizeof *plan, before, sizeof *before);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/sdp_roundtrip/both_sides_hold_the_same_plan",
                  test_both_sides_hold_the_same_plan);
  g_test_add_func("/signaling/sdp_roundtrip/viewer_reads_what_was_refused",
                  test_viewer_reads_what_was_refused);
  g_test_add_func("/signaling/sdp_roundtrip/red_that_is_not_answered_is_not_agreed",
                  test_red_that_is_not_answered_is_not_agreed);
  g_test_add_func("/signaling/sdp_roundtrip/foreign_answers_are_refused",
                  test_foreign_answers_are_refused);
  return g_test_run();
}
