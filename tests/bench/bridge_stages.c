/* tests/bench/bridge_stages.c - the bridge's own parts, one after the other, each timed. */
#include "tests/bench/bridge_stages.h"
#include "media/codec/audio_jitter.h"
#include "media/codec/video_decoder.h"
#include "media/codec/video_encoder.h"
#include "media/rtp/track_in.h"
#include "media/rtp/track_out.h"
#include "media/transport/packet_crypto.h"
#include "mixer/audio_gate.h"
#include "mixer/audio_level.h"
#include "mixer/audio_output.h"
#include "mixer/video_compositor.h"
#include <string.h>

enum { RTT_US = 20000, MAX_PIXELS = 1920 * 1088, MIX_BPS = 32000 };

/* One site at both ends of its wire. */
typedef struct {
  /* the site's end: makes the packets, not timed */
  PacketCrypto *site_crypto;
  TrackOut     *site_video, *site_audio;
  guint16       site_transport_seq;
  /* the bridge's end */
  PacketCrypto *crypto;
  TrackIn      *video_in, *audio_in;
  TrackOut     *video_out, *audio_out;
  guint16       transport_seq;
  VideoDecoder *decoder;
  VideoSlot    *slot;
  AudioJitter  *jitter;
  AudioGate     gate;
  gint16        sound[AUDIO_FRAME_SAMPLES];
  bool          contributes;
  AudioOutput   own;
} Peer;

struct BridgeStages {
  const BenchInput *input;         /* borrowed */
  Peer             *peers;
  VideoFramePool   *pictures, *canvases;
  OverlayCache     *overlays;
  VideoStage       *stage;
  VideoCompositor  *compositor;
  VideoFrame       *canvas;
  VideoEncoder     *encoder;
  EncodedFrame     *encoded;
  AudioOutput       common;
  BridgeTimes       times;
  BridgeCounts      counts;
};

static const MediaExtensionIds EXTENSIONS = { .mid = 1, .transport_cc = 2, .audio_level = 3 };

static MediaTrackPlan
plan_of(MediaKind kind, guint32 ssrc)
{
  MediaTrackPlan plan = {
    .kind = kind, .use = MEDIA_USE_MAIN, .we_send = true, .we_receive = true,
    .payload_type = kind == MEDIA_KIND_VIDEO ? 96 : 111, .extensions = EXTENSIONS, .nack = true,
    .pli = true, .transport_cc = true, .send_ssrc = ssrc, .recv_ssrc = ssrc,
  };
  plan.video_codec = kind == MEDIA_KIND_VIDEO ? VIDEO_CODEC_VP8 : VIDEO_CODEC_NONE;
  strcpy(plan.mid, kind == MEDIA_KIND_VIDEO ? "1" : "0");
  return plan;
}

static void
open_crypto(Peer *peer, guint seed)
{
  assert_on_net();
  PacketKeys site = { .cipher = PACKET_CIPHER_AEAD_AES_128_GCM };
  memset(site.send, (int)seed, sizeof site.send);
  memset(site.receive, (int)seed + 100, sizeof site.receive);
  PacketKeys bridge = { .cipher = site.cipher };
  memcpy(bridge.send, site.receive, sizeof bridge.send);
  memcpy(bridge.receive, site.send, sizeof bridge.receive);
  peer->site_crypto = packet_crypto_new(&site);
  peer->crypto = packet_crypto_new(&bridge);
}

static void
open_peer(BridgeStages *self, Peer *peer, guint i)
{
  assert_on_net();
  MediaTrackPlan video = plan_of(MEDIA_KIND_VIDEO, 1000 + i), audio = plan_of(MEDIA_KIND_AUDIO, 2000 + i);
  open_crypto(peer, i + 1);
  peer->site_video = track_out_new(&video, NULL);
  peer->site_audio = track_out_new(&audio, NULL);
  peer->video_in = track_in_new(&video);
  peer->audio_in = track_in_new(&audio);
  peer->video_out = track_out_new(&video, NULL);
  peer->audio_out = track_out_new(&audio, NULL);
  peer->decoder = video_decoder_new(VIDEO_CODEC_VP8, self->pictures, MAX_PIXELS);
  peer->slot = video_slot_new();
  peer->jitter = audio_jitter_new();
  audio_output_init(&peer->own);
}

static void
open_stage(BridgeStages *self, const BenchConfig *config)
{
  VideoRect tiles[VIDEO_TILES_MAX];
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  video_layout_compute(VIDEO_LAYOUT_GRID, config->sites, config->canvas_width, config->canvas_height, tiles);
  for (guint i = 0; i < config->sites; i++) {
    g_autofree char *label = g_strdup_printf("Điểm cầu thành phố số %u", i + 1);
    video_slot_set_fit(self->peers[i].slot, tiles[i].width, tiles[i].height);
    video_scene_add(scene, self->peers[i].slot, label, "Chưa kết nối", "Mất tín hiệu", i % 3 == 0, i == 0);
  }
  self->overlays = overlay_cache_new(8 * 1024 * 1024);
  self->stage = video_stage_new(scene, config->canvas_width, config->canvas_height, self->overlays);
  self->compositor = video_compositor_new();
}

BridgeStages *
bridge_stages_new(const BenchInput *input)
{
  const BenchConfig *config = &input->config;
  BridgeStages *self = g_new0(BridgeStages, 1);
  self->input = input;
  self->pictures = video_frame_pool_new(2 * config->sites);
  self->canvases = video_frame_pool_new(2);
  self->peers = g_new0(Peer, config->sites);
  for (guint i = 0; i < config->sites; i++)
    open_peer(self, &self->peers[i], i);
  open_stage(self, config);
  const VideoEncoderConfig settings = {
    .codec = VIDEO_CODEC_VP8, .width = config->canvas_width, .height = config->canvas_height,
    .fps_numerator = BENCH_FPS, .fps_denominator = 1, .bitrate_bps = config->canvas_bps,
    .threads = config->encoder_threads, .speed = config->encoder_speed,
  };
  g_autoptr(GError) error = NULL;
  self->encoder = video_encoder_new(&settings, &error);
  if (self->encoder == NULL)
    g_error("%s", error->message);
  audio_output_init(&self->common);
  return self;
}

static void
close_peer(Peer *peer)
{
  assert_on_net();
  packet_crypto_free(peer->site_crypto);
  packet_crypto_free(peer->crypto);
  track_out_free(peer->site_video);
  track_out_free(peer->site_audio);
  track_in_free(peer->video_in);
  track_in_free(peer->audio_in);
  track_out_free(peer->video_out);
  track_out_free(peer->audio_out);
  video_decoder_free(peer->decoder);
  video_slot_unref(peer->slot);
  audio_jitter_free(peer->jitter);
  audio_output_clear(&peer->own);
}

void
bridge_stages_free(BridgeStages *self)
{
  if (self == NULL)
    return;
  video_stage_unref(self->stage);
  for (guint i = 0; i < self->input->config.sites; i++)
    close_peer(&self->peers[i]);
  g_free(self->peers);
  audio_output_clear(&self->common);
  video_compositor_free(self->compositor);
  overlay_cache_free(self->overlays);
  video_encoder_free(self->encoder);
  encoded_frame_unref(self->encoded);
  video_frame_unref(self->canvas);
  video_frame_pool_free(self->pictures);
  video_frame_pool_free(self->canvases);
  g_free(self);
}

/* ---- in ---- */

static void
free_packets(GPtrArray **packets)
{
  g_ptr_array_unref(*packets);
}

static GPtrArray *
packets_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)packet_unref);
}

/* Decrypts in place what a site sent. */
static void
unprotect(BridgeStages *self, Peer *peer, GPtrArray *packets)
{
  assert_on_net();
  stopwatch_start(&self->times.unprotect);
  for (guint i = 0; i < packets->len; i++)
    if (packet_crypto_unprotect_rtp(peer->crypto, packets->pdata[i]) != PACKET_CRYPTO_OK)
      g_error("SRTP does not fit");
  stopwatch_stop(&self->times.unprotect);
  self->counts.packets_in += packets->len;
}

static AudioPacket *
receive(TrackIn *track, Packet *packet, gint64 now_us)
{
  assert_on_net();
  RtpPacket view;
  RtpExtensions extensions;
  packet->arrival_us = now_us;
  if (!rtp_packet_parse(&view, packet->data, packet->length))
    g_error("RTP does not fit");
  rtp_extensions_read(&extensions, packet->data, &view, &EXTENSIONS);
  if (!track_in_use_ssrc(track, view.header.ssrc, 0, now_us))
    return NULL;
  track_in_on_packet(track, packet, &view, &extensions, false, now_us);
  return track_in_pop_audio(track);
}

static void
send_picture(Peer *peer, EncodedFrame *looped, gint64 now_us, GPtrArray *out)
{
  assert_on_net();
  /* A frame of its own each time: the track numbers by the time of capture. */
  g_autoptr(EncodedFrame) frame = encoded_frame_new(VIDEO_CODEC_VP8, looped->data, looped->length);
  frame->is_keyframe = looped->is_keyframe;
  frame->is_droppable = looped->is_droppable;
  frame->is_layer_sync = looped->is_layer_sync;
  frame->temporal_id = looped->temporal_id;
  frame->width = looped->width;
  frame->height = looped->height;
  frame->capture_us = now_us;
  TrackOutSend send = { now_us, &peer->site_transport_seq };
  guint n = track_out_begin_frame(peer->site_video, frame);
  for (guint i = 0; i < n; i++) {
    Packet *packet = track_out_video_packet(peer->site_video, frame, i, &send);
    packet_crypto_protect_rtp(peer->site_crypto, packet);
    g_ptr_array_add(out, packet);
  }
  track_out_poll(peer->site_video, now_us, RTT_US);
}

static void
take_picture(BridgeStages *self, Peer *peer, guint number, guint i, gint64 now_us)
{
  assert_on_net();
  assert_on_decode();
  __attribute__((cleanup(free_packets))) GPtrArray *packets = packets_new();
  send_picture(peer, self->input->sites[i].frames[number % BENCH_LOOP_FRAMES], now_us, packets);
  unprotect(self, peer, packets);

  stopwatch_start(&self->times.receive);
  for (guint k = 0; k < packets->len; k++)
    audio_packet_unref(receive(peer->video_in, packets->pdata[k], now_us));
  g_autoptr(EncodedFrame) frame = track_in_pop_video(peer->video_in, now_us, RTT_US);
  stopwatch_stop(&self->times.receive);
  if (frame == NULL)
    g_error("frame %u of site %u did not come through", number, i);

  stopwatch_start(&self->times.decode);
  guint width, height;
  VideoFrame *picture;
  video_slot_fit(peer->slot, &width, &height);
  if (video_decoder_decode(peer->decoder, frame, width, height, &picture) != VIDEO_DECODE_OK)
    g_error("frame %u of site %u does not decode", number, i);
  video_slot_put(peer->slot, picture, now_us);
  stopwatch_stop(&self->times.decode);
  self->counts.pictures++;
}

/* ---- out ---- */

static void
protect(BridgeStages *self, Peer *peer, GPtrArray *packets)
{
  assert_on_net();
  stopwatch_start(&self->times.protect);
  for (guint i = 0; i < packets->len; i++)
    packet_crypto_protect_rtp(peer->crypto, packets->pdata[i]);
  stopwatch_stop(&self->times.protect);
  self->counts.packets_out += packets->len;
}

static void
deliver_canvas(BridgeStages *self, Peer *peer, gint64 now_us)
{
  assert_on_net();
  __attribute__((cleanup(free_packets))) GPtrArray *packets = packets_new();
  TrackOutSend send = { now_us, &peer->transport_seq };
  stopwatch_start(&self->times.packetise);
  guint n = track_out_begin_frame(peer->video_out, self->encoded);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add(packets, track_out_video_packet(peer->video_out, self->encoded, i, &send));
  track_out_poll(peer->video_out, now_us, RTT_US);
  stopwatch_stop(&self->times.packetise);
  protect(self, peer, packets);
}

void
bridge_stages_video(BridgeStages *self, guint number, gint64 now_us)
{
  assert_on_encode();
  for (guint i = 0; i < self->input->config.sites; i++)
    take_picture(self, &self->peers[i], number, i, now_us);

  stopwatch_start(&self->times.compose);
  video_frame_unref(self->canvas);
  self->canvas = video_frame_new(self->canvases, self->stage->width, self->stage->height);
  video_compositor_draw(self->compositor, self->stage, self->canvas, now_us);
  self->canvas->capture_us = now_us;
  stopwatch_stop(&self->times.compose);

  stopwatch_start(&self->times.encode);
  encoded_frame_unref(self->encoded);
  self->encoded = video_encoder_encode(self->encoder, self->canvas,
                                       (gint64)number * G_USEC_PER_SEC / BENCH_FPS, false);
  stopwatch_stop(&self->times.encode);
  if (self->encoded == NULL)
    g_error("the canvas was not encoded");
  self->counts.frames++;
  self->counts.bytes += self->encoded->length;

  for (guint i = 0; i < self->input->config.sites; i++)
    deliver_canvas(self, &self->peers[i], now_us);
}

/* ---- sound ---- */

static void
take_sound(BridgeStages *self, Peer *peer, guint number, guint i, gint64 now_us)
{
  assert_on_net();
  assert_on_audio_tick();
  __attribute__((cleanup(free_packets))) GPtrArray *packets = packets_new();
  const AudioPacket *looped = self->input->sites[i].packets[number % BENCH_LOOP_PACKETS];
  g_autoptr(AudioPacket) packet = audio_packet_new(looped->data, looped->length);
  packet->rtp_timestamp = number * AUDIO_FRAME_SAMPLES;
  packet->arrival_us = now_us;
  TrackOutSend send = { now_us, &peer->site_transport_seq };
  Packet *sent = track_out_audio_packet(peer->site_audio, packet, &send);
  packet_crypto_protect_rtp(peer->site_crypto, sent);
  g_ptr_array_add(packets, sent);
  unprotect(self, peer, packets);

  stopwatch_start(&self->times.receive);
  AudioPacket *received = receive(peer->audio_in, sent, now_us);
  stopwatch_stop(&self->times.receive);

  stopwatch_start(&self->times.opus_decode);
  if (received != NULL)
    audio_jitter_push(peer->jitter, received);
  AudioPull kind = audio_jitter_pull(peer->jitter, now_us + 5000, peer->sound);
  stopwatch_stop(&self->times.opus_decode);
  self->counts.sound_gaps += kind != AUDIO_PULL_NORMAL;
}

static void
mix(BridgeStages *self)
{
  assert_on_audio_tick();
  static AudioSum sum, without;
  audio_mix_clear(&sum);
  for (guint i = 0; i < self->input->config.sites; i++) {
    Peer *peer = &self->peers[i];
    AudioGateAction action = audio_gate_step(&peer->gate, audio_level(peer->sound, AUDIO_FRAME_SAMPLES));
    peer->contributes = action != AUDIO_GATE_SHUT;
    if (peer->contributes) {
      audio_gate_fade(action, peer->sound, AUDIO_FRAME_SAMPLES);
      audio_mix_add(&sum, peer->sound);
    }
  }
  audio_output_start(&self->common, MIX_BPS);
  audio_output_limit(&self->common, &sum);
  for (guint i = 0; i < self->input->config.sites; i++) {
    Peer *peer = &self->peers[i];
    if (!peer->contributes) {
      audio_output_stop(&peer->own);
      continue;
    }
    audio_output_start(&peer->own, MIX_BPS);
    audio_mix_minus(&sum, peer->sound, &without);
    audio_output_limit(&peer->own, &without);
  }
}

static void
deliver_sound(BridgeStages *self, Peer *peer, AudioPacket *packet, gint64 now_us)
{
  assert_on_net();
  __attribute__((cleanup(free_packets))) GPtrArray *packets = packets_new();
  TrackOutSend send = { now_us, &peer->transport_seq };
  stopwatch_start(&self->times.packetise);
  g_ptr_array_add(packets, track_out_audio_packet(peer->audio_out, packet, &send));
  track_out_poll(peer->audio_out, now_us, RTT_US);
  stopwatch_stop(&self->times.packetise);
  protect(self, peer, packets);
}

void
bridge_stages_audio(BridgeStages *self, guint number, gint64 now_us)
{
  assert_on_audio_tick();
  guint n = self->input->config.sites;
  for (guint i = 0; i < n; i++)
    take_sound(self, &self->peers[i], number, i, now_us);
  stopwatch_start(&self->times.mix);
  mix(self);
  stopwatch_stop(&self->times.mix);

  guint32 timestamp = number * AUDIO_FRAME_SAMPLES;
  AudioPacket *mixes[BENCH_SITES_MAX] = { NULL };
  stopwatch_start(&self->times.opus_encode);
  g_autoptr(AudioPacket) common = audio_output_encode(&self->common, timestamp, now_us);
  for (guint i = 0; i < n; i++)
    if (self->peers[i].contributes)
      mixes[i] = audio_output_encode(&self->peers[i].own, timestamp, now_us);
  stopwatch_stop(&self->times.opus_encode);

  for (guint i = 0; i < n; i++) {
    self->counts.own_mixes += mixes[i] != NULL;
    deliver_sound(self, &self->peers[i], mixes[i] != NULL ? mixes[i] : common, now_us);
    audio_packet_unref(mixes[i]);
  }
}

const BridgeCounts *
bridge_stages_counts(const BridgeStages *self)
{
  return &self->counts;
}

const BridgeTimes *
bridge_stages_times(const BridgeStages *self)
{
  return &self->times;
}

const VideoFrame *
bridge_stages_canvas(const BridgeStages *self)
{
  return self->canvas;
}

const EncodedFrame *
bridge_stages_encoded(const BridgeStages *self)
{
  return self->encoded;
}
