/* tests/signaling/test_sdp_negotiate.c - rules of the answerer, and offers that must be refused. */
#include "tests/signaling/sdp_facts.h"
#include <string.h>

#define UFRAG "a=ice-ufrag:abcd\r\n"
#define PASSWORD "a=ice-pwd:abcdefghijklmnopqrstuv\r\n"
#define SHA256                                                                   \
  "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:"       \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n"
#define SESSION "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define AUDIO                                                                    \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:a\r\na=rtcp-mux\r\n"               \
  "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
#define VIDEO                                                                    \
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:v\r\na=rtcp-mux\r\n"               \
  "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
#define GROUP "a=group:BUNDLE a v\r\n"

static const char OFFER[]
  = SESSION GROUP UFRAG PASSWORD SHA256 "a=setup:actpass\r\n" AUDIO VIDEO;

/* Returns: (transfer full): OFFER with the first @from made @to. */
static char *
changed(const char *from, const char *to)
{
  const char *at = strstr(OFFER, from);
  g_assert_nonnull(at);
  return g_strdup_printf("%.*s%s%s", (int)(at - OFFER), OFFER, to, at + strlen(from));
}

typedef struct {
  const char *name;
  const char *from, *to;
  SdpError    error;
} Fault;

#define BAD SDP_ERROR_MALFORMED
static const Fault FAULTS[] = {
  { "not_sdp", "v=0", "hello", BAD },
  { "version_1", "v=0", "v=1", BAD },
  { "no_origin", "o=- 1 2 IN IP4 127.0.0.1\r\n", "", BAD },
  { "no_time", "t=0 0\r\n", "", BAD },
  { "empty_line_inside", "s=-\r\n", "s=-\r\n\r\n", BAD },
  { "bare_cr", "s=-\r\n", "s=-\ra=x\r\n", BAD },
  { "control_character", "s=-", "s=\x01", BAD },
  { "line_without_letter", "s=-", "=-", BAD },
  { "ufrag_too_short", "ufrag:abcd", "ufrag:abc", BAD },
  { "ufrag_of_wrong_characters", "ufrag:abcd", "ufrag:ab cd", BAD },
  { "password_too_short", "uv\r\n", "u\r\n", BAD },
  { "ufrag_without_password", PASSWORD, "", BAD },
  { "no_credentials", UFRAG PASSWORD, "", BAD },
  { "ufrag_twice", UFRAG, UFRAG UFRAG, BAD },
  { "fingerprint_too_short", ":FF\r\n", "\r\n", BAD },
  { "fingerprint_not_hexadecimal", "00:11", "0g:11", BAD },
  { "two_sha256_fingerprints", "a=setup", "a=fingerprint:sha-256 01:11:22:33:44:55:66:77:88:99:"
    "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup", BAD },
  { "unknown_setup", "actpass", "maybe", BAD },
  { "mid_twice", "mid:v", "mid:a", BAD },
  { "mid_of_wrong_characters", "mid:v", "mid:v w", BAD },
  { "mid_too_long", "mid:v", "mid:v23456789012345678901234567890123", BAD },
  { "mid_empty", "mid:v", "mid:", BAD },
  { "group_names_nobody", "BUNDLE a v", "BUNDLE a v x", BAD },
  { "group_names_one_twice", "BUNDLE a v", "BUNDLE a a v", BAD },
  { "payload_type_twice", "SAVPF 96 97", "SAVPF 96 96", BAD },
  { "payload_type_128", "SAVPF 96 97", "SAVPF 128 97", BAD },
  { "payload_type_overflow", "SAVPF 96 97", "SAVPF 4294967392 97", BAD },
  { "payload_type_negative", "SAVPF 96 97", "SAVPF -96 97", BAD },
  { "payload_type_none", "SAVPF 96 97", "SAVPF", BAD },
  { "rtpmap_twice", "a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP9/90000", BAD },
  { "rtpmap_without_rate", "VP8/90000", "VP8", BAD },
  { "apt_overflow", "apt=96", "apt=352", BAD },
  { "port_overflow", "m=video 9", "m=video 65536", BAD },
  { "media_too_long", "m=video 9", "m=videovideovideovideo 9", BAD },
  { "m_line_cut_short", "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 9", BAD },
  { "protocol_too_long", "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPF/UDP/TLS/RTP/SAVPF", BAD },
  { "one_payload_type_for_two_codecs", "SAVPF 111 0\r\na=mid:a\r\na=rtcp-mux\r\na=rtpmap:111",
    "SAVPF 96 0\r\na=mid:a\r\na=rtcp-mux\r\na=rtpmap:96", BAD },
  { "extmap_zero", "a=mid:a", "a=mid:a\r\na=extmap:0 urn:x", BAD },
  { "extmap_twice", "a=mid:a", "a=mid:a\r\na=extmap:1 urn:x\r\na=extmap:1 urn:y", BAD },
  { "extmap_without_uri", "a=mid:a", "a=mid:a\r\na=extmap:1", BAD },
  { "extmap_means_two_things", "a=mid:v",
    "a=mid:v\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:1 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", BAD },
  { "ssrc_overflow", "a=mid:v", "a=mid:v\r\na=ssrc:4294967296 cname:x", BAD },
  { "fid_of_one", "a=mid:v", "a=mid:v\r\na=ssrc-group:FID 1", BAD },
  { "fid_of_twins", "a=mid:v", "a=mid:v\r\na=ssrc-group:FID 1 1", BAD },
  { "one_ssrc_for_two_m_lines", "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
    "a=ssrc:7 cname:x\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=ssrc:7 cname:x", BAD },
  { "candidate_cut_short", "a=mid:a", "a=mid:a\r\na=candidate:1 1 udp 1 192.0.2.1", BAD },
  { "no_bundle", GROUP, "", SDP_ERROR_UNSUPPORTED },
  { "video_outside_bundle", "BUNDLE a v", "BUNDLE a", SDP_ERROR_UNSUPPORTED },
  { "no_rtcp_mux", "a=rtcp-mux\r\n", "", SDP_ERROR_UNSUPPORTED },
  { "no_sha256", SHA256, "a=fingerprint:sha-1 00:11\r\n", SDP_ERROR_UNSUPPORTED },
  { "no_fingerprint", SHA256, "", SDP_ERROR_UNSUPPORTED },
  { "own_fingerprint_without_sha256", "a=mid:a", "a=fingerprint:sha-512 00\r\na=mid:a",
    SDP_ERROR_UNSUPPORTED },
  { "holdconn", "actpass", "holdconn", SDP_ERROR_UNSUPPORTED },
  { "ice_lite", "t=0 0", "t=0 0\r\na=ice-lite", SDP_ERROR_UNSUPPORTED },
  { "vp8_of_wrong_rate", "VP8/90000", "VP8/48000", SDP_ERROR_NO_COMMON_CODEC },
  { "opus_of_one_channel", "opus/48000/2", "opus/48000", SDP_ERROR_NO_COMMON_CODEC },
  { "no_vp8", "VP8", "H264", SDP_ERROR_NO_COMMON_CODEC },
  { "vp8_among_rtcp_types", "SAVPF 96 97\r\na=mid:v\r\na=rtcp-mux\r\na=rtpmap:96",
    "SAVPF 72 97\r\na=mid:v\r\na=rtcp-mux\r\na=rtpmap:72", SDP_ERROR_NO_COMMON_CODEC },
};

static void
test_fault_is_refused(gconstpointer data)
{
  const Fault *fault = data;
  g_autofree char *offer = changed(fault->from, fault->to);
  g_autoptr(GError) error = NULL;
  MediaPlan plan;
  bool ok = sdp_negotiate(offer, strlen(offer), &SDP_FACTS_SITE, &plan, &error);
  g_assert_false(ok);
  g_assert_error(error, SDP_ERROR, fault->error);
  g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void
assert_facts(const char *offer, const char *expected)
{
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *facts = sdp_facts_of(plan);
  g_assert_cmpstr(facts, ==, expected);
  g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  sdp_facts_check_answer(offer, answer);
}

#define AUDIO_FACTS "audio main mid:a sendrecv pt:111 fec\n"
#define VIDEO_FACTS "video main mid:v sendrecv pt:96 rtx:97 nack\n"

static void
test_plain_offer_is_accepted(void)
{
  assert_facts(OFFER, "passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS);
}

static void
test_line_ends_may_be_lf(void)
{
  g_auto(GStrv) lines = g_strsplit(OFFER, "\r\n", -1);
  g_autofree char *offer = g_strjoinv("\n", lines);
  assert_facts(offer, "passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS);
  g_autofree char *longer = g_strconcat(offer, "\n\r\n", NULL);
  assert_facts(longer, "passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS);
  offer[strlen(offer) - 1] = '\0';  /* and the last one may be missing */
  assert_facts(offer, "passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS);
}

static void
test_a_single_m_line_needs_no_bundle(void)
{
  assert_facts(SESSION UFRAG PASSWORD SHA256 AUDIO, "passive candidates:0\n" AUDIO_FACTS);
  assert_facts(SESSION UFRAG PASSWORD SHA256
               "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n",
               "passive candidates:0\naudio main mid: sendrecv pt:111\n");
}

static void
test_nul_and_size_are_refused(void)
{
  MediaPlan plan;
  g_autoptr(GError) error = NULL;
  g_assert_false(sdp_negotiate(OFFER, 0, &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_MALFORMED);
  g_clear_error(&error);
  g_assert_false(sdp_negotiate(OFFER, sizeof OFFER, &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_MALFORMED);
  g_clear_error(&error);
  g_autoptr(GString) big = g_string_new(OFFER);
  while (big->len <= 64 * 1024)
    g_string_append(big, "a=x-padding:0123456789\r\n");
  g_assert_false(sdp_negotiate(big->str, big->len, &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_MALFORMED);
  g_clear_error(&error);
  g_autoptr(GString) many = g_string_new(OFFER);
  for (guint i = 0; i < 3000; i++)
    g_string_append(many, "a=x\r\n");
  g_assert_false(sdp_negotiate(many->str, many->len, &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_MALFORMED);
}

static void
test_nine_m_lines_are_refused(void)
{
  g_autoptr(GString) offer = g_string_new(OFFER);
  for (guint i = 0; i < 6; i++)
    g_string_append_printf(offer, "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:t%u\r\n", i);
  assert_facts(offer->str, "passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS
               "text rejected mid:t0\ntext rejected mid:t1\ntext rejected mid:t2\n"
               "text rejected mid:t3\ntext rejected mid:t4\ntext rejected mid:t5\n");
  g_string_append(offer, "m=text 9 UDP/TLS/RTP/SAVPF 98\r\n");
  MediaPlan plan;
  g_assert_false(sdp_negotiate(offer->str, offer->len, &SDP_FACTS_SITE, &plan, NULL));
}

static void
test_directions_meet_the_policy(void)
{
  static const struct {
    const char *offered;
    bool may_send, may_receive;
    const char *answered;
  } CASES[] = {
    { "sendrecv", true, true, "sendrecv" },  { "sendrecv", true, false, "recvonly" },
    { "sendrecv", false, true, "sendonly" }, { "sendrecv", false, false, "inactive" },
    { "sendonly", true, true, "recvonly" },  { "sendonly", false, true, "inactive" },
    { "recvonly", true, true, "sendonly" },  { "recvonly", true, false, "inactive" },
    { "inactive", true, true, "inactive" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *offer = g_strdup_printf(SESSION GROUP UFRAG PASSWORD SHA256 AUDIO
                                             "a=%s\r\n" VIDEO, CASES[i].offered);
    SdpPolicy policy = SDP_FACTS_SITE;
    policy.may_send = CASES[i].may_send;
    policy.may_receive = CASES[i].may_receive;
    g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &policy);
    g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &policy);
    g_autofree char *line = g_strdup_printf("a=mid:a\r\na=%s\r\n", CASES[i].answered);
    g_assert_nonnull(strstr(answer, line));
  }
}

static void
test_session_direction_is_inherited(void)
{
  g_autofree char *offer = changed("t=0 0", "t=0 0\r\na=sendonly");
  assert_facts(offer, "passive candidates:0\naudio main mid:a recvonly pt:111 fec\n"
                      "video main mid:v recvonly pt:96 rtx:97 nack\n");
}

static void
test_setup_is_answered(void)
{
  static const struct {
    const char *offered;
    DtlsRole preferred, ours;
  } CASES[] = {
    { "a=setup:actpass\r\n", DTLS_ROLE_PASSIVE, DTLS_ROLE_PASSIVE },
    { "a=setup:actpass\r\n", DTLS_ROLE_ACTIVE, DTLS_ROLE_ACTIVE },
    { "a=setup:actpass\r\n", DTLS_ROLE_NONE, DTLS_ROLE_PASSIVE },
    { "a=setup:active\r\n", DTLS_ROLE_ACTIVE, DTLS_ROLE_PASSIVE },
    { "a=setup:passive\r\n", DTLS_ROLE_PASSIVE, DTLS_ROLE_ACTIVE },
    { "", DTLS_ROLE_ACTIVE, DTLS_ROLE_PASSIVE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *offer = changed("a=setup:actpass\r\n", CASES[i].offered);
    SdpPolicy policy = SDP_FACTS_SITE;
    policy.preferred_dtls_role = CASES[i].preferred;
    g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &policy);
    g_assert_cmpint(plan->our_dtls_role, ==, CASES[i].ours);
    g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &policy);
    g_assert_nonnull(strstr(answer, CASES[i].ours == DTLS_ROLE_PASSIVE ? "a=setup:passive\r\n"
                                                                      : "a=setup:active\r\n"));
  }
}

/* What stands on the m-line beats the session; other hashes beside SHA-256 are harmless. */
static void
test_m_line_transport_beats_the_session(void)
{
  g_autofree char *offer
    = changed("a=mid:a", "a=ice-ufrag:mine\r\na=ice-pwd:mine56789012345678901234\r\n"
              "a=fingerprint:sha-512 00:11\r\na=fingerprint:SHA-256 FF:11:22:33:44:55:66:77:88:99:"
              "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=mid:a");
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_assert_cmpstr(plan->ufrag, ==, "mine");
  g_assert_cmpstr(plan->password, ==, "mine56789012345678901234");
  g_assert_cmpuint(plan->fingerprint_sha256[0], ==, 0xFF);
}

static void
test_rejected_first_m_line_hands_the_transport_on(void)
{
  const char *data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n"
                     "a=ice-ufrag:data\r\na=ice-pwd:data56789012345678901234\r\n";
  g_autofree char *offer = g_strconcat(SESSION "a=group:BUNDLE d a v\r\n" UFRAG PASSWORD SHA256,
                                       data, AUDIO VIDEO, NULL);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_assert_cmpstr(plan->ufrag, ==, "abcd");
  g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
  sdp_facts_check_answer(offer, answer);
  g_assert_nonnull(strstr(answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
  const char *candidate = strstr(answer, "a=candidate:");
  g_assert_true(candidate > strstr(answer, "m=audio") && candidate < strstr(answer, "m=video"));

  /* Bundle-only and bare: the group's first speaks for all. */
  g_autofree char *bare = g_strconcat(SESSION "a=group:BUNDLE d a\r\n", data, SHA256 AUDIO
                                      "a=bundle-only\r\n" SHA256, NULL);
  g_autofree MediaPlan *bare_plan = sdp_facts_negotiate(bare, &SDP_FACTS_SITE);
  g_assert_cmpstr(bare_plan->ufrag, ==, "data");
}

static void
test_lines_the_peer_closed_stay_closed(void)
{
  g_autofree char *offer = changed("m=audio 9", "m=audio 0");
  assert_facts(offer, "passive candidates:0\naudio rejected mid:a\n" VIDEO_FACTS);
}

static void
test_without_use_for_any_m_line_it_fails(void)
{
  const char *offer = SESSION UFRAG PASSWORD SHA256
                      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n";
  const char *plain = SESSION UFRAG PASSWORD SHA256
                      "m=audio 9 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-mux\r\n";
  MediaPlan plan;
  g_autoptr(GError) error = NULL;
  g_assert_false(sdp_negotiate(offer, strlen(offer), &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_UNSUPPORTED);
  g_clear_error(&error);
  g_assert_false(sdp_negotiate(plain, strlen(plain), &SDP_FACTS_SITE, &plan, &error));
  g_assert_error(error, SDP_ERROR, SDP_ERROR_UNSUPPORTED);
}

static void
test_document_is_only_taken(void)
{
  static const struct { const char *direction, *facts; } CASES[] = {
    { "sendrecv", "video document mid:d recvonly pt:96\n" },
    { "sendonly", "video document mid:d recvonly pt:96\n" },
    { "recvonly", "video rejected mid:d\n" },
    { "inactive", "video rejected mid:d\n" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *offer = g_strdup_printf(
      SESSION "a=group:BUNDLE a v d\r\n" UFRAG PASSWORD SHA256 AUDIO VIDEO
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:d\r\na=rtcp-mux\r\na=rtpmap:96 vp8/90000\r\na=%s\r\n",
      CASES[i].direction);
    g_autofree char *facts
      = g_strconcat("passive candidates:0\n" AUDIO_FACTS VIDEO_FACTS, CASES[i].facts, NULL);
    assert_facts(offer, facts);
  }
}

static void
test_rtx_needs_its_apt_and_nack(void)
{
  g_autofree char *other = changed("apt=96", "apt=98");
  assert_facts(other, "passive candidates:0\n" AUDIO_FACTS "video main mid:v sendrecv pt:96 nack\n");
  g_autofree char *no_nack = changed("a=rtcp-fb:96 nack\r\n", "");
  assert_facts(no_nack, "passive candidates:0\n" AUDIO_FACTS "video main mid:v sendrecv pt:96\n");
  g_autofree char *for_all = changed("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:* nack\r\na=rtcp-fb:* nack pli\r\n");
  g_autofree MediaPlan *plan = sdp_facts_negotiate(for_all, &SDP_FACTS_SITE);
  g_assert_true(plan->tracks[1].nack && plan->tracks[1].pli);
  g_assert_cmpuint(plan->tracks[1].rtx_payload_type, ==, 97);
}

#define CC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define LEVEL_URI "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

static void
test_red_is_taken_if_it_is_of_opus_alone(void)
{
  static const struct { const char *formats, *lines; guint8 red; } CASES[] = {
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n", 63 },
    { "63 111 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111/111\r\n", 63 },
    { "111 63 0", "a=fmtp:63 111/111\r\na=rtpmap:63 RED/48000/2\r\n", 63 },
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\n", 0 },                        /* of what?   */
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111\r\n", 0 },
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/0\r\n", 0 },
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 0/0\r\n", 0 },
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/\r\n", 0 },
    { "111 63 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/4294967407\r\n", 0 },
    { "111 63 0", "a=rtpmap:63 red/8000\r\na=fmtp:63 111/111\r\n", 0 },
    { "111 0", "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n", 0 },     /* not listed */
    { "111 72 0", "a=rtpmap:72 red/48000/2\r\na=fmtp:72 111/111\r\n", 0 },  /* like RTCP  */
    { "111 97 0", "a=rtpmap:97 red/48000/2\r\na=fmtp:97 111/111\r\n", 0 },  /* is the RTX */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *audio = g_strdup_printf(
      "m=audio 9 UDP/TLS/RTP/SAVPF %s\r\na=mid:a\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n%s",
      CASES[i].formats, CASES[i].lines);
    g_autofree char *offer = changed(AUDIO, audio);
    g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
    g_assert_cmpuint(plan->tracks[0].payload_type, ==, 111);
    g_assert_cmpuint(plan->tracks[0].red_payload_type, ==, CASES[i].red);
    g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &SDP_FACTS_SITE);
    const char *wanted = CASES[i].red != 0 ? "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n"
                                           : "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    g_assert_nonnull(strstr(answer, wanted));
    g_assert_cmpint(strstr(answer, "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n") != NULL, ==,
                    CASES[i].red != 0);
  }
}

static void
test_extensions_follow_their_direction(void)
{
  static const struct { const char *lines, *facts; } CASES[] = {
    { "a=extmap:1 " LEVEL_URI, "audio main mid:a sendrecv pt:111 x-level:1 fec\n" },
    { "a=extmap:1/sendonly " LEVEL_URI, "audio main mid:a sendrecv pt:111 x-level:1 fec\n" },
    { "a=extmap:1/recvonly " LEVEL_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:1/inactive " LEVEL_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:2 " CC_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=rtcp-fb:111 transport-cc", "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:2 " CC_URI "\r\na=rtcp-fb:111 transport-cc",
      "audio main mid:a sendrecv pt:111 x-cc:2 cc fec\n" },
    { "a=extmap:2/sendonly " CC_URI "\r\na=rtcp-fb:111 transport-cc",
      "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:15 " LEVEL_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:16 " LEVEL_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:16 " LEVEL_URI "\r\na=extmap-allow-mixed",
      "audio main mid:a sendrecv pt:111 x-level:16 mixed fec\n" },
    { "a=extmap:4096 " LEVEL_URI, "audio main mid:a sendrecv pt:111 fec\n" },
    { "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
      "audio main mid:a sendrecv pt:111 x-mid:3 fec\n" },
    { "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
      "audio main mid:a sendrecv pt:111 fec\n" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *offer = g_strconcat(SESSION GROUP UFRAG PASSWORD SHA256 AUDIO, CASES[i].lines,
                                         "\r\n" VIDEO, NULL);
    g_autofree char *facts
      = g_strconcat("passive candidates:0\n", CASES[i].facts, VIDEO_FACTS, NULL);
    assert_facts(offer, facts);
  }
}

static void
test_ssrcs_are_ours_and_distinct(void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (guint round = 0; round < 50; round++) {
    g_autofree MediaPlan *plan = sdp_facts_negotiate(OFFER, &SDP_FACTS_SITE);
    const guint32 ssrcs[] = { plan->tracks[0].send_ssrc, plan->tracks[1].send_ssrc,
                              plan->tracks[1].send_rtx_ssrc };
    g_assert_cmpuint(plan->tracks[0].send_rtx_ssrc, ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(ssrcs); i++) {
      g_assert_cmpuint(ssrcs[i], !=, 0);
      g_assert_true(g_hash_table_add(seen, GUINT_TO_POINTER(ssrcs[i])));
    }
  }
}

static void
test_candidates_are_kept_if_usable_and_capped(void)
{
  g_autoptr(GString) lines = g_string_new("a=mid:a\r\n"
    "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
    "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"  /* twice */
    "a=candidate:1 2 udp 1 192.0.2.1 5001 typ host\r\n"  /* RTCP */
    "a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active\r\n"
    "a=candidate:1 1 udp 1 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000 typ host\r\n"
    "a=candidate:1 1 udp 1 example.org 5000 typ host\r\n"
    "a=candidate:1 1 UDP 1 2001:db8::1 5000 typ srflx raddr 0.0.0.0 rport 0 generation 0");
  g_autofree char *offer = changed("a=mid:a", lines->str);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_assert_cmpuint(plan->n_candidates, ==, 2);
  g_assert_cmpstr(plan->candidates[0], ==, "candidate:1 1 udp 1 192.0.2.1 5000 typ host");
  for (guint i = 0; i < 100; i++)
    g_string_append_printf(lines, "\r\na=candidate:1 1 udp 1 192.0.2.1 %u typ host", 6000 + i);
  g_autofree char *many = changed("a=mid:a", lines->str);
  g_autofree MediaPlan *capped = sdp_facts_negotiate(many, &SDP_FACTS_SITE);
  g_assert_cmpuint(capped->n_candidates, ==, MEDIA_CANDIDATES_MAX);
}

static void
test_bitrate_cap_is_written(void)
{
  static const struct { guint bps; const char *fmtp, *tias; } CASES[] = {
    { 1500000, "a=fmtp:96 x-google-max-bitrate=1500;x-google-start-bitrate=800\r\n", "b=TIAS:1500000\r\n" },
    { 300000, "a=fmtp:96 x-google-max-bitrate=300;x-google-start-bitrate=300\r\n", "b=TIAS:300000\r\n" },
    { 0, "a=fmtp:96 x-google-start-bitrate=800\r\n", NULL },
  };
  g_autofree MediaPlan *plan = sdp_facts_negotiate(OFFER, &SDP_FACTS_SITE);
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    SdpPolicy policy = SDP_FACTS_SITE;
    policy.max_bitrate_bps = CASES[i].bps;
    g_autofree char *answer = sdp_write_answer(plan, &SDP_FACTS_LOCAL, &policy);
    g_assert_nonnull(strstr(answer, CASES[i].fmtp));
    if (CASES[i].tias != NULL)
      g_assert_nonnull(strstr(answer, CASES[i].tias));
    else
      g_assert_null(strstr(answer, "TIAS"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/signaling/sdp_negotiate/" #name, test_##name)
  ADD(plain_offer_is_accepted);
  ADD(line_ends_may_be_lf);
  ADD(a_single_m_line_needs_no_bundle);
  ADD(nul_and_size_are_refused);
  ADD(nine_m_lines_are_refused);
  ADD(directions_meet_the_policy);
  ADD(session_direction_is_inherited);
  ADD(setup_is_answered);
  ADD(m_line_transport_beats_the_session);
  ADD(rejected_first_m_line_hands_the_transport_on);
  ADD(lines_the_peer_closed_stay_closed);
  ADD(without_use_for_any_m_line_it_fails);
  ADD(document_is_only_taken);
  ADD(rtx_needs_its_apt_and_nack);
  ADD(red_is_taken_if_it_is_of_opus_alone);
  ADD(extensions_follow_their_direction);
  ADD(ssrcs_are_ours_and_distinct);
  ADD(candidates_are_kept_if_usable_and_capped);
  ADD(bitrate_cap_is_written);
  for (gsize i = 0; i < G_N_ELEMENTS(FAULTS); i++) {
    g_autofree char *path = g_strdup_printf("/signaling/sdp_negotiate/refused/%s", FAULTS[i].name);
    g_test_add_data_func(path, &FAULTS[i], test_fault_is_refused);
  }
  return g_test_run();
}
