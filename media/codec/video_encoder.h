/* media/codec/video_encoder.h - one libvpx VP8 encoder with the settings of TRANSPORT E.
 *
 * CBR, real time, two temporal layers in a pattern 0 1 0 1 (odd frames refer to the last
 * base frame only and nobody refers to them: droppable), no automatic keyframes. A frame
 * gets the bits of the time that it stands for: the bitrate is met at any frame rate, steady
 * or with holes. One owner; encodes on one thread. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include "media/base/video_frame.h"

typedef struct VideoEncoder VideoEncoder;

typedef struct {
  VideoCodec codec;
  guint width, height;        /* pixels */
  guint fps_numerator, fps_denominator;  /* expected; what comes is measured */
  guint bitrate_bps;
  guint threads;              /* 1; 2 shortens the wall time for a quarter more CPU; libvpx's
                               * threads spin while they wait: six times as much when the
                               * machine is busy */
  int   speed;                /* cpu-used, -1 to -16; 0: video_encoder_speed() */
} VideoEncoderConfig;

/* The cpu-used chosen for pictures of this size. */
int video_encoder_speed(guint width, guint height);

VideoEncoder *video_encoder_new(const VideoEncoderConfig *config, GError **error);
void          video_encoder_free(VideoEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoEncoder, video_encoder_free)

/* Returns: (transfer full) (nullable): NULL if libvpx failed (counted by the caller).
 * @frame: of the configured size. @time_us: when it is due, on any clock: its distance from
 * the frame before tells the frame rate (media/codec/frame_interval). */
EncodedFrame *video_encoder_encode(VideoEncoder *self, const VideoFrame *frame, gint64 time_us,
                                   bool force_keyframe) ON_ENCODE;
void video_encoder_set_bitrate(VideoEncoder *self, guint bitrate_bps) ON_ENCODE;
