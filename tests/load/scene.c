/* tests/load/scene.c - a drawn reception room with people in it. */
#include "tests/load/scene.h"
#include "tests/lib/random_stream.h"
#include "tests/load/scene_person.h"
#include "tests/load/scene_sprite.h"
#include <libyuv.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

enum { PEOPLE = 2, NOISE_BYTES = 1 << 16 };

/* Where a person sits: shares of the width. */
static const struct { double x, y, size; } SEATS[PEOPLE] = { { .22, .185, .32 }, { .56, .235, .27 } };

#define TABLE_TOP .425

struct Scene {
  SceneConfig     config;
  VideoFramePool *pool;        /* borrowed */
  VideoFrame     *room;        /* owned    */
  SceneSprite    *people[PEOPLE][SCENE_MOUTHS][2];  /* owned; the last index: eyes shut */
  SceneSprite    *table;       /* owned: stands before the people */
  SceneSprite    *clock;       /* owned    */
  char            clock_text[16];
  gint8          *noise;       /* owned    */
  RandomStream    random;
};

/* --- the room --- */

static void
hue(guint seed, double light, double *r, double *g, double *b)
{
  static const double WALLS[][3] = {
    { .90, .87, .80 }, { .80, .86, .88 }, { .84, .88, .82 }, { .90, .84, .80 }, { .83, .83, .88 }, { .88, .88, .83 },
  };
  const double *wall = WALLS[seed % G_N_ELEMENTS(WALLS)];
  *r = wall[0] * light;
  *g = wall[1] * light;
  *b = wall[2] * light;
}

static void
draw_walls(cairo_t *cairo, guint seed)
{
  double r, g, b;
  cairo_pattern_t *light = cairo_pattern_create_radial(.45, .1, .05, .5, .3, .75);
  hue(seed, 1, &r, &g, &b);
  cairo_pattern_add_color_stop_rgb(light, 0, r, g, b);
  hue(seed, .74, &r, &g, &b);
  cairo_pattern_add_color_stop_rgb(light, 1, r, g, b);
  cairo_set_source(cairo, light);
  cairo_paint(cairo);
  cairo_pattern_destroy(light);
  hue(seed, .66, &r, &g, &b);  /* panels */
  cairo_set_source_rgb(cairo, r, g, b);
  cairo_set_line_width(cairo, .002);
  for (int i = 0; i < 6; i++) {
    cairo_rectangle(cairo, .01 + i * .166, .26, .148, .20);
    cairo_stroke(cairo);
  }
}

/* A flag on its stand. */
static void
draw_flag(cairo_t *cairo)
{
  cairo_set_source_rgb(cairo, .72, .60, .30);
  cairo_rectangle(cairo, .915, .22, .004, .24);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, .80, .10, .10);
  cairo_move_to(cairo, .915, .225);
  cairo_curve_to(cairo, .89, .235, .87, .215, .835, .23);
  cairo_line_to(cairo, .84, .31);
  cairo_curve_to(cairo, .87, .295, .89, .32, .915, .305);
  cairo_close_path(cairo);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 1, .85, .10);
  for (int i = 0; i < 10; i++) {
    double radius = i % 2 == 0 ? .021 : .0085, angle = -G_PI / 2 + i * G_PI / 5;
    cairo_line_to(cairo, .876 + radius * cos(angle), .267 + radius * sin(angle));
  }
  cairo_close_path(cairo);
  cairo_fill(cairo);
}

static PangoLayout *
new_text(cairo_t *cairo, const char *text, const char *font, double size)
{
  PangoLayout *layout = pango_cairo_create_layout(cairo);
  PangoFontDescription *description = pango_font_description_from_string(font);
  pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
  pango_layout_set_font_description(layout, description);
  pango_font_description_free(description);
  pango_layout_set_text(layout, text, -1);
  return layout;
}

/* Writes @text into a box given in shares of the width, as large as fits. One thread at a time: cairo 1.16 crashes now
 * and then where several first meet a font. */
static void
draw_text(cairo_t *cairo, const char *text, const char *font, double x, double y, double width, double height)
{
  static GMutex fonts;
  g_mutex_lock(&fonts);
  cairo_user_to_device(cairo, &x, &y);
  cairo_user_to_device_distance(cairo, &width, &height);
  cairo_save(cairo);
  cairo_identity_matrix(cairo);
  int text_width, text_height;
  PangoLayout *trial = new_text(cairo, text, font, 100);
  pango_layout_get_pixel_size(trial, &text_width, &text_height);
  g_object_unref(trial);
  double size = 100 * MIN(width / MAX(text_width, 1), height / MAX(text_height, 1));
  PangoLayout *layout = new_text(cairo, text, font, MAX(size, 4));
  pango_layout_get_pixel_size(layout, &text_width, &text_height);
  cairo_move_to(cairo, x + (width - text_width) / 2, y + (height - text_height) / 2);
  pango_cairo_show_layout(cairo, layout);
  g_object_unref(layout);
  cairo_restore(cairo);
  g_mutex_unlock(&fonts);
}

static void
draw_banner(cairo_t *cairo, const char *name)
{
  cairo_set_source_rgb(cairo, .66, .08, .09);
  cairo_rectangle(cairo, .03, .035, .64, .115);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, .86, .70, .25);
  cairo_set_line_width(cairo, .003);
  cairo_rectangle(cairo, .036, .041, .628, .103);
  cairo_stroke(cairo);
  cairo_set_source_rgb(cairo, 1, .88, .42);
  draw_text(cairo, "TIẾP CÔNG DÂN TRỰC TUYẾN", "Noto Sans Bold", .05, .045, .60, .036);
  draw_text(cairo, name, "Noto Sans Bold", .05, .078, .60, .062);
}

static VideoFrame *
draw_room(const SceneConfig *config, VideoFramePool *pool)
{
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)config->width, (int)config->height);
  cairo_t *cairo = cairo_create(surface);
  cairo_scale(cairo, config->width, config->width);  /* everything in shares of the width */
  draw_walls(cairo, config->seed);
  draw_flag(cairo);
  draw_banner(cairo, config->name);
  cairo_destroy(cairo);
  VideoFrame *room = video_frame_new(pool, config->width, config->height);
  scene_sprite_fill(surface, room);
  cairo_surface_destroy(surface);
  return room;
}

/* --- what moves --- */

static SceneSprite *
draw_person(const Scene *self, guint seat, guint mouth, bool eyes_shut)
{
  int size = (int)lround(SEATS[seat].size * self->config.width);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size, size * 12 / 10);
  cairo_t *cairo = cairo_create(surface);
  cairo_scale(cairo, size, size);
  ScenePersonLook look = { .seed = self->config.seed * 5 + seat * 3 + 1, .mouth = mouth, .eyes_shut = eyes_shut };
  scene_person_draw(cairo, &look);
  cairo_destroy(cairo);
  SceneSprite *sprite = scene_sprite_new(surface);
  cairo_surface_destroy(surface);
  return sprite;
}

static int
table_top(const Scene *self)
{
  return (int)(TABLE_TOP * self->config.width) & ~1;
}

/* The table with papers and a microphone, in shares of the width from its own top. */
static void
paint_table(cairo_t *cairo, double height)
{
  cairo_pattern_t *wood = cairo_pattern_create_linear(0, .04, 0, height);
  cairo_pattern_add_color_stop_rgb(wood, 0, .50, .31, .18);
  cairo_pattern_add_color_stop_rgb(wood, .25, .42, .25, .14);
  cairo_pattern_add_color_stop_rgb(wood, 1, .26, .15, .08);
  cairo_set_source(cairo, wood);
  cairo_rectangle(cairo, 0, .04, 1, height);
  cairo_fill(cairo);
  cairo_pattern_destroy(wood);
  cairo_set_source_rgba(cairo, 1, .9, .75, .35);
  cairo_rectangle(cairo, 0, .04, 1, .004);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, .95, .94, .90);
  cairo_move_to(cairo, .52, .053);
  cairo_line_to(cairo, .60, .053);
  cairo_line_to(cairo, .615, .075);
  cairo_line_to(cairo, .515, .075);
  cairo_close_path(cairo);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, .10, .10, .11);
  cairo_set_line_width(cairo, .005);
  cairo_move_to(cairo, .47, .075);
  cairo_curve_to(cairo, .475, .045, .465, .035, .45, .02);
  cairo_stroke(cairo);
  cairo_arc(cairo, .447, .017, .009, 0, 2 * G_PI);
  cairo_fill(cairo);
  cairo_rectangle(cairo, .455, .070, .03, .010);
  cairo_fill(cairo);
}

static SceneSprite *
draw_table(const Scene *self)
{
  int width = (int)self->config.width, height = (int)self->config.height - table_top(self);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, MAX(height, 2));
  cairo_t *cairo = cairo_create(surface);
  cairo_scale(cairo, width, width);
  paint_table(cairo, (double)height / width);
  cairo_destroy(cairo);
  SceneSprite *sprite = scene_sprite_new(surface);
  cairo_surface_destroy(surface);
  return sprite;
}

static void
draw_clock(Scene *self, const char *text)
{
  int width = (int)(self->config.width * .19), height = (int)(self->config.width * .055);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cairo = cairo_create(surface);
  cairo_set_source_rgb(cairo, .07, .08, .09);
  cairo_paint(cairo);
  cairo_set_source_rgb(cairo, .35, .95, .55);
  draw_text(cairo, text, "Noto Sans Mono Bold", width * .05, height * .05, width * .9, height * .9);
  cairo_destroy(cairo);
  scene_sprite_free(self->clock);
  self->clock = scene_sprite_new(surface);
  cairo_surface_destroy(surface);
  g_strlcpy(self->clock_text, text, sizeof self->clock_text);
}

static void
blend_people(const Scene *self, VideoFrame *frame, const SceneMoment *moment)
{
  for (guint i = 0; i < PEOPLE; i++) {
    double phase = self->config.seed * 1.7 + i * 2.3, t = moment->t_s;
    double sway = .012 * sin(t * 2 * G_PI / 6 + phase), nod = .004 * sin(t * 2 * G_PI / 3 + phase);
    bool eyes_shut = fmod(t + phase, 3) < .13;
    guint mouth = i == 0 ? MIN(moment->mouth, SCENE_MOUTHS - 1) : 0;
    scene_sprite_blend(self->people[i][mouth][eyes_shut], frame,
                       (int)lround((SEATS[i].x + sway) * self->config.width),
                       (int)lround((SEATS[i].y + nod) * self->config.width));
  }
}

/* Each row takes another piece of one table of noise. */
static void
add_noise(Scene *self, VideoFrame *frame)
{
  for (guint y = 0; y < frame->height; y++) {
    guint8 *restrict row = frame->plane[0] + (gsize)y * (gsize)frame->stride[0];
    const gint8 *restrict noise = self->noise + random_stream_next(&self->random) % (NOISE_BYTES - frame->width);
    for (guint x = 0; x < frame->width; x++) {
      int value = row[x] + noise[x];
      row[x] = (guint8)CLAMP(value, 0, 255);
    }
  }
}

VideoFrame *
scene_draw(Scene *self, const SceneMoment *moment)
{
  const VideoFrame *room = self->room;
  VideoFrame *frame = video_frame_new(self->pool, room->width, room->height);
  I420Copy(room->plane[0], room->stride[0], room->plane[1], room->stride[1], room->plane[2], room->stride[2],
           frame->plane[0], frame->stride[0], frame->plane[1], frame->stride[1], frame->plane[2],
           frame->stride[2], (int)room->width, (int)room->height);
  blend_people(self, frame, moment);
  scene_sprite_blend(self->table, frame, 0, table_top(self));
  if (strcmp(self->clock_text, moment->clock) != 0)
    draw_clock(self, moment->clock);
  double x = self->config.leaves_corner ? .46 : .77, y = self->config.leaves_corner ? .165 : .045;
  scene_sprite_blend(self->clock, frame, (int)(x * self->config.width), (int)(y * self->config.width));
  if (self->config.noise > 0)
    add_noise(self, frame);
  return frame;
}

/* --- life --- */

static void
make_noise(Scene *self)
{
  int spread = (int)self->config.noise;
  self->noise = g_new(gint8, NOISE_BYTES);
  for (guint i = 0; i < NOISE_BYTES; i++)  /* the sum of two: more small steps than large ones */
    self->noise[i] = (gint8)((int)random_stream_below(&self->random, (guint)spread + 1)
                             - (int)random_stream_below(&self->random, (guint)spread + 1));
}

Scene *
scene_new(const SceneConfig *config, VideoFramePool *pool)
{
  Scene *self = g_new0(Scene, 1);
  self->config = *config;
  self->config.name = NULL;  /* only valid in this call */
  self->pool = pool;
  self->random = random_stream(config->seed + 1);
  self->room = draw_room(config, pool);
  for (guint seat = 0; seat < PEOPLE; seat++)
    for (guint mouth = 0; mouth < SCENE_MOUTHS; mouth++)
      for (guint shut = 0; shut < 2; shut++)
        if (seat == 0 || mouth == 0)
          self->people[seat][mouth][shut] = draw_person(self, seat, mouth, shut == 1);
  self->table = draw_table(self);
  make_noise(self);
  return self;
}

void
scene_free(Scene *self)
{
  if (self == NULL)
    return;
  video_frame_unref(self->room);
  for (guint seat = 0; seat < PEOPLE; seat++)
    for (guint mouth = 0; mouth < SCENE_MOUTHS; mouth++)
      for (guint shut = 0; shut < 2; shut++)
        scene_sprite_free(self->people[seat][mouth][shut]);
  scene_sprite_free(self->table);
  scene_sprite_free(self->clock);
  g_free(self->noise);
  g_free(self);
}
