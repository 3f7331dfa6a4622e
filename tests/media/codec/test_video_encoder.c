/* tests/media/codec/test_video_encoder.c - unit tests of media/codec/video_encoder. */
#include "media/codec/video_decoder.h"
#include "media/codec/video_encoder.h"
#include "tests/media/codec/pictures.h"
#include <string.h>

enum { WIDTH = 320, HEIGHT = 180, FRAMES = 60, TICK_US = 33333 };

static const VideoEncoderConfig CONFIG = {
  .codec = VIDEO_CODEC_VP8, .width = WIDTH, .height = HEIGHT, .fps_numerator = 30,
  .fps_denominator = 1, .bitrate_bps = 600000, .threads = 1,
};

static EncodedFrame *
encode(VideoEncoder *encoder, VideoFramePool *pool, guint number, gint64 tick, bool force_keyframe)
{
  assert_on_encode();
  g_autoptr(VideoFrame) picture = picture_new(pool, WIDTH, HEIGHT, number);
  picture->capture_us = 1000 + number;
  EncodedFrame *frame = video_encoder_encode(encoder, picture, tick * TICK_US, force_keyframe);
  g_assert_nonnull(frame);
  return frame;
}

static VideoFrame *
decode(VideoDecoder *decoder, const EncodedFrame *frame)
{
  assert_on_decode();
  VideoFrame *out;
  g_assert_cmpint(video_decoder_decode(decoder, frame, 0, 0, &out), ==, VIDEO_DECODE_OK);
  return out;
}

static void
test_picture_survives(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, WIDTH * HEIGHT);
  double worst = 99;
  for (guint i = 0; i < FRAMES; i++) {
    g_autoptr(EncodedFrame) frame = encode(encoder, pool, i, i, false);
    g_autoptr(VideoFrame) got = decode(decoder, frame);
    g_autoptr(VideoFrame) sent = picture_new(pool, WIDTH, HEIGHT, i);
    g_assert_cmpint(got->capture_us, ==, 1000 + i);
    worst = MIN(worst, picture_psnr(sent, got));
  }
  g_assert_cmpfloat(worst, >, 27);
}

static void
test_layers_alternate_and_only_the_first_frame_is_a_keyframe(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  for (guint i = 0; i < FRAMES; i++) {
    /* A new scene every ten frames: no reason for a keyframe. */
    g_autoptr(EncodedFrame) frame = encode(encoder, pool, i + i / 10 * 1000, i, false);
    g_assert_true(frame->is_keyframe == (i == 0));
    g_assert_cmpuint(frame->temporal_id, ==, i % 2);
    g_assert_true(frame->is_droppable == (i % 2 == 1));
    g_assert_true(frame->is_layer_sync == (i % 2 == 1));
    g_assert_cmpuint(frame->index, ==, i);
    g_assert_cmpuint(frame->width, ==, WIDTH);
    g_assert_cmpuint(frame->height, ==, HEIGHT);
  }
}

static void
test_forced_keyframe_begins_the_pattern_anew(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  const char *layers = "010" "0101" "0" "01010101";
  for (guint i = 0; layers[i] != '\0'; i++) {
    bool force = i == 3 || i == 7 || i == 8;
    g_autoptr(EncodedFrame) frame = encode(encoder, pool, i, i, force);
    g_assert_true(frame->is_keyframe == (force || i == 0));
    g_assert_cmpuint(frame->temporal_id, ==, (guint)(layers[i] - '0'));
  }
}

/* What makes an upper frame droppable: the base frames come out the same, bit for bit. */
static void
test_base_layer_decodes_alone_to_the_same_bits(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  g_autoptr(VideoDecoder) all = video_decoder_new(VIDEO_CODEC_VP8, pool, WIDTH * HEIGHT);
  g_autoptr(VideoDecoder) base = video_decoder_new(VIDEO_CODEC_VP8, pool, WIDTH * HEIGHT);
  g_autoptr(VideoDecoder) some = video_decoder_new(VIDEO_CODEC_VP8, pool, WIDTH * HEIGHT);
  for (guint i = 0; i < 3 * FRAMES; i++) {
    g_autoptr(EncodedFrame) frame = encode(encoder, pool, i * (i % 7), i, i == 71);
    g_autoptr(VideoFrame) from_all = decode(all, frame);
    /* One upper frame in three is lost: the others need nothing of it. */
    g_autoptr(VideoFrame) from_some = i % 6 == 1 && frame->is_droppable ? NULL : decode(some, frame);
    if (from_some != NULL)
      g_assert_cmpfloat(picture_psnr(from_all, from_some), ==, 99);
    if (frame->is_droppable)
      continue;
    g_autoptr(VideoFrame) from_base = decode(base, frame);
    for (int p = 0; p < 3; p++) {
      guint w = p == 0 ? WIDTH : WIDTH / 2, h = p == 0 ? HEIGHT : HEIGHT / 2;
      for (guint y = 0; y < h; y++)
        g_assert_cmpmem(from_all->plane[p] + (gsize)from_all->stride[p] * y, w,
                        from_base->plane[p] + (gsize)from_base->stride[p] * y, w);
    }
  }
}

static void
test_skipped_and_repeated_ticks_are_legal(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  const gint64 ticks[] = { 0, 1, 2, 7, 8, 8, 8, 300, 301, 200, 400, 108000, 108001 };
  for (guint i = 0; i < G_N_ELEMENTS(ticks); i++) {
    g_autoptr(EncodedFrame) frame = encode(encoder, pool, i, ticks[i], false);
    g_assert_cmpuint(frame->temporal_id, ==, i % 2);
  }
}

/* That nothing predicts, so that the rate is what limits the quality. */
static void
add_grain(VideoFrame *picture, GRand *rand)
{
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      picture->plane[0][(gsize)picture->stride[0] * y + x] += (guint8)(g_rand_int(rand) & 31);
}

static gsize
bytes_of_frames(VideoEncoder *encoder, VideoFramePool *pool, guint from, guint to)
{
  assert_on_encode();
  g_autoptr(GRand) rand = g_rand_new_with_seed(from);
  gsize bytes = 0;
  for (guint i = from; i < to; i++) {
    g_autoptr(VideoFrame) picture = picture_new(pool, WIDTH, HEIGHT, i);
    add_grain(picture, rand);
    g_autoptr(EncodedFrame) frame = video_encoder_encode(encoder, picture, i * TICK_US, false);
    bytes += frame->length;
  }
  return bytes;
}

static void
test_bitrate_follows_without_a_keyframe(void)
{
  assert_on_encode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  VideoEncoderConfig config = CONFIG;
  config.bitrate_bps = 800000;
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&config, NULL);
  bytes_of_frames(encoder, pool, 0, 60);
  double before = (double)bytes_of_frames(encoder, pool, 60, 150) * 8 / 3;
  video_encoder_set_bitrate(encoder, 400000);
  bytes_of_frames(encoder, pool, 150, 210);
  double after = (double)bytes_of_frames(encoder, pool, 210, 300) * 8 / 3;
  g_assert_cmpfloat(before, >, 0.8 * 800000);
  g_assert_cmpfloat(before, <, 1.2 * 800000);
  g_assert_cmpfloat(after, >, 0.8 * 400000);
  g_assert_cmpfloat(after, <, 1.2 * 400000);
}

/* The share of the target that a stream takes, of whose ticks those run that are '1' in the
 * repeated @pattern; a second of them is left out at the start. */
static double
share_of_target(VideoFramePool *pool, const char *pattern, guint bitrate_bps)
{
  enum { TICKS = 300, SETTLED = 60 };
  assert_on_encode();
  VideoEncoderConfig config = CONFIG;
  config.bitrate_bps = bitrate_bps;
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&config, NULL);
  g_autoptr(GRand) rand = g_rand_new_with_seed(1);
  gsize bytes = 0;
  for (guint i = 0; i < TICKS; i++) {
    if (pattern[i % strlen(pattern)] == '0')
      continue;
    g_autoptr(VideoFrame) picture = picture_new(pool, WIDTH, HEIGHT, i);
    add_grain(picture, rand);
    g_autoptr(EncodedFrame) frame
        = video_encoder_encode(encoder, picture, 77000 + i * TICK_US, i == TICKS / 2);
    bytes += i >= SETTLED ? frame->length : 0;
  }
  return (double)bytes * 8 / ((TICKS - SETTLED) / 30.0) / bitrate_bps;
}

/* 30, 15 and 10 a second, an encoder that manages two ticks of three, a machine that misses
 * one of ten: the same bitrate. */
static void
test_bitrate_is_met_at_any_frame_rate(void)
{
  static const char *const PATTERNS[] = { "1", "10", "100", "110", "1111111110", "1100" };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  double full = share_of_target(pool, PATTERNS[0], 600000);
  g_test_message("30 a second: %.3f of the target", full);
  g_assert_cmpfloat(full, >, 0.9);
  g_assert_cmpfloat(full, <, 1.1);
  for (guint i = 1; i < G_N_ELEMENTS(PATTERNS); i++) {
    double share = share_of_target(pool, PATTERNS[i], 600000);
    g_test_message("ticks %s: %.3f of the target", PATTERNS[i], share);
    g_assert_cmpfloat(share / full, >, 0.88);
    g_assert_cmpfloat(share / full, <, 1.08);
  }
}

/* A keyframe costs at most about 200 ms of the rate, whatever the frame rate. */
static void
test_keyframe_is_limited_in_time(void)
{
  assert_on_encode();
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  for (guint step = 1; step <= 2; step++) {
    VideoEncoderConfig config = CONFIG;
    config.bitrate_bps = 800000;
    g_autoptr(VideoEncoder) encoder = video_encoder_new(&config, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    for (guint i = 0; i < 120; i += step) {
      g_autoptr(VideoFrame) picture = picture_new(pool, WIDTH, HEIGHT, i);
      add_grain(picture, rand);
      g_autoptr(EncodedFrame) frame = video_encoder_encode(encoder, picture, i * TICK_US, i == 100);
      if (i == 100)
        g_assert_cmpuint(frame->length * 8, <, 800000 * 25 / 100);
    }
  }
}

typedef struct { gsize bytes; double psnr; } Passage;

/* Two calm seconds, six pictures that have nothing in common, and a second of the last one.
 * Returns: the bytes of the first two of the six, and how good the last picture is. */
static Passage
pass(VideoFramePool *pool, bool is_transient)
{
  enum { CALM = 60, PASSING = 6, AFTER = 30 };
  assert_on_encode();
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&CONFIG, NULL);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, WIDTH * HEIGHT);
  Passage out = { 0 };
  for (guint i = 0; i < CALM + PASSING + AFTER; i++) {
    guint passed = i < CALM ? 0 : MIN(i - CALM + 1, PASSING);
    g_autoptr(VideoFrame) picture = picture_new(pool, WIDTH, HEIGHT, passed * 1000);
    g_autoptr(GRand) rand = g_rand_new_with_seed(passed);
    add_grain(picture, rand);
    picture->is_transient = is_transient && passed > 0 && passed < PASSING;
    g_autoptr(EncodedFrame) frame = video_encoder_encode(encoder, picture, i * TICK_US, false);
    g_autoptr(VideoFrame) got = decode(decoder, frame);
    out.bytes += i == CALM || i == CALM + 1 ? frame->length : 0;
    out.psnr = picture_psnr(picture, got);
  }
  return out;
}

static void
test_transient_pictures_are_coarse_and_what_follows_is_not(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  Passage fine = pass(pool, false), coarse = pass(pool, true);
  g_test_message("first two: %zu bytes, %zu of transient ones; a second later %.1f dB, %.1f dB", fine.bytes, coarse.bytes, fine.psnr,
                 coarse.psnr);
  g_assert_cmpuint(2 * coarse.bytes, <, fine.bytes);
  g_assert_cmpfloat(coarse.psnr, >, fine.psnr - 1);
}

static void
test_impossible_settings_are_an_error(void)
{
  VideoEncoderConfig config = CONFIG;
  config.width = 20000;
  g_autoptr(GError) error = NULL;
  g_assert_null(video_encoder_new(&config, &error));
  g_assert_nonnull(error);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/video_encoder/" #name, test_##name)
  ADD(picture_survives);
  ADD(layers_alternate_and_only_the_first_frame_is_a_keyframe);
  ADD(forced_keyframe_begins_the_pattern_anew);
  ADD(base_layer_decodes_alone_to_the_same_bits);
  ADD(skipped_and_repeated_ticks_are_legal);
  ADD(bitrate_follows_without_a_keyframe);
  ADD(bitrate_is_met_at_any_frame_rate);
  ADD(keyframe_is_limited_in_time);
  ADD(transient_pictures_are_coarse_and_what_follows_is_not);
  ADD(impossible_settings_are_an_error);
#undef ADD
  return g_test_run();
}
