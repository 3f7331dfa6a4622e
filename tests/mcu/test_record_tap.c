/* tests/mcu/test_record_tap.c - what reaches the record, on a sink that only counts. */
#include "mcu/record_tap.h"

enum { TICK_US = 33333, STREAMS = 2 + 2 * RECORD_TAP_SITES_MAX };

typedef struct {
  guint  n[STREAMS], n_keyframes, tier_changes;
  gint64 last_us[STREAMS];
  gint64 last_keyframe_us, keyframe_apart_max_us;
  guint  width;
  guint  asked_soon[4], asked_now[4];
} Seen;

static void
see_video(guint stream, EncodedFrame *frame, gint64 time_us, gpointer data)
{
  Seen *seen = data;
  g_assert_cmpint(time_us, >, seen->last_us[stream]);
  g_assert_true(seen->n[stream] > 0 || frame->is_keyframe);  /* each stream begins with one */
  if (stream == 0) {
    g_assert_true(frame->width == seen->width || frame->is_keyframe);  /* a tier is entered at one only */
    seen->tier_changes += frame->width != seen->width && seen->width != 0 ? 1 : 0;
    seen->width = frame->width;
    if (frame->is_keyframe && seen->n_keyframes++ > 0)
      seen->keyframe_apart_max_us = MAX(seen->keyframe_apart_max_us, time_us - seen->last_keyframe_us);
    if (frame->is_keyframe)
      seen->last_keyframe_us = time_us;
  }
  seen->n[stream]++;
  seen->last_us[stream] = time_us;
}

static void
see_audio(guint stream, G_GNUC_UNUSED AudioPacket *packet, gint64 time_us, gpointer data)
{
  Seen *seen = data;
  g_assert_cmpint(time_us, >, seen->last_us[stream]);
  seen->n[stream]++;
  seen->last_us[stream] = time_us;
}

static void
ask(guint tier, bool is_urgent, gpointer data)
{
  Seen *seen = data;
  (is_urgent ? seen->asked_now : seen->asked_soon)[tier]++;
}

static const RecordSink SINK = { see_video, see_audio };

static void
picture(RecordTap *tap, guint tier, bool is_keyframe, gint64 time_us)
{
  g_autoptr(EncodedFrame) frame = encoded_frame_new(VIDEO_CODEC_VP8, (const guint8 *)"x", 1);
  frame->width = 1000 - tier;
  frame->is_keyframe = is_keyframe;
  frame->capture_us = time_us;
  record_tap_on_picture(tap, tier, frame);
}

static void
site_frame(RecordTap *tap, guint site, guint connection, bool is_keyframe, gint64 time_us) MCU_TSA(no_thread_safety_analysis)
{
  g_autoptr(EncodedFrame) frame = encoded_frame_new(VIDEO_CODEC_VP8, (const guint8 *)"x", 1);
  frame->is_keyframe = is_keyframe;
  frame->capture_us = time_us;
  record_tap_on_site_video(tap, site, connection, frame);
}

static void
site_sound(RecordTap *tap, guint site, guint connection, guint32 timestamp, gint64 time_us) MCU_TSA(no_thread_safety_analysis)
{
  g_autoptr(AudioPacket) packet = audio_packet_new((const guint8 *)"x", 1);
  packet->rtp_timestamp = timestamp;
  packet->arrival_us = time_us;
  record_tap_on_site_audio(tap, site, connection, packet);
}

static void
test_nothing_passes_without_a_session(void)
{
  assert_on_control();
  Seen seen = { 0 };
  g_autoptr(RecordTap) tap = record_tap_new(ask, &seen);
  picture(tap, 0, true, 1000);
  g_assert_cmpint(record_tap_tier(tap), ==, RECORD_TAP_NO_TIER);
  record_tap_set_sink(tap, &SINK, &seen);
  record_tap_set_tier(tap, 0);
  picture(tap, 0, true, 2000);
  picture(tap, 1, true, 2000);
  g_assert_cmpuint(seen.n[0], ==, 1);
  record_tap_set_sink(tap, NULL, NULL);
  picture(tap, 0, true, 3000);
  record_tap_force_keyframe(tap);
  g_assert_cmpuint(seen.n[0], ==, 1);
  g_assert_cmpuint(seen.asked_now[0], ==, 1);
}

/* Random orders and keyframes: the record is one stream without a hole that a decoder would see. */
static void
test_the_record_goes_from_tier_to_tier_at_keyframes(void)
{
  assert_on_control();
  Seen seen = { 0 };
  g_autoptr(RecordTap) tap = record_tap_new(ask, &seen);
  bool was_keyframe[4] = { false };
  guint wanted = 1, answered[4] = { 0 }, n_ticks = 20000;
  record_tap_set_sink(tap, &SINK, &seen);
  record_tap_set_tier(tap, wanted);
  for (guint i = 1; i <= n_ticks; i++) {
    if (g_test_rand_int_range(0, 100) == 0)
      record_tap_set_tier(tap, wanted = (guint)g_test_rand_int_range(0, 4));
    for (guint tier = 0; tier < 4; tier++) {  /* an encoder answers what it was asked, a little later */
      bool is_keyframe = seen.asked_now[tier] + seen.asked_soon[tier] > answered[tier] && g_test_rand_int_range(0, 4) == 0;
      if (is_keyframe || !was_keyframe[tier])
        answered[tier] = seen.asked_now[tier] + seen.asked_soon[tier];
      was_keyframe[tier] = true;
      picture(tap, tier, is_keyframe || i == 1, (gint64)i * TICK_US);
    }
    g_assert_cmpint(seen.last_us[0], >=, (gint64)i * TICK_US);
  }
  g_assert_cmpuint(seen.n[0], >=, n_ticks);  /* none is missing; two share a tick where the tier changes */
  g_assert_cmpuint(seen.n[0], <=, n_ticks + seen.tier_changes);
  g_assert_cmpuint(seen.tier_changes, >, 50);
}

static void
test_a_seek_never_begins_far_back(void)
{
  assert_on_control();
  Seen seen = { 0 };
  g_autoptr(RecordTap) tap = record_tap_new(ask, &seen);
  record_tap_set_sink(tap, &SINK, &seen);
  record_tap_set_tier(tap, 0);
  guint answered = 0;
  for (guint i = 1; i < 10000; i++) {
    guint asked = seen.asked_now[0] + seen.asked_soon[0];
    picture(tap, 0, asked > answered, (gint64)i * TICK_US);
    answered = asked;
  }
  g_assert_cmpint(seen.keyframe_apart_max_us, <=, RECORD_TAP_KEYFRAME_US + 3 * TICK_US);
  g_assert_cmpint(seen.keyframe_apart_max_us, >=, RECORD_TAP_KEYFRAME_US);
  g_assert_cmpuint(seen.asked_now[0], ==, 1);  /* the others may wait until they cost no receiver anything */
  record_tap_force_keyframe(tap);
  g_assert_cmpuint(seen.asked_now[0], ==, 2);
}

static void
test_a_mute_silences_the_record_too(void)
{
  assert_on_control();
  Seen seen = { 0 };
  g_autoptr(RecordTap) tap = record_tap_new(ask, &seen);
  guint video = record_tap_site_video_stream(3), audio = record_tap_site_audio_stream(3);
  record_tap_set_sink(tap, &SINK, &seen);
  site_frame(tap, 3, 7, true, 1);
  g_assert_cmpuint(seen.n[video], ==, 0);  /* nobody's seat yet */
  record_tap_set_site(tap, 3, 7, true, false);
  site_frame(tap, 3, 7, false, 40000);     /* no beginning */
  site_frame(tap, 3, 7, true, 80000);
  site_frame(tap, 3, 8, true, 90000);      /* of a connection that lost the seat */
  site_sound(tap, 3, 7, 960, 80000);
  g_assert_cmpuint(seen.n[video], ==, 1);
  g_assert_cmpuint(seen.n[audio], ==, 0);
  record_tap_set_site(tap, 3, 7, false, true);
  site_frame(tap, 3, 7, false, 120000);
  site_sound(tap, 3, 7, 1920, 100000);
  site_sound(tap, 3, 7, 1920, 101000);     /* twice */
  site_sound(tap, 3, 7, 960, 102000);      /* late */
  site_sound(tap, 3, 7, 2880, 109000);     /* early: its place is 20 ms after the first */
  g_assert_cmpuint(seen.n[video], ==, 1);
  g_assert_cmpuint(seen.n[audio], ==, 2);
  g_assert_cmpint(seen.last_us[audio], ==, 120000);
  record_tap_set_site(tap, 3, 7, true, true);
  site_frame(tap, 3, 7, false, 160000);    /* refers to what was not recorded */
  g_assert_cmpuint(seen.n[video], ==, 1);
  site_frame(tap, 3, 7, true, 200000);
  g_assert_cmpuint(seen.n[video], ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  thread_role_enter(THREAD_ROLE_CONTROL);
#define ADD(name) g_test_add_func("/mcu/record_tap/" #name, test_##name)
  ADD(nothing_passes_without_a_session);
  ADD(the_record_goes_from_tier_to_tier_at_keyframes);
  ADD(a_seek_never_begins_far_back);
  ADD(a_mute_silences_the_record_too);
  return g_test_run();
}
