/* tests/fuzz/fuzz_sdp.c - an offer, and the answer to it: no part of the offer may break out of its line. */
#include "signaling/sdp.h"
#include "signaling/sdp_description.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Not g_error(): libFuzzer keeps no input that ends in SIGTRAP. */
#define FAIL(...) (g_printerr(__VA_ARGS__), abort())

static const MediaLocal LOCAL = {
  .ufrag = "abcd", .password = "abcdefghijklmnopqrstuv", .n_candidates = 1,
  .candidates = { "candidate:1 1 UDP 1 192.0.2.9 40000 typ host" },
};

static void
require(bool ok, const char *answer)
{
  if (!ok)
    FAIL("bad answer:\n%s", answer);
}

static void
check(const char *answer, const MediaPlan *plan)
{
  guint lines = 0, m_lines = 0;
  for (const char *at = answer; *at != '\0'; lines++) {
    require(g_ascii_islower(at[0]) && at[1] == '=', answer);
    m_lines += at[0] == 'm';
    const char *end = strstr(at, "\r\n");
    require(end != NULL, answer);
    for (; at < end; at++)
      require(*at >= 0x20 && *at < 0x7F, answer);
    at += 2;
  }
  require(lines < 400 && m_lines == plan->n_tracks, answer);
  g_autoptr(SdpDescription) read = sdp_description_parse(answer, strlen(answer), NULL);
  require(read != NULL && read->n_media == plan->n_tracks, answer);
  for (guint i = 0; i < plan->n_tracks; i++)
    require(g_str_equal(read->media[i].mid, plan->tracks[i].mid)
              && read->media[i].is_zero_port == (plan->tracks[i].use == MEDIA_USE_NONE),
            answer);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  for (guint i = 0; i < 4; i++) {
    const SdpPolicy policy = { .may_send = i & 1, .may_receive = i & 2, .max_bitrate_bps = 1500000,
                               .preferred_dtls_role = DTLS_ROLE_PASSIVE };
    MediaPlan plan;
    if (!sdp_negotiate((const char *)data, size, &policy, &plan, NULL))
      continue;
    g_autofree char *answer = sdp_write_answer(&plan, &LOCAL, &policy);
    check(answer, &plan);
    g_autofree char *fragment = sdp_fragment_write(&plan, &LOCAL);
    SdpFragment read;
    require(sdp_fragment_parse(fragment, strlen(fragment), &read, NULL), fragment);
  }
  return 0;
}
