/* media/codec/video_decoder.c - one stream's libvpx decoder. */
#include "media/codec/video_decoder.h"
#include "media/codec/vp8_depay.h"
#include <libyuv.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

struct VideoDecoder {
  /* borrowed */
  VideoFramePool *pool;
  /* owned */
  vpx_codec_ctx_t codec;
  bool  is_open;
  /* state */
  guint max_pixels;
};

VideoDecoder *
video_decoder_new(VideoCodec codec, VideoFramePool *pool, guint max_pixels)
{
  g_return_val_if_fail(codec == VIDEO_CODEC_VP8 && pool != NULL, NULL);
  VideoDecoder *self = g_new0(VideoDecoder, 1);
  self->pool = pool;
  self->max_pixels = max_pixels;
  return self;
}

static void
close_codec(VideoDecoder *self)
{
  if (self->is_open)
    vpx_codec_destroy(&self->codec);
  self->is_open = false;
}

void
video_decoder_free(VideoDecoder *self)
{
  if (self == NULL)
    return;
  close_codec(self);
  g_free(self);
}

/* One thread: the pool of decode workers is where the parallelism is. */
static bool
open_codec(VideoDecoder *self)
{
  const vpx_codec_dec_cfg_t config = { .threads = 1 };
  if (!self->is_open)
    self->is_open = vpx_codec_dec_init(&self->codec, vpx_codec_vp8_dx(), &config, 0) == VPX_CODEC_OK;
  return self->is_open;
}

/* Anything but a clean decode leaves references that nobody vouches for: the codec is
 * closed, and opened anew by the next keyframe. */
static VideoDecodeResult
give_up(VideoDecoder *self, VideoDecodeResult result)
{
  close_codec(self);
  return result;
}

static bool
feed(VideoDecoder *self, const EncodedFrame *frame)
{
  int is_corrupted = 0;
  return vpx_codec_decode(&self->codec, frame->data, (unsigned)frame->length, NULL, 0) == VPX_CODEC_OK
         && vpx_codec_control(&self->codec, VP8D_GET_FRAME_CORRUPTED, &is_corrupted) == VPX_CODEC_OK
         && !is_corrupted;
}

/* The largest size of the same aspect inside the fit, never larger than the picture. */
static void
choose_size(guint width, guint height, guint fit_width, guint fit_height, guint *out_width,
            guint *out_height)
{
  *out_width = width;
  *out_height = height;
  if (fit_width == 0 || fit_height == 0 || (width <= fit_width && height <= fit_height))
    return;
  if ((guint64)width * fit_height >= (guint64)height * fit_width) {
    *out_width = fit_width;
    *out_height = (guint)(((guint64)height * fit_width + width / 2) / width);
  } else {
    *out_height = fit_height;
    *out_width = (guint)(((guint64)width * fit_height + height / 2) / height);
  }
  *out_width = MAX(*out_width, 1);
  *out_height = MAX(*out_height, 1);
}

/* The decoder's picture lives only until the next decode. The box filter falls back to bilinear above
 * one half inside libyuv, and one half and one quarter are its fast paths. */
static VideoFrame *
copy_out(VideoDecoder *self, const vpx_image_t *image, const EncodedFrame *frame, guint fit_width,
         guint fit_height)
{
  bool is_turned = frame->quarter_turns % 2 == 1;
  guint width, height;
  choose_size(image->d_w, image->d_h, is_turned ? fit_height : fit_width,
              is_turned ? fit_width : fit_height, &width, &height);
  VideoFrame *out = video_frame_new(self->pool, width, height);
  I420Scale(image->planes[0], image->stride[0], image->planes[1], image->stride[1],
            image->planes[2], image->stride[2], (int)image->d_w, (int)image->d_h,
            out->plane[0], out->stride[0], out->plane[1], out->stride[1], out->plane[2],
            out->stride[2], (int)width, (int)height, kFilterBox);
  out->capture_us = frame->capture_us;
  out->quarter_turns = frame->quarter_turns;
  return out;
}

VideoDecodeResult
video_decoder_decode(VideoDecoder *self, const EncodedFrame *frame, guint fit_width,
                     guint fit_height, VideoFrame **out)
{
  *out = NULL;
  bool is_keyframe;
  guint width, height;
  if (frame->length > ENCODED_FRAME_BYTES_MAX
      || !vp8_frame_peek(frame->data, frame->length, &is_keyframe, &width, &height))
    return give_up(self, VIDEO_DECODE_NEEDS_KEYFRAME);
  if (is_keyframe && (guint64)width * height > self->max_pixels)
    return give_up(self, VIDEO_DECODE_TOO_LARGE);
  if (!is_keyframe && !self->is_open)
    return VIDEO_DECODE_NEEDS_KEYFRAME;
  if (!open_codec(self) || !feed(self, frame))
    return give_up(self, VIDEO_DECODE_NEEDS_KEYFRAME);

  vpx_codec_iter_t iter = NULL;
  const vpx_image_t *image = vpx_codec_get_frame(&self->codec, &iter);
  if (image == NULL)
    return VIDEO_DECODE_NO_PICTURE;
  if (image->fmt != VPX_IMG_FMT_I420 || (guint64)image->d_w * image->d_h > self->max_pixels
      || image->d_w > 8192 || image->d_h > 8192)
    return give_up(self, VIDEO_DECODE_TOO_LARGE);
  *out = copy_out(self, image, frame, fit_width, fit_height);
  return VIDEO_DECODE_OK;
}
