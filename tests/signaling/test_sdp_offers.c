/* tests/signaling/test_sdp_offers.c - answers to offers of real clients, against what they must say. */
#include "tests/signaling/sdp_facts.h"
#include <string.h>

typedef struct {
  const char *file;
  const char *facts;
} Golden;

/* Taken from Chromium 156, Firefox 153, GStreamer 1.22's webrtcbin and libdatachannel (which
 * OBS and others use for WHIP): x-... are header extensions and their numbers. */
static const Golden GOLDEN[] = {
  { "chromium_156_all_extensions.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:1558612877\n"
    "video main mid:1 sendrecv pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "x-delay:12 mixed nack pli fir cc remb rsize rrtr ssrc:2272458772 rtx-ssrc:2766142976\n" },
  { "chromium_156_audio_only.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:2381171128\n" },
  { "chromium_156_datachannel.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:3844179030\n"
    "video main mid:1 sendrecv pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "x-delay:5 mixed nack pli fir cc remb rsize rrtr ssrc:3137263594 rtx-ssrc:221795226\n"
    "audio rejected mid:2\n"
    "video document mid:3 recvonly pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 "
      "x-orientation:13 mixed nack pli fir cc remb rsize rrtr ssrc:150810886 rtx-ssrc:637172132\n"
    "video rejected mid:4\n"
    "application rejected mid:5\n" },
  { "chromium_156_document.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:3271780301\n"
    "video main mid:1 sendrecv pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "x-delay:5 mixed nack pli fir cc remb rsize rrtr ssrc:1165243646 rtx-ssrc:3553403500\n"
    "video document mid:2 recvonly pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 "
      "x-orientation:13 mixed nack pli fir cc remb rsize rrtr ssrc:79442043 rtx-ssrc:3188360843\n" },
  { "chromium_156_encoder.sdp",
    "passive candidates:2\n"
    "audio main mid:0 recvonly pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:2071537471\n"
    "video main mid:1 recvonly pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "mixed nack pli fir cc remb rsize rrtr ssrc:4161866252 rtx-ssrc:1906150474\n" },
  { "chromium_156_simulcast.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:2439856439\n"
    "video main mid:1 sendrecv pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "x-delay:5 mixed nack pli fir cc remb rsize rrtr\n" },
  { "chromium_156_site.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:111 red:63 x-mid:4 x-cc:3 x-level:1 x-time:2 mixed cc "
      "rsize rrtr fec ssrc:3980130070\n"
    "video main mid:1 sendrecv pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-orientation:13 "
      "x-delay:5 mixed nack pli fir cc remb rsize rrtr ssrc:2679906291 rtx-ssrc:2853090582\n" },
  { "chromium_156_viewer.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendonly pt:111 red:63 x-mid:4 x-cc:3 x-time:2 mixed cc rsize rrtr fec\n"
    "video main mid:1 sendonly pt:96 rtx:97 x-mid:4 x-cc:3 x-time:2 x-delay:5 mixed "
      "nack pli fir cc remb rsize rrtr\n" },
  { "firefox_153_audio_only.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:1371549400\n" },
  { "firefox_153_datachannel.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:2737670415\n"
    "video main mid:1 sendrecv pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 x-delay:6 "
      "mixed nack pli fir cc remb rsize ssrc:1307187856 rtx-ssrc:3238425746\n"
    "audio rejected mid:2\n"
    "video document mid:3 recvonly pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 mixed nack "
      "pli fir cc remb rsize ssrc:3247565744 rtx-ssrc:1649133423\n"
    "video rejected mid:4\n"
    "application rejected mid:5\n" },
  { "firefox_153_document.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:2711168431\n"
    "video main mid:1 sendrecv pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 x-delay:6 "
      "mixed nack pli fir cc remb rsize ssrc:1298929755 rtx-ssrc:3361942505\n"
    "video document mid:2 recvonly pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 mixed nack "
      "pli fir cc remb rsize ssrc:605427653 rtx-ssrc:972265703\n" },
  { "firefox_153_encoder.sdp",
    "passive candidates:2\n"
    "audio main mid:0 recvonly pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:3484393777\n"
    "video main mid:1 recvonly pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 mixed nack pli "
      "fir cc remb rsize ssrc:288626457 rtx-ssrc:2249530425\n" },
  { "firefox_153_simulcast.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:3964295576\n"
    "video main mid:1 sendrecv pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 x-delay:6 "
      "mixed nack pli fir cc remb rsize ssrc:3485146331 rtx-ssrc:740587740\n" },
  { "firefox_153_site.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendrecv pt:109 x-mid:3 x-cc:7 x-level:1 mixed cc fec "
      "ssrc:1597403179\n"
    "video main mid:1 sendrecv pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 x-delay:6 "
      "mixed nack pli fir cc remb rsize ssrc:4189339449 rtx-ssrc:322068620\n" },
  { "firefox_153_viewer.sdp",
    "passive candidates:2\n"
    "audio main mid:0 sendonly pt:109 x-mid:3 x-cc:7 mixed cc fec ssrc:191685274\n"
    "video main mid:1 sendonly pt:120 rtx:124 x-mid:3 x-cc:7 x-time:4 x-delay:6 "
      "mixed nack pli fir cc remb rsize ssrc:3569054016\n" },
  { "libdatachannel_session_level.sdp",
    "passive candidates:2\n"
    "audio main mid:0 recvonly pt:111 fec ssrc:1111111\n"
    "video main mid:1 recvonly pt:96 nack pli remb ssrc:2222222\n" },
  { "libdatachannel_vp8.sdp",
    "passive candidates:2\n"
    "audio main mid:0 recvonly pt:111 fec ssrc:1111111\n"
    "video main mid:1 recvonly pt:96 nack pli remb ssrc:2222222\n" },
  { "webrtcbin_1.22_encoder_with_twcc.sdp",
    "passive candidates:3\n"
    "audio main mid:audio0 recvonly pt:97 nack rsize ssrc:2714321556\n"
    "video main mid:video1 recvonly pt:96 rtx:99 x-cc:3 nack pli fir cc rsize "
      "ssrc:3755601094 rtx-ssrc:2519484691\n" },
  { "webrtcbin_1.22_site.sdp",
    "passive candidates:3\n"
    "audio main mid:audio0 sendrecv pt:97 rsize ssrc:679020453\n"
    "video main mid:video1 sendrecv pt:96 pli fir rsize ssrc:1034523039\n" },
};

static void
test_offer_is_answered(gconstpointer data)
{
  const Golden *golden = data;
  gsize length;
  g_autofree char *offer = sdp_facts_read_offer(golden->file, &length);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *facts = sdp_facts_of(plan);
  g_assert_cmpstr(facts, ==, golden->facts);
  g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  sdp_facts_check_answer(offer, answer);
}

/* A viewer sees and hears, and nothing is taken from it, whatever it offers to send. */
static void
test_viewer_sends_nothing(gconstpointer data)
{
  const Golden *golden = data;
  gsize length;
  g_autofree char *offer = sdp_facts_read_offer(golden->file, &length);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_VIEWER);
  for (guint i = 0; i < plan->n_tracks; i++) {
    g_assert_false(plan->tracks[i].we_receive);
    g_assert_cmpint(plan->tracks[i].use, !=, MEDIA_USE_DOCUMENT);
  }
  g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_VIEWER);
  sdp_facts_check_answer(offer, answer);
  g_assert_null(strstr(answer, "a=sendrecv"));
  g_assert_null(strstr(answer, "a=recvonly"));
  g_assert_null(strstr(answer, "TIAS"));
}

static void
test_h264_alone_has_no_common_codec(void)
{
  gsize length;
  g_autofree char *offer = sdp_facts_read_offer("libdatachannel_obs_h264.sdp", &length);
  g_autoptr(GError) error = NULL;
  MediaPlan plan;
  g_assert_false(sdp_negotiate(offer, length, &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_NO_COMMON_CODEC);
}

/* The parts of the answer that no plan shows, on the richest offer. */
static void
test_answer_to_chromium_in_full(void)
{
  static const char *const LINES[] = {
    "v=0\r\n", "a=group:BUNDLE 0 1 2\r\n", "a=msid-semantic:WMS *\r\n",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\nb=TIAS:1500000\r\n",
    "a=ice-ufrag:ab+/\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n",
    "a=fingerprint:sha-256 AB:01:00:", "a=setup:passive\r\n",
    "a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
    "a=extmap:5/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n",
    "a=rtpmap:111 opus/48000/2\r\n", "a=fmtp:111 minptime=10;useinbandfec=1\r\n",
    "a=fmtp:96 x-google-max-bitrate=1500;x-google-start-bitrate=800\r\n",
    "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
    "a=msid:mix mix-audio\r\n", "a=msid:mix mix-video\r\n", "a=ssrc-group:FID ",
    " cname:bridge\r\n", "a=rtcp-xr:rcvr-rtt=all\r\n",
  };
  gsize length;
  g_autofree char *offer = sdp_facts_read_offer("chromium_156_document.sdp", &length);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  for (gsize i = 0; i < G_N_ELEMENTS(LINES); i++)
    if (strstr(answer, LINES[i]) == NULL)
      g_error("missing in the answer: %s", LINES[i]);
  g_autofree char *ssrc_line
    = g_strdup_printf("a=ssrc:%u cname:bridge\r\n", plan->tracks[1].send_rtx_ssrc);
  g_assert_nonnull(strstr(answer, ssrc_line));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(GOLDEN); i++) {
    g_autofree char *site = g_strdup_printf("/signaling/sdp_offers/answered/%s", GOLDEN[i].file);
    g_test_add_data_func(site, &GOLDEN[i], test_offer_is_answered);
    g_autofree char *viewer
      = g_strdup_printf("/signaling/sdp_offers/viewer_sends_nothing/%s", GOLDEN[i].file);
    g_test_add_data_func(viewer, &GOLDEN[i], test_viewer_sends_nothing);
  }
  g_test_add_func("/signaling/sdp_offers/h264_alone_has_no_common_codec",
                  test_h264_alone_has_no_common_codec);
  g_test_add_func("/signaling/sdp_offers/answer_to_chromium_in_full", test_answer_to_chromium_in_full);
  return g_test_run();
}
