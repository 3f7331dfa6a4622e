/* media/codec/video_encoder.c - one libvpx VP8 encoder. */
#include "media/codec/video_encoder.h"
#include "media/codec/codec_error.h"
#include "media/codec/frame_interval.h"
#include <math.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

enum {
  Q_MIN = 8,               /* CBR would spend its whole rate on a picture that stands still   */
  Q_MAX = 56,
  Q_MIN_TRANSIENT = 50,
  UNDERSHOOT_PERCENT = 100, OVERSHOOT_PERCENT = 15,
  BASE_RATE_PERCENT = 60,
  HD_PIXELS = 1280 * 720, QHD_PIXELS = 960 * 540, SMALL_PIXELS = 426 * 240,
  RATE_CHANGE_PERCENT = 10,  /* of the frame rate, before libvpx is told */
};

/* How far the rate may run ahead or behind, ms. A small picture goes to whom nothing larger
 * reaches: less of it may queue up on the way. */
static const struct { guint size, initial, optimal; } BUFFER = { 1000, 500, 600 },
                                                      BUFFER_SMALL = { 600, 300, 400 };

/* Both layers look at the last base frame only: one motion search instead of three. */
enum {
  ONLY_LAST = VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_GF
              | VP8_EFLAG_NO_UPD_ARF,
  BASE_FLAGS = ONLY_LAST,
  UPPER_FLAGS = ONLY_LAST | VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY,
};

struct VideoEncoder {
  /* owned */
  vpx_codec_ctx_t     codec;
  bool                is_open;
  /* state */
  vpx_codec_enc_cfg_t settings;
  VideoCodec          format;
  bool                next_is_upper;
  gint64              next_pts;     /* us; the frames stand end to end         */
  guint64             n_encoded;
  FrameInterval       interval;
  double              seen_us;      /* the duration of the frame encoded last  */
  double              planned_us;   /* that libvpx shares the rate out by      */
};

static void
set_rates(vpx_codec_enc_cfg_t *settings, guint bitrate_bps)
{
  guint kbps = MAX(bitrate_bps / 1000, 1);
  settings->rc_target_bitrate = kbps;
  settings->ts_target_bitrate[0] = MAX(kbps * BASE_RATE_PERCENT / 100, 1);
  settings->ts_target_bitrate[1] = kbps;  /* cumulative */
}

/* TRANSPORT E, "Set". */
static bool
fill_settings(vpx_codec_enc_cfg_t *settings, const VideoEncoderConfig *config)
{
  if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), settings, 0) != VPX_CODEC_OK)
    return false;
  settings->g_w = config->width;
  settings->g_h = config->height;
  settings->g_threads = config->threads;
  settings->g_timebase.num = 1;
  settings->g_timebase.den = G_USEC_PER_SEC;
  settings->g_lag_in_frames = 0;
  settings->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
  settings->rc_end_usage = VPX_CBR;
  settings->rc_dropframe_thresh = 0;  /* the pacer drops, with knowledge of the receiver */
  settings->rc_resize_allowed = 0;
  settings->rc_min_quantizer = Q_MIN;
  settings->rc_max_quantizer = Q_MAX;
  settings->rc_undershoot_pct = UNDERSHOOT_PERCENT;
  settings->rc_overshoot_pct = OVERSHOOT_PERCENT;
  bool is_small = config->width * config->height <= SMALL_PIXELS;
  settings->rc_buf_sz = is_small ? BUFFER_SMALL.size : BUFFER.size;
  settings->rc_buf_initial_sz = is_small ? BUFFER_SMALL.initial : BUFFER.initial;
  settings->rc_buf_optimal_sz = is_small ? BUFFER_SMALL.optimal : BUFFER.optimal;
  settings->kf_mode = VPX_KF_DISABLED;
  settings->ts_number_layers = 2;
  settings->ts_periodicity = 2;
  settings->ts_rate_decimator[0] = 2;
  settings->ts_rate_decimator[1] = 1;
  settings->ts_layer_id[0] = 0;
  settings->ts_layer_id[1] = 1;
  set_rates(settings, config->bitrate_bps);
  return true;
}

/* Negative is a fixed speed; a positive one would let libvpx choose by the wall clock. At 1080p
 * and 4 Mbit/s on nine moving tiles, encode time and PSNR against -8: -6 +3 % +0.09 dB,
 * -10 -6 % -0.04 dB, -12 -13 % -0.20 dB, -14 -25 % -0.49 dB, -16 -32 % -0.99 dB. Small pictures
 * are cheap and can have the better search. */
int
video_encoder_speed(guint width, guint height)
{
  guint pixels = width * height;
  return pixels > HD_PIXELS ? -12 : pixels >= QHD_PIXELS ? -8 : -6;
}

/* A keyframe goes to every receiver at once: 450 % of a frame's share at 25 and 30 a second,
 * 300 % of the larger shares of slower programs, which is 150 to 200 ms of the rate. */
static unsigned
max_intra_percent(double interval_us)
{
  return interval_us <= G_USEC_PER_SEC / 22.0 ? 450 : 300;
}

static bool
apply_controls(VideoEncoder *self, const VideoEncoderConfig *config)
{
  vpx_codec_ctx_t *codec = &self->codec;
  int speed = config->speed < 0 ? MAX(config->speed, -16)
                                : video_encoder_speed(config->width, config->height);
  return vpx_codec_control(codec, VP8E_SET_CPUUSED, speed) == VPX_CODEC_OK
         && vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD, 1u) == VPX_CODEC_OK
         && vpx_codec_control(codec, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION) == VPX_CODEC_OK
         && vpx_codec_control(codec, VP8E_SET_NOISE_SENSITIVITY, 0u) == VPX_CODEC_OK
         && vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT,
                              max_intra_percent(self->planned_us)) == VPX_CODEC_OK
         && vpx_codec_control(codec, VP8E_SET_SCREEN_CONTENT_MODE, 0u) == VPX_CODEC_OK;
}

VideoEncoder *
video_encoder_new(const VideoEncoderConfig *config, GError **error)
{
  g_return_val_if_fail(config->codec == VIDEO_CODEC_VP8, NULL);
  g_return_val_if_fail(config->fps_numerator > 0 && config->fps_denominator > 0, NULL);
  g_autoptr(VideoEncoder) self = g_new0(VideoEncoder, 1);
  self->format = config->codec;
  self->seen_us = self->planned_us = (double)G_USEC_PER_SEC * config->fps_denominator / config->fps_numerator;
  frame_interval_init(&self->interval, self->planned_us);
  if (!fill_settings(&self->settings, config)) {
    g_set_error(error, CODEC_ERROR, CODEC_ERROR_LIBRARY, "libvpx has no VP8 encoder");
    return NULL;
  }
  vpx_codec_err_t result = vpx_codec_enc_init(&self->codec, vpx_codec_vp8_cx(), &self->settings, 0);
  if (result != VPX_CODEC_OK) {
    g_set_error(error, CODEC_ERROR, CODEC_ERROR_CONFIG, "libvpx refused a VP8 encoder of %ux%u: %s",
                config->width, config->height, vpx_codec_err_to_string(result));
    return NULL;
  }
  self->is_open = true;
  if (!apply_controls(self, config)) {
    g_set_error(error, CODEC_ERROR, CODEC_ERROR_CONFIG, "libvpx refused a setting: %s",
                vpx_codec_error(&self->codec));
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
video_encoder_free(VideoEncoder *self)
{
  if (self == NULL)
    return;
  if (self->is_open)
    vpx_codec_destroy(&self->codec);
  g_free(self);
}

static void
wrap(vpx_image_t *image, const VideoFrame *frame)
{
  vpx_img_wrap(image, VPX_IMG_FMT_I420, frame->width, frame->height, 1, frame->plane[0]);
  for (int i = 0; i < 3; i++) {
    image->planes[i] = frame->plane[i];
    image->stride[i] = frame->stride[i];
  }
}

static EncodedFrame *
take_output(VideoEncoder *self, const VideoFrame *frame, bool is_upper)
{
  vpx_codec_iter_t iter = NULL;
  const vpx_codec_cx_pkt_t *packet;
  while ((packet = vpx_codec_get_cx_data(&self->codec, &iter)) != NULL) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT || packet->data.frame.sz == 0)
      continue;
    EncodedFrame *out = encoded_frame_new(self->format, packet->data.frame.buf,
                                          packet->data.frame.sz);
    out->width = frame->width;
    out->height = frame->height;
    out->is_keyframe = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    out->is_droppable = is_upper;
    out->is_layer_sync = is_upper;
    out->temporal_id = is_upper ? 1 : 0;
    out->capture_us = frame->capture_us;
    out->index = self->n_encoded++;
    return out;
  }
  return NULL;
}

/* libvpx reckons the frame rate from the durations, but the upper layer's share only when it
 * is configured: without this that would keep to the rate at the start. */
static void
follow_frame_rate(VideoEncoder *self)
{
  if (fabs(self->seen_us - self->planned_us) * 100 <= RATE_CHANGE_PERCENT * self->planned_us)
    return;
  self->planned_us = self->seen_us;
  if (vpx_codec_enc_config_set(&self->codec, &self->settings) != VPX_CODEC_OK
      || vpx_codec_control(&self->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT,
                           max_intra_percent(self->planned_us)) != VPX_CODEC_OK)
    g_warning("libvpx refused another frame rate: %s", vpx_codec_error(&self->codec));
}

/* After a calm second libvpx would spend ten frames' bytes on the first one of a transition, and the receiver would
 * wait for it as long as the transition lasts. Seen for 33 ms, each may be coarse. Nine tiles at 720p and 2.2 Mbit/s,
 * to a spotlight: 97, 74, 36, 18 kB become 25, 25, 25, 17. */
static void
follow_transition(VideoEncoder *self, bool is_transient)
{
  unsigned min_quantizer = is_transient ? Q_MIN_TRANSIENT : Q_MIN;
  if (self->settings.rc_min_quantizer == min_quantizer)
    return;
  self->settings.rc_min_quantizer = min_quantizer;
  if (vpx_codec_enc_config_set(&self->codec, &self->settings) != VPX_CODEC_OK)
    g_warning("libvpx refused another quantizer: %s", vpx_codec_error(&self->codec));
}

EncodedFrame *
video_encoder_encode(VideoEncoder *self, const VideoFrame *frame, gint64 time_us, bool force_keyframe)
{
  g_return_val_if_fail(frame->width == self->settings.g_w && frame->height == self->settings.g_h,
                       NULL);
  bool is_keyframe = force_keyframe || self->n_encoded == 0;
  bool is_upper = self->next_is_upper && !is_keyframe;
  vpx_enc_frame_flags_t flags = is_keyframe ? VPX_EFLAG_FORCE_KF
                                : is_upper  ? UPPER_FLAGS
                                            : BASE_FLAGS;
  follow_frame_rate(self);
  follow_transition(self, frame->is_transient);
  self->seen_us = frame_interval_next(&self->interval, time_us);
  unsigned long duration_us = (unsigned long)lrint(self->seen_us);
  vpx_image_t image;
  wrap(&image, frame);
  /* The layer goes with the frame: libvpx's own count would not notice a keyframe. */
  if (vpx_codec_control(&self->codec, VP8E_SET_TEMPORAL_LAYER_ID, is_upper ? 1 : 0) != VPX_CODEC_OK
      || vpx_codec_encode(&self->codec, &image, self->next_pts, duration_us, flags, VPX_DL_REALTIME) != VPX_CODEC_OK)
    return NULL;
  self->next_pts += (gint64)duration_us;
  EncodedFrame *out = take_output(self, frame, is_upper);
  if (out != NULL)
    self->next_is_upper = !is_upper;
  return out;
}

void
video_encoder_set_bitrate(VideoEncoder *self, guint bitrate_bps)
{
  set_rates(&self->settings, bitrate_bps);
  if (vpx_codec_enc_config_set(&self->codec, &self->settings) != VPX_CODEC_OK)
    g_warning("libvpx refused %u bit/s: %s", bitrate_bps, vpx_codec_error(&self->codec));
}
