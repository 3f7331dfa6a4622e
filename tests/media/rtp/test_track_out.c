/* tests/media/rtp/test_track_out.c - unit tests of media/rtp/track_out and send_history. */
#include "media/codec/vp8_depay.h"
#include "media/rtp/rtp_extensions.h"
#include "media/rtp/rtx.h"
#include "media/rtp/track_out.h"

#define MS(n) ((gint64)(n) * 1000)

static const MediaTrackPlan VIDEO = {
  .kind = MEDIA_KIND_VIDEO, .mid = "1", .we_send = true, .video_codec = VIDEO_CODEC_VP8,
  .payload_type = 96, .rtx_payload_type = 97, .send_ssrc = 5, .send_rtx_ssrc = 6,
  .extensions = { .mid = 4, .transport_cc = 3, .playout_delay = 5, .abs_send_time = 2 },
};

static const MediaTrackPlan AUDIO = {
  .kind = MEDIA_KIND_AUDIO, .mid = "0", .we_send = true, .payload_type = 111, .send_ssrc = 7,
  .extensions = { .mid = 4, .abs_send_time = 2, .audio_level = 1 },
};

/* where every counter is about to wrap */
static const TrackOutStart NEAR_WRAP = {
  .seq = 65534, .rtx_seq = 65535, .picture_id = 32766, .tl0_pic_idx = 254, .key_index = 31,
  .timestamp = 0xFFFFFFF0u,
};

static EncodedFrame *
make_frame(gsize bytes, bool is_keyframe, guint8 temporal_id, gint64 capture_us)
{
  EncodedFrame *frame = encoded_frame_new_take(VIDEO_CODEC_VP8, g_malloc0(bytes), bytes);
  for (gsize i = 0; i < bytes; i++)
    frame->data[i] = (guint8)i;
  frame->is_keyframe = is_keyframe;
  frame->temporal_id = temporal_id;
  frame->is_droppable = temporal_id > 0;
  frame->capture_us = capture_us;
  return frame;
}

typedef struct {
  RtpPacket     packet;
  RtpExtensions extensions;
  Vp8Descriptor vp8;
} View;

static void
view(const Packet *packet, const MediaTrackPlan *plan, View *out)
{
  g_assert_true(rtp_packet_parse(&out->packet, packet->data, packet->length));
  g_assert_cmpuint(packet->data[0] >> 6, ==, 2);
  rtp_extensions_read(&out->extensions, packet->data, &out->packet, &plan->extensions);
  if (plan->kind == MEDIA_KIND_VIDEO && out->packet.header.payload_type == plan->payload_type)
    g_assert_true(vp8_descriptor_parse(&out->vp8, packet->data + out->packet.payload_offset,
                                       out->packet.payload_length));
}

static void
test_every_counter_goes_on_over_its_wrap(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&VIDEO, &NEAR_WRAP);
  guint16 transport_seq = 65535, expected_seq = 65534;
  guint32 last_timestamp = 0;
  for (guint i = 0; i < 8; i++) {
    g_autoptr(EncodedFrame) frame = make_frame(1500, i % 4 == 0, i % 2 == 1, 1000 * MS(1) + i * MS(40));
    TrackOutSend send = { .now_us = frame->capture_us + MS(5), .transport_seq = &transport_seq };
    g_assert_cmpuint(track_out_begin_frame(track, frame), ==, 2);
    for (guint k = 0; k < 2; k++) {
      g_autoptr(Packet) packet = track_out_video_packet(track, frame, k, &send);
      View v;
      view(packet, &VIDEO, &v);
      g_assert_cmpuint(packet->length, <=, 1200);
      g_assert_cmpuint(v.packet.header.seq, ==, expected_seq++);
      g_assert_cmpint(v.packet.header.marker, ==, k == 1);
      g_assert_cmpuint(v.extensions.transport_seq, ==, (guint16)(65535 + 2 * i + k));
      g_assert_cmpuint(v.extensions.playout_max_ms, ==, 500);
      g_assert_false(v.extensions.has_abs_send_time);
      g_assert_cmpuint(v.vp8.picture_id, ==, (32766 + i) & 0x7FFF);
      g_assert_cmpuint(v.vp8.picture_id_bits, ==, 15);
      g_assert_cmpuint(v.vp8.tl0_pic_idx, ==, (guint8)(254 + i / 2));
      g_assert_cmpuint(v.vp8.temporal_id, ==, i % 2);
      g_assert_cmpint(v.vp8.is_non_reference, ==, i % 2 == 1);
      g_assert_cmpuint(v.vp8.key_index, ==, (31 + i / 4) & 31);
      if (i > 0 && k == 0)
        g_assert_cmpuint(v.packet.header.timestamp - last_timestamp, ==, 3600);
      last_timestamp = v.packet.header.timestamp;
    }
  }
}

static void
test_random_starts_leave_room_below_the_first_wrap(void)
{
  assert_on_net();
  for (guint i = 0; i < 200; i++) {
    g_autoptr(TrackOut) track = track_out_new(&AUDIO, NULL);
    g_autoptr(AudioPacket) audio = audio_packet_new((const guint8 *)"x", 1);
    guint16 transport_seq = 0;
    g_autoptr(Packet) packet = track_out_audio_packet(track, audio, &(TrackOutSend) { 0, &transport_seq });
    View v;
    view(packet, &AUDIO, &v);
    g_assert_cmpuint(v.packet.header.seq, <, 0x8000);
  }
}

static void
test_frames_of_one_capture_time_get_different_timestamps(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&VIDEO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  guint32 last = 0;
  static const gint64 CAPTURE_MS[] = { 1000, 1000, 900, 1040 };
  for (guint i = 0; i < G_N_ELEMENTS(CAPTURE_MS); i++) {
    g_autoptr(EncodedFrame) frame = make_frame(100, i == 0, 0, MS(CAPTURE_MS[i]));
    track_out_begin_frame(track, frame);
    g_autoptr(Packet) packet = track_out_video_packet(track, frame, 0, &(TrackOutSend) { MS(1), &transport_seq });
    View v;
    view(packet, &VIDEO, &v);
    if (i > 0)
      g_assert_cmpint((gint32)(v.packet.header.timestamp - last), >, 0);
    last = v.packet.header.timestamp;
  }
}

static void
test_rtx_carries_the_original_under_new_numbers(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&VIDEO, &NEAR_WRAP);
  g_autoptr(EncodedFrame) frame = make_frame(1000, true, 0, MS(1000));
  guint16 transport_seq = 9;
  TrackOutSend send = { .now_us = MS(1000), .transport_seq = &transport_seq };
  track_out_begin_frame(track, frame);
  g_autoptr(Packet) original = track_out_video_packet(track, frame, 0, &send);
  View o, r;
  view(original, &VIDEO, &o);

  g_assert_cmpuint(track_out_resend_bytes(track, 65533, MS(1050), MS(50)), ==, 0);  /* never sent */
  g_assert_cmpuint(track_out_resend_bytes(track, 65534, MS(1050), MS(50)), >, 1000);
  send.now_us = MS(1050);
  g_autoptr(Packet) rtx = track_out_resend(track, 65534, &send);
  view(rtx, &VIDEO, &r);
  g_assert_cmpuint(r.packet.header.payload_type, ==, 97);
  g_assert_cmpuint(r.packet.header.ssrc, ==, 6);
  g_assert_cmpuint(r.packet.header.seq, ==, 65535);
  g_assert_cmpuint(r.packet.header.timestamp, ==, o.packet.header.timestamp);
  g_assert_cmpint(r.packet.header.marker, ==, o.packet.header.marker);
  g_assert_cmpuint(r.extensions.transport_seq, ==, 10);
  g_assert_cmpuint(r.extensions.playout_max_ms, ==, 500);
  g_assert_cmpuint(rtx->data[r.packet.payload_offset], ==, 65534 >> 8);
  g_assert_true(rtx_unwrap(&r.packet, rtx->data, 96, 5));
  g_assert_cmpuint(r.packet.header.seq, ==, 65534);
  g_assert_cmpmem(rtx->data + r.packet.payload_offset, r.packet.payload_length,
                  original->data + o.packet.payload_offset, o.packet.payload_length);

  /* not twice within a round trip, again after one */
  g_assert_cmpuint(track_out_resend_bytes(track, 65534, MS(1090), MS(50)), ==, 0);
  g_assert_cmpuint(track_out_resend_bytes(track, 65534, MS(1100), MS(50)), >, 0);
}

static void
test_without_rtx_the_very_same_bytes_go_out_again(void)
{
  assert_on_net();
  MediaTrackPlan plan = VIDEO;
  plan.rtx_payload_type = 0;
  for (guint with_twcc = 0; with_twcc < 2; with_twcc++) {
    if (with_twcc == 0)
      plan.extensions.transport_cc = 0;
    else
      plan.extensions.transport_cc = 3;
    g_autoptr(TrackOut) track = track_out_new(&plan, &NEAR_WRAP);
    g_autoptr(EncodedFrame) frame = make_frame(1000, true, 0, MS(1000));
    guint16 transport_seq = 9;
    TrackOutSend send = { .now_us = MS(1000), .transport_seq = &transport_seq };
    track_out_begin_frame(track, frame);
    g_autoptr(Packet) original = track_out_video_packet(track, frame, 0, &send);
    track_out_on_report(track, &(const RtcpReportBlock) { .ssrc = 5 });  /* MID is no more sent */
    send.now_us = MS(2000);
    g_autoptr(Packet) again = track_out_resend(track, 65534, &send);
    g_assert_cmpmem(original->data, original->length, again->data, again->length);
  }
}

static void
test_the_mid_is_sent_until_the_peer_reports(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&AUDIO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  for (guint i = 0; i < 4; i++) {
    g_autoptr(AudioPacket) audio = audio_packet_new((const guint8 *)"opus", 4);
    audio->rtp_timestamp = i * 960;
    audio->arrival_us = MS(1000) + i * MS(20);
    audio->has_level = true;
    audio->level = 20;
    g_autoptr(Packet) packet
      = track_out_audio_packet(track, audio, &(TrackOutSend) { audio->arrival_us, &transport_seq });
    View v;
    view(packet, &AUDIO, &v);
    g_assert_cmpint(v.extensions.mid != NULL, ==, i < 2);
    g_assert_cmpuint(v.extensions.audio_level, ==, 20);
    g_assert_true(v.extensions.has_abs_send_time);  /* no transport-cc was agreed */
    g_assert_cmpint(v.packet.header.marker, ==, i == 0);
    g_assert_cmpuint(v.packet.header.timestamp, ==, 0xFFFFFFF0u + i * 960);
    if (i == 1)
      track_out_on_report(track, &(const RtcpReportBlock) { .ssrc = 7, .fraction_lost = 128, .jitter = 48 });
  }
  g_assert_cmpfloat(track_out_stats(track)->loss_fraction, ==, 0.5);
  g_assert_cmpfloat(track_out_stats(track)->jitter_ms, ==, 1.0);
}

static void
test_sound_goes_on_when_the_mix_is_another_with_another_clock(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&AUDIO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  guint32 last = 0;
  for (guint i = 0; i < 10; i++) {
    g_autoptr(AudioPacket) audio = audio_packet_new((const guint8 *)"opus", 4);
    audio->rtp_timestamp = (i < 5 ? 0 : 0x55555555u) + i * 960;
    audio->arrival_us = MS(1000) + i * MS(20);
    g_autoptr(Packet) packet
      = track_out_audio_packet(track, audio, &(TrackOutSend) { audio->arrival_us, &transport_seq });
    View v;
    view(packet, &AUDIO, &v);
    if (i > 0)
      g_assert_cmpuint(v.packet.header.timestamp - last, ==, 960);
    last = v.packet.header.timestamp;
  }
}

static void
test_upper_layer_packets_are_not_resent_over_a_long_round_trip(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&VIDEO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  for (guint i = 0; i < 2; i++) {
    g_autoptr(EncodedFrame) frame = make_frame(100, i == 0, (guint8)i, MS(1000 + 40 * i));
    track_out_begin_frame(track, frame);
    packet_unref(track_out_video_packet(track, frame, 0, &(TrackOutSend) { MS(1000), &transport_seq }));
  }
  g_assert_cmpuint(track_out_resend_bytes(track, 65535, MS(1200), MS(150)), ==, 0);
  g_assert_cmpuint(track_out_resend_bytes(track, 65534, MS(1200), MS(150)), >, 0);
  g_assert_cmpuint(track_out_resend_bytes(track, 65535, MS(1200), MS(60)), >, 0);
}

static void
test_requests_that_a_keyframe_under_way_answers_are_ignored(void)
{
  assert_on_net();
  g_autoptr(TrackOut) track = track_out_new(&VIDEO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  g_assert_true(track_out_on_pli(track, MS(900), 0));
  g_autoptr(EncodedFrame) frame = make_frame(100, true, 0, MS(1000));
  track_out_begin_frame(track, frame);
  packet_unref(track_out_video_packet(track, frame, 0, &(TrackOutSend) { MS(1000), &transport_seq }));
  g_assert_false(track_out_on_pli(track, MS(1049), MS(50)));
  g_assert_true(track_out_on_pli(track, MS(1050), MS(50)));
  g_assert_false(track_out_on_pli(track, MS(1060), MS(50)));  /* a storm is let through slowly */
  g_assert_true(track_out_on_fir(track, 200, MS(1200), MS(50)));
  g_assert_false(track_out_on_fir(track, 200, MS(1400), MS(50)));  /* RFC 5104: the same request */
  g_assert_true(track_out_on_fir(track, 201, MS(1600), MS(50)));
  g_assert_cmpuint(track_out_stats(track)->plis, ==, 4);
  g_assert_cmpuint(track_out_stats(track)->firs, ==, 3);
}

static void
test_sender_reports_of_sound_and_picture_share_one_clock(void)
{
  assert_on_net();
  g_autoptr(TrackOut) video = track_out_new(&VIDEO, &NEAR_WRAP);
  g_autoptr(TrackOut) audio = track_out_new(&AUDIO, &NEAR_WRAP);
  guint16 transport_seq = 0;
  RtcpSenderInfo v, a;
  g_assert_false(track_out_sender_info(video, MS(1000), &v));
  g_autoptr(EncodedFrame) frame = make_frame(2000, true, 0, MS(1000));
  guint n = track_out_begin_frame(video, frame);
  guint32 frame_timestamp = 0;
  for (guint i = 0; i < n; i++) {
    g_autoptr(Packet) packet = track_out_video_packet(video, frame, i, &(TrackOutSend) { MS(1012), &transport_seq });
    View view_;
    view(packet, &VIDEO, &view_);
    frame_timestamp = view_.packet.header.timestamp;
  }
  g_autoptr(AudioPacket) sound = audio_packet_new((const guint8 *)"opus", 4);
  sound->arrival_us = MS(1000);
  sound->rtp_timestamp = 5000;
  packet_unref(track_out_audio_packet(audio, sound, &(TrackOutSend) { MS(1003), &transport_seq }));

  g_assert_true(track_out_sender_info(video, MS(1500), &v));
  g_assert_true(track_out_sender_info(audio, MS(1500), &a));
  g_assert_cmpuint(v.ntp, ==, a.ntp);
  /* 500 ms after the capture of both */
  g_assert_cmpuint(v.rtp_timestamp - frame_timestamp, ==, 45000);
  g_assert_cmpuint(a.rtp_timestamp - (5000 + NEAR_WRAP.timestamp), ==, 24000);
  g_assert_cmpuint(v.packets, ==, 2);
  g_assert_cmpuint(v.octets, >, 2000);
  g_assert_cmpuint(a.octets, ==, 4);
}

static void
test_history_keeps_frames_only_as_long_as_they_may_be_asked_for(void)
{
  assert_on_net();
  g_autoptr(SendHistory) history = send_history_new(1024);
  g_autoptr(EncodedFrame) frame = make_frame(100, true, 0, 0);
  for (guint i = 0; i < 3000; i++) {
    SentPacket *sent = send_history_add(history, (guint16)(64000 + i));
    sent->frame = encoded_frame_ref(frame);
    sent->sent_us = MS(i);
  }
  g_assert_null(send_history_find(history, (guint16)(64000 + 1975)));
  g_assert_nonnull(send_history_find(history, (guint16)(64000 + 1976)));
  g_assert_nonnull(send_history_find(history, (guint16)(64000 + 2999)));
  send_history_expire(history, MS(2500));
  g_assert_null(send_history_find(history, (guint16)(64000 + 2499)));
  g_assert_nonnull(send_history_find(history, (guint16)(64000 + 2500)));
  send_history_expire(history, MS(9999));
  g_assert_null(send_history_find(history, (guint16)(64000 + 2998)));
  g_assert_nonnull(send_history_find(history, (guint16)(64000 + 2999)));  /* to fill probes with */
  g_assert_true(g_atomic_ref_count_compare(&frame->ref_count, 2));
}

/* A keyframe at 1 s, then a frame of the base layer and one of the upper layer, two packets each. */
static TrackOut *
make_sent_track(guint16 *base_seq) ON_NET
{
  TrackOut *track = track_out_new(&VIDEO, NULL);
  guint16 transport_seq = 0;
  for (guint i = 0; i < 3; i++) {
    g_autoptr(EncodedFrame) frame = make_frame(1500, i == 0, i == 2, MS(1000 + 40 * i));
    TrackOutSend send = { .now_us = frame->capture_us, .transport_seq = &transport_seq };
    track_out_begin_frame(track, frame);
    for (guint k = 0; k < 2; k++)
      packet_unref(track_out_video_packet(track, frame, k, &send));
    if (i == 1)
      *base_seq = track_out_last_seq(track);
  }
  return track;
}

static void
test_lost_base_layer_asks_for_a_refresh_once_it_is_too_late(void)
{
  assert_on_net();
  guint16 base;
  g_autoptr(TrackOut) track = make_sent_track(&base);
  track_out_on_fate(track, base, false);
  g_assert_false(track_out_needs_refresh(track, MS(1100), MS(40)));  /* a retransmission may help */
  g_assert_false(track_out_needs_refresh(track, MS(1450), MS(40)));
  g_assert_true(track_out_needs_refresh(track, MS(1470), MS(40)));
  g_assert_false(track_out_needs_refresh(track, MS(1700), MS(40)));
  g_assert_cmpuint(track_out_stats(track)->refreshes, ==, 1);
}

static void
test_received_again_or_upper_layer_needs_no_refresh(void)
{
  assert_on_net();
  guint16 base;
  g_autoptr(TrackOut) track = make_sent_track(&base);
  track_out_on_fate(track, base, false);
  track_out_on_fate(track, base, true);                /* by RTX, or it was merely late */
  track_out_on_fate(track, (guint16)(base + 1), false); /* upper layer */
  g_assert_false(track_out_needs_refresh(track, MS(2000), MS(40)));
}

static void
test_a_new_keyframe_forgets_what_was_lost_before_it(void)
{
  assert_on_net();
  guint16 base;
  g_autoptr(TrackOut) track = make_sent_track(&base);
  track_out_on_fate(track, base, false);
  g_autoptr(EncodedFrame) frame = make_frame(1500, true, 0, MS(1200));
  guint16 transport_seq = 9;
  TrackOutSend send = { .now_us = MS(1200), .transport_seq = &transport_seq };
  track_out_begin_frame(track, frame);
  packet_unref(track_out_video_packet(track, frame, 0, &send));
  track_out_on_fate(track, (guint16)(base - 1), false);  /* told late, of before the keyframe */
  g_assert_false(track_out_needs_refresh(track, MS(2000), MS(40)));
}

static void
test_padding_is_the_newest_packet_by_rtx(void)
{
  assert_on_net();
  guint16 base, transport_seq = 77;
  g_autoptr(TrackOut) track = make_sent_track(&base);
  track_out_poll(track, MS(60000), MS(40));  /* after a long pause there is still one */
  TrackOutSend send = { .now_us = MS(60000), .transport_seq = &transport_seq };
  g_autoptr(Packet) packet = track_out_padding(track, &send);
  g_assert_nonnull(packet);
  View v;
  view(packet, &VIDEO, &v);
  g_assert_cmpuint(v.packet.header.payload_type, ==, 97);
  g_assert_cmpuint(v.packet.header.ssrc, ==, 6);
  g_assert_cmpuint(transport_seq, ==, 78);
  g_autoptr(TrackOut) sound = track_out_new(&AUDIO, NULL);
  g_assert_null(track_out_padding(sound, &send));
}

/* RED is a payload type of its own, and asked for again without RTX the very same bytes go: the
 * SRTP nonce is the same. */
static void
test_sound_with_copies_is_sent_again_as_it_was(void)
{
  assert_on_net();
  MediaTrackPlan plan = AUDIO;
  plan.red_payload_type = 63;
  g_autoptr(TrackOut) track = track_out_new(&plan, &NEAR_WRAP);
  track_out_on_report(track, &(RtcpReportBlock) { .fraction_lost = 64 });
  guint16 transport_seq = 1;
  for (guint i = 0; i < 6; i++) {
    g_autoptr(AudioPacket) audio = audio_packet_new((const guint8 *)"opus", 4);
    audio->rtp_timestamp = i * 960;
    audio->arrival_us = MS(1000) + i * MS(20);
    TrackOutSend send = { audio->arrival_us, &transport_seq };
    if (i == 4)  /* what goes out later does not change what went */
      track_out_limit_redundancy(track, 0);
    g_autoptr(Packet) packet = track_out_audio_packet(track, audio, &send);
    View v;
    view(packet, &plan, &v);
    g_assert_cmpuint(v.packet.header.payload_type, ==, i == 0 || i >= 4 ? 111 : 63);
    guint copies = i >= 4 ? 0 : MIN(i, 2);
    g_assert_cmpuint(v.packet.payload_length, ==, 4 + copies * (4 + 4) + (copies > 0));
    send.now_us += MS(500);
    g_autoptr(Packet) again = track_out_resend(track, v.packet.header.seq, &send);
    g_assert_cmpmem(again->data, again->length, packet->data, packet->length);
  }
  g_assert_cmpuint(track_out_stats(track)->red_packets, ==, 3);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/track_out/" #name, test_##name)
  ADD(every_counter_goes_on_over_its_wrap);
  ADD(random_starts_leave_room_below_the_first_wrap);
  ADD(frames_of_one_capture_time_get_different_timestamps);
  ADD(rtx_carries_the_original_under_new_numbers);
  ADD(without_rtx_the_very_same_bytes_go_out_again);
  ADD(the_mid_is_sent_until_the_peer_reports);
  ADD(sound_goes_on_when_the_mix_is_another_with_another_clock);
  ADD(upper_layer_packets_are_not_resent_over_a_long_round_trip);
  ADD(requests_that_a_keyframe_under_way_answers_are_ignored);
  ADD(sound_with_copies_is_sent_again_as_it_was);
  ADD(sender_reports_of_sound_and_picture_share_one_clock);
  ADD(lost_base_layer_asks_for_a_refresh_once_it_is_too_late);
  ADD(received_again_or_upper_layer_needs_no_refresh);
  ADD(a_new_keyframe_forgets_what_was_lost_before_it);
  ADD(padding_is_the_newest_packet_by_rtx);
  ADD(history_keeps_frames_only_as_long_as_they_may_be_asked_for);
  return g_test_run();
}
