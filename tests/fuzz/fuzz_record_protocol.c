/* tests/fuzz/fuzz_record_protocol.c - headers between bridge and recorder: what parses is written back alike. */
#include "recorder/record_protocol.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  for (; size >= RECORD_HEADER_BYTES; data += RECORD_HEADER_BYTES, size -= RECORD_HEADER_BYTES) {
    RecordHeader header;
    if (!record_header_parse(data, &header))
      continue;
    g_assert_cmpuint(header.payload_bytes, <=, RECORD_PAYLOAD_MAX);
    guint8 again[RECORD_HEADER_BYTES];
    record_header_write(&header, again);
    g_assert_cmpmem(again, sizeof again, data, sizeof again);
  }
  return 0;
}
