/* tests/bench/feed_media.c - the picture and the sound of a long record, encoded once and looped, with marks. */
#include "tests/bench/feed_media.h"
#include "media/codec/audio_encoder.h"
#include "media/codec/video_encoder.h"
#include "tests/load/clip.h"
#include <math.h>
#include <string.h>

enum {
  FPS = 30,
  MARK_FRAMES = 6, MARK_PACKETS = 12, TONE_PACKETS = 10,
  HUM_PACKETS = 100,
  WHITE_LUMA = 235, GREY_CHROMA = 128,
  HUM_HZ = 250, HUM_AMPLITUDE = 300, TONE_HZ = 2000, TONE_AMPLITUDE = 14000,  /* whole turns in a packet: no click */
};

struct FeedMedia {
  Clip      *clip;     /* owned */
  GPtrArray *white;    /* owned, of EncodedFrame */
  GPtrArray *hum, *tone;  /* owned, of AudioPacket */
};

static bool
make_white(FeedMedia *self, guint width, guint height, guint kbps, GError **error)
{
  assert_on_encode();
  VideoEncoderConfig config = {
    .codec = VIDEO_CODEC_VP8, .width = width, .height = height, .fps_numerator = FPS, .fps_denominator = 1,
    .bitrate_bps = kbps * 1000, .threads = 1,
  };
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&config, error);
  if (encoder == NULL)
    return false;
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(1);
  g_autoptr(VideoFrame) white = video_frame_new(pool, width, height);
  memset(white->plane[0], WHITE_LUMA, (gsize)white->stride[0] * height);
  for (guint p = 1; p < 3; p++)
    memset(white->plane[p], GREY_CHROMA, (gsize)white->stride[p] * ((height + 1) / 2));
  for (guint i = 0; i < MARK_FRAMES; i++) {
    EncodedFrame *frame = video_encoder_encode(encoder, white, (gint64)i * G_USEC_PER_SEC / FPS, i == 0);
    g_assert_nonnull(frame);
    g_ptr_array_add(self->white, frame);
  }
  return true;
}

/* The encoder goes on from hum to tone, as a mix does. */
static void
encode_sound(AudioEncoder *encoder, GPtrArray *out, guint n_packets, guint n_tone)
{
  assert_on_audio_tick();
  for (guint i = 0; i < n_packets; i++) {
    gint16 samples[AUDIO_FRAME_SAMPLES];
    for (guint s = 0; s < AUDIO_FRAME_SAMPLES; s++) {
      double turn = 2 * G_PI * s / AUDIO_SAMPLE_RATE;
      double tone = i < n_tone ? TONE_AMPLITUDE * sin(turn * TONE_HZ) : 0;
      samples[s] = (gint16)(HUM_AMPLITUDE * sin(turn * HUM_HZ) + tone);
    }
    AudioPacket *packet = audio_encoder_encode(encoder, samples, out->len * AUDIO_FRAME_SAMPLES);
    g_assert_nonnull(packet);
    g_ptr_array_add(out, packet);
  }
}

static bool
make_sound(FeedMedia *self, GError **error)
{
  AudioEncoderConfig config = { .bitrate_bps = 32000, .complexity = 5, .expected_loss_percent = 5 };
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&config, error);
  if (encoder == NULL)
    return false;
  encode_sound(encoder, self->hum, HUM_PACKETS, 0);
  encode_sound(encoder, self->tone, MARK_PACKETS, TONE_PACKETS);
  return true;
}

FeedMedia *
feed_media_new(guint width, guint height, guint kbps, GError **error)
{
  g_autoptr(FeedMedia) self = g_new0(FeedMedia, 1);
  self->white = g_ptr_array_new_with_free_func((GDestroyNotify)encoded_frame_unref);
  self->hum = g_ptr_array_new_with_free_func((GDestroyNotify)audio_packet_unref);
  self->tone = g_ptr_array_new_with_free_func((GDestroyNotify)audio_packet_unref);
  ClipSpec spec = { .width = width, .height = height, .fps = FPS, .kbps = kbps };
  self->clip = clip_new(&spec, "Trụ sở Tiếp công dân", 0, error);
  if (self->clip == NULL || !make_white(self, width, height, kbps, error) || !make_sound(self, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
feed_media_free(FeedMedia *self)
{
  if (self == NULL)
    return;
  clip_free(self->clip);
  g_ptr_array_unref(self->white);
  g_ptr_array_unref(self->hum);
  g_ptr_array_unref(self->tone);
  g_free(self);
}

guint
feed_media_frames(const FeedMedia *self, FeedPiece piece)
{
  return piece == FEED_MARK ? self->white->len : clip_frames(self->clip);
}

guint
feed_media_packets(const FeedMedia *self, FeedPiece piece)
{
  return piece == FEED_MARK ? self->tone->len : self->hum->len;
}

EncodedFrame *
feed_media_frame(const FeedMedia *self, FeedPiece piece, guint i)
{
  return piece == FEED_MARK ? g_ptr_array_index(self->white, i) : (EncodedFrame *)clip_frame(self->clip, i);
}

AudioPacket *
feed_media_packet(const FeedMedia *self, FeedPiece piece, guint i)
{
  return g_ptr_array_index(piece == FEED_MARK ? self->tone : self->hum, i);
}
