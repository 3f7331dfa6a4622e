/* tests/lib/test_block_code.c - unit tests of tests/lib/block_code. */
#include "tests/lib/block_code.h"
#include "media/codec/video_decoder.h"
#include "media/codec/video_encoder.h"
#include "tests/lib/random_stream.h"
#include <libyuv.h>
#include <string.h>

/* A moving texture with noise: hard on the encoder. */
static VideoFrame *
picture(VideoFramePool *pool, guint width, guint height, guint t)
{
  RandomStream random = random_stream(t);
  VideoFrame *frame = video_frame_new(pool, width, height);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      frame->plane[0][y * (guint)frame->stride[0] + x] =
        (guint8)(100 + ((x + 2 * t) / 9 + y / 7) % 2 * 60 + random_stream_below(&random, 12));
  for (int p = 1; p < 3; p++)
    memset(frame->plane[p], 90 + 60 * p / 2, (gsize)frame->stride[p] * ((height + 1) / 2));
  return frame;
}

static void
assert_reads(const VideoFrame *frame, BlockCode expected)
{
  BlockCode code;
  g_assert_true(block_code_read(frame, 0, 0, frame->width, frame->height, &code));
  g_assert_cmpuint(code.number, ==, expected.number);
  g_assert_cmpuint(code.site, ==, expected.site);
}

static void
test_every_size_reads_what_was_drawn(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  static const guint SIZES[][2] = { { 1280, 720 }, { 960, 540 }, { 640, 360 }, { 480, 270 }, { 424, 240 }, { 320, 180 }, { 1366, 769 } };
  for (gsize s = 0; s < G_N_ELEMENTS(SIZES); s++)
    for (guint n = 0; n < 65536; n += 4099) {
      g_autoptr(VideoFrame) frame = picture(pool, SIZES[s][0], SIZES[s][1], n);
      BlockCode code = { (guint16)n, (guint8)(n % 64) };
      block_code_draw(frame, code);
      assert_reads(frame, code);
    }
}

static VideoFrame *
scaled(VideoFramePool *pool, const VideoFrame *from, guint width, guint height)
{
  VideoFrame *to = video_frame_new(pool, width, height);
  I420Scale(from->plane[0], from->stride[0], from->plane[1], from->stride[1], from->plane[2],
            from->stride[2], (int)from->width, (int)from->height, to->plane[0], to->stride[0],
            to->plane[1], to->stride[1], to->plane[2], to->stride[2], (int)width, (int)height,
            kFilterBox);
  return to;
}

typedef struct {
  guint from_width, from_height, from_kbps, to_width, to_height, to_kbps;
} Path;

/* Camera -> VP8 -> scaled -> VP8 -> read. Returns: how many of @n frames could be read. */
static guint
frames_read(const Path *path, guint n)
{
  assert_on_encode();
  assert_on_decode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  VideoEncoderConfig in = { VIDEO_CODEC_VP8, path->from_width, path->from_height, 30, 1, path->from_kbps * 1000, 1, -10 };
  VideoEncoderConfig out = { VIDEO_CODEC_VP8, path->to_width, path->to_height, 30, 1, path->to_kbps * 1000, 1, -10 };
  g_autoptr(VideoEncoder) first = video_encoder_new(&in, NULL), second = video_encoder_new(&out, NULL);
  g_autoptr(VideoDecoder) first_decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, 1920 * 1088);
  g_autoptr(VideoDecoder) second_decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, 1920 * 1088);
  guint read = 0;
  for (guint t = 0; t < n; t++) {
    g_autoptr(VideoFrame) camera = picture(pool, path->from_width, path->from_height, t);
    BlockCode code = { (guint16)t, 7 }, found;
    block_code_draw(camera, code);
    g_autoptr(EncodedFrame) uplink = video_encoder_encode(first, camera, t * 33333, t == 0);
    g_autoptr(VideoFrame) seen = NULL, shown = NULL;
    g_assert_cmpint(video_decoder_decode(first_decoder, uplink, 0, 0, &seen), ==, VIDEO_DECODE_OK);
    g_autoptr(VideoFrame) tile = scaled(pool, seen, path->to_width, path->to_height);
    g_autoptr(EncodedFrame) downlink = video_encoder_encode(second, tile, t * 33333, t == 0);
    g_assert_cmpint(video_decoder_decode(second_decoder, downlink, 0, 0, &shown), ==, VIDEO_DECODE_OK);
    if (block_code_read(shown, 0, 0, shown->width, shown->height, &found)) {
      g_assert_cmpuint(found.number, ==, t);
      g_assert_cmpuint(found.site, ==, 7);
      read++;
    }
  }
  return read;
}

static void
test_code_survives_two_encodes_at_low_rate_and_scaling(void)
{
  static const Path TABLE[] = {
    { 640, 360, 300, 640, 360, 300 },    /* 1:1, half of the usual rate       */
    { 1280, 720, 700, 640, 360, 300 },   /* 2:1                               */
    { 424, 240, 200, 384, 216, 150 },    /* a tile of 25                      */
    { 320, 180, 150, 640, 360, 300 },    /* scaled up                         */
    { 320, 180, 150, 274, 154, 100 },    /* a tile of 49                      */
    { 640, 360, 700, 214, 120, 40 },     /* one of nine in 640x360            */
    { 640, 360, 700, 140, 78, 17 },      /* one of nine in 424x240, 150 kbit/s */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    guint read = frames_read(&TABLE[i], 60);
    g_test_message("path %zu: %u of 60", i, read);
    g_assert_cmpuint(read, >=, 57);
  }
}

/* Nine tiles in 424x240, scaled from 1080p as a whole: their edges fall between pixels. */
static void
test_a_tile_whose_edges_fall_between_pixels_is_read(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(3);
  guint read = 0, alike = 0;
  for (guint t = 0; t < 20; t++) {
    g_autoptr(VideoFrame) canvas = picture(pool, 1920, 1080, t), tile = picture(pool, 640, 360, t), small = NULL;
    block_code_draw(tile, (BlockCode) { (guint16)(t + 100), 4 });
    for (guint y = 0; y < 360; y++)
      memcpy(canvas->plane[0] + (gsize)(y + 360) * canvas->stride[0] + 640, tile->plane[0] + (gsize)y * tile->stride[0], 640);
    small = scaled(pool, canvas, 424, 240);
    BlockCode code;
    guint8 sketch[BLOCK_CODE_BITS], again[BLOCK_CODE_BITS];
    read += block_code_read(small, 640 * 424 / 1920, 360 * 240 / 1080, 640 * 424 / 1920, 360 * 240 / 1080, &code) && code.number == t + 100;
    g_assert_true(block_code_sketch(small, 141, 80, 141, 80, sketch));
    g_assert_true(block_code_sketch(small, 141, 80, 141, 80, again));
    alike += memcmp(sketch, again, sizeof sketch) == 0;
  }
  g_assert_cmpuint(read, >=, 19);
  g_assert_cmpuint(alike, ==, 20);
}

static void
test_pictures_without_a_code_are_not_read(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  guint read = 0;
  for (guint t = 0; t < 2000; t++) {
    g_autoptr(VideoFrame) frame = picture(pool, 320, 180, t);
    BlockCode code;
    read += block_code_read(frame, 0, 0, 320, 180, &code);
  }
  g_assert_cmpuint(read, <=, 2);
}

static void
test_rectangles_outside_the_frame_are_refused(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  g_autoptr(VideoFrame) frame = picture(pool, 320, 180, 0);
  BlockCode code;
  g_assert_false(block_code_read(frame, 16, 0, 320, 180, &code));
  g_assert_false(block_code_read(frame, 0, 0, 20, 20, &code));
  g_assert_false(block_code_read(frame, 0, 0, 320, 20, &code));
  g_assert_false(block_code_read(frame, 0, 0, 0, 0, &code));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/block_code/every_size_reads_what_was_drawn", test_every_size_reads_what_was_drawn);
  g_test_add_func("/lib/block_code/code_survives_two_encodes_at_low_rate_and_scaling", test_code_survives_two_encodes_at_low_rate_and_scaling);
  g_test_add_func("/lib/block_code/a_tile_whose_edges_fall_between_pixels_is_read", test_a_tile_whose_edges_fall_between_pixels_is_read);
  g_test_add_func("/lib/block_code/pictures_without_a_code_are_not_read", test_pictures_without_a_code_are_not_read);
  g_test_add_func("/lib/block_code/rectangles_outside_the_frame_are_refused", test_rectangles_outside_the_frame_are_refused);
  return g_test_run();
}
