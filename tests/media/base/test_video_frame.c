/* tests/media/base/test_video_frame.c - unit tests of media/base/video_frame. */
#include "media/base/video_frame.h"
#include <string.h>

static void
fill(VideoFrame *frame)
{
  memset(frame->plane[0], 1, (gsize)frame->stride[0] * frame->height);
  for (int i = 1; i < 3; i++)
    memset(frame->plane[i], 2, (gsize)frame->stride[i] * ((frame->height + 1) / 2));
}

static void
test_odd_sizes_have_room_for_their_chroma(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  for (guint size = 1; size < 70; size++) {
    g_autoptr(VideoFrame) frame = video_frame_new(pool, size, 135);
    fill(frame);
    g_assert_cmpint(frame->stride[0], >=, (int)size);
    g_assert_cmpint(frame->stride[1], >=, (int)(size + 1) / 2);
  }
}

static void
test_memory_is_reused_for_the_same_size(void)
{
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(1);
  VideoFrame *frame = video_frame_new(pool, 640, 360);
  guint8 *memory = frame->memory;
  video_frame_unref(frame);
  g_autoptr(VideoFrame) again = video_frame_new(pool, 640, 360);
  g_assert_true(again->memory == memory);
}

static void
test_frame_outlives_its_pool(void)
{
  VideoFramePool *pool = video_frame_pool_new(4);
  VideoFrame *frame = video_frame_new(pool, 64, 64);
  video_frame_pool_free(pool);
  fill(frame);
  video_frame_unref(frame);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/base/video_frame/odd_sizes_have_room_for_their_chroma",
                  test_odd_sizes_have_room_for_their_chroma);
  g_test_add_func("/media/base/video_frame/memory_is_reused_for_the_same_size",
                  test_memory_is_reused_for_the_same_size);
  g_test_add_func("/media/base/video_frame/frame_outlives_its_pool", test_frame_outlives_its_pool);
  return g_test_run();
}
