/* tests/signaling/test_sdp_fragment.c - trickled candidates and ICE restarts. */
#include "tests/signaling/sdp_facts.h"
#include <string.h>

#define RESTART                                                                  \
  "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
#define CANDIDATE                                                                \
  "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 " \
  "ufrag EsAw network-id 1\r\n"

static void
test_candidates_and_restart_are_read(void)
{
  /* The example of RFC 9725 section 4.3.1. */
  static const char TEXT[] = "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
    RESTART CANDIDATE
    "a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0\r\n"
    "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0\r\n"
    "a=end-of-candidates\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n" RESTART CANDIDATE;
  SdpFragment fragment;
  g_autoptr(GError) error = NULL;
  g_assert_true(sdp_fragment_parse(TEXT, sizeof TEXT - 1, &fragment, &error));
  g_assert_no_error(error);
  g_assert_cmpstr(fragment.ufrag, ==, "EsAw");
  g_assert_cmpstr(fragment.password, ==, "P2uYro0UCOQ4zxjKXaWCBui1");
  g_assert_cmpuint(fragment.n_candidates, ==, 2);
  g_assert_true(g_str_has_prefix(fragment.candidates[0], "candidate:1387637174 1 udp "));
}

static void
test_end_of_candidates_alone_is_in_order(void)
{
  static const char TEXT[] = "a=mid:0\na=end-of-candidates\n";
  SdpFragment fragment;
  g_assert_true(sdp_fragment_parse(TEXT, sizeof TEXT - 1, &fragment, NULL));
  g_assert_cmpuint(fragment.n_candidates, ==, 0);
  g_assert_cmpstr(fragment.ufrag, ==, "");
}

static void
test_malformed_fragments_are_refused(void)
{
  static const char *const CASES[] = {
    "", "nonsense", "a=ice-ufrag:EsAw\r\n", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n",
    "a=ice-ufrag:E\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n",
    RESTART "a=ice-ufrag:Else\r\n", "a=candidate:\r\n", "a=candidate:1 0 udp 1 192.0.2.1 1 typ host\r\n",
    "a=candidate:1 1 udp 4294967296 192.0.2.1 1 typ host\r\n",
    "a=candidate:1 1 udp 1 192.0.2.1 65536 typ host\r\n",
    "a=candidate:1 1 udp 1 192.0.2.1 1 typ host tcptype\r\n",
    "a=candidate:1 1 udp 1 192.0.2.1 1 type host\r\n",
    "a=candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 1 typ host\r\n",
    "a=candidate:1  1 udp 1 192.0.2.1 1 typ host\r\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    SdpFragment fragment;
    g_autoptr(GError) error = NULL;
    if (sdp_fragment_parse(CASES[i], strlen(CASES[i]), &fragment, &error))
      g_error("accepted: %s", CASES[i]);
    g_assert_error(error, SDP_ERROR, SDP_ERROR_MALFORMED);
  }
}

static void
test_a_written_fragment_is_read_back(void)
{
  gsize length;
  g_autofree char *offer = sdp_facts_read_offer("chromium_156_site.sdp", &length);
  g_autofree MediaPlan *plan = sdp_facts_negotiate(offer, &SDP_FACTS_SITE);
  g_autofree char *text = sdp_fragment_write(plan, &SDP_FACTS_LOCAL);
  g_assert_nonnull(strstr(text, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:1 "));
  SdpFragment fragment;
  g_assert_true(sdp_fragment_parse(text, strlen(text), &fragment, NULL));
  g_assert_cmpstr(fragment.ufrag, ==, SDP_FACTS_LOCAL.ufrag);
  g_assert_cmpstr(fragment.password, ==, SDP_FACTS_LOCAL.password);
  g_assert_cmpuint(fragment.n_candidates, ==, 2);
  g_assert_cmpstr(fragment.candidates[1], ==, SDP_FACTS_LOCAL.candidates[1]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/signaling/sdp_fragment/candidates_and_restart_are_read",
                  test_candidates_and_restart_are_read);
  g_test_add_func("/signaling/sdp_fragment/end_of_candidates_alone_is_in_order",
                  test_end_of_candidates_alone_is_in_order);
  g_test_add_func("/signaling/sdp_fragment/malformed_fragments_are_refused",
                  test_malformed_fragments_are_refused);
  g_test_add_func("/signaling/sdp_fragment/a_written_fragment_is_read_back",
                  test_a_written_fragment_is_read_back);
  return g_test_run();
}
