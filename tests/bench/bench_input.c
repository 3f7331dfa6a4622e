/* tests/bench/bench_input.c - what the sites send, encoded once and played in a loop. */
#include "tests/bench/bench_input.h"
#include "media/codec/audio_encoder.h"
#include "media/codec/video_encoder.h"
#include "tests/bench/site_camera.h"
#include <math.h>

static void
make_pictures(BenchSite *site, const BenchConfig *config, guint seed)
{
  assert_on_encode();
  const VideoEncoderConfig settings = {
    .codec = VIDEO_CODEC_VP8, .width = config->input_width, .height = config->input_height,
    .fps_numerator = BENCH_FPS, .fps_denominator = 1, .bitrate_bps = config->input_bps, .threads = 1,
    .speed = -6,
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&settings, &error);
  if (encoder == NULL)
    g_error("%s", error->message);
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  g_autoptr(SiteCamera) camera = site_camera_new(config->input_width, config->input_height, seed);
  for (guint i = 0; i < BENCH_LOOP_FRAMES; i++) {
    g_autoptr(VideoFrame) picture = site_camera_picture(camera, pool, i);
    site->frames[i] = video_encoder_encode(encoder, picture, (gint64)i * G_USEC_PER_SEC / BENCH_FPS, false);
    g_assert_nonnull(site->frames[i]);
  }
}

/* A voice that glides and pauses, or the hiss of a quiet room. */
static gint16
sample(guint n, guint seed, bool is_talking, GRand *rand)
{
  double t = n / 48000.0, sum = g_rand_double_range(rand, -6, 6);
  double pitch = 100 + 13 * (seed % 9);
  double phase = 2 * G_PI * (pitch * t + 8 * sin(2 * G_PI * t / 3));
  double envelope = fmod(t + seed * 0.3, 1.5) < 1.2 ? 0.6 + 0.4 * sin(2 * G_PI * 4 * t) : 0;
  for (int h = 1; is_talking && h <= 14; h++)
    sum += 3000 * envelope * sin(phase * h + h * h) / h;
  return (gint16)sum;
}

static void
make_sound(BenchSite *site, guint seed, bool is_talking)
{
  assert_on_audio_tick();
  const AudioEncoderConfig settings = { .bitrate_bps = 32000, .complexity = 9, .expected_loss_percent = 5 };
  g_autoptr(GError) error = NULL;
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&settings, &error);
  if (encoder == NULL)
    g_error("%s", error->message);
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  for (guint k = 0; k < BENCH_LOOP_PACKETS; k++) {
    gint16 samples[AUDIO_FRAME_SAMPLES];
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      samples[i] = sample(k * AUDIO_FRAME_SAMPLES + i, seed, is_talking, rand);
    site->packets[k] = audio_encoder_encode(encoder, samples, k * AUDIO_FRAME_SAMPLES);
    g_assert_nonnull(site->packets[k]);
  }
}

BenchInput *
bench_input_new(const BenchConfig *config)
{
  BenchInput *self = g_new0(BenchInput, 1);
  self->config = *config;
  for (guint i = 0; i < config->sites; i++) {
    make_pictures(&self->sites[i], config, i + 1);
    make_sound(&self->sites[i], i + 1, i < config->talkers);
  }
  return self;
}

void
bench_input_free(BenchInput *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->config.sites; i++) {
    for (guint k = 0; k < BENCH_LOOP_FRAMES; k++)
      encoded_frame_unref(self->sites[i].frames[k]);
    for (guint k = 0; k < BENCH_LOOP_PACKETS; k++)
      audio_packet_unref(self->sites[i].packets[k]);
  }
  g_free(self);
}
