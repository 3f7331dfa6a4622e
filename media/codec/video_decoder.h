/* media/codec/video_decoder.h - one stream's libvpx decoder.
 *
 * The size of a keyframe is looked at before libvpx sees it; more than max_pixels is
 * refused. One owner; used on one decode worker. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include "media/base/video_frame.h"

typedef struct VideoDecoder VideoDecoder;

typedef enum {
  VIDEO_DECODE_NONE = 0,
  VIDEO_DECODE_OK,           /* *out is a new picture                      */
  VIDEO_DECODE_NO_PICTURE,   /* accepted, nothing to show                  */
  VIDEO_DECODE_NEEDS_KEYFRAME, /* corrupt, or a delta frame without its base */
  VIDEO_DECODE_TOO_LARGE,
} VideoDecodeResult;

/* @pool: borrowed, outlives the decoder. */
VideoDecoder *video_decoder_new(VideoCodec codec, VideoFramePool *pool, guint max_pixels);
void          video_decoder_free(VideoDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoDecoder, video_decoder_free)

/* @fit_width, @fit_height: if not 0, a picture larger than this is scaled down (aspect kept,
 * libyuv box filter) while it is copied out of the decoder; never up.
 * @out: (transfer full): set when the result is VIDEO_DECODE_OK. */
VideoDecodeResult video_decoder_decode(VideoDecoder *self, const EncodedFrame *frame,
                                       guint fit_width, guint fit_height, VideoFrame **out) ON_DECODE;
