/* tests/media/codec/test_vp8_depay.c - unit tests of media/codec/vp8_depay. */
#include "media/codec/vp8_depay.h"

typedef struct {
  const char *what;
  guint8 bytes[12];
  gsize  length;
  bool   is_valid;
  Vp8Descriptor expected;
} Case;

static const Case CASES[] = {
  { "no extension, start", { 0x10, 0xaa }, 2, true,
    { .starts_partition = true, .header_bytes = 1 } },
  { "no extension, continuation of partition 3", { 0x03, 0xaa }, 2, true,
    { .partition = 3, .header_bytes = 1 } },
  { "non-reference", { 0x30, 0xaa }, 2, true,
    { .starts_partition = true, .is_non_reference = true, .header_bytes = 1 } },
  { "7-bit PictureID", { 0x90, 0x80, 0x7f, 0xaa }, 4, true,
    { .starts_partition = true, .has_picture_id = true, .picture_id = 127, .picture_id_bits = 7,
      .header_bytes = 3 } },
  { "15-bit PictureID", { 0x90, 0x80, 0xff, 0xfe, 0xaa }, 5, true,
    { .starts_partition = true, .has_picture_id = true, .picture_id = 0x7ffe, .picture_id_bits = 15,
      .header_bytes = 4 } },
  { "everything", { 0x90, 0xf0, 0x81, 0x02, 0x03, 0x7f, 0xaa }, 7, true,
    { .starts_partition = true, .has_picture_id = true, .picture_id = 0x102, .picture_id_bits = 15,
      .has_tl0_pic_idx = true, .tl0_pic_idx = 3, .has_temporal_id = true, .temporal_id = 1,
      .is_layer_sync = true, .has_key_index = true, .key_index = 31, .header_bytes = 6 } },
  { "KEYIDX without TID", { 0x90, 0x10, 0xe5, 0xaa }, 4, true,
    { .starts_partition = true, .has_key_index = true, .key_index = 5, .header_bytes = 3 } },
  { "extension byte without fields", { 0x90, 0x00, 0xaa }, 3, true,
    { .starts_partition = true, .header_bytes = 2 } },
  { "empty", { 0 }, 0, false, { 0 } },
  { "descriptor without data", { 0x10 }, 1, false, { 0 } },
  { "cut in the extension", { 0x90 }, 1, false, { 0 } },
  { "cut in the PictureID", { 0x90, 0x80, 0x80 }, 3, false, { 0 } },
  { "full descriptor without data", { 0x90, 0xf0, 0x81, 0x02, 0x03, 0x7f }, 6, false, { 0 } },
};

static void
test_descriptors_are_read_as_the_rfc_says(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    const Case *c = &CASES[i];
    Vp8Descriptor d;
    g_test_message("%s", c->what);
    g_assert_true(vp8_descriptor_parse(&d, c->bytes, c->length) == c->is_valid);
    if (!c->is_valid)
      continue;
    const Vp8Descriptor *e = &c->expected;
    g_assert_cmpint(d.starts_partition, ==, e->starts_partition);
    g_assert_cmpuint(d.partition, ==, e->partition);
    g_assert_cmpint(d.is_non_reference, ==, e->is_non_reference);
    g_assert_cmpint(d.has_picture_id, ==, e->has_picture_id);
    g_assert_cmpuint(d.picture_id, ==, e->picture_id);
    g_assert_cmpuint(d.picture_id_bits, ==, e->picture_id_bits);
    g_assert_cmpint(d.has_tl0_pic_idx, ==, e->has_tl0_pic_idx);
    g_assert_cmpuint(d.tl0_pic_idx, ==, e->tl0_pic_idx);
    g_assert_cmpint(d.has_temporal_id, ==, e->has_temporal_id);
    g_assert_cmpuint(d.temporal_id, ==, e->temporal_id);
    g_assert_cmpint(d.is_layer_sync, ==, e->is_layer_sync);
    g_assert_cmpint(d.has_key_index, ==, e->has_key_index);
    g_assert_cmpuint(d.key_index, ==, e->key_index);
    g_assert_cmpuint(d.header_bytes, ==, e->header_bytes);
  }
}

static void
test_keyframe_header_tells_its_size(void)
{
  /* 1280x720 with scaling hints, which do not belong to the size. */
  const guint8 frame[] = { 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x45, 0xd0, 0xc2 };
  bool is_keyframe;
  guint width, height;
  g_assert_true(vp8_frame_peek(frame, sizeof frame, &is_keyframe, &width, &height));
  g_assert_true(is_keyframe);
  g_assert_cmpuint(width, ==, 1280);
  g_assert_cmpuint(height, ==, 720);
  g_assert_false(vp8_frame_peek(frame, sizeof frame - 1, &is_keyframe, &width, &height));
}

static void
test_what_is_no_frame_is_refused(void)
{
  const guint8 wrong_code[] = { 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2b, 0x00, 0x05, 0xd0, 0x02 };
  const guint8 no_width[] = { 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x40, 0xd0, 0x02 };
  const guint8 delta[] = { 0x11, 0x02, 0x00 };
  bool is_keyframe;
  guint width, height;
  g_assert_false(vp8_frame_peek(wrong_code, sizeof wrong_code, &is_keyframe, &width, &height));
  g_assert_false(vp8_frame_peek(no_width, sizeof no_width, &is_keyframe, &width, &height));
  g_assert_false(vp8_frame_peek(delta, 2, &is_keyframe, &width, &height));
  g_assert_true(vp8_frame_peek(delta, 3, &is_keyframe, &width, &height));
  g_assert_false(is_keyframe);
  g_assert_cmpuint(width, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/codec/vp8_depay/descriptors_are_read_as_the_rfc_says",
                  test_descriptors_are_read_as_the_rfc_says);
  g_test_add_func("/media/codec/vp8_depay/keyframe_header_tells_its_size",
                  test_keyframe_header_tells_its_size);
  g_test_add_func("/media/codec/vp8_depay/what_is_no_frame_is_refused",
                  test_what_is_no_frame_is_refused);
  return g_test_run();
}
