/* tests/media/rtp/test_track_in.c - unit tests of media/rtp/track_in, fed by a track_out whose
 * numbers are all about to wrap. */
#include "media/rtp/rtx.h"
#include "media/rtp/track_in.h"
#include "media/rtp/track_out.h"

#define MS(n) ((gint64)(n) * 1000)

enum { RTT_US = 50000 };

static const MediaTrackPlan VIDEO = {
  .kind = MEDIA_KIND_VIDEO, .mid = "1", .we_send = true, .we_receive = true, .video_codec = VIDEO_CODEC_VP8,
  .payload_type = 96, .rtx_payload_type = 97, .send_ssrc = 5, .send_rtx_ssrc = 6,
  .extensions = { .transport_cc = 3, .video_orientation = 13 }, .nack = true, .pli = true,
};

static const MediaTrackPlan AUDIO = {
  .kind = MEDIA_KIND_AUDIO, .mid = "0", .we_send = true, .we_receive = true, .payload_type = 111,
  .send_ssrc = 7, .extensions = { .audio_level = 1 }, .nack = true,
};

static const TrackOutStart NEAR_WRAP = {
  .seq = 65530, .rtx_seq = 65535, .picture_id = 32760, .tl0_pic_idx = 250, .key_index = 31,
  .timestamp = 0xFFFFF000u,
};

typedef struct {
  MediaTrackPlan plan;
  TrackOut *out;
  TrackIn  *in;
  guint16   transport_seq;
  gint64    now_us;
  guint     n_frames, n_released, n_audio;
  guint8    last_level;
} Rig;

static void
rig_init(Rig *rig, const MediaTrackPlan *plan) ON_NET
{
  *rig = (Rig) { .plan = *plan, .out = track_out_new(plan, &NEAR_WRAP), .in = track_in_new(plan), .now_us = MS(10000) };
}

static void
rig_clear(Rig *rig) ON_NET
{
  track_out_free(rig->out);
  track_in_free(rig->in);
}

static void
receive(Rig *rig, Packet *packet) ON_NET
{
  RtpPacket view;
  RtpExtensions extensions;
  g_assert_true(rtp_packet_parse(&view, packet->data, packet->length));
  rtp_extensions_read(&extensions, packet->data, &view, &rig->plan.extensions);
  bool is_rtx = view.header.payload_type == 97;
  if (is_rtx)
    g_assert_true(rtx_unwrap(&view, packet->data, 96, track_in_ssrc(rig->in)));
  else if (!track_in_use_ssrc(rig->in, view.header.ssrc, 0, rig->now_us))
    return;
  track_in_on_packet(rig->in, packet, &view, &extensions, is_rtx, rig->now_us);
  AudioPacket *audio;
  while ((audio = track_in_pop_audio(rig->in)) != NULL) {
    if (rig->plan.red_payload_type != 0) {  /* packet n has number and timestamp of n */
      g_assert_cmpuint(audio->seq, ==, (guint16)(NEAR_WRAP.seq + rig->n_audio));
      g_assert_cmpuint(audio->rtp_timestamp, ==, NEAR_WRAP.timestamp + rig->n_audio * 960);
      g_assert_cmpmem(audio->data, audio->length, "opus", 4);
    }
    rig->n_audio++;
    rig->last_level = audio->level;
    audio_packet_unref(audio);
  }
  EncodedFrame *frame;
  while ((frame = track_in_pop_video(rig->in, rig->now_us, RTT_US)) != NULL) {
    rig->n_released++;
    g_assert_cmpuint(frame->quarter_turns, ==, 1);
    encoded_frame_unref(frame);
  }
}

/* Sends a frame of four packets; those whose bit is set in @lost do not arrive. */
static void
send_frame(Rig *rig, guint lost) ON_NET
{
  g_autoptr(EncodedFrame) frame = encoded_frame_new_take(VIDEO_CODEC_VP8, g_malloc0(4000), 4000);
  frame->is_keyframe = rig->n_frames++ == 0;
  frame->data[0] = frame->is_keyframe ? 0x50 : 0x51;
  if (frame->is_keyframe)
    memcpy(frame->data + 3, (const guint8[]) { 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01 }, 7);
  frame->capture_us = rig->now_us;
  frame->quarter_turns = 1;
  g_assert_cmpuint(track_out_begin_frame(rig->out, frame), ==, 4);
  for (guint i = 0; i < 4; i++) {
    g_autoptr(Packet) packet
      = track_out_video_packet(rig->out, frame, i, &(TrackOutSend) { rig->now_us, &rig->transport_seq });
    if ((lost >> i & 1) == 0)
      receive(rig, packet);
  }
  rig->now_us += MS(33);
}

static guint
resend_what_is_asked_for(Rig *rig) ON_NET
{
  guint16 seqs[32];
  guint n = track_in_poll_nacks(rig->in, rig->now_us, RTT_US, seqs, G_N_ELEMENTS(seqs));
  for (guint i = 0; i < n; i++) {
    g_autoptr(Packet) packet = track_out_resend(rig->out, seqs[i], &(TrackOutSend) { rig->now_us, &rig->transport_seq });
    g_assert_nonnull(packet);
    receive(rig, packet);
  }
  return n;
}

static void
test_lost_packets_come_back_by_rtx_while_everything_wraps(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &VIDEO);
  for (guint i = 0; i < 40; i++) {
    send_frame(&rig, i % 5 == 2 ? 5 : i % 7 == 3 ? 8 : 0);
    rig.now_us += MS(7);
    resend_what_is_asked_for(&rig);
  }
  g_assert_cmpuint(rig.n_released, ==, 40);
  TrackInStats stats;
  track_in_stats(rig.in, &stats);
  g_assert_cmpuint(stats.keyframes, ==, 1);
  g_assert_cmpuint(stats.nacks, ==, stats.rtx_packets);
  g_assert_cmpuint(stats.nacks, >, 15);
  g_assert_cmpint(stats.lost, ==, (gint64)stats.rtx_packets);  /* RTX does not hide the loss */
  g_assert_cmpuint(stats.width, ==, 640);
  RtcpReportBlock block;
  g_assert_true(track_in_report(rig.in, rig.now_us, &block));
  g_assert_cmpuint(block.highest_seq, ==, 65530 + 159);
  g_assert_cmpuint(block.ssrc, ==, 5);
  rig_clear(&rig);
}

static void
test_what_comes_again_as_it_was_does_not_hide_the_loss(void)
{
  assert_on_net();
  Rig rig;
  MediaTrackPlan plan = VIDEO;
  plan.rtx_payload_type = 0;
  rig_init(&rig, &plan);
  guint n_lost = 0;
  for (guint i = 0; i < 40; i++) {
    guint lost = i % 5 == 2 ? 5 : i % 7 == 3 ? 8 : 0;
    n_lost += (guint)__builtin_popcount(lost);
    send_frame(&rig, lost);
    rig.now_us += MS(7);
    resend_what_is_asked_for(&rig);
  }
  g_assert_cmpuint(rig.n_released, ==, 40);
  TrackInStats stats;
  track_in_stats(rig.in, &stats);
  g_assert_cmpint(stats.lost, ==, n_lost);
  g_assert_cmpuint(stats.rtx_packets, ==, n_lost);
  g_assert_cmpuint(stats.packets, ==, 160 - n_lost);
  RtcpReportBlock block;
  g_assert_true(track_in_report(rig.in, rig.now_us, &block));
  g_assert_cmpint(block.cumulative_lost, ==, 0);  /* RFC 3550: all came in the end */
  rig_clear(&rig);
}

static void
test_a_stream_whose_first_packets_are_lost_is_asked_for_them(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &VIDEO);
  send_frame(&rig, 3);
  guint16 seqs[16];
  rig.now_us += MS(10);
  guint n = track_in_poll_nacks(rig.in, rig.now_us, RTT_US, seqs, G_N_ELEMENTS(seqs));
  g_assert_cmpuint(n, ==, 8);
  g_assert_cmpuint(seqs[7], ==, 65531);
  for (guint i = 6; i < 8; i++) {
    g_autoptr(Packet) packet = track_out_resend(rig.out, seqs[i], &(TrackOutSend) { rig.now_us, &rig.transport_seq });
    receive(&rig, packet);
  }
  g_assert_cmpuint(rig.n_released, ==, 1);
  rig_clear(&rig);
}

static void
test_a_hole_that_stays_ends_in_one_pli(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &VIDEO);
  guint8 fir_seq;
  send_frame(&rig, 0);
  send_frame(&rig, 2);
  guint plis = 0;
  for (guint i = 0; i < 25; i++) {  /* 825 ms */
    send_frame(&rig, 0);
    track_in_pop_video(rig.in, rig.now_us, RTT_US);
    plis += track_in_poll_keyframe(rig.in, rig.now_us, RTT_US, &fir_seq) == KEYFRAME_ASK_PLI;
  }
  g_assert_cmpuint(plis, ==, 1);
  g_assert_cmpuint(rig.n_released, ==, 1);
  rig_clear(&rig);
}

static Packet *
audio_packet(Rig *rig, guint i, bool restart) ON_NET
{
  static TrackOut *other;
  if (restart) {
    TrackOutStart start = { .seq = 20000, .timestamp = 99 };
    track_out_free(other);
    other = track_out_new(&rig->plan, &start);
  }
  g_autoptr(AudioPacket) audio = audio_packet_new((const guint8 *)"opus", 4);
  audio->rtp_timestamp = i * 960;
  audio->arrival_us = rig->now_us;
  audio->has_level = true;
  audio->level = (guint8)(i % 127);
  Packet *packet = track_out_audio_packet(i >= 1000 ? other : rig->out, audio,
                                          &(TrackOutSend) { rig->now_us, &rig->transport_seq });
  rig->now_us += MS(20);
  if (i == 1020)
    g_clear_pointer(&other, track_out_free);
  return packet;
}

static void
test_sound_is_delivered_once_with_its_level(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &AUDIO);
  for (guint i = 0; i < 20; i++) {
    g_autoptr(Packet) packet = audio_packet(&rig, i, false);
    receive(&rig, packet);
    receive(&rig, packet);
  }
  g_assert_cmpuint(rig.n_audio, ==, 20);
  g_assert_cmpuint(rig.last_level, ==, 19);
  TrackInStats stats;
  track_in_stats(rig.in, &stats);
  g_assert_cmpuint(stats.duplicates, ==, 20);
  rig_clear(&rig);
}

static void
test_sound_goes_on_after_its_sender_started_over(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &AUDIO);
  for (guint i = 0; i < 10; i++) {
    g_autoptr(Packet) packet = audio_packet(&rig, i, false);
    receive(&rig, packet);
  }
  for (guint i = 1000; i <= 1020; i++) {
    g_autoptr(Packet) packet = audio_packet(&rig, i, i == 1000);
    receive(&rig, packet);
  }
  g_assert_cmpuint(rig.n_audio, ==, 10 + 20);  /* the first of the new numbers proved nothing */
  rig_clear(&rig);
}

static void
test_lost_sound_is_asked_for_only_over_a_short_round_trip(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &AUDIO);
  for (guint i = 0; i < 5; i++) {
    g_autoptr(Packet) packet = audio_packet(&rig, i, false);
    if (i != 3)
      receive(&rig, packet);
  }
  guint16 seqs[4];
  rig.now_us += MS(10);
  g_assert_cmpuint(track_in_poll_nacks(rig.in, rig.now_us, 0, seqs, 4), ==, 0);
  g_assert_cmpuint(track_in_poll_nacks(rig.in, rig.now_us, MS(60), seqs, 4), ==, 0);
  g_assert_cmpuint(track_in_poll_nacks(rig.in, rig.now_us, MS(20), seqs, 4), ==, 1);
  rig_clear(&rig);
}

static void
test_lost_sound_is_asked_for_while_the_answer_can_be_heard(void)
{
  assert_on_net();
  /* Target, round trip, time since the gap showed; asked? */
  static const struct { int target_ms, rtt_ms, age_ms; guint asked; } CASES[] = {
    { 125, 100, 5, 1 }, { 119, 100, 5, 0 }, { 125, 100, 20, 0 }, { 60, 20, 5, 1 }, { 60, 20, 25, 0 },
    { 41, 20, 5, 0 }, { 250, 100, 120, 1 },
  };
  for (gsize k = 0; k < G_N_ELEMENTS(CASES); k++) {
    Rig rig;
    rig_init(&rig, &AUDIO);
    track_in_set_playout_target(rig.in, MS(CASES[k].target_ms));
    for (guint i = 0; i < 5; i++) {
      g_autoptr(Packet) packet = audio_packet(&rig, i, false);
      if (i != 3)
        receive(&rig, packet);
    }
    rig.now_us += MS(CASES[k].age_ms);
    guint16 seqs[4];
    guint n = track_in_poll_nacks(rig.in, rig.now_us, MS(CASES[k].rtt_ms), seqs, 4);
    g_assert_cmpuint(n, ==, CASES[k].asked);
    rig_clear(&rig);
  }
}

static void
test_the_sender_report_is_echoed(void)
{
  assert_on_net();
  Rig rig;
  rig_init(&rig, &AUDIO);
  RtcpReportBlock block;
  g_assert_false(track_in_report(rig.in, rig.now_us, &block));
  g_autoptr(Packet) packet = audio_packet(&rig, 0, false);
  receive(&rig, packet);
  g_assert_true(track_in_report(rig.in, rig.now_us, &block));
  g_assert_cmpuint(block.lsr, ==, 0);
  g_assert_cmpuint(block.dlsr, ==, 0);
  track_in_on_sender_report(rig.in, G_GUINT64_CONSTANT(0x1111222233334444), rig.now_us);
  g_assert_true(track_in_report(rig.in, rig.now_us + MS(500), &block));
  g_assert_cmphex(block.lsr, ==, 0x22223333);
  g_assert_cmpuint(block.dlsr, ==, 32768);
  rig_clear(&rig);
}

/* One in four is lost, with two copies of each: what comes is whole, in order and once. */
static void
test_lost_sound_is_taken_from_the_copies_in_later_packets(void)
{
  assert_on_net();
  Rig rig;
  MediaTrackPlan plan = AUDIO;
  plan.red_payload_type = 63;
  rig_init(&rig, &plan);
  track_out_on_report(rig.out, &(RtcpReportBlock) { .fraction_lost = 128 });
  guint n_lost = 0;
  for (guint i = 0; i < 200; i++) {
    g_autoptr(Packet) packet = audio_packet(&rig, i, false);
    bool is_lost = i > 0 && i < 198 && (i % 4 == 1 || i % 12 == 6);
    n_lost += is_lost;
    if (is_lost)
      continue;
    receive(&rig, packet);
    g_assert_cmpuint(rig.n_audio, ==, i + 1);
    receive(&rig, packet);
    g_assert_cmpuint(rig.n_audio, ==, i + 1);
  }
  TrackInStats stats;
  track_in_stats(rig.in, &stats);
  g_assert_cmpuint(stats.red_recovered, ==, n_lost);
  g_assert_cmpuint(stats.red_malformed, ==, 0);
  g_assert_cmpuint(stats.duplicates, ==, 200 - n_lost);
  g_assert_cmpint(stats.lost + (gint64)stats.duplicates, ==, (gint64)n_lost);  /* copies do not hide the loss */
  guint16 seqs[8];
  rig.now_us += MS(10);
  g_assert_cmpuint(track_in_poll_nacks(rig.in, rig.now_us, MS(20), seqs, 8), ==, 0);  /* nor ask for it */
  rig_clear(&rig);
}

static void
test_red_that_is_no_red_is_counted(void)
{
  assert_on_net();
  Rig rig;
  MediaTrackPlan plan = AUDIO;
  plan.red_payload_type = 63;
  rig_init(&rig, &plan);
  static const guint8 BAD[][6] = {
    { 0xEF, 0x0F, 0x00, 0x09, 0x6F, 1 },  /* a block longer than the packet */
    { 0x60, 1, 2, 3, 4, 5 },              /* of another codec               */
  };
  for (guint i = 0; i < 4; i++) {
    g_autoptr(Packet) packet = packet_new();
    ByteWriter writer = byte_writer(packet->data, PACKET_DATA_MAX);
    RtpHeader header = { .payload_type = 63, .seq = (guint16)i, .timestamp = i * 960, .ssrc = 7 };
    rtp_packet_write_header(&writer, &header, false);
    byte_writer_bytes(&writer, BAD[i % 2], sizeof BAD[0]);
    packet->length = writer.length;
    receive(&rig, packet);
  }
  TrackInStats stats;
  track_in_stats(rig.in, &stats);
  g_assert_cmpuint(rig.n_audio, ==, 0);
  g_assert_cmpuint(stats.red_malformed, ==, 4);
  rig_clear(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/track_in/" #name, test_##name)
  ADD(lost_packets_come_back_by_rtx_while_everything_wraps);
  ADD(what_comes_again_as_it_was_does_not_hide_the_loss);
  ADD(a_stream_whose_first_packets_are_lost_is_asked_for_them);
  ADD(a_hole_that_stays_ends_in_one_pli);
  ADD(sound_is_delivered_once_with_its_level);
  ADD(sound_goes_on_after_its_sender_started_over);
  ADD(lost_sound_is_asked_for_only_over_a_short_round_trip);
  ADD(lost_sound_is_asked_for_while_the_answer_can_be_heard);
  ADD(lost_sound_is_taken_from_the_copies_in_later_packets);
  ADD(red_that_is_no_red_is_counted);
  ADD(the_sender_report_is_echoed);
  return g_test_run();
}
