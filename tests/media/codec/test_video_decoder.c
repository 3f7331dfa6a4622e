/* tests/media/codec/test_video_decoder.c - unit tests of media/codec/video_decoder. */
#include "media/codec/video_decoder.h"
#include "media/codec/video_encoder.h"
#include "tests/media/codec/pictures.h"

enum { MAX_PIXELS = 1920 * 1088 };

/* A stream of @n frames of one size, the first a keyframe. */
static GPtrArray *
stream_new(VideoFramePool *pool, guint width, guint height, guint n)
{
  assert_on_encode();
  const VideoEncoderConfig config = {
    .codec = VIDEO_CODEC_VP8, .width = width, .height = height, .fps_numerator = 30,
    .fps_denominator = 1, .bitrate_bps = 800000, .threads = 1, .speed = -12,
  };
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&config, NULL);
  GPtrArray *frames = g_ptr_array_new_with_free_func((GDestroyNotify)encoded_frame_unref);
  for (guint i = 0; i < n; i++) {
    g_autoptr(VideoFrame) picture = picture_new(pool, width, height, i);
    g_ptr_array_add(frames, video_encoder_encode(encoder, picture, i * 33333, false));
  }
  return frames;
}

static void
test_odd_sizes_decode(void)
{
  assert_on_decode();
  static const guint sizes[][2] = { { 240, 135 }, { 241, 135 }, { 161, 91 }, { 1, 1 }, { 17, 3 },
                                    { 16, 16 }, { 1279, 719 } };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
    g_autoptr(GPtrArray) stream = stream_new(pool, sizes[i][0], sizes[i][1], 2);
    for (guint k = 0; k < 2; k++) {
      g_autoptr(VideoFrame) out = NULL;
      g_assert_cmpint(video_decoder_decode(decoder, stream->pdata[k], 0, 0, &out), ==,
                      VIDEO_DECODE_OK);
      g_assert_cmpuint(out->width, ==, sizes[i][0]);
      g_assert_cmpuint(out->height, ==, sizes[i][1]);
      g_autoptr(VideoFrame) sent = picture_new(pool, sizes[i][0], sizes[i][1], k);
      g_assert_cmpfloat(picture_psnr(sent, out), >, 24);
    }
  }
}

static void
test_picture_is_scaled_down_to_fit_never_up(void)
{
  assert_on_decode();
  static const struct { guint from[2], turns, fit[2], to[2]; } cases[] = {
    { { 640, 360 }, 0, { 0, 0 }, { 640, 360 } },
    { { 640, 360 }, 0, { 640, 360 }, { 640, 360 } },
    { { 640, 360 }, 0, { 1280, 720 }, { 640, 360 } },
    { { 640, 360 }, 0, { 320, 180 }, { 320, 180 } },
    { { 640, 360 }, 0, { 160, 90 }, { 160, 90 } },
    { { 640, 480 }, 0, { 320, 180 }, { 240, 180 } },
    { { 640, 360 }, 0, { 400, 400 }, { 400, 225 } },
    { { 360, 640 }, 0, { 320, 180 }, { 101, 180 } },
    { { 360, 640 }, 1, { 320, 180 }, { 180, 320 } },
    { { 640, 360 }, 3, { 320, 180 }, { 180, 101 } },
    { { 640, 360 }, 2, { 320, 180 }, { 320, 180 } },
    { { 640, 2 }, 0, { 16, 16 }, { 16, 1 } },
  };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
    g_autoptr(GPtrArray) stream = stream_new(pool, cases[i].from[0], cases[i].from[1], 1);
    EncodedFrame *frame = stream->pdata[0];
    frame->quarter_turns = (guint8)cases[i].turns;
    frame->capture_us = 4711;
    g_autoptr(VideoFrame) out = NULL;
    g_assert_cmpint(video_decoder_decode(decoder, frame, cases[i].fit[0], cases[i].fit[1], &out),
                    ==, VIDEO_DECODE_OK);
    g_test_message("case %u", (guint)i);
    g_assert_cmpuint(out->width, ==, cases[i].to[0]);
    g_assert_cmpuint(out->height, ==, cases[i].to[1]);
    g_assert_cmpuint(out->quarter_turns, ==, cases[i].turns);
    g_assert_cmpint(out->capture_us, ==, 4711);
  }
}

static void
test_half_size_is_the_mean_of_four_pixels(void)
{
  assert_on_decode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(GPtrArray) stream = stream_new(pool, 320, 180, 1);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
  g_autoptr(VideoFrame) full = NULL, half = NULL;
  video_decoder_decode(decoder, stream->pdata[0], 0, 0, &full);
  video_decoder_decode(decoder, stream->pdata[0], 160, 90, &half);
  for (guint y = 0; y < 90; y++)
    for (guint x = 0; x < 160; x++) {
      const guint8 *a = full->plane[0] + (gsize)full->stride[0] * 2 * y + 2 * x;
      const guint8 *b = a + full->stride[0];
      g_assert_cmpint(half->plane[0][(gsize)half->stride[0] * y + x], ==,
                      (a[0] + a[1] + b[0] + b[1] + 2) / 4);
    }
}

static void
test_size_may_change_at_a_keyframe(void)
{
  assert_on_decode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
  static const guint sizes[][2] = { { 160, 90 }, { 640, 360 }, { 321, 181 }, { 160, 90 } };
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_autoptr(GPtrArray) stream = stream_new(pool, sizes[i][0], sizes[i][1], 3);
    for (guint k = 0; k < 3; k++) {
      g_autoptr(VideoFrame) out = NULL;
      g_assert_cmpint(video_decoder_decode(decoder, stream->pdata[k], 0, 0, &out), ==,
                      VIDEO_DECODE_OK);
      g_assert_cmpuint(out->width, ==, sizes[i][0]);
    }
  }
}

static void
test_too_large_a_picture_is_refused_before_libvpx_sees_it(void)
{
  assert_on_decode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(GPtrArray) large = stream_new(pool, 320, 182, 2);
  g_autoptr(GPtrArray) right = stream_new(pool, 320, 180, 1);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, 320 * 180);
  VideoFrame *out;
  g_assert_cmpint(video_decoder_decode(decoder, large->pdata[0], 0, 0, &out), ==, VIDEO_DECODE_TOO_LARGE);
  g_assert_cmpint(video_decoder_decode(decoder, large->pdata[1], 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
  g_assert_null(out);
  g_assert_cmpint(video_decoder_decode(decoder, right->pdata[0], 0, 0, &out), ==, VIDEO_DECODE_OK);
  video_frame_unref(out);
}

static void
test_damage_needs_a_keyframe_and_is_mended_by_it(void)
{
  assert_on_decode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(GPtrArray) stream = stream_new(pool, 320, 180, 3);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
  EncodedFrame *key = stream->pdata[0], *delta = stream->pdata[1];
  const gsize cuts[] = { 0, 1, 2, 3, 9, 10, 12, key->length / 2 };
  VideoFrame *out;
  g_assert_cmpint(video_decoder_decode(decoder, delta, 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
  for (gsize i = 0; i < G_N_ELEMENTS(cuts); i++) {
    g_autoptr(EncodedFrame) cut = encoded_frame_new(VIDEO_CODEC_VP8, key->data, cuts[i]);
    g_assert_cmpint(video_decoder_decode(decoder, cut, 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
    g_assert_cmpint(video_decoder_decode(decoder, delta, 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
    g_assert_cmpint(video_decoder_decode(decoder, key, 0, 0, &out), ==, VIDEO_DECODE_OK);
    video_frame_unref(out);
    g_autoptr(EncodedFrame) half = encoded_frame_new(VIDEO_CODEC_VP8, delta->data, delta->length / 3);
    g_assert_cmpint(video_decoder_decode(decoder, half, 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
    g_assert_cmpint(video_decoder_decode(decoder, stream->pdata[2], 0, 0, &out), ==, VIDEO_DECODE_NEEDS_KEYFRAME);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/video_decoder/" #name, test_##name)
  ADD(odd_sizes_decode);
  ADD(picture_is_scaled_down_to_fit_never_up);
  ADD(half_size_is_the_mean_of_four_pixels);
  ADD(size_may_change_at_a_keyframe);
  ADD(too_large_a_picture_is_refused_before_libvpx_sees_it);
  ADD(damage_needs_a_keyframe_and_is_mended_by_it);
#undef ADD
  return g_test_run();
}
