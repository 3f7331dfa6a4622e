/* tests/recorder/live_media.c - a real VP8 picture and a real Opus sound, made as they are asked for. */
#include "tests/recorder/live_media.h"
#include <glib/gstdio.h>
#include "media/codec/audio_encoder.h"
#include "media/codec/video_encoder.h"
#include <math.h>
#include <string.h>

struct LiveMedia {
  guint width, height, frames, packets;
  VideoFramePool *pool;
  VideoEncoder *video;
  AudioEncoder *audio;
};

LiveMedia *
live_media_new(guint width, guint height)
{
  LiveMedia *self = g_new0(LiveMedia, 1);
  self->width = width;
  self->height = height;
  self->pool = video_frame_pool_new(2);
  VideoEncoderConfig video = {
    .codec = VIDEO_CODEC_VP8, .width = width, .height = height, .fps_numerator = 30, .fps_denominator = 1,
    .bitrate_bps = 300000, .threads = 1,
  };
  AudioEncoderConfig audio = { .bitrate_bps = 32000, .complexity = 1, .expected_loss_percent = 0 };
  self->video = video_encoder_new(&video, NULL);
  self->audio = audio_encoder_new(&audio, NULL);
  g_assert_true(self->video != NULL && self->audio != NULL);
  return self;
}

void
live_media_free(LiveMedia *self)
{
  if (self == NULL)
    return;
  video_encoder_free(self->video);
  audio_encoder_free(self->audio);
  video_frame_pool_free(self->pool);
  g_free(self);
}

EncodedFrame *
live_media_video(LiveMedia *self, gint64 time_us, bool force_keyframe)
{
  assert_on_encode();
  g_autoptr(VideoFrame) frame = video_frame_new(self->pool, self->width, self->height);
  guint n = self->frames++;
  for (guint y = 0; y < self->height; y++)
    for (guint x = 0; x < self->width; x++)
      frame->plane[0][y * (guint)frame->stride[0] + x] = (guint8)(x * 3 + y * 5 + n * 7 + ((x * y * n) >> 5));
  for (guint i = 1; i < 3; i++)
    memset(frame->plane[i], (int)(n * 11 + i) & 0xff, (gsize)frame->stride[i] * ((self->height + 1) / 2));
  EncodedFrame *encoded = video_encoder_encode(self->video, frame, time_us, force_keyframe || n == 0);
  g_assert_nonnull(encoded);
  return encoded;
}

AudioPacket *
live_media_audio(LiveMedia *self)
{
  assert_on_audio_tick();
  gint16 samples[AUDIO_FRAME_SAMPLES];
  guint start = self->packets++ * AUDIO_FRAME_SAMPLES;
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = (gint16)(8000.0 * sin((start + i) * 0.05 * (1.0 + 0.1 * sin((start + i) * 1e-4))));
  AudioPacket *packet = audio_encoder_encode(self->audio, samples, start);
  g_assert_nonnull(packet);
  return packet;
}

void
live_media_remove_tree(const char *path)
{
  g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
  for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    live_media_remove_tree(child);
  }
  g_remove(path);
}

