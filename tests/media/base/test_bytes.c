/* tests/media/base/test_bytes.c - unit tests of media/base/bytes and seq. */
#include "media/base/bytes.h"
#include "media/base/seq.h"

static void
test_reader_fails_once_and_for_good(void)
{
  const guint8 data[] = { 1, 2, 3 };
  ByteReader reader = byte_reader(data, sizeof data);
  g_assert_cmpuint(byte_reader_u16(&reader), ==, 0x0102);
  g_assert_cmpuint(byte_reader_u16(&reader), ==, 0);
  g_assert_true(reader.failed);
  g_assert_cmpuint(byte_reader_u8(&reader), ==, 0);
  g_assert_cmpuint(byte_reader_remaining(&reader), ==, 0);
}

static void
test_writer_never_passes_its_end(void)
{
  guint8 data[4] = { 0 };
  ByteWriter writer = byte_writer(data, 3);
  byte_writer_u16(&writer, 0xAABB);
  byte_writer_u16(&writer, 0xCCDD);
  g_assert_true(writer.failed);
  g_assert_cmpuint(writer.length, ==, 2);
  g_assert_cmpuint(data[2], ==, 0);
}

static void
test_unwrap_follows_a_wrap_in_both_directions(void)
{
  g_assert_cmpint(seq_unwrap(65534, 1), ==, 65537);
  g_assert_cmpint(seq_unwrap(65537, 65535), ==, 65535);
  g_assert_cmpint(ts_unwrap(G_GINT64_CONSTANT(0xFFFFFFF0), 16), ==, G_GINT64_CONSTANT(0x100000010));
  g_assert_true(seq_newer(0, 65535));
  g_assert_false(seq_newer(7, 7));
  g_assert_true(ts_newer(5, 0xFFFFFFF0u));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/bytes/reader_fails_once_and_for_good", test_reader_fails_once_and_for_good);
  g_test_add_func("/media/base/bytes/writer_never_passes_its_end", test_writer_never_passes_its_end);
  g_test_add_func("/media/base/seq/unwrap_follows_a_wrap_in_both_directions",
                  test_unwrap_follows_a_wrap_in_both_directions);
  return g_test_run();
}
