/* tests/mixer/fake_codec.c - codecs whose time, output and failures a test commands. */
#include "tests/mixer/fake_codec.h"
#include "media/codec/audio_encoder.h"
#include "media/codec/audio_jitter.h"
#include "media/codec/video_decoder.h"
#include "media/codec/video_encoder.h"
#include <string.h>

FakeCodec fake_codec;

void
fake_codec_reset(void)
{
  fake_codec = (FakeCodec) { .keyframe_bytes = 1000 };
}

/* ---- video encoder ---- */

struct VideoEncoder {
  VideoEncoderConfig config;
  guint64 index;
};

static bool
take_one(int *count)
{
  int left = g_atomic_int_get(count);
  return left > 0 && g_atomic_int_compare_and_exchange(count, left, left - 1);
}

VideoEncoder *
video_encoder_new(const VideoEncoderConfig *config, GError **error)
{
  if (take_one(&fake_codec.encoder_refusals)) {
    g_set_error(error, g_quark_from_static_string("fake-codec"), 1, "refused, as was asked for");
    return NULL;
  }
  g_atomic_int_inc(&fake_codec.video_encoders_alive);
  g_atomic_int_set(&fake_codec.encoder_bps, (int)config->bitrate_bps);
  VideoEncoder *self = g_new0(VideoEncoder, 1);
  self->config = *config;
  return self;
}

void
video_encoder_free(VideoEncoder *self)
{
  if (self != NULL)
    g_atomic_int_add(&fake_codec.video_encoders_alive, -1);
  g_free(self);
}

EncodedFrame *
video_encoder_encode(VideoEncoder *self, const VideoFrame *frame, gint64 time_us, bool force_keyframe)
{
  g_assert_cmpuint(frame->width, ==, self->config.width);
  int encode_us = g_atomic_int_get(&fake_codec.encode_us);
  int slow_width = g_atomic_int_get(&fake_codec.slow_width);
  if (encode_us > 0 && (slow_width == 0 || slow_width == (int)frame->width))
    g_usleep((gulong)encode_us);
  g_atomic_int_inc(&fake_codec.video_encodes);
  g_atomic_int_add(&fake_codec.keyframes_forced, force_keyframe ? 1 : 0);
  if (take_one(&fake_codec.encode_fails))
    return NULL;
  bool is_keyframe = force_keyframe || self->index == 0;
  gsize length = is_keyframe ? (gsize)g_atomic_int_get(&fake_codec.keyframe_bytes) : 100;
  guint8 *data = g_malloc0(length);
  data[0] = is_keyframe ? 'K' : 'P';
  data[1] = frame->plane[0][0];
  memcpy(data + 2, &time_us, sizeof time_us);
  EncodedFrame *out = encoded_frame_new_take(VIDEO_CODEC_VP8, data, length);
  out->is_keyframe = is_keyframe;
  out->index = self->index++;
  return out;
}

void
video_encoder_set_bitrate(G_GNUC_UNUSED VideoEncoder *self, guint bitrate_bps)
{
  g_atomic_int_set(&fake_codec.encoder_bps, (int)bitrate_bps);
}

/* ---- video decoder ---- */

struct VideoDecoder {
  VideoFramePool *pool;
  int running;
};

VideoDecoder *
video_decoder_new(G_GNUC_UNUSED VideoCodec codec, VideoFramePool *pool,
                  G_GNUC_UNUSED guint max_pixels)
{
  VideoDecoder *self = g_new0(VideoDecoder, 1);
  self->pool = pool;
  g_atomic_int_inc(&fake_codec.video_decoders_alive);
  return self;
}

void
video_decoder_free(VideoDecoder *self)
{
  g_atomic_int_add(&fake_codec.video_decoders_alive, -1);
  g_free(self);
}

VideoDecodeResult
video_decoder_decode(VideoDecoder *self, const EncodedFrame *frame, guint fit_width,
                     guint fit_height, VideoFrame **out)
{
  int running = g_atomic_int_add(&self->running, 1) + 1;
  int most = g_atomic_int_get(&fake_codec.decodes_at_once);
  if (running > most)
    g_atomic_int_set(&fake_codec.decodes_at_once, running);
  int decode_us = g_atomic_int_get(&fake_codec.decode_us);
  if (decode_us > 0)
    g_usleep((gulong)decode_us);

  int value;
  memcpy(&value, frame->data, sizeof value);
  int n = g_atomic_int_add(&fake_codec.n_decoded, 1);
  if (n < (int)G_N_ELEMENTS(fake_codec.decoded))
    g_atomic_int_set(&fake_codec.decoded[n], value);
  g_atomic_int_add(&self->running, -1);
  if (value < 0)
    return VIDEO_DECODE_NEEDS_KEYFRAME;
  if (value > 0xffff)
    return VIDEO_DECODE_TOO_LARGE;
  *out = video_frame_new(self->pool, fit_width > 0 ? fit_width : 64, fit_height > 0 ? fit_height : 36);
  for (int i = 0; i < 3; i++) {
    gsize rows = i == 0 ? (*out)->height : ((*out)->height + 1) / 2;
    memset((*out)->plane[i], value & 255, (gsize)(*out)->stride[i] * rows);
  }
  return VIDEO_DECODE_OK;
}

EncodedFrame *
fake_frame(int value, bool is_keyframe, bool is_droppable)
{
  EncodedFrame *frame = encoded_frame_new(VIDEO_CODEC_VP8, (const guint8 *)&value, sizeof value);
  frame->is_keyframe = is_keyframe;
  frame->is_droppable = is_droppable;
  frame->width = is_keyframe ? 64 : 0;
  frame->height = is_keyframe ? 36 : 0;
  return frame;
}

/* ---- audio ---- */

struct AudioEncoder {
  guint loss_percent;
};

AudioEncoder *
audio_encoder_new(const AudioEncoderConfig *config, G_GNUC_UNUSED GError **error)
{
  g_atomic_int_inc(&fake_codec.audio_encoders_alive);
  AudioEncoder *self = g_new0(AudioEncoder, 1);
  self->loss_percent = config->expected_loss_percent;
  return self;
}

void
audio_encoder_set_expected_loss(AudioEncoder *self, guint percent)
{
  self->loss_percent = percent;
}

void
audio_encoder_free(AudioEncoder *self)
{
  if (self != NULL)
    g_atomic_int_add(&fake_codec.audio_encoders_alive, -1);
  g_free(self);
}

/* Larger than what a network packet may hold, so made by hand. */
static AudioPacket *
new_packet(const gint16 *samples)
{
  gsize length = AUDIO_FRAME_SAMPLES * sizeof *samples;
  AudioPacket *packet = g_malloc0(sizeof *packet + length);
  g_atomic_ref_count_init(&packet->ref_count);
  packet->length = length;
  memcpy(packet->data, samples, length);
  return packet;
}

AudioPacket *
audio_encoder_encode(AudioEncoder *self, const gint16 *samples, guint32 rtp_timestamp)
{
  AudioPacket *packet = new_packet(samples);
  packet->seq = (guint16)self->loss_percent;
  packet->rtp_timestamp = rtp_timestamp;
  return packet;
}

AudioPacket *
fake_packet(const gint16 *samples)
{
  return new_packet(samples);
}

struct AudioJitter {
  GQueue packets;
  AudioJitterStats stats;
};

AudioJitter *
audio_jitter_new(void)
{
  return g_new0(AudioJitter, 1);
}

void
audio_jitter_free(AudioJitter *self)
{
  g_queue_clear_full(&self->packets, (GDestroyNotify)audio_packet_unref);
  g_free(self);
}

void
audio_jitter_push(AudioJitter *self, AudioPacket *packet)
{
  self->stats.packets++;
  g_queue_push_tail(&self->packets, packet);
}

AudioPull
audio_jitter_pull(AudioJitter *self, G_GNUC_UNUSED gint64 now_us, gint16 *out)
{
  g_autoptr(AudioPacket) packet = g_queue_pop_head(&self->packets);
  memset(out, 0, AUDIO_FRAME_SAMPLES * sizeof *out);
  if (packet == NULL)
    return AUDIO_PULL_SILENCE;
  memcpy(out, packet->data, packet->length);
  return AUDIO_PULL_NORMAL;
}

void
audio_jitter_set_extra_delay(AudioJitter *self, guint delay_ms)
{
  self->stats.target_ms = delay_ms;
}

void
audio_jitter_set_resend_wait(AudioJitter *self, guint wait_ms)
{
  self->stats.depth_ms = wait_ms;
}

void
audio_jitter_stats(const AudioJitter *self, AudioJitterStats *out)
{
  *out = self->stats;
}
