/* tests/load/test_flow_meter.c - unit tests of tests/load/flow_meter, in virtual time. */
#include "tests/load/flow_meter.h"

enum { MS = 1000 };

static void
frame(FlowMeter *meter, gint64 at_ms, bool is_keyframe, guint8 content)
{
  guint8 data[20] = { content };
  flow_meter_frame(meter, at_ms * MS, is_keyframe, data, sizeof data);
}

static void
test_first_frame_is_a_keyframe(void)
{
  g_autoptr(FlowMeter) meter = flow_meter_new();
  frame(meter, 10, false, 0);
  g_assert_cmpint(flow_meter_first_frame_us(meter), ==, 0);
  frame(meter, 40, true, 0);
  frame(meter, 70, false, 0);
  g_assert_cmpint(flow_meter_first_frame_us(meter), ==, 40 * MS);
}

static void
test_freezes_are_gaps_of_more_than_200_ms(void)
{
  static const struct { gint64 at_ms[4]; gint64 end_ms; guint freezes; } TABLE[] = {
    { { 33, 66, 100, 133 }, 166, 0 },
    { { 33, 233, 433, 633 }, 700, 0 },      /* 200 is none  */
    { { 33, 234, 440, 480 }, 500, 2 },
    { { 33, 66, 100, 133 }, 500, 1 },       /* at the end   */
    { { 300, 333, 366, 400 }, 433, 1 },     /* at the begin */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    g_autoptr(FlowMeter) meter = flow_meter_new();
    FlowFigures figures;
    frame(meter, -1000, true, 0);
    flow_meter_begin(meter, 0);
    for (guint k = 0; k < 4; k++)
      frame(meter, TABLE[i].at_ms[k], false, 0);
    flow_meter_audio(meter, 10, 0);
    flow_meter_end(meter, TABLE[i].end_ms * MS, &figures);
    g_assert_cmpuint(figures.picture.over_200_ms, ==, TABLE[i].freezes);
    g_assert_cmpuint(figures.frames, ==, 4);
  }
}

/* A player that holds pictures back shows some after the begin that came before it. */
static void
test_what_came_before_the_begin_and_is_shown_after_it_is_no_freeze(void)
{
  g_autoptr(FlowMeter) meter = flow_meter_new();
  FlowFigures figures;
  frame(meter, -100, true, 0);
  frame(meter, 270, false, 0);
  flow_meter_begin(meter, 0);
  frame(meter, 300, false, 0);
  flow_meter_audio(meter, 10, 0);
  flow_meter_end(meter, 333 * MS, &figures);
  g_assert_cmpuint(figures.picture.over_200_ms, ==, 0);
  g_assert_cmpuint(figures.frames, ==, 1);
}

static void
test_time_frozen_and_sizes_are_told(void)
{
  g_autoptr(FlowMeter) meter = flow_meter_new();
  FlowFigures figures;
  frame(meter, -10, true, 0);
  flow_meter_size(meter, -5, 1280, 720);
  flow_meter_begin(meter, 0);
  for (gint64 at_ms = 0; at_ms <= 9000; at_ms += 100)
    if (at_ms < 2000 || at_ms >= 3000)
      frame(meter, at_ms, at_ms == 3000, 0);
  flow_meter_size(meter, 3000 * MS, 424, 240);
  flow_meter_size(meter, 4000 * MS, 0, 0);
  flow_meter_size(meter, 5000 * MS, 424, 240);
  frame(meter, 9250, false, 0);
  flow_meter_end(meter, 10000 * MS, &figures);
  g_assert_cmpuint(figures.picture.over_200_ms, ==, 3);  /* 1.1 s, 0.25 s and 0.75 s at the end */
  g_assert_cmpuint(figures.picture.over_300_ms, ==, 2);
  g_assert_cmpfloat(figures.picture.longest_ms, ==, 1100);
  g_assert_cmpfloat(figures.frozen_percent, ==, 21);
  const TierLog *tiers = flow_meter_tiers(meter);
  g_assert_cmpuint(tiers->n, ==, 2);
  g_assert_cmpuint(tiers->changes[0].width, ==, 1280);
  g_assert_cmpfloat(tiers->changes[1].seconds, ==, 3);
  g_assert_cmpuint(tiers->changes[1].height, ==, 240);
}

static guint
audio_gaps(const gint64 *at_ms, const guint32 *packet, guint n)
{
  g_autoptr(FlowMeter) meter = flow_meter_new();
  FlowFigures figures;
  flow_meter_begin(meter, 0);
  for (guint i = 0; i < n; i++)
    flow_meter_audio(meter, at_ms[i] * MS, 4294960000u + packet[i] * 960);  /* the stamp wraps */
  flow_meter_end(meter, at_ms[n - 1] * MS + 20 * MS, &figures);
  return figures.audio_gaps;
}

static void
test_audio_gaps_are_missing_sound_of_more_than_60_ms(void)
{
  g_assert_cmpuint(audio_gaps((gint64[]) { 20, 40, 60, 80 }, (guint32[]) { 1, 2, 3, 4 }, 4), ==, 0);
  g_assert_cmpuint(audio_gaps((gint64[]) { 20, 40, 120, 120 }, (guint32[]) { 1, 2, 3, 4 }, 4), ==, 0);
  g_assert_cmpuint(audio_gaps((gint64[]) { 20, 40, 125, 126 }, (guint32[]) { 1, 2, 3, 4 }, 4), ==, 1);
  /* three packets lost: 60 ms; four: 80 ms, whatever the arrival */
  g_assert_cmpuint(audio_gaps((gint64[]) { 20, 40, 100 }, (guint32[]) { 10, 11, 15 }, 3), ==, 0);
  g_assert_cmpuint(audio_gaps((gint64[]) { 20, 40, 60 }, (guint32[]) { 10, 11, 16 }, 3), ==, 1);
}

static void
test_a_client_that_gets_nothing_has_a_freeze_and_a_gap(void)
{
  g_autoptr(FlowMeter) meter = flow_meter_new();
  FlowFigures figures;
  flow_meter_begin(meter, 0);
  flow_meter_end(meter, 5000 * MS, &figures);
  g_assert_cmpuint(figures.picture.over_200_ms, ==, 1);
  g_assert_cmpuint(figures.audio_gaps, ==, 1);
  g_assert_cmpfloat(figures.fps, ==, 0);
}

static void
test_equal_frames_are_recognised(void)
{
  g_autoptr(FlowMeter) a = flow_meter_new(), b = flow_meter_new();
  flow_meter_begin(a, 0);
  flow_meter_begin(b, 0);
  for (guint i = 0; i < 10; i++) {
    frame(a, i * 33, true, (guint8)i);
    frame(b, i * 33, true, (guint8)(i < 7 ? i : 100 + i));
  }
  g_assert_cmpuint(flow_meter_shared_frames(b, a), ==, 7);
  g_assert_cmpuint(flow_meter_shared_frames(a, a), ==, 10);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/flow_meter/first_frame_is_a_keyframe", test_first_frame_is_a_keyframe);
  g_test_add_func("/load/flow_meter/what_came_before_the_begin_and_is_shown_after_it_is_no_freeze",
                  test_what_came_before_the_begin_and_is_shown_after_it_is_no_freeze);
  g_test_add_func("/load/flow_meter/freezes_are_gaps_of_more_than_200_ms", test_freezes_are_gaps_of_more_than_200_ms);
  g_test_add_func("/load/flow_meter/time_frozen_and_sizes_are_told", test_time_frozen_and_sizes_are_told);
  g_test_add_func("/load/flow_meter/audio_gaps_are_missing_sound_of_more_than_60_ms", test_audio_gaps_are_missing_sound_of_more_than_60_ms);
  g_test_add_func("/load/flow_meter/a_client_that_gets_nothing_has_a_freeze_and_a_gap", test_a_client_that_gets_nothing_has_a_freeze_and_a_gap);
  g_test_add_func("/load/flow_meter/equal_frames_are_recognised", test_equal_frames_are_recognised);
  return g_test_run();
}
