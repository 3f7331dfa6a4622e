/* tests/fuzz/fuzz_ice_candidate.c - a candidate line from an SDP or a WHIP PATCH. */
#include "media/transport/ice_candidate.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup((const char *)data, size);
  IceCandidate candidate;
  if (ice_candidate_parse(text, &candidate)) {
    g_assert_true(candidate.address.ss_family == AF_INET
                  || candidate.address.ss_family == AF_INET6);
    g_assert_cmpuint(candidate.priority, !=, 0);
    g_assert_cmpuint(strlen(candidate.foundation), <=, 32);
    ice_candidate_is_loopback(&candidate);
  }
  return 0;
}
