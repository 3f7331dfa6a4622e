/* tests/load/test_clip.c - unit tests of clips, their player, and the watch over composed tiles. */
#include "media/codec/video_decoder.h"
#include "tests/load/clip_player.h"
#include "tests/load/clip_store.h"
#include "tests/load/tile_watch.h"
#include <libyuv.h>
#include <string.h>

static const ClipSpec SMALL = { 320, 180, 10, 200 };

static void
test_a_wish_becomes_the_largest_usual_size_that_fits(void)
{
  static const struct { guint width, height, bps, want_width, want_kbps; } TABLE[] = {
    { 1280, 720, 10000000, 1280, 1500 }, { 640, 360, 720000, 640, 720 }, { 640, 360, 500000, 640, 460 },
    { 639, 400, 10000000, 480, 467 }, { 1920, 300, 10000000, 480, 467 }, { 10, 10, 10000000, 320, 254 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    UplinkWish wish = { TABLE[i].width, TABLE[i].height, 30, TABLE[i].bps };
    ClipSpec spec = clip_spec_for_wish(&wish, 30, 0);
    g_assert_cmpuint(spec.width, ==, TABLE[i].want_width);
    g_assert_cmpuint(spec.kbps, ==, TABLE[i].want_kbps);
  }
}

static void
test_a_clip_begins_with_its_only_keyframe(void)
{
  g_autoptr(Clip) clip = clip_new(&SMALL, "Huyện Tiên Du", 5, NULL);
  g_assert_cmpuint(clip_frames(clip), ==, CLIP_SECONDS * 10);
  for (guint i = 0; i < clip_frames(clip); i++) {
    g_assert_true(clip_frame(clip, i)->is_keyframe == (i == 0));
    g_assert_true(clip_frame(clip, i)->is_droppable == (i % 2 == 1));
  }
}

static void
test_a_player_changes_clips_at_a_keyframe(void)
{
  g_autoptr(Clip) a = clip_new(&SMALL, "A", 0, NULL), b = clip_new(&SMALL, "B", 1, NULL);
  ClipPlayer player = { 0 };
  guint number;
  g_assert_null(clip_player_step(&player, &number));
  clip_player_change(&player, a);
  for (guint i = 0; i < 7; i++)
    g_assert_true(clip_player_step(&player, &number) == clip_frame(a, i));
  clip_player_change(&player, b);
  g_assert_true(clip_player_step(&player, &number) == clip_frame(b, 0));
  g_assert_true(clip_player_step(&player, &number) == clip_frame(b, 1));
  clip_player_restart(&player);
  g_assert_true(clip_player_step(&player, &number) == clip_frame(b, 0));
  player.is_half_rate = true;
  g_assert_null(clip_player_step(&player, &number));
  g_assert_true(clip_player_step(&player, &number) == clip_frame(b, 2));
  player.position = clip_frames(b) - 1;
  g_assert_null(clip_player_step(&player, &number));
  g_assert_true(clip_player_step(&player, &number) == clip_frame(b, 0));
}

/* Two sites side by side on a canvas of 640x180. */
static const RoomView ROOM = {
  640, 180, 2, { { .id = "a", .x = 0, .y = 0, .width = 320, .height = 180 },
                 { .id = "b", .x = 320, .y = 0, .width = 320, .height = 180 } },
};

static void
place(VideoFrame *canvas, const VideoFrame *tile, guint x)
{
  I420Copy(tile->plane[0], tile->stride[0], tile->plane[1], tile->stride[1], tile->plane[2], tile->stride[2],
           canvas->plane[0] + x, canvas->stride[0], canvas->plane[1] + x / 2, canvas->stride[1],
           canvas->plane[2] + x / 2, canvas->stride[2], (int)tile->width, (int)tile->height);
}

static void
test_a_slow_camera_plays_at_every_third_step(void)
{
  const ClipSpec spec = { 320, 180, 5, 100 };
  g_autoptr(Clip) fast = clip_new(&(ClipSpec) { 320, 180, 15, 100 }, "A", 0, NULL), slow = clip_new(&spec, "A", 0, NULL);
  ClipPlayer player = { .clock_fps = 15 };
  guint number, shown = 0;
  clip_player_change(&player, fast);
  for (guint i = 0; i < 4; i++)
    g_assert_nonnull(clip_player_step(&player, &number));
  clip_player_change(&player, slow);
  for (guint i = 0; i < 9; i++)
    if (clip_player_step(&player, &number) != NULL)
      g_assert_cmpuint(number, ==, shown++);
  g_assert_cmpuint(shown, ==, 3);
  clip_player_change(&player, fast);
  g_assert_true(clip_player_step(&player, &number)->is_keyframe);
}

static void
test_tiles_are_watched_and_timed(void)
{
  static const char *const SITES[] = { "a", "b" };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(LatencyBook) book = latency_book_new(2, CLIP_SECONDS * 10);
  g_autoptr(TileWatch) watch = tile_watch_new(SITES, 2, 0, book, NULL);
  g_autoptr(Clip) clip = clip_new(&SMALL, "A", 0, NULL);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, 1920 * 1080);
  g_autoptr(VideoFrame) canvas = video_frame_new(pool, 640, 180);
  for (int p = 0; p < 3; p++)
    memset(canvas->plane[p], 128, (gsize)canvas->stride[p] * (p == 0 ? 180 : 90));
  tile_watch_set_room(watch, &ROOM);
  tile_watch_begin(watch, 0);
  for (guint i = 0; i < 30; i++) {  /* site a is seen 37 ms late; at b there is nothing */
    g_autoptr(VideoFrame) tile = NULL;
  assert_on_decode();
    g_assert_cmpint(video_decoder_decode(decoder, clip_frame(clip, i), 0, 0, &tile), ==, VIDEO_DECODE_OK);
    place(canvas, tile, 0);
    latency_book_frame_sent(book, 0, i, 100000 * (gint64)i);
    tile_watch_frame(watch, canvas, 100000 * (gint64)i + 37000, 0);
    tile_watch_frame(watch, canvas, 100000 * (gint64)i + 70000, 0);  /* seen again: nothing new */
  }
  g_autoptr(Samples) video_ms = samples_new();
  g_autofree WatcherFigures *figures = g_new0(WatcherFigures, 1);
  tile_watch_end(watch, 3000000, figures, video_ms);
  g_assert_cmpuint(figures->n_tiles, ==, 2);
  g_assert_true(figures->tiles[0].is_alive);
  g_assert_false(figures->tiles[1].is_alive);
  g_assert_cmpuint(figures->tiles[0].advances, ==, 30);
  g_assert_cmpuint(figures->codes_missing, ==, 60);
  g_assert_cmpfloat(samples_percentile(video_ms, 50), ==, 37);
  g_assert_cmpfloat(samples_max(video_ms), ==, 37);
  g_assert_cmpfloat(figures->tiles[1].standstill_max_ms, ==, 3000);
}

static void
test_a_site_in_the_wrong_tile_is_noticed(void)
{
  static const char *const SITES[] = { "a", "b" };
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(4);
  g_autoptr(LatencyBook) book = latency_book_new(2, CLIP_SECONDS * 10);
  g_autoptr(TileWatch) watch = tile_watch_new(SITES, 2, 0, book, NULL);
  g_autoptr(Clip) clip = clip_new(&SMALL, "A", 0, NULL);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, 1920 * 1080);
  g_autoptr(VideoFrame) canvas = video_frame_new(pool, 640, 180), tile = NULL;
  assert_on_decode();
  g_assert_cmpint(video_decoder_decode(decoder, clip_frame(clip, 0), 0, 0, &tile), ==, VIDEO_DECODE_OK);
  place(canvas, tile, 0);
  place(canvas, tile, 320);
  tile_watch_set_room(watch, &ROOM);
  tile_watch_begin(watch, 0);
  tile_watch_frame(watch, canvas, 1000, 0);
  g_autoptr(Samples) video_ms = samples_new();
  g_autofree WatcherFigures *figures = g_new0(WatcherFigures, 1);
  tile_watch_end(watch, 2000, figures, video_ms);
  g_assert_cmpuint(figures->tiles_misplaced, ==, 1);
  g_assert_cmpuint(figures->tiles[1].advances, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/clip/a_wish_becomes_the_largest_usual_size_that_fits", test_a_wish_becomes_the_largest_usual_size_that_fits);
  g_test_add_func("/load/clip/a_clip_begins_with_its_only_keyframe", test_a_clip_begins_with_its_only_keyframe);
  g_test_add_func("/load/clip/a_player_changes_clips_at_a_keyframe", test_a_player_changes_clips_at_a_keyframe);
  g_test_add_func("/load/clip/a_slow_camera_plays_at_every_third_step", test_a_slow_camera_plays_at_every_third_step);
  g_test_add_func("/load/tile_watch/tiles_are_watched_and_timed", test_tiles_are_watched_and_timed);
  g_test_add_func("/load/tile_watch/a_site_in_the_wrong_tile_is_noticed", test_a_site_in_the_wrong_tile_is_noticed);
  return g_test_run();
}
