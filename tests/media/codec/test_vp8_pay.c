/* tests/media/codec/test_vp8_pay.c - unit tests of media/codec/vp8_pay. */
#include "media/codec/vp8_depay.h"
#include "media/codec/vp8_pay.h"
#include <string.h>

static void
test_slices_cover_the_frame_evenly(void)
{
  for (gsize bytes = 1; bytes < 12000; bytes += 37) {
    guint count = vp8_pay_count(bytes, 1100);
    gsize at = 0, smallest = G_MAXSIZE, largest = 0;
    for (guint i = 0; i < count; i++) {
      Vp8Slice slice = vp8_pay_slice(bytes, count, i);
      g_assert_cmpuint(slice.offset, ==, at);
      g_assert_true(slice.is_first == (i == 0));
      g_assert_true(slice.is_last == (i + 1 == count));
      at += slice.length;
      smallest = MIN(smallest, slice.length);
      largest = MAX(largest, slice.length);
    }
    g_assert_cmpuint(at, ==, bytes);
    g_assert_cmpuint(largest, <=, 1100 - VP8_DESCRIPTOR_BYTES_MAX);
    g_assert_cmpuint(largest - smallest, <=, 1);
    g_assert_cmpuint(smallest, >, 0);
  }
}

static void
test_count_is_the_least_that_fits(void)
{
  g_assert_cmpuint(vp8_pay_count(0, 1100), ==, 0);
  g_assert_cmpuint(vp8_pay_count(100, VP8_DESCRIPTOR_BYTES_MAX), ==, 0);
  g_assert_cmpuint(vp8_pay_count(1, VP8_DESCRIPTOR_BYTES_MAX + 1), ==, 1);
  g_assert_cmpuint(vp8_pay_count(1094, 1100), ==, 1);
  g_assert_cmpuint(vp8_pay_count(1095, 1100), ==, 2);
  g_assert_cmpuint(vp8_pay_count(2188, 1100), ==, 2);
  g_assert_cmpuint(vp8_pay_count(2189, 1100), ==, 3);
}

static void
test_descriptor_reads_back(void)
{
  const Vp8PictureInfo infos[] = {
    { .picture_id = 0, .tl0_pic_idx = 0 },
    { .picture_id = 0x7fff, .tl0_pic_idx = 255, .temporal_id = 1, .is_layer_sync = true,
      .is_non_reference = true, .key_index = 31 },
    { .picture_id = 0x80, .tl0_pic_idx = 7, .temporal_id = 2, .key_index = 1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(infos) * 2; i++) {
    const Vp8PictureInfo *info = &infos[i / 2];
    bool is_first = i % 2 == 0;
    guint8 bytes[VP8_DESCRIPTOR_BYTES_MAX + 1] = { 0 };
    gsize length = vp8_pay_descriptor(bytes, info, is_first);
    Vp8Descriptor d;
    g_assert_true(vp8_descriptor_parse(&d, bytes, length + 1));
    g_assert_cmpuint(d.header_bytes, ==, length);
    g_assert_true(d.starts_partition == is_first);
    g_assert_cmpuint(d.partition, ==, 0);
    g_assert_cmpuint(d.picture_id, ==, info->picture_id);
    g_assert_cmpuint(d.picture_id_bits, ==, 15);
    g_assert_cmpuint(d.tl0_pic_idx, ==, info->tl0_pic_idx);
    g_assert_cmpuint(d.temporal_id, ==, info->temporal_id);
    g_assert_true(d.is_layer_sync == info->is_layer_sync);
    g_assert_true(d.is_non_reference == info->is_non_reference);
    g_assert_cmpuint(d.key_index, ==, info->key_index);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/codec/vp8_pay/slices_cover_the_frame_evenly",
                  test_slices_cover_the_frame_evenly);
  g_test_add_func("/media/codec/vp8_pay/count_is_the_least_that_fits",
                  test_count_is_the_least_that_fits);
  g_test_add_func("/media/codec/vp8_pay/descriptor_reads_back", test_descriptor_reads_back);
  return g_test_run();
}
