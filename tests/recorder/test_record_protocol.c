/* tests/recorder/test_record_protocol.c - unit tests of recorder/record_protocol. */
#include "recorder/record_protocol.h"

static const RecordHeader FRAME = {
  .type = RECORD_MESSAGE_FRAME, .is_keyframe = true, .stream = 515, .time_us = -3, .sequence = 0x0102030405060708,
  .payload_bytes = 0x010203,
};

static void
test_bytes_are_those_of_the_contract(void)
{
  static const guint8 EXPECTED[RECORD_HEADER_BYTES] = {
    3, 2, 1, 0, 'F', 1, 3, 2, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 8, 7, 6, 5, 4, 3, 2, 1,
  };
  guint8 bytes[RECORD_HEADER_BYTES];
  record_header_write(&FRAME, bytes);
  g_assert_cmpmem(bytes, sizeof bytes, EXPECTED, sizeof EXPECTED);
}

static void
test_what_was_written_is_read(void)
{
  guint8 bytes[RECORD_HEADER_BYTES];
  record_header_write(&FRAME, bytes);
  RecordHeader read;
  g_assert_true(record_header_parse(bytes, &read));
  g_assert_cmpint(read.type, ==, FRAME.type);
  g_assert_true(read.is_keyframe);
  g_assert_cmpuint(read.stream, ==, FRAME.stream);
  g_assert_cmpint(read.time_us, ==, FRAME.time_us);
  g_assert_cmpuint(read.sequence, ==, FRAME.sequence);
  g_assert_cmpuint(read.payload_bytes, ==, FRAME.payload_bytes);
}

static void
test_what_is_out_of_range_is_refused(void)
{
  static const struct { guint at; guint8 value; } WRONG[] = {
    { 4, 0 }, { 4, 'Z' }, { 5, 2 }, { 5, 0x81 }, { 2, 0x81 }, { 3, 1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(WRONG); i++) {
    guint8 bytes[RECORD_HEADER_BYTES];
    record_header_write(&FRAME, bytes);
    bytes[WRONG[i].at] = WRONG[i].value;
    RecordHeader read;
    g_assert_false(record_header_parse(bytes, &read));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recorder/record_protocol/bytes_are_those_of_the_contract", test_bytes_are_those_of_the_contract);
  g_test_add_func("/recorder/record_protocol/what_was_written_is_read", test_what_was_written_is_read);
  g_test_add_func("/recorder/record_protocol/what_is_out_of_range_is_refused", test_what_is_out_of_range_is_refused);
  return g_test_run();
}
