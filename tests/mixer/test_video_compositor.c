/* tests/mixer/test_video_compositor.c - unit tests of mixer/video_compositor and video_stage. */
#include "mixer/video_compositor.h"
#include <string.h>

enum { NOW_US = 100 * G_USEC_PER_SEC };

static VideoFramePool *pool;

static VideoFrame *
flat_frame(guint width, guint height, guint8 value)
{
  VideoFrame *frame = video_frame_new(pool, width, height);
  for (guint p = 0; p < 3; p++)
    memset(frame->plane[p], value,
           (gsize)frame->stride[p] * (p == 0 ? height : (height + 1) / 2));
  return frame;
}

static VideoFrame *
noise_frame(GRand *rand, guint width, guint height)
{
  VideoFrame *frame = video_frame_new(pool, width, height);
  for (guint p = 0; p < 3; p++) {
    gsize bytes = (gsize)frame->stride[p] * (p == 0 ? height : (height + 1) / 2);
    for (gsize i = 0; i < bytes; i++)
      frame->plane[p][i] = (guint8)g_rand_int(rand);
  }
  return frame;
}

static VideoSlot *
slot_with(VideoFrame *frame, gint64 age_us)
{
  VideoSlot *slot = video_slot_new();
  video_slot_put(slot, frame, NOW_US - age_us);
  return slot;
}

/* @junk: what the canvas holds before. Takes @scene. */
static VideoFrame *
draw(VideoScene *scene, guint width, guint height, guint8 junk)
{
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  g_autoptr(VideoStage) stage = video_stage_new(scene, width, height, cache);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  VideoFrame *canvas = flat_frame(width, height, junk);
  video_compositor_draw(compositor, stage, canvas, NOW_US);
  return canvas;
}

static guint8
luma_at(const VideoFrame *frame, guint x, guint y)
{
  return frame->plane[0][(gsize)y * (gsize)frame->stride[0] + x];
}

static void
assert_same_outside(const VideoFrame *a, const VideoFrame *b, const VideoRect *tile)
{
  for (guint p = 0; p < 3; p++) {
    guint shift = p == 0 ? 0 : 1;
    for (guint y = 0; y < a->height >> shift; y++)
      for (guint x = 0; x < a->width >> shift; x++) {
        bool is_inside = tile != NULL && x >= tile->x >> shift && y >= tile->y >> shift
                         && x < (tile->x + tile->width) >> shift
                         && y < (tile->y + tile->height) >> shift;
        gsize at = (gsize)y * (gsize)a->stride[p] + x;
        if (!is_inside && a->plane[p][at] != b->plane[p][at])
          g_error("plane %u differs at %u,%u: %u and %u", p, x, y, a->plane[p][at],
                  b->plane[p][at]);
      }
  }
}

static VideoFrame *
random_frame(GRand *rand)
{
  static const guint ODD[][2] = {
    { 1, 1 }, { 1, 900 }, { 2, 2 }, { 3, 1001 }, { 2047, 3 }, { 1920, 1080 }, { 241, 135 },
  };
  guint width = (guint)g_rand_int_range(rand, 1, 700), height = (guint)g_rand_int_range(rand, 1, 700);
  guint pick = (guint)g_rand_int_range(rand, 0, 3 * G_N_ELEMENTS(ODD));
  if (pick < G_N_ELEMENTS(ODD)) {
    width = ODD[pick][0];
    height = ODD[pick][1];
  }
  VideoFrame *frame = noise_frame(rand, width, height);
  frame->quarter_turns = (guint8)g_rand_int_range(rand, 0, 5);  /* 4: absurd */
  return frame;
}

static VideoScene *
random_scene(GRand *rand, guint n_tiles, VideoSlot **slots)
{
  static const char *const NAMES[] = {
    "", "Huyện Gia Bình", "\xff\xfe bad bytes",
    "Ủy ban nhân dân một xã có cái tên rất dài, dài mãi không hết được",
  };
  VideoScene *scene = video_scene_new(g_rand_boolean(rand) ? VIDEO_LAYOUT_GRID
                                                           : VIDEO_LAYOUT_SPOTLIGHT);
  for (guint i = 0; i < n_tiles; i++) {
    const char *name = NAMES[g_rand_int_range(rand, 0, G_N_ELEMENTS(NAMES))];
    const char *status = NAMES[g_rand_int_range(rand, 0, G_N_ELEMENTS(NAMES))];
    video_scene_add(scene, slots[i], name, status, g_rand_boolean(rand) ? status : NULL,
                    g_rand_boolean(rand), g_rand_boolean(rand));
  }
  return scene;
}

/* Two canvases that differ only in what came in for one tile. */
static void
test_input_changes_no_pixel_outside_its_tile(void)
{
  guint32 seed = g_test_rand_int();
  g_test_message("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  for (guint round = 0; round < 60; round++) {
    guint n = (guint)g_rand_int_range(rand, 1, 12);
    guint width = 2 * (guint)g_rand_int_range(rand, 60, 400);
    guint height = 2 * (guint)g_rand_int_range(rand, 60, 400);
    VideoSlot *slots[VIDEO_TILES_MAX];
    for (guint i = 0; i < n; i++)
      slots[i] = slot_with(random_frame(rand), g_rand_int_range(rand, 0, 7000000));
    g_autoptr(VideoScene) scene = random_scene(rand, n, slots);
    g_autoptr(VideoFrame) before = draw(video_scene_ref(scene), width, height, 0x11);

    guint changed = (guint)g_rand_int_range(rand, 0, (gint32)n);
    VideoRect rects[VIDEO_TILES_MAX];
    video_layout_compute(scene->layout, n, width, height, rects);
    video_slot_put(slots[changed], g_rand_int_range(rand, 0, 8) == 0 ? NULL : random_frame(rand),
                   NOW_US - g_rand_int_range(rand, -1000, 7000000));
    g_autoptr(VideoFrame) after = draw(video_scene_ref(scene), width, height, 0xee);
    assert_same_outside(before, after, &rects[changed]);
    for (guint i = 0; i < n; i++)
      video_slot_unref(slots[i]);
  }
}

static void
test_every_pixel_of_the_canvas_is_written(void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(3);
  for (guint n = 0; n <= VIDEO_TILES_MAX; n += n < 10 ? 1 : 9) {
    VideoSlot *slots[VIDEO_TILES_MAX];
    for (guint i = 0; i < n; i++)
      slots[i] = slot_with(random_frame(rand), 0);
    g_autoptr(VideoScene) scene = random_scene(rand, n, slots);
    g_autoptr(VideoFrame) a = draw(video_scene_ref(scene), 640, 360, 0x00);
    g_autoptr(VideoFrame) b = draw(video_scene_ref(scene), 640, 360, 0xff);
    assert_same_outside(a, b, NULL);
    for (guint i = 0; i < n; i++)
      video_slot_unref(slots[i]);
  }
}

static void
test_nine_of_the_right_size_are_copied_exactly(void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(4);
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  VideoFrame *frames[9];
  for (guint i = 0; i < 9; i++) {
    frames[i] = noise_frame(rand, 640, 360);
    g_autoptr(VideoSlot) slot = slot_with(video_frame_ref(frames[i]), 0);
    video_scene_add(scene, slot, "", NULL, NULL, false, false);
  }
  g_autoptr(VideoFrame) canvas = draw(scene, 1920, 1080, 0);
  for (guint i = 0; i < 9; i++) {
    for (guint y = 2; y < 358; y++)  /* inside the line between the tiles */
      g_assert_cmpmem(canvas->plane[0] + (i / 3 * 360 + y) * (gsize)canvas->stride[0] + i % 3 * 640 + 2,
                      636, frames[i]->plane[0] + y * (gsize)frames[i]->stride[0] + 2, 636);
    video_frame_unref(frames[i]);
  }
}

static void
test_fit_keeps_the_aspect(void)
{
  static const VideoRect TILE = { 640, 360, 640, 360 };
  static const struct { guint width, height; VideoRect fit; } CASES[] = {
    { 640, 360, { 640, 360, 640, 360 } },
    { 1280, 720, { 640, 360, 640, 360 } },
    { 424, 240, { 640, 360, 640, 360 } },   /* half a percent off: filled */
    { 240, 135, { 640, 360, 640, 360 } },
    { 640, 480, { 720, 360, 480, 360 } },
    { 360, 640, { 858, 360, 202, 360 } },
    { 1000, 100, { 640, 508, 640, 64 } },
    { 1, 8192, { 958, 360, 2, 360 } },
    { 8192, 1, { 640, 538, 640, 2 } },
    { 1, 1, { 780, 360, 360, 360 } },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    VideoRect fit = video_compositor_fit(CASES[i].width, CASES[i].height, &TILE);
    g_assert_cmpuint(fit.x, ==, CASES[i].fit.x);
    g_assert_cmpuint(fit.y, ==, CASES[i].fit.y);
    g_assert_cmpuint(fit.width, ==, CASES[i].fit.width);
    g_assert_cmpuint(fit.height, ==, CASES[i].fit.height);
  }
}

/* A picture with a bright upper left quarter. */
static VideoFrame *
corner_frame(guint width, guint height)
{
  VideoFrame *frame = flat_frame(width, height, 60);
  for (guint y = 0; y < height / 2; y++)
    memset(frame->plane[0] + y * (gsize)frame->stride[0], 200, width / 2);
  return frame;
}

static void
test_pictures_are_turned_clockwise(void)
{
  static const guint SIZES[][2] = { { 320, 180 }, { 180, 320 }, { 200, 200 }, { 101, 57 } };
  static const bool IS_RIGHT[] = { false, true, true, false }, IS_LOWER[] = { false, false, true, true };
  for (guint s = 0; s < G_N_ELEMENTS(SIZES); s++)
    for (guint turns = 0; turns < 4; turns++) {
      VideoFrame *frame = corner_frame(SIZES[s][0], SIZES[s][1]);
      frame->quarter_turns = (guint8)turns;
      bool is_sideways = turns % 2 == 1;
      VideoRect tile = { 0, 0, 640, 360 };
      VideoRect fit = video_compositor_fit(SIZES[s][is_sideways ? 1 : 0],
                                           SIZES[s][is_sideways ? 0 : 1], &tile);
      g_autoptr(VideoSlot) slot = slot_with(frame, 0);
      VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
      video_scene_add(scene, slot, "", NULL, NULL, false, false);
      g_autoptr(VideoFrame) canvas = draw(scene, 640, 360, 0);
      for (guint quarter = 0; quarter < 4; quarter++) {
        bool right = quarter % 2 == 1, lower = quarter / 2 == 1;
        guint x = fit.x + fit.width * (right ? 3 : 1) / 4, y = fit.y + fit.height * (lower ? 3 : 1) / 4;
        bool is_bright = right == IS_RIGHT[turns] && lower == IS_LOWER[turns];
        g_assert_cmpuint(luma_at(canvas, x, y), ==, is_bright ? 200 : 60);
      }
    }
}

static void
test_old_pictures_are_marked_then_replaced(void)
{
  static const struct { gint64 age_us; guint8 min, max; } CASES[] = {
    { -5000, 200, 200 },              /* put after the tick was due             */
    { 0, 200, 200 },
    { VIDEO_STALE_US, 200, 200 },
    { VIDEO_STALE_US + 1, 90, 130 },  /* dimmed                                 */
    { VIDEO_STALE_GONE_US, 90, 130 },
    { VIDEO_STALE_GONE_US + 1, 17, 70 },  /* the slate                          */
    { G_GINT64_CONSTANT(1) << 60, 17, 70 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(VideoSlot) slot = slot_with(flat_frame(320, 180, 200), CASES[i].age_us);
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
    video_scene_add(scene, slot, "Huyện Tiên Du", "Đang kết nối", "Mất tín hiệu", false, false);
    g_autoptr(VideoFrame) canvas = draw(scene, 640, 360, 0);
    for (guint y = 40; y < 100; y += 10) {
      g_assert_cmpuint(luma_at(canvas, 60, y), >=, CASES[i].min);
      g_assert_cmpuint(luma_at(canvas, 60, y), <=, CASES[i].max);
    }
  }
}

static guint
count_pixels(const VideoFrame *canvas, const VideoRect *rect, guint8 at_least)
{
  guint n = 0;
  for (guint y = rect->y; y < rect->y + rect->height; y++)
    for (guint x = rect->x; x < rect->x + rect->width; x++)
      n += luma_at(canvas, x, y) >= at_least;
  return n;
}

static void
test_slate_is_never_black_and_has_its_name(void)
{
  static const char *const NAMES[] = { "", "Thị xã Quế Võ" };
  guint bright[2];
  for (guint i = 0; i < 2; i++) {
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
    video_scene_add(scene, NULL, NAMES[i], NULL, NULL, false, false);
    g_autoptr(VideoFrame) canvas = draw(scene, 640, 360, 0);
    VideoRect whole = { 0, 0, 640, 360 }, middle = { 160, 120, 320, 120 };
    g_assert_cmpuint(count_pixels(canvas, &whole, 24), ==, 640 * 360);
    bright[i] = count_pixels(canvas, &middle, 180);
  }
  g_assert_cmpuint(bright[0], ==, 0);
  g_assert_cmpuint(bright[1], >, 300);
}

static void
test_speaker_has_a_border_and_a_lone_tile_has_none(void)
{
  for (guint n = 1; n <= 2; n++) {
    g_autoptr(VideoSlot) slot = slot_with(flat_frame(320, 180, 100), 0);
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
    for (guint i = 0; i < n; i++)
      video_scene_add(scene, slot, "", NULL, NULL, false, i == 0);
    g_autoptr(VideoFrame) canvas = draw(scene, 640, 180 * n, 0);
    VideoRect rects[2];
    video_layout_compute(VIDEO_LAYOUT_GRID, n, 640, 180 * n, rects);
    guint x = rects[0].x, y = rects[0].y + rects[0].height / 2;
    g_assert_cmpint(luma_at(canvas, x, y) == 100, ==, n == 1);
    g_assert_cmpint(luma_at(canvas, x + 3, y) == 100, ==, n == 1);
    g_assert_cmpuint(luma_at(canvas, x + 8, y), ==, 100);
  }
}

static void
test_unchanged_texts_are_not_drawn_again(void)
{
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  g_autoptr(VideoSlot) slot = video_slot_new();
  guint64 painted = 0;
  for (guint speaker = 0; speaker < 9; speaker++) {
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
    for (guint i = 0; i < 9; i++) {
      g_autofree char *name = g_strdup_printf("Xã %u", i);
      video_scene_add(scene, slot, name, "Đang kết nối", "Mất tín hiệu", i == 3, i == speaker);
    }
    video_stage_unref(video_stage_new(scene, 1920, 1080, cache));
    if (speaker == 0)
      painted = overlay_cache_painted(cache);
    g_assert_cmpuint(overlay_cache_painted(cache), ==, painted);
  }
  /* 9 labels, 9 slates, 9 of them as warnings, one mark, one microphone */
  g_assert_cmpuint(painted, ==, 29);
}

static void
draw_with(OverlayCache *cache, VideoSlot *const *slots, guint n, bool is_quick, bool lacks_texts, VideoFrame *canvas)
{
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf("Xã %u", i);
    video_scene_add(scene, slots[i], name, "Đang kết nối", "Mất tín hiệu", true, false);
  }
  g_autoptr(VideoStage) stage = is_quick ? video_stage_new_quick(scene, canvas->width, canvas->height, cache, NOW_US)
                                         : video_stage_new(scene, canvas->width, canvas->height, cache);
  g_assert_cmpint(stage->lacks_texts, ==, lacks_texts);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  video_compositor_draw(compositor, stage, canvas, NOW_US);
}

/* Two have a picture; of the others one has an old one, one had none yet, one has no camera. */
static void
test_what_nobody_sees_yet_is_drawn_later(void)
{
  enum { LIVE = 2, TILES = 5, LABELS = TILES, OF_ALL = 2, NOT_LIVE_TEXTS = 2 + 2 + 1 + OF_ALL, LIVE_TEXTS = 2 };
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  g_autoptr(VideoFrame) quick = flat_frame(1280, 720, 1), whole = flat_frame(1280, 720, 1), again = flat_frame(1280, 720, 1);
  VideoSlot *slots[TILES] = { slot_with(flat_frame(640, 360, 90), 0), slot_with(flat_frame(640, 360, 90), 40000),
                              slot_with(flat_frame(640, 360, 90), VIDEO_STALE_GONE_US + 1), video_slot_new(), NULL };
  draw_with(cache, slots, TILES, true, true, quick);
  g_assert_cmpuint(overlay_cache_painted(cache), ==, LABELS + NOT_LIVE_TEXTS);
  draw_with(cache, slots, TILES, false, false, whole);
  g_assert_cmpuint(overlay_cache_painted(cache), ==, LABELS + NOT_LIVE_TEXTS + LIVE * LIVE_TEXTS);
  draw_with(cache, slots, TILES, true, false, again);  /* has all of them now */
  g_assert_cmpuint(overlay_cache_painted(cache), ==, LABELS + NOT_LIVE_TEXTS + LIVE * LIVE_TEXTS);
  assert_same_outside(quick, whole, NULL);
  assert_same_outside(again, whole, NULL);
  for (guint i = 0; i < TILES; i++)
    video_slot_unref(slots[i]);
}

static void
test_cache_forgets_what_is_no_longer_shown(void)
{
  g_autoptr(OverlayCache) cache = overlay_cache_new(1);  /* less than any text */
  for (guint round = 0; round < 2; round++) {
    guint64 before = overlay_cache_painted(cache);
    for (guint i = 0; i < 3; i++) {
      VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
      g_autofree char *name = g_strdup_printf("Xã %u", i);
      video_scene_add(scene, NULL, name, NULL, NULL, false, false);
      video_stage_unref(video_stage_new(scene, 640, 360, cache));
    }
    g_assert_cmpuint(overlay_cache_painted(cache), ==, before + 6);
  }
}

static void
test_overlays_fit_any_tile(void)
{
  static const guint SIZES[][2] = { { 2, 2 }, { 4, 2 }, { 16, 8 }, { 40, 22 }, { 120, 68 },
                                    { 160, 90 }, { 1920, 1080 }, { 640, 20 }, { 20, 640 } };
  for (guint s = 0; s < G_N_ELEMENTS(SIZES); s++)
    for (OverlayKind kind = OVERLAY_LABEL; kind <= OVERLAY_STALE; kind++) {
      OverlaySpec spec = { kind, "Nguyễn Thị Ngọc Ánh", "Đang kết nối", SIZES[s][0], SIZES[s][1] };
      g_autoptr(Overlay) overlay = overlay_paint(&spec);
      if (overlay == NULL)
        continue;
      g_assert_cmpuint(overlay->width, <=, SIZES[s][0]);
      g_assert_cmpuint(overlay->height, <=, SIZES[s][1]);
    }
}

/* The tiles of a nine-site room in the small tiers: 640x360 and 424x240, grid and spotlight. */
static void
test_names_are_shown_on_the_tiles_of_small_tiers(void)
{
  static const guint SIZES[][2] = { { 212, 120 }, { 140, 80 }, { 80, 44 }, { 52, 30 } };
  static const char *const NAMES[] = { "Huyện Yên Phong", "Trụ sở Tiếp công dân tỉnh Bắc Ninh" };
  for (guint s = 0; s < G_N_ELEMENTS(SIZES); s++)
    for (guint n = 0; n < G_N_ELEMENTS(NAMES); n++)
      for (OverlayKind kind = OVERLAY_LABEL; kind <= OVERLAY_SLATE_STALE; kind++) {
        OverlaySpec spec = { kind, NAMES[n], "Chưa kết nối", SIZES[s][0], SIZES[s][1] };
        g_autoptr(Overlay) overlay = overlay_paint(&spec);
        g_assert_nonnull(overlay);
        g_assert_cmpuint(overlay->height, >=, 9);
      }
}

/* What fits only in part is its end: of two names that end alike the pictures are the same. */
static void
test_tiny_tile_shows_the_last_words(void)
{
  static const char *const NAMES[] = { "Huyện Tiên Du", "Tiên Du", "Huyện Gia Bình" };
  g_autoptr(Overlay) whole = NULL, same = NULL, other = NULL;
  Overlay **painted[] = { &whole, &same, &other };
  for (guint i = 0; i < 3; i++) {
    OverlaySpec spec = { OVERLAY_LABEL, NAMES[i], NULL, 52, 30 };
    *painted[i] = overlay_paint(&spec);
    g_assert_nonnull(*painted[i]);
  }
  g_assert_cmpuint(whole->width, ==, same->width);
  g_assert_cmpuint(whole->width, !=, other->width);
}

/* One slot, fitted to the largest of the programs that draw from it. */
static void
test_one_picture_serves_programs_of_every_size(void)
{
  static const guint SIZES[][2] = { { 1920, 1080 }, { 1280, 720 }, { 640, 360 }, { 424, 240 } };
  g_autoptr(VideoSlot) slot = slot_with(flat_frame(640, 360, 90), 0);
  video_slot_set_fit(slot, 640, 360);
  for (guint s = 0; s < G_N_ELEMENTS(SIZES); s++) {
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
    for (guint i = 0; i < 9; i++)
      video_scene_add(scene, i == 4 ? slot : NULL, "", NULL, NULL, false, false);
    g_autoptr(VideoFrame) canvas = draw(scene, SIZES[s][0], SIZES[s][1], 7);
    VideoRect tiles[9];
    video_layout_compute(VIDEO_LAYOUT_GRID, 9, SIZES[s][0], SIZES[s][1], tiles);
    for (guint y = 4; y + 4 < tiles[4].height; y++)
      for (guint x = 4; x + 4 < tiles[4].width; x++)
        g_assert_cmpint(ABS(luma_at(canvas, tiles[4].x + x, tiles[4].y + y) - 90), <=, 1);
    guint width, height;
    video_slot_fit(slot, &width, &height);
    g_assert_cmpuint(width, ==, 640);
    g_assert_cmpuint(height, ==, 360);
  }
}

static void
test_mark_stands_in_the_corner_and_nowhere_else(void)
{
  static const VideoMarkKind MARKS[] = { VIDEO_MARK_RECORDING, VIDEO_MARK_FAULT };
  static const guint HEIGHTS[] = { 240, 360, 720, 1080 };
  for (guint m = 0; m < G_N_ELEMENTS(MARKS); m++)
    for (guint i = 0; i < G_N_ELEMENTS(HEIGHTS); i++) {
      guint height = HEIGHTS[i], width = height * 16 / 9 & ~1u, changed = 0;
      g_autoptr(VideoFrame) picture = flat_frame(width, height, 90);
      VideoScene *plain = video_scene_new(VIDEO_LAYOUT_GRID), *marked = video_scene_new(VIDEO_LAYOUT_GRID);
      VideoSlot *slot = slot_with(video_frame_ref(picture), 0);
      video_scene_add(plain, slot, "", NULL, NULL, false, false);
      video_scene_add(marked, slot, "", NULL, NULL, false, false);
      video_slot_unref(slot);
      video_scene_set_mark(marked, MARKS[m], "GHI HÌNH");
      g_autoptr(VideoFrame) without = draw(plain, width, height, 1);
      g_autoptr(VideoFrame) with = draw(marked, width, height, 2);
      for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
          if (luma_at(without, x, y) != luma_at(with, x, y)) {
            g_assert_true(x < width / 2 && y < height / 6);
            changed++;
          }
      g_assert_cmpuint(changed, >, width * height / 2000);
    }
}

/* Flat pictures of their own shade, moved from one layout to another. */
static VideoScene *
shades_scene(VideoLayoutKind layout, VideoSlot **slots, const guint *order, guint n)
{
  VideoScene *scene = video_scene_new(layout);
  for (guint i = 0; i < n; i++) {
    video_scene_add(scene, slots[order[i]], "", NULL, NULL, false, false);
    video_scene_set_key(scene, order[i]);
  }
  return scene;
}

enum { SHADES = 4, SHADE_FIRST = 60, SHADE_STEP = 40 };

/* Pixels of a shade, edges of others left out. */
static guint
count_shade(const VideoFrame *canvas, guint shade)
{
  guint n = 0, value = SHADE_FIRST + SHADE_STEP * shade;
  for (guint y = 0; y < canvas->height; y++)
    for (guint x = 0; x < canvas->width; x++)
      n += luma_at(canvas, x, y) == value ? 1 : 0;
  return n;
}

static VideoFrame *
draw_at(VideoCompositor *compositor, const VideoStage *stage, gint64 now_us)
{
  VideoFrame *canvas = flat_frame(stage->width, stage->height, 1);
  video_compositor_draw(compositor, stage, canvas, now_us);
  return canvas;
}

/* A grid becomes a spotlight and, half way, a grid again: every picture of the way is a whole one, each tile
 * grows or shrinks from canvas to canvas, and at the end it is the very picture that a new compositor draws. */
static void
test_tiles_move_from_layout_to_layout(void)
{
  static const guint IN_ORDER[] = { 0, 1, 2, 3 }, THIRD_FIRST[] = { 2, 0, 1, 3 };
  enum { WIDTH = 640, HEIGHT = 360, STEP_US = 33333 };
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  VideoSlot *slots[SHADES];
  for (guint i = 0; i < SHADES; i++)
    slots[i] = slot_with(flat_frame(320, 180, (guint8)(SHADE_FIRST + SHADE_STEP * i)), 0);
  g_autoptr(VideoStage) grid = video_stage_new(shades_scene(VIDEO_LAYOUT_GRID, slots, IN_ORDER, SHADES), WIDTH, HEIGHT, cache);
  VideoScene *spotlight = shades_scene(VIDEO_LAYOUT_SPOTLIGHT, slots, THIRD_FIRST, SHADES);
  g_autoptr(VideoStage) spot = video_stage_new(spotlight, WIDTH, HEIGHT, cache);
  g_autoptr(VideoCompositor) compositor = video_compositor_new(), fresh = video_compositor_new();
  g_autoptr(VideoFrame) whole_grid = draw_at(fresh, grid, NOW_US);
  g_autoptr(VideoCompositor) fresh_spot = video_compositor_new();
  g_autoptr(VideoFrame) whole_spot = draw_at(fresh_spot, spot, NOW_US);

  g_autoptr(VideoFrame) first = draw_at(compositor, grid, NOW_US);  /* the first one stands at once */
  assert_same_outside(first, whole_grid, NULL);
  guint area = count_shade(first, 2), n_steps = 0;
  gint64 now_us = NOW_US;
  for (guint seen = area; seen < count_shade(whole_spot, 2); n_steps++) {
    now_us += STEP_US;
    g_autoptr(VideoFrame) canvas = draw_at(compositor, spot, now_us);
    g_assert_true(canvas->is_transient);
    guint before = seen;
    seen = count_shade(canvas, 2);
    g_assert_cmpuint(seen, >, before);
    for (guint i = 0; i < SHADES; i++)  /* none is missing on the way */
      g_assert_cmpuint(count_shade(canvas, i), >, 0);
  }
  g_assert_cmpuint(n_steps, ==, 6);  /* 200 ms */
  now_us += STEP_US;
  g_autoptr(VideoFrame) there = draw_at(compositor, spot, now_us);
  assert_same_outside(there, whole_spot, NULL);
  g_assert_false(first->is_transient || there->is_transient);

  /* back, and half way there again: from where it is, not from an end */
  video_frame_unref(draw_at(compositor, grid, now_us += STEP_US));
  g_autoptr(VideoFrame) half = draw_at(compositor, grid, now_us += STEP_US);
  g_autoptr(VideoFrame) again = draw_at(compositor, spot, now_us += STEP_US);
  guint half_way = count_shade(half, 2);
  g_assert_true(area < half_way && half_way < count_shade(there, 2));
  g_assert_cmpuint(ABS((int)count_shade(again, 2) - (int)half_way), <, area / 3);
  for (guint i = 0; i < 7; i++)
    video_frame_unref(draw_at(compositor, spot, now_us += STEP_US));
  g_autoptr(VideoFrame) end = draw_at(compositor, spot, now_us);
  assert_same_outside(end, whole_spot, NULL);
  for (guint i = 0; i < SHADES; i++)
    video_slot_unref(slots[i]);
}

/* A new tile grows out of the middle of its place; one that is gone is gone at once, the rest of a picture that
 * is not moved stays as it is to the pixel. */
static void
test_tiles_come_and_go(void)
{
  static const guint IN_ORDER[] = { 0, 1, 2, 3 };
  enum { WIDTH = 640, HEIGHT = 360 };
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 20);
  VideoSlot *slots[SHADES];
  for (guint i = 0; i < SHADES; i++)
    slots[i] = slot_with(flat_frame(320, 180, (guint8)(SHADE_FIRST + SHADE_STEP * i)), 0);
  g_autoptr(VideoStage) three = video_stage_new(shades_scene(VIDEO_LAYOUT_GRID, slots, IN_ORDER, 3), WIDTH, HEIGHT, cache);
  g_autoptr(VideoStage) four = video_stage_new(shades_scene(VIDEO_LAYOUT_GRID, slots, IN_ORDER, 4), WIDTH, HEIGHT, cache);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  g_autoptr(VideoFrame) before = draw_at(compositor, three, NOW_US);
  g_autoptr(VideoFrame) born = draw_at(compositor, four, NOW_US + 33333);
  g_autoptr(VideoFrame) grown = draw_at(compositor, four, NOW_US + 300000);
  g_assert_cmpuint(count_shade(born, 3), <, count_shade(grown, 3) / 4);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint(count_shade(born, i), ==, count_shade(before, i));
  g_autoptr(VideoFrame) gone = draw_at(compositor, three, NOW_US + 333333);
  g_assert_cmpuint(count_shade(gone, 3), ==, 0);
  for (guint i = 0; i < SHADES; i++)
    video_slot_unref(slots[i]);
}

/* What was put before a tile may show it is not shown, not for one frame; a document may stand still. */
static void
test_pictures_from_before_are_not_shown(void)
{
  enum { WIDTH = 640, HEIGHT = 360 };
  for (guint i = 0; i < 3; i++) {
    g_autoptr(VideoSlot) slot = slot_with(flat_frame(WIDTH, HEIGHT, SHADE_FIRST + 2 * SHADE_STEP), 20 * G_USEC_PER_SEC);
    VideoScene *scene = video_scene_new(VIDEO_LAYOUT_LECTURE);
    video_scene_add(scene, slot, "", NULL, NULL, false, false);
    if (i > 0)
      video_scene_set_still(scene);
    if (i == 2)
      video_scene_set_not_before(scene, NOW_US - 19 * G_USEC_PER_SEC);
    g_autoptr(VideoFrame) canvas = draw(scene, WIDTH, HEIGHT, 3);
    g_assert_cmpuint(count_shade(canvas, 2) > WIDTH * HEIGHT / 2, ==, i == 1);
  }
}

/* The second hand moves, the rest of the picture does not. */
static void
test_lower_third_redraws_its_clock_alone(void)
{
  static const struct { guint width, height; } SIZES[] = { { 1920, 1080 }, { 1280, 720 }, { 640, 360 }, { 424, 240 } };
  for (guint i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    guint width = SIZES[i].width, height = SIZES[i].height;
    g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 22);
    VideoFrame *canvas[4];
    static const char *const CLOCKS[] = { NULL, "03:59", "04:00", "TẠM DỪNG" };
    VideoRect strip = { 0 };
    for (guint c = 0; c < G_N_ELEMENTS(CLOCKS); c++) {
      VideoScene *scene = video_scene_new(VIDEO_LAYOUT_LECTURE);
      video_scene_add(scene, NULL, "Trụ sở", NULL, NULL, false, false);
      if (CLOCKS[c] != NULL)
        video_scene_set_lower_third(scene, "A-017  •  Huyện Gia Bình", CLOCKS[c], c == 3);
      guint64 painted = overlay_cache_painted(cache);
      g_autoptr(VideoStage) stage = video_stage_new(scene, width, height, cache);
      g_assert_true(c < 2 || overlay_cache_painted(cache) == painted + 1);
      g_assert_true(c == 0 || (stage->lower_third != NULL && stage->clock != NULL));
      if (c == 1)
        strip = (VideoRect) { .width = stage->lower_third->width, .height = stage->lower_third->height };
      g_autoptr(VideoCompositor) compositor = video_compositor_new();
      canvas[c] = draw_at(compositor, stage, NOW_US);
    }
    guint changed = 0, moved = 0;
    for (guint y = 0; y < height; y++)
      for (guint x = 0; x < width; x++) {
        bool is_strip = luma_at(canvas[0], x, y) != luma_at(canvas[1], x, y);
        changed += is_strip;
        g_assert_true(!is_strip || y > height / 2);
        if (luma_at(canvas[1], x, y) != luma_at(canvas[2], x, y)) {
          moved++;
          g_assert_cmpuint(x, >=, strip.width);
        }
      }
    g_assert_cmpuint(changed, >, strip.width * strip.height / 2);
    g_assert_cmpuint(moved, >, 0);
    g_assert_cmpuint(moved, <, changed / 4);
    for (guint c = 0; c < G_N_ELEMENTS(canvas); c++)
      video_frame_unref(canvas[c]);
  }
}

/* All its lines are to be read. */
static void
test_lower_third_stands_below_a_document(void)
{
  static const struct { guint width, height; } SIZES[] = { { 1920, 1080 }, { 1280, 720 }, { 640, 360 }, { 424, 240 } };
  for (guint i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    guint width = SIZES[i].width, height = SIZES[i].height, changed = 0;
    VideoFrame *canvas[2];
    VideoRect rects[2];
    video_layout_compute(VIDEO_LAYOUT_DOCUMENT, 2, width, height, rects);
    for (guint c = 0; c < G_N_ELEMENTS(canvas); c++) {
      VideoScene *scene = video_scene_new(VIDEO_LAYOUT_DOCUMENT);
      video_scene_add(scene, NULL, "Tài liệu", NULL, NULL, false, false);
      video_scene_set_still(scene);
      video_scene_add(scene, NULL, "Trụ sở", NULL, NULL, false, false);
      if (c == 1)
        video_scene_set_lower_third(scene, "A-017  •  Huyện Gia Bình", "03:59", false);
      canvas[c] = draw(scene, width, height, 1);
    }
    for (guint y = 0; y < height; y++)
      for (guint x = 0; x < width; x++)
        if (luma_at(canvas[0], x, y) != luma_at(canvas[1], x, y)) {
          changed++;
          g_assert_cmpuint(y, >=, rects[0].y + rects[0].height);
        }
    g_assert_cmpuint(changed, >, width * height / 200);
    for (guint c = 0; c < G_N_ELEMENTS(canvas); c++)
      video_frame_unref(canvas[c]);
  }
}

static void
test_blending_is_exact_at_both_ends_of_alpha(void)
{
  guint32 argb[4][4];
  for (guint y = 0; y < 4; y++)
    for (guint x = 0; x < 4; x++)
      argb[y][x] = x < 2 ? 0xffffffff : 0;  /* white, and nothing */
  g_autoptr(Overlay) overlay = overlay_new((const guint8 *)argb, 4, 4, sizeof argb[0]);
  g_autoptr(VideoFrame) canvas = flat_frame(64, 36, 77);
  overlay_blend(overlay, canvas, 10, 20);
  g_assert_cmpuint(luma_at(canvas, 9, 20), ==, 77);
  g_assert_cmpuint(luma_at(canvas, 10, 20), ==, 235);
  g_assert_cmpuint(luma_at(canvas, 11, 23), ==, 235);
  g_assert_cmpuint(luma_at(canvas, 12, 20), ==, 77);
  g_assert_cmpuint(canvas->plane[1][10 * canvas->stride[1] + 5], ==, 128);
  g_assert_cmpuint(canvas->plane[1][10 * canvas->stride[1] + 6], ==, 77);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  pool = video_frame_pool_new(4);
#define ADD(name) g_test_add_func("/mixer/video_compositor/" #name, test_##name)
  ADD(input_changes_no_pixel_outside_its_tile);
  ADD(every_pixel_of_the_canvas_is_written);
  ADD(nine_of_the_right_size_are_copied_exactly);
  ADD(fit_keeps_the_aspect);
  ADD(pictures_are_turned_clockwise);
  ADD(old_pictures_are_marked_then_replaced);
  ADD(slate_is_never_black_and_has_its_name);
  ADD(speaker_has_a_border_and_a_lone_tile_has_none);
  ADD(unchanged_texts_are_not_drawn_again);
  ADD(what_nobody_sees_yet_is_drawn_later);
  ADD(cache_forgets_what_is_no_longer_shown);
  ADD(overlays_fit_any_tile);
  ADD(names_are_shown_on_the_tiles_of_small_tiers);
  ADD(tiny_tile_shows_the_last_words);
  ADD(one_picture_serves_programs_of_every_size);
  ADD(mark_stands_in_the_corner_and_nowhere_else);
  ADD(tiles_move_from_layout_to_layout);
  ADD(tiles_come_and_go);
  ADD(pictures_from_before_are_not_shown);
  ADD(lower_third_redraws_its_clock_alone);
  ADD(lower_third_stands_below_a_document);
  ADD(blending_is_exact_at_both_ends_of_alpha);
  int result = g_test_run();
  video_frame_pool_free(pool);
  return result;
}
