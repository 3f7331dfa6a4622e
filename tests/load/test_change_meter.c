/* tests/load/test_change_meter.c - unit tests of tests/load/change_meter. */
#include "tests/load/change_meter.h"
#include <string.h>

static VideoFrame *
grey(VideoFramePool *pool, guint8 luma)
{
  VideoFrame *frame = video_frame_new(pool, 640, 360);
  for (guint y = 0; y < frame->height; y++)
    memset(frame->plane[0] + (gsize)y * (gsize)frame->stride[0], luma, frame->width);
  return frame;
}

static void
paint(VideoFrame *frame, guint x, guint y, guint size, guint8 luma)
{
  for (guint i = 0; i < size; i++)
    memset(frame->plane[0] + (gsize)(y + i) * (gsize)frame->stride[0] + x, luma, size);
}

static void
test_a_small_thing_that_moves_in_a_corner_is_seen(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  g_autoptr(VideoFrame) slate = grey(pool, 60), noisy = grey(pool, 61), with_tile = grey(pool, 60);
  ChangeMeter meter = { 0 };
  paint(with_tile, 620, 340, 20, 200);
  change_meter_picture(&meter, slate);
  g_assert_cmpfloat(change_meter_largest(&meter), ==, 0);  /* the first is compared with none */
  change_meter_picture(&meter, noisy);
  g_assert_cmpfloat(change_meter_largest(&meter), ==, 1);
  change_meter_picture(&meter, with_tile);
  g_assert_cmpfloat(change_meter_largest(&meter), >=, 100);
  change_meter_begin(&meter);
  change_meter_picture(&meter, with_tile);
  g_assert_cmpfloat(change_meter_largest(&meter), ==, 0);
}

static void
test_what_came_before_the_window_is_not_compared_with(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  g_autoptr(VideoFrame) live = grey(pool, 200), slate = grey(pool, 20);
  ChangeMeter meter = { 0 };
  change_meter_picture(&meter, live);
  change_meter_begin(&meter);
  change_meter_picture(&meter, slate);
  change_meter_picture(&meter, slate);
  g_assert_cmpfloat(change_meter_largest(&meter), ==, 0);
  change_meter_begin(&meter);
  change_meter_picture(&meter, live);  /* one that came late is one too many */
  change_meter_picture(&meter, slate);
  g_assert_cmpfloat(change_meter_largest(&meter), ==, 180);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/change_meter/a_small_thing_that_moves_in_a_corner_is_seen", test_a_small_thing_that_moves_in_a_corner_is_seen);
  g_test_add_func("/load/change_meter/what_came_before_the_window_is_not_compared_with", test_what_came_before_the_window_is_not_compared_with);
  return g_test_run();
}
