/* tests/fuzz/fuzz_media_session.c - a peer that may send any RTP and RTCP, in any order and at any
 * time, to a MediaSession that receives and sends sound and picture.
 *
 * The input is a list of steps:
 *   0 n  bytes          RTP as it is           3 ssrc pt seq(2) ts(2) n payload   RTP, well formed
 *   1 n  bytes          RTCP as it is          4 what                             a wish of ours
 *   2 n                 n * 5 ms pass */
#include "tests/media/rtp/fake_network.h"
#include "media/media_session.h"
#include "media/rtp/rtp_packet.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { STEPS_MAX = 400, TICKS_MAX = 400, AUDIO = 0, VIDEO = 1 };

typedef struct {
  FakeNetwork  *network;
  MediaSession *session;
  gint64        now_us;
  guint         ticks;
} Rig;

static void
on_state(TransportState state, TransportCloseReason reason, gpointer user)
{
}

static void
on_video(guint track, EncodedFrame *frame, gpointer user)
{
  g_assert_true(track == VIDEO && frame->length > 0 && frame->length <= ENCODED_FRAME_BYTES_MAX);
  encoded_frame_unref(frame);
}

static void
on_audio(guint track, AudioPacket *packet, gpointer user)
{
  g_assert_true(track == AUDIO && packet->length > 0 && packet->length <= AUDIO_PACKET_BYTES_MAX);
  audio_packet_unref(packet);
}

static void
on_keyframe_requested(guint track, gpointer user)
{
  g_assert_true(track == VIDEO);
}

static void
on_peer_left(gpointer user)
{
}

static void
fill_plan(MediaPlan *plan)
{
  plan->n_tracks = 2;
  for (guint i = 0; i < 2; i++) {
    MediaTrackPlan *track = &plan->tracks[i];
    *track = (MediaTrackPlan) {
      .kind = i == AUDIO ? MEDIA_KIND_AUDIO : MEDIA_KIND_VIDEO, .use = MEDIA_USE_MAIN,
      .video_codec = i == AUDIO ? VIDEO_CODEC_NONE : VIDEO_CODEC_VP8,
      .we_send = true, .we_receive = true, .payload_type = i == AUDIO ? 111 : 96,
      .rtx_payload_type = i == AUDIO ? 0 : 97, .send_ssrc = 1001 + i, .send_rtx_ssrc = i == AUDIO ? 0 : 1003,
      .extensions = { 4, 3, 1, 2, 13, 5 }, .nack = true, .pli = true, .transport_cc = true, .remb = true,
      .reduced_size_rtcp = true,
    };
    track->mid[0] = i == AUDIO ? '0' : '1';
  }
}

static void
pass_time(Rig *rig, guint steps) ON_NET
{
  static guint8 picture[3000] = { 0x10, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 64, 0 };
  for (guint i = 0; i < steps && rig->ticks < TICKS_MAX; i++) {
    rig->now_us += 5000;
    fake_network_run(rig->network, rig->now_us);
    if (rig->ticks % 6 == 0) {
      g_autoptr(EncodedFrame) frame = encoded_frame_new(VIDEO_CODEC_VP8, picture, sizeof picture);
      frame->is_keyframe = rig->ticks % 60 == 0;
      frame->capture_us = rig->now_us;
      media_session_send_video(rig->session, VIDEO, frame);
    }
    if (rig->ticks++ % 4 == 0) {
      g_autoptr(AudioPacket) sound = audio_packet_new(picture, 80);
      sound->arrival_us = rig->now_us;
      media_session_send_audio(rig->session, AUDIO, sound);
    }
    media_session_poll(rig->session, rig->now_us);
  }
}

static void
send_formed(Rig *rig, ByteReader *input) ON_NET
{
  guint8 data[400];
  ByteWriter writer = byte_writer(data, sizeof data);
  RtpHeader header = { .ssrc = 2000u + byte_reader_u8(input) % 20 };
  guint8 type = byte_reader_u8(input);
  header.payload_type = ((const guint8[]) { 96, 97, 111, 96 })[type & 3];
  header.marker = (type & 4) != 0;
  header.seq = byte_reader_u16(input);
  header.timestamp = byte_reader_u16(input) * 90u;
  gsize n = byte_reader_u8(input);
  n = MIN(n, byte_reader_remaining(input));
  rtp_packet_write_header(&writer, &header, false);
  byte_writer_bytes(&writer, byte_reader_take(input, n), n);
  fake_network_inject(rig->network, 0, false, data, writer.length);
}

static void
step(Rig *rig, ByteReader *input) ON_NET
{
  guint8 what = byte_reader_u8(input);
  switch (what % 5) {
  case 0:
  case 1: {
    gsize n = byte_reader_u8(input);
    n = MIN(n, byte_reader_remaining(input));
    fake_network_inject(rig->network, 0, what % 5 == 1, byte_reader_take(input, n), n);
    break;
  }
  case 2:
    pass_time(rig, byte_reader_u8(input) % 64u);
    break;
  case 3:
    send_formed(rig, input);
    break;
  case 4:
    media_session_request_keyframe(rig->session, VIDEO);
    media_session_limit_peer(rig->session, what * 10000u);
    media_session_set_pace(rig->session, (what & 0x80) != 0 ? 300000 : 0);
    if (what == 254)
      media_session_close(rig->session);
    break;
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static const MediaSessionEvents EVENTS = {
    .state_changed = on_state, .video_frame = on_video, .audio_packet = on_audio,
    .keyframe_requested = on_keyframe_requested, .peer_left = on_peer_left,
  };
  assert_on_net();
  g_random_set_seed(1);
  Rig rig = { .network = fake_network_new(1), .now_us = 1000000 };
  rig.session = media_session_new(NULL, ICE_SIDE_CONTROLLED, true, "bridge", &EVENTS, &rig);
  MediaPlan plan = { 0 };
  fill_plan(&plan);
  media_session_start(rig.session, &plan);
  fake_network_connect_alone(rig.network);
  pass_time(&rig, 2);
  ByteReader input = byte_reader(data, size);
  for (guint i = 0; i < STEPS_MAX && byte_reader_remaining(&input) > 0; i++)
    step(&rig, &input);
  pass_time(&rig, 20);
  MediaSessionStats stats;
  media_session_stats(rig.session, &stats);
  media_session_free(rig.session);
  fake_network_free(rig.network);
  return 0;
}
