/* tests/fuzz/fuzz_sdp_fragment.c - trickle fragments. */
#include "signaling/sdp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  SdpFragment fragment;
  sdp_fragment_parse((const char *)data, size, &fragment, NULL);
  return 0;
}
