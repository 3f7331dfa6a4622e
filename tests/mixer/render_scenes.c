/* tests/mixer/render_scenes.c - draws scenes to PNG files, to be looked at.
 *
 *   render_scenes DIRECTORY
 *
 * The cameras are painted: a wall, a window, a desk and a person. */
#include "mixer/video_compositor.h"
#include <cairo.h>
#include <libyuv.h>
#include <math.h>

enum { WIDTH = 1920, HEIGHT = 1080, SITES = 64 };
enum { NOW_US = 100 * G_USEC_PER_SEC };

static const char *const NAMES[] = {
  "Trụ sở Tiếp công dân tỉnh Bắc Ninh", "Thành phố Bắc Ninh", "Thành phố Từ Sơn",
  "Thị xã Quế Võ", "Thị xã Thuận Thành", "Huyện Gia Bình", "Huyện Lương Tài", "Huyện Tiên Du",
  "Huyện Yên Phong",
};

typedef struct {
  VideoFramePool *pool;
  VideoSlot      *slots[SITES];
} Studio;

static void
paint_person(cairo_t *cr, double x, double y, double size, guint seed)
{
  static const double SHIRTS[][3] = {
    { 0.85, 0.87, 0.9 }, { 0.22, 0.3, 0.45 }, { 0.45, 0.2, 0.2 }, { 0.2, 0.36, 0.3 },
  };
  const double *shirt = SHIRTS[seed % G_N_ELEMENTS(SHIRTS)];
  cairo_set_source_rgb(cr, shirt[0], shirt[1], shirt[2]);
  cairo_arc(cr, x, y + size * 1.45, size * 0.95, G_PI, 2 * G_PI);
  cairo_fill(cr);
  cairo_set_source_rgb(cr, 0.82, 0.64, 0.52);
  cairo_arc(cr, x, y, size * 0.42, 0, 2 * G_PI);
  cairo_fill(cr);
  cairo_set_source_rgb(cr, 0.12, 0.1, 0.1);
  cairo_arc(cr, x, y - size * 0.08, size * 0.44, G_PI, 2 * G_PI);
  cairo_fill(cr);
}

static void
paint_room(cairo_t *cr, double width, double height, guint seed)
{
  double hue = seed * 0.7;
  cairo_pattern_t *wall = cairo_pattern_create_linear(0, 0, width, height);
  cairo_pattern_add_color_stop_rgb(wall, 0, 0.72 + 0.1 * sin(hue), 0.70, 0.64 + 0.1 * cos(hue));
  cairo_pattern_add_color_stop_rgb(wall, 1, 0.42, 0.40 + 0.06 * sin(hue), 0.38);
  cairo_set_source(cr, wall);
  cairo_paint(cr);
  cairo_pattern_destroy(wall);
  cairo_set_source_rgb(cr, 0.9, 0.94, 0.97);
  cairo_rectangle(cr, width * (0.06 + 0.1 * (seed % 3)), height * 0.1, width * 0.2, height * 0.4);
  cairo_fill(cr);
  double size = MIN(width, height) * 0.3;
  paint_person(cr, width * (0.5 + 0.07 * sin(seed)), height * 0.48, size, seed);
  cairo_set_source_rgb(cr, 0.36, 0.22, 0.13);
  cairo_rectangle(cr, 0, height * 0.84, width, height * 0.16);
  cairo_fill(cr);
}

static VideoFrame *
camera(Studio *studio, guint width, guint height, guint seed)
{
  cairo_surface_t *surface
      = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
  cairo_t *cr = cairo_create(surface);
  paint_room(cr, width, height, seed);
  cairo_destroy(cr);
  cairo_surface_flush(surface);
  VideoFrame *frame = video_frame_new(studio->pool, width, height);
  ARGBToI420(cairo_image_surface_get_data(surface), cairo_image_surface_get_stride(surface),
             frame->plane[0], frame->stride[0], frame->plane[1], frame->stride[1],
             frame->plane[2], frame->stride[2], (int)width, (int)height);
  cairo_surface_destroy(surface);
  return frame;
}

static void
save(const VideoFrame *canvas, const char *directory, const char *name)
{
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)canvas->width,
                                                        (int)canvas->height);
  cairo_surface_flush(surface);
  I420ToARGB(canvas->plane[0], canvas->stride[0], canvas->plane[1], canvas->stride[1],
             canvas->plane[2], canvas->stride[2], cairo_image_surface_get_data(surface),
             cairo_image_surface_get_stride(surface), (int)canvas->width, (int)canvas->height);
  cairo_surface_mark_dirty(surface);
  g_autofree char *path = g_strdup_printf("%s/%s.png", directory, name);
  if (cairo_surface_write_to_png(surface, path) != CAIRO_STATUS_SUCCESS)
    g_error("cannot write %s", path);
  cairo_surface_destroy(surface);
}

static void
render_at(Studio *studio, VideoScene *scene, guint width, guint height, const char *directory,
          const char *name)
{
  g_autoptr(OverlayCache) cache = overlay_cache_new(1 << 24);
  g_autoptr(VideoStage) stage = video_stage_new(scene, width, height, cache);
  g_autoptr(VideoCompositor) compositor = video_compositor_new();
  g_autoptr(VideoFrame) canvas = video_frame_new(studio->pool, width, height);
  video_compositor_draw(compositor, stage, canvas, NOW_US);
  save(canvas, directory, name);
}

static void
render(Studio *studio, VideoScene *scene, const char *directory, const char *name)
{
  render_at(studio, scene, WIDTH, HEIGHT, directory, name);
}

static const char *
name_of(guint site)
{
  return NAMES[site % G_N_ELEMENTS(NAMES)];
}

static void
plain(Studio *studio, VideoLayoutKind layout, guint n, const char *directory)
{
  VideoScene *scene = video_scene_new(layout);
  for (guint i = 0; i < n; i++)
    video_scene_add(scene, studio->slots[i], name_of(i), "Đang kết nối", "Mất tín hiệu", i % 3 == 1,
                    i == (n > 4 ? 4 : 0));
  g_autofree char *name
      = g_strdup_printf("%s_%02u", layout == VIDEO_LAYOUT_GRID ? "grid" : "spotlight", n);
  render(studio, scene, directory, name);
}

/* Everything that is not a plain picture, in one scene. */
static void
mixed(Studio *studio, VideoLayoutKind layout, const char *directory, const char *name)
{
  static const struct { guint width, height, quarter_turns; gint64 age_us; } CAMERAS[] = {
    { 640, 480, 0, 0 }, { 360, 640, 0, 0 }, { 640, 360, 1, 0 }, { 320, 180, 0, 3000000 },
    { 640, 360, 0, 9000000 }, { 1280, 720, 2, 0 }, { 427, 241, 0, 0 },
  };
  VideoScene *scene = video_scene_new(layout);
  for (guint i = 0; i < G_N_ELEMENTS(CAMERAS); i++) {
    g_autoptr(VideoSlot) slot = video_slot_new();
    VideoFrame *frame = camera(studio, CAMERAS[i].width, CAMERAS[i].height, i);
    frame->quarter_turns = (guint8)CAMERAS[i].quarter_turns;
    video_slot_put(slot, frame, NOW_US - CAMERAS[i].age_us);
    video_scene_add(scene, slot, name_of(i), "Đang kết nối", "Mất tín hiệu", i % 2 == 0, i == 1);
  }
  video_scene_add(scene, NULL, name_of(7), "Chưa kết nối", NULL, true, false);
  video_scene_add(scene, NULL,
                  "Ủy ban nhân dân xã có một cái tên rất dài, dài đến nỗi không thể nào viết hết "
                  "trong một ô hình nhỏ như thế này",
                  "Camera đang tắt", NULL, false, true);
  render(studio, scene, directory, name);
}

/* One scene as each tier shows it: pictures, a slate, a mute, a speaker, a lost signal. */
static void
tiers(Studio *studio, VideoLayoutKind layout, const char *directory)
{
  static const struct { guint width, height; } TIERS[] = { { 1280, 720 }, { 640, 360 }, { 424, 240 } };
  for (guint t = 0; t < G_N_ELEMENTS(TIERS); t++) {
    VideoScene *scene = video_scene_new(layout);
    for (guint i = 0; i < 9; i++) {
      g_autoptr(VideoSlot) slot = i % 4 == 2 ? NULL : video_slot_new();
      if (slot != NULL)
        video_slot_put(slot, camera(studio, 640, 360, i), NOW_US - (i == 5 ? 3000000 : 0));
      video_scene_add(scene, slot, name_of(i), "Chưa kết nối", "Mất tín hiệu", i % 3 == 1, i == 4);
    }
    g_autofree char *name = g_strdup_printf("tier_%s_%u", layout == VIDEO_LAYOUT_GRID ? "grid" : "spotlight",
                                            TIERS[t].height);
    render_at(studio, scene, TIERS[t].width, TIERS[t].height, directory, name);
  }
}

static void
empty(Studio *studio, const char *directory)
{
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  for (guint i = 0; i < 9; i++)
    video_scene_add(scene, NULL, name_of(i), "Chưa kết nối", NULL, false, false);
  render(studio, scene, directory, "empty_09");
}

static void
long_names(Studio *studio, const char *directory)
{
  VideoScene *scene = video_scene_new(VIDEO_LAYOUT_GRID);
  for (guint i = 0; i < 9; i++)
    video_scene_add(scene, i % 2 ? studio->slots[i] : NULL,
                    "Trụ sở Tiếp công dân Ủy ban nhân dân phường Đồng Nguyên, thành phố Từ Sơn",
                    "Chưa kết nối", "Mất tín hiệu", i % 3 == 0, false);
  render(studio, scene, directory, "long_names");
}

int
main(int argc, char **argv)
{
  if (argc != 2) {
    g_printerr("usage: %s DIRECTORY\n", argv[0]);
    return 64;
  }
  static const guint COUNTS[] = { 1, 2, 3, 4, 5, 7, 9, 16, 25, 49, 64 };
  Studio studio = { .pool = video_frame_pool_new(4) };
  for (guint i = 0; i < SITES; i++) {
    studio.slots[i] = video_slot_new();
    video_slot_put(studio.slots[i], camera(&studio, 640, 360, i), NOW_US);
  }
  for (guint i = 0; i < G_N_ELEMENTS(COUNTS); i++)
    for (VideoLayoutKind layout = VIDEO_LAYOUT_GRID; layout <= VIDEO_LAYOUT_SPOTLIGHT; layout++)
      plain(&studio, layout, COUNTS[i], argv[1]);
  mixed(&studio, VIDEO_LAYOUT_GRID, argv[1], "mixed_grid");
  mixed(&studio, VIDEO_LAYOUT_SPOTLIGHT, argv[1], "mixed_spotlight");
  tiers(&studio, VIDEO_LAYOUT_GRID, argv[1]);
  tiers(&studio, VIDEO_LAYOUT_SPOTLIGHT, argv[1]);
  empty(&studio, argv[1]);
  long_names(&studio, argv[1]);
  for (guint i = 0; i < SITES; i++)
    video_slot_unref(studio.slots[i]);
  video_frame_pool_free(studio.pool);
  return 0;
}
