/* tests/bench/codec_floor.c - libvpx, libyuv and libopus in a plain loop. */
#include "tests/bench/codec_floor.h"
#include "media/codec/video_encoder.h"
#include "mixer/video_layout.h"
#include <libyuv.h>
#include <opus.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

struct CodecFloor {
  const BenchInput *input;                       /* borrowed */
  vpx_codec_ctx_t decoders[BENCH_SITES_MAX];
  vpx_codec_ctx_t encoder;
  OpusDecoder    *opus_decoders[BENCH_SITES_MAX];
  OpusEncoder    *opus_encoders[BENCH_SITES_MAX + 1];
  guint           n_mixes;
  VideoFramePool *pool;
  VideoFrame     *canvas;
  VideoRect       tiles[BENCH_SITES_MAX];
  guint           n_encoded;
  gsize           bytes;
  CodecFloorTimes times;
};

/* The settings of media/codec/video_encoder.c: to be kept alike. */
static void
open_encoder(CodecFloor *self, const BenchConfig *config)
{
  vpx_codec_enc_cfg_t s;
  vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &s, 0);
  s.g_w = config->canvas_width;
  s.g_h = config->canvas_height;
  s.g_threads = config->encoder_threads;
  s.g_timebase = (vpx_rational_t) { 1, BENCH_FPS };
  s.g_lag_in_frames = 0;
  s.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
  s.rc_end_usage = VPX_CBR;
  s.rc_dropframe_thresh = 0;
  s.rc_resize_allowed = 0;
  s.rc_min_quantizer = 8;
  s.rc_max_quantizer = 56;
  s.rc_undershoot_pct = 100;
  s.rc_overshoot_pct = 15;
  s.rc_buf_sz = 1000;
  s.rc_buf_initial_sz = 500;
  s.rc_buf_optimal_sz = 600;
  s.kf_mode = VPX_KF_DISABLED;
  s.ts_number_layers = s.ts_periodicity = 2;
  s.ts_rate_decimator[0] = 2;
  s.ts_rate_decimator[1] = 1;
  s.ts_layer_id[1] = 1;
  s.rc_target_bitrate = config->canvas_bps / 1000;
  s.ts_target_bitrate[0] = s.rc_target_bitrate * 60 / 100;
  s.ts_target_bitrate[1] = s.rc_target_bitrate;
  int speed = config->encoder_speed != 0 ? config->encoder_speed
                                         : video_encoder_speed(config->canvas_width, config->canvas_height);
  if (vpx_codec_enc_init(&self->encoder, vpx_codec_vp8_cx(), &s, 0) != VPX_CODEC_OK)
    g_error("libvpx refused the canvas");
  vpx_codec_control(&self->encoder, VP8E_SET_CPUUSED, speed);
  vpx_codec_control(&self->encoder, VP8E_SET_STATIC_THRESHOLD, 1u);
  vpx_codec_control(&self->encoder, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
  vpx_codec_control(&self->encoder, VP8E_SET_MAX_INTRA_BITRATE_PCT, 450u);
}

static OpusEncoder *
open_opus_encoder(void)
{
  int error;
  OpusEncoder *opus = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
  opus_encoder_ctl(opus, OPUS_SET_BITRATE(32000));
  opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(5));
  opus_encoder_ctl(opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(opus, OPUS_SET_PACKET_LOSS_PERC(6));
  return opus;
}

CodecFloor *
codec_floor_new(const BenchInput *input)
{
  const BenchConfig *config = &input->config;
  CodecFloor *self = g_new0(CodecFloor, 1);
  self->input = input;
  self->pool = video_frame_pool_new(1);
  self->canvas = video_frame_new(self->pool, config->canvas_width, config->canvas_height);
  video_layout_compute(VIDEO_LAYOUT_GRID, config->sites, config->canvas_width,
                       config->canvas_height, self->tiles);
  I420Rect(self->canvas->plane[0], self->canvas->stride[0], self->canvas->plane[1],
           self->canvas->stride[1], self->canvas->plane[2], self->canvas->stride[2], 0, 0,
           (int)config->canvas_width, (int)config->canvas_height, 16, 128, 128);
  const vpx_codec_dec_cfg_t one_thread = { .threads = 1 };
  for (guint i = 0; i < config->sites; i++) {
    int error;
    vpx_codec_dec_init(&self->decoders[i], vpx_codec_vp8_dx(), &one_thread, 0);
    self->opus_decoders[i] = opus_decoder_create(48000, 1, &error);
  }
  open_encoder(self, config);
  self->n_mixes = MIN(config->talkers + 1, config->sites);
  for (guint i = 0; i < self->n_mixes; i++)
    self->opus_encoders[i] = open_opus_encoder();
  return self;
}

void
codec_floor_free(CodecFloor *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->input->config.sites; i++) {
    vpx_codec_destroy(&self->decoders[i]);
    opus_decoder_destroy(self->opus_decoders[i]);
  }
  for (guint i = 0; i < self->n_mixes; i++)
    opus_encoder_destroy(self->opus_encoders[i]);
  vpx_codec_destroy(&self->encoder);
  video_frame_unref(self->canvas);
  video_frame_pool_free(self->pool);
  g_free(self);
}

static void
place(CodecFloor *self, const vpx_image_t *image, const VideoRect *tile)
{
  VideoFrame *c = self->canvas;
  guint8 *to[3];
  for (int p = 0; p < 3; p++) {
    guint shift = p == 0 ? 0 : 1;
    to[p] = c->plane[p] + (gsize)c->stride[p] * (tile->y >> shift) + (tile->x >> shift);
  }
  I420Scale(image->planes[0], image->stride[0], image->planes[1], image->stride[1],
            image->planes[2], image->stride[2], (int)image->d_w, (int)image->d_h, to[0],
            c->stride[0], to[1], c->stride[1], to[2], c->stride[2], (int)tile->width,
            (int)tile->height, kFilterBox);
}

static void
encode_canvas(CodecFloor *self)
{
  enum { ONLY_LAST = VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF };
  vpx_image_t image;
  vpx_img_wrap(&image, VPX_IMG_FMT_I420, self->canvas->width, self->canvas->height, 1,
               self->canvas->plane[0]);
  for (int p = 0; p < 3; p++) {
    image.planes[p] = self->canvas->plane[p];
    image.stride[p] = self->canvas->stride[p];
  }
  guint n = self->n_encoded++;
  bool is_upper = n % 2 == 1;
  vpx_enc_frame_flags_t flags = n == 0 ? VPX_EFLAG_FORCE_KF : ONLY_LAST;
  if (is_upper)
    flags |= VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY;
  vpx_codec_control(&self->encoder, VP8E_SET_TEMPORAL_LAYER_ID, is_upper ? 1 : 0);
  if (vpx_codec_encode(&self->encoder, &image, n, 1, flags, VPX_DL_REALTIME) != VPX_CODEC_OK)
    g_error("libvpx failed");
  vpx_codec_iter_t iter = NULL;
  const vpx_codec_cx_pkt_t *packet;
  while ((packet = vpx_codec_get_cx_data(&self->encoder, &iter)) != NULL)
    self->bytes += packet->kind == VPX_CODEC_CX_FRAME_PKT ? packet->data.frame.sz : 0;
}

void
codec_floor_video(CodecFloor *self, guint number)
{
  const BenchInput *input = self->input;
  const vpx_image_t *images[BENCH_SITES_MAX];
  stopwatch_start(&self->times.decode);
  for (guint i = 0; i < input->config.sites; i++) {
    const EncodedFrame *frame = input->sites[i].frames[number % BENCH_LOOP_FRAMES];
    vpx_codec_iter_t iter = NULL;
    if (vpx_codec_decode(&self->decoders[i], frame->data, (unsigned)frame->length, NULL, 0) != VPX_CODEC_OK)
      g_error("libvpx could not decode");
    images[i] = vpx_codec_get_frame(&self->decoders[i], &iter);
    g_assert_nonnull(images[i]);
  }
  stopwatch_stop(&self->times.decode);

  stopwatch_start(&self->times.place);
  for (guint i = 0; i < input->config.sites; i++)
    place(self, images[i], &self->tiles[i]);
  stopwatch_stop(&self->times.place);

  stopwatch_start(&self->times.encode);
  encode_canvas(self);
  stopwatch_stop(&self->times.encode);
}

void
codec_floor_audio(CodecFloor *self, guint number)
{
  static gint16 decoded[BENCH_SITES_MAX][AUDIO_FRAME_SAMPLES];
  static gint16 mixes[BENCH_SITES_MAX + 1][AUDIO_FRAME_SAMPLES];
  const BenchInput *input = self->input;
  stopwatch_start(&self->times.opus_decode);
  for (guint i = 0; i < input->config.sites; i++) {
    const AudioPacket *packet = input->sites[i].packets[number % BENCH_LOOP_PACKETS];
    if (opus_decode(self->opus_decoders[i], packet->data, (opus_int32)packet->length, decoded[i],
                    AUDIO_FRAME_SAMPLES, 0) != AUDIO_FRAME_SAMPLES)
      g_error("libopus could not decode");
  }
  stopwatch_stop(&self->times.opus_decode);

  for (guint m = 0; m < self->n_mixes; m++)
    for (guint s = 0; s < AUDIO_FRAME_SAMPLES; s++) {
      int sum = 0;
      for (guint i = 0; i < input->config.talkers; i++)
        sum += i == m ? 0 : decoded[i][s];
      mixes[m][s] = (gint16)CLAMP(sum, -32768, 32767);
    }

  stopwatch_start(&self->times.opus_encode);
  for (guint m = 0; m < self->n_mixes; m++) {
    guint8 out[1500];
    if (opus_encode(self->opus_encoders[m], mixes[m], AUDIO_FRAME_SAMPLES, out, sizeof out) <= 0)
      g_error("libopus failed");
  }
  stopwatch_stop(&self->times.opus_encode);
}

gsize
codec_floor_bytes(const CodecFloor *self)
{
  return self->bytes;
}

const CodecFloorTimes *
codec_floor_times(const CodecFloor *self)
{
  return &self->times;
}
