/* tests/mixer/test_video_layout.c - unit tests of mixer/video_layout. */
#include "mixer/video_layout.h"
#include <stdbool.h>

static const struct { guint width, height; } CANVASES[] = {
  { 1920, 1080 }, { 1280, 720 }, { 640, 360 }, { 424, 240 }, { 1440, 1080 }, { 1080, 1920 },
  { 64, 64 }, { 64, 2000 }, { 2000, 64 }, { 3840, 2160 }, { 854, 480 },
};

static bool
overlap(const VideoRect *a, const VideoRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

static void
check_tiles(const VideoRect *tiles, guint n, guint width, guint height)
{
  for (guint i = 0; i < n; i++) {
    const VideoRect *t = &tiles[i];
    g_assert_cmpuint((t->x | t->y | t->width | t->height) & 1, ==, 0);
    g_assert_cmpuint(t->width, >=, 2);
    g_assert_cmpuint(t->height, >=, 2);
    g_assert_cmpuint(t->x + t->width, <=, width);
    g_assert_cmpuint(t->y + t->height, <=, height);
    for (guint j = 0; j < i; j++)
      g_assert_false(overlap(t, &tiles[j]));
  }
}

static void
test_tiles_never_overlap_and_stay_inside(void)
{
  VideoRect tiles[VIDEO_TILES_MAX];
  for (guint c = 0; c < G_N_ELEMENTS(CANVASES); c++)
    for (guint n = 1; n <= VIDEO_TILES_MAX; n++)
      for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; kind <= VIDEO_LAYOUT_DOCUMENT; kind++) {
        video_layout_compute(kind, n, CANVASES[c].width, CANVASES[c].height, tiles);
        check_tiles(tiles, n, CANVASES[c].width, CANVASES[c].height);
      }
}

static bool
is_near(guint a, guint a_size, guint b, guint b_size)
{
  return ABS((double)a / a_size - (double)b / b_size) * b_size <= 8;
}

/* A page lays its marks over whichever tier it is sent, by the places of the largest. */
static void
test_all_tiers_are_arranged_alike(void)
{
  VideoRect large[VIDEO_TILES_MAX], tiles[VIDEO_TILES_MAX];
  for (guint c = 1; c <= 3; c++)
    for (guint n = 1; n <= VIDEO_TILES_MAX; n++)
      for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; kind <= VIDEO_LAYOUT_DOCUMENT; kind++) {
        guint width = CANVASES[c].width, height = CANVASES[c].height;
        video_layout_compute(kind, n, 1920, 1080, large);
        video_layout_compute(kind, n, width, height, tiles);
        for (guint i = 0; i < n; i++) {
          g_assert_true(is_near(large[i].x, 1920, tiles[i].x, width));
          g_assert_true(is_near(large[i].y, 1080, tiles[i].y, height));
          g_assert_true(is_near(large[i].width, 1920, tiles[i].width, width));
          g_assert_true(is_near(large[i].height, 1080, tiles[i].height, height));
        }
      }
}

static void
test_tiles_are_wide_on_a_wide_canvas(void)
{
  VideoRect tiles[VIDEO_TILES_MAX];
  for (guint n = 1; n <= VIDEO_TILES_MAX; n++)
    for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; kind <= VIDEO_LAYOUT_DOCUMENT; kind++) {
      video_layout_compute(kind, n, 1920, 1080, tiles);
      for (guint i = 0; i < n; i++) {
        double aspect = (double)tiles[i].width / tiles[i].height;
        g_assert_cmpfloat(aspect, >, 16.0 / 9 * 0.96);
        g_assert_cmpfloat(aspect, <, 16.0 / 9 * 1.04);
      }
    }
}

static void
test_grid_has_the_sizes_that_scale_well(void)
{
  static const struct { guint n, width, height; } CASES[] = {
    { 1, 1920, 1080 }, { 2, 960, 540 }, { 4, 960, 540 }, { 5, 640, 360 }, { 9, 640, 360 },
    { 10, 480, 270 }, { 16, 480, 270 }, { 25, 384, 216 }, { 36, 320, 180 }, { 64, 240, 134 },
  };
  VideoRect tiles[VIDEO_TILES_MAX];
  for (guint c = 0; c < G_N_ELEMENTS(CASES); c++) {
    video_layout_compute(VIDEO_LAYOUT_GRID, CASES[c].n, 1920, 1080, tiles);
    for (guint i = 0; i < CASES[c].n; i++) {
      g_assert_cmpuint(tiles[i].width, ==, CASES[c].width);
      g_assert_cmpuint(tiles[i].height, ==, CASES[c].height);
    }
  }
}

static void
test_nine_fill_the_canvas_in_reading_order(void)
{
  VideoRect tiles[9];
  video_layout_compute(VIDEO_LAYOUT_GRID, 9, 1920, 1080, tiles);
  for (guint i = 0; i < 9; i++) {
    g_assert_cmpuint(tiles[i].x, ==, i % 3 * 640);
    g_assert_cmpuint(tiles[i].y, ==, i / 3 * 360);
  }
}

static void
test_last_row_of_a_grid_is_centred(void)
{
  VideoRect tiles[8];
  video_layout_compute(VIDEO_LAYOUT_GRID, 8, 1920, 1080, tiles);
  g_assert_cmpuint(tiles[6].x, ==, 320);
  g_assert_cmpuint(tiles[7].x, ==, 960);
  g_assert_cmpuint(tiles[7].y, ==, 720);
  video_layout_compute(VIDEO_LAYOUT_GRID, 3, 1920, 1080, tiles);
  g_assert_cmpuint(tiles[2].x, ==, 480);
}

static void
test_spotlight_is_large(void)
{
  static const struct { guint n, width, height, strip_width; } CASES[] = {
    { 1, 1920, 1080, 0 }, { 2, 1440, 810, 480 }, { 5, 1440, 810, 480 }, { 6, 1536, 864, 384 },
    { 7, 1600, 900, 320 }, { 9, 1680, 944, 240 }, { 16, 1680, 944, 240 }, { 17, 1440, 810, 240 },
    { 29, 1440, 810, 240 }, { 37, 1536, 864, 192 }, { 45, 1600, 900, 160 }, { 64, 1440, 810, 160 },
  };
  VideoRect tiles[VIDEO_TILES_MAX];
  for (guint c = 0; c < G_N_ELEMENTS(CASES); c++) {
    video_layout_compute(VIDEO_LAYOUT_SPOTLIGHT, CASES[c].n, 1920, 1080, tiles);
    g_assert_cmpuint(tiles[0].width, ==, CASES[c].width);
    g_assert_cmpuint(tiles[0].height, ==, CASES[c].height);
    for (guint i = 1; i < CASES[c].n; i++)
      g_assert_cmpuint(tiles[i].width, ==, CASES[c].strip_width);
  }
}

static void
paint(guint8 *map, guint stride, const VideoRect *rect)
{
  for (guint y = rect->y; y < rect->y + rect->height; y++)
    for (guint x = rect->x; x < rect->x + rect->width; x++)
      map[y * stride + x]++;
}

static void
test_tiles_and_gaps_cover_every_pixel_once(void)
{
  enum { WIDTH = 320, HEIGHT = 180 };
  VideoRect tiles[VIDEO_TILES_MAX];
  for (guint n = 0; n <= VIDEO_TILES_MAX; n++)
    for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; kind <= VIDEO_LAYOUT_DOCUMENT; kind++) {
      g_autofree guint8 *map = g_malloc0(WIDTH * HEIGHT);
      if (n > 0)
        video_layout_compute(kind, n, WIDTH, HEIGHT, tiles);
      g_autoptr(GArray) gaps = video_layout_gaps(tiles, n, WIDTH, HEIGHT);
      for (guint i = 0; i < n; i++)
        paint(map, WIDTH, &tiles[i]);
      for (guint i = 0; i < gaps->len; i++)
        paint(map, WIDTH, &g_array_index(gaps, VideoRect, i));
      for (guint i = 0; i < WIDTH * HEIGHT; i++)
        g_assert_cmpuint(map[i], ==, 1);
    }
}

static void
test_pair_is_side_by_side_and_a_document_large(void)
{
  VideoRect tiles[VIDEO_TILES_MAX];
  video_layout_compute(VIDEO_LAYOUT_PAIR, 2, 1920, 1080, tiles);
  g_assert_true(tiles[0].x == 0 && tiles[1].x == 960 && tiles[0].y == tiles[1].y);
  g_assert_true(tiles[0].width == 960 && tiles[0].height == 540);
  video_layout_compute(VIDEO_LAYOUT_LECTURE, 1, 1920, 1080, tiles);
  g_assert_true(tiles[0].width == 1920 && tiles[0].height == 1080);
  for (guint n = 2; n <= 6; n++) {
    video_layout_compute(VIDEO_LAYOUT_DOCUMENT, n, 1920, 1080, tiles);
    g_assert_true(tiles[0].width == 1536 && tiles[0].height == 864);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/video_layout/tiles_never_overlap_and_stay_inside",
                  test_tiles_never_overlap_and_stay_inside);
  g_test_add_func("/mixer/video_layout/all_tiers_are_arranged_alike",
                  test_all_tiers_are_arranged_alike);
  g_test_add_func("/mixer/video_layout/tiles_are_wide_on_a_wide_canvas",
                  test_tiles_are_wide_on_a_wide_canvas);
  g_test_add_func("/mixer/video_layout/grid_has_the_sizes_that_scale_well",
                  test_grid_has_the_sizes_that_scale_well);
  g_test_add_func("/mixer/video_layout/nine_fill_the_canvas_in_reading_order",
                  test_nine_fill_the_canvas_in_reading_order);
  g_test_add_func("/mixer/video_layout/last_row_of_a_grid_is_centred",
                  test_last_row_of_a_grid_is_centred);
  g_test_add_func("/mixer/video_layout/spotlight_is_large", test_spotlight_is_large);
  g_test_add_func("/mixer/video_layout/tiles_and_gaps_cover_every_pixel_once",
                  test_tiles_and_gaps_cover_every_pixel_once);
  g_test_add_func("/mixer/video_layout/pair_is_side_by_side_and_a_document_large",
                  test_pair_is_side_by_side_and_a_document_large);
  return g_test_run();
}
