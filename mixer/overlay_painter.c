/* mixer/overlay_painter.c - draws the texts and marks of a tile with Pango and Cairo. */
#include "mixer/overlay_painter.h"
#include "mixer/palette.h"
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define FONT_FAMILY "Noto Sans"  /* fonts-noto-core: has every Vietnamese diacritic */

enum {
  TEXT_CHARS_MAX = 256,      /* longer would be cut by the ellipsis anyway */
  THREE_LINES_HEIGHT = 200,  /* of a tile whose slate has room for a name in three lines */
  SMALL_HEIGHT = 100,        /* below: names over two lines rather than cut            */
  TINY_HEIGHT = 60,          /* below: nothing but the name                            */
  ONE_LINE_HEIGHT = 36,      /* below: its last words, which tell a place from another */
};

typedef struct {
  double font_px, small_px, pad_px, icon_px, radius_px;
} Metrics;

static Metrics
pill_metrics(guint tile_height)
{
  bool is_small = tile_height < SMALL_HEIGHT;
  double font_px = tile_height < TINY_HEIGHT ? 9.0 : is_small ? 10.0 : CLAMP(tile_height * 0.05, 12.0, 30.0);
  return (Metrics) { .font_px = font_px, .pad_px = font_px * (is_small ? 0.3 : 0.55),
                     .icon_px = font_px * 0.95, .radius_px = font_px * 0.4 };
}

static Metrics
slate_metrics(guint tile_height)
{
  if (tile_height < SMALL_HEIGHT)
    return (Metrics) { .font_px = tile_height < TINY_HEIGHT ? 9.0 : 11.0, .small_px = 10.0,
                       .pad_px = 4.0, .icon_px = 9.0 };
  double font_px = CLAMP(tile_height * 0.085, 14.0, 56.0);
  return (Metrics) { .font_px = font_px, .small_px = MAX(font_px * 0.62, 12.0),
                     .pad_px = font_px * 0.45, .icon_px = font_px * 0.62 };
}

guint
overlay_label_margin(guint tile_height)
{
  if (tile_height < SMALL_HEIGHT)
    return 2;
  return (guint)(pill_metrics(tile_height).font_px * 0.6) & ~1u;
}

static void
set_color(cairo_t *cr, guint32 rgb, double alpha)
{
  cairo_set_source_rgba(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                        (rgb & 255) / 255.0, alpha);
}

/* Valid, not too long, in one paragraph. */
static char *
clean_text(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  char *cut = g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), TEXT_CHARS_MAX));
  return g_strdelimit(g_strstrip(cut), "\n\r\t\v\f", ' ');
}

/* @max_lines: the rest is ellipsised. */
static PangoLayout *
text_layout(PangoContext *context, const char *text, double font_px, PangoWeight weight,
            double max_width, int max_lines)
{
  g_autofree char *clean = clean_text(text);
  PangoLayout *layout = pango_layout_new(context);
  PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILY);
  pango_font_description_set_absolute_size(font, font_px * PANGO_SCALE);
  pango_font_description_set_weight(font, weight);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout, clean, -1);
  pango_layout_set_width(layout, (int)(MAX(max_width, 1.0) * PANGO_SCALE));
  pango_layout_set_height(layout, -max_lines);
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  return layout;
}

typedef struct { double width, height; } Size;

static Size
layout_size(PangoLayout *layout)
{
  PangoRectangle logical;
  pango_layout_get_pixel_extents(layout, NULL, &logical);
  return (Size) { logical.width, logical.height };
}

static PangoContext *
new_context(void)
{
  PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  /* Grey antialiasing: the picture is scaled and compressed later, subpixels would fringe. */
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  return context;
}

static cairo_surface_t *
new_surface(Size size)
{
  int width = ((int)ceil(size.width) + 1) & ~1, height = ((int)ceil(size.height) + 1) & ~1;
  return cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX(width, 2), MAX(height, 2));
}

static Overlay *
to_overlay(cairo_surface_t *surface)
{
  cairo_surface_flush(surface);
  return overlay_new(cairo_image_surface_get_data(surface),
                     (guint)cairo_image_surface_get_width(surface),
                     (guint)cairo_image_surface_get_height(surface),
                     (gsize)cairo_image_surface_get_stride(surface));
}

static void
rounded_rectangle(cairo_t *cr, double x, double y, double width, double height, double radius)
{
  radius = MIN(radius, MIN(width, height) / 2);
  cairo_new_sub_path(cr);
  cairo_arc(cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc(cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc(cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path(cr);
}

/* A crossed-out microphone in a square of @size. */
static void
draw_muted_icon(cairo_t *cr, double x, double y, double size)
{
  double line = MAX(size * 0.1, 1.4), middle = x + size * 0.5;
  set_color(cr, PALETTE_MUTED, 1);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(cr, line);
  rounded_rectangle(cr, middle - size * 0.16, y + size * 0.04, size * 0.32, size * 0.54,
                    size * 0.16);
  cairo_fill(cr);
  cairo_arc(cr, middle, y + size * 0.44, size * 0.3, 0.05 * G_PI, 0.95 * G_PI);
  cairo_stroke(cr);
  cairo_move_to(cr, middle, y + size * 0.74);
  cairo_line_to(cr, middle, y + size * 0.94);
  cairo_stroke(cr);

  /* The slash, with a clear line beside it so that it stands out from the microphone. */
  cairo_set_operator(cr, CAIRO_OPERATOR_DEST_OUT);
  cairo_move_to(cr, x + size * 0.2, y + size * 0.04);
  cairo_line_to(cr, x + size * 0.92, y + size * 0.84);
  cairo_set_line_width(cr, line);
  cairo_stroke(cr);
  cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
  cairo_move_to(cr, x + size * 0.1, y + size * 0.08);
  cairo_line_to(cr, x + size * 0.84, y + size * 0.9);
  cairo_stroke(cr);
}

/* A warning triangle in a square of @size. */
static void
draw_warning_icon(cairo_t *cr, double x, double y, double size)
{
  set_color(cr, PALETTE_WARNING, 1);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(cr, size * 0.14);
  cairo_move_to(cr, x + size * 0.5, y + size * 0.14);
  cairo_line_to(cr, x + size * 0.93, y + size * 0.88);
  cairo_line_to(cr, x + size * 0.07, y + size * 0.88);
  cairo_close_path(cr);
  cairo_fill_preserve(cr);
  cairo_stroke(cr);

  set_color(cr, PALETTE_PILL, 1);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(cr, MAX(size * 0.11, 1.2));
  cairo_move_to(cr, x + size * 0.5, y + size * 0.38);
  cairo_line_to(cr, x + size * 0.5, y + size * 0.6);
  cairo_stroke(cr);
  cairo_arc(cr, x + size * 0.5, y + size * 0.77, MAX(size * 0.065, 0.8), 0, 2 * G_PI);
  cairo_fill(cr);
}

/* A round dot in a square of @size. */
static void
draw_recording_icon(cairo_t *cr, double x, double y, double size)
{
  set_color(cr, PALETTE_RECORDING, 1);
  cairo_arc(cr, x + size * 0.5, y + size * 0.5, size * 0.38, 0, 2 * G_PI);
  cairo_fill(cr);
}

static void
draw_layout(cairo_t *cr, PangoLayout *layout, double x, double y, guint32 color)
{
  cairo_move_to(cr, x, y);
  set_color(cr, color, 1);
  pango_cairo_show_layout(cr, layout);
}

/* Leaves out words from the front until the rest fits on the one line of @layout: on a tiny tile
 * "Tiên Du" and "Yên Phong" tell more than "Huyện…" and "Huyện…". */
static void
keep_last_words(PangoLayout *layout)
{
  const char *space;
  while (pango_layout_is_ellipsized(layout)
         && (space = strchr(pango_layout_get_text(layout), ' ')) != NULL) {
    g_autofree char *rest = g_strdup(space + 1);
    pango_layout_set_text(layout, rest, -1);
  }
}

/* A name for a pill; on a small tile it may take two lines. */
static PangoLayout *
name_layout(PangoContext *context, const char *text, const Metrics *m, guint tile_height,
            double max_width)
{
  bool may_wrap = tile_height < SMALL_HEIGHT && tile_height >= ONE_LINE_HEIGHT;
  PangoLayout *layout = text_layout(context, text, m->font_px, PANGO_WEIGHT_NORMAL, max_width,
                                    may_wrap ? 2 : 1);
  if (tile_height < ONE_LINE_HEIGHT)
    keep_last_words(layout);
  return layout;
}

/* A block of the lower third, square on all sides so that two stand side by side as one. */
static Overlay *
paint_block(PangoContext *context, const OverlaySpec *spec, PangoWeight weight, guint32 background, guint32 color)
{
  double font_px = CLAMP(spec->tile_height * 0.032, 10.0, 40.0), pad_px = font_px * 0.6;
  double max_width = spec->tile_width * (spec->kind == OVERLAY_LOWER_THIRD ? 0.6 : 0.2) - 2 * pad_px;
  g_autoptr(PangoLayout) layout = text_layout(context, spec->text, font_px, weight, max_width, 1);
  Size text_size = layout_size(layout);
  /* As high for every text, whatever its letters: the strip does not change with the time. */
  Size size = { 2 * pad_px + text_size.width, font_px * 1.9 };
  cairo_surface_t *surface = new_surface(size);
  cairo_t *cr = cairo_create(surface);
  size = (Size) { cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface) };
  set_color(cr, background, 0.86);
  cairo_paint(cr);
  draw_layout(cr, layout, pad_px, (size.height - text_size.height) / 2, color);
  cairo_destroy(cr);
  Overlay *overlay = to_overlay(surface);
  cairo_surface_destroy(surface);
  return overlay;
}

typedef void (*DrawIcon)(cairo_t *cr, double x, double y, double size);

/* [ icon text ], either may be missing. */
static Overlay *
paint_pill(PangoContext *context, const OverlaySpec *spec, DrawIcon draw_icon, const char *text,
           guint32 color)
{
  Metrics m = pill_metrics(spec->tile_height);
  double icon_width = draw_icon == NULL ? 0 : m.icon_px + (text != NULL ? m.pad_px * 0.6 : 0);
  double share = spec->tile_height < SMALL_HEIGHT ? 0.94 : 0.86;
  double max_width = spec->tile_width * share - 2.0 * m.pad_px - icon_width;
  g_autoptr(PangoLayout) layout
      = name_layout(context, text != NULL ? text : "", &m, spec->tile_height, max_width);
  Size text_size = layout_size(layout);
  if (text == NULL)
    text_size.width = 0;

  double pad_y = m.pad_px * 0.32;
  Size size = { 2 * m.pad_px + icon_width + text_size.width, 2 * pad_y + text_size.height };
  cairo_surface_t *surface = new_surface(size);
  cairo_t *cr = cairo_create(surface);
  size = (Size) { cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface) };

  /* The icon cuts a line out of itself: drawn apart, then laid over the pill. */
  if (draw_icon != NULL)
    draw_icon(cr, m.pad_px, (size.height - m.icon_px) / 2, m.icon_px);
  if (text != NULL)
    draw_layout(cr, layout, m.pad_px + icon_width, (size.height - text_size.height) / 2, color);
  cairo_set_operator(cr, CAIRO_OPERATOR_DEST_OVER);
  set_color(cr, PALETTE_PILL, 0.72);
  rounded_rectangle(cr, 0, 0, size.width, size.height, m.radius_px);
  cairo_fill(cr);
  cairo_destroy(cr);
  Overlay *overlay = to_overlay(surface);
  cairo_surface_destroy(surface);
  return overlay;
}

static void
draw_rule(cairo_t *cr, double middle, double y, double width)
{
  set_color(cr, PALETTE_RULE, 1);
  cairo_set_line_width(cr, 2);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to(cr, middle - width / 2, y);
  cairo_line_to(cr, middle + width / 2, y);
  cairo_stroke(cr);
}

static Overlay *
paint_slate(PangoContext *context, const OverlaySpec *spec, bool is_stale)
{
  Metrics m = slate_metrics(spec->tile_height);
  double max_width = spec->tile_width * 0.84;
  bool is_tiny = spec->tile_height < TINY_HEIGHT;
  bool has_status = !is_tiny && spec->status != NULL && spec->status[0] != '\0';
  DrawIcon draw_icon = is_stale && has_status ? draw_warning_icon : NULL;
  double icon_width = draw_icon != NULL ? m.icon_px + m.small_px * 0.45 : 0;
  g_autoptr(PangoLayout) name
      = text_layout(context, spec->text, m.font_px, PANGO_WEIGHT_BOLD, max_width,
                    spec->tile_height >= THREE_LINES_HEIGHT ? 3 : 2);
  if (spec->tile_height < ONE_LINE_HEIGHT) {
    pango_layout_set_height(name, -1);
    keep_last_words(name);
  }
  g_autoptr(PangoLayout) status
      = text_layout(context, has_status ? spec->status : "", m.small_px, PANGO_WEIGHT_NORMAL,
                    max_width - icon_width, 1);
  pango_layout_set_alignment(name, PANGO_ALIGN_CENTER);
  Size name_size = layout_size(name), status_size = layout_size(status);
  double gap = m.pad_px;
  Size size = { max_width, name_size.height + (has_status ? 2 * gap + status_size.height : 0) };

  cairo_surface_t *surface = new_surface(size);
  cairo_t *cr = cairo_create(surface);
  draw_layout(cr, name, 0, 0, PALETTE_TEXT);
  if (has_status) {
    double y = name_size.height + gap;
    double x = (size.width - status_size.width - icon_width) / 2;
    draw_rule(cr, size.width / 2, y, m.font_px * 2.2);
    y += gap;
    if (draw_icon != NULL)
      draw_icon(cr, x, y + (status_size.height - m.icon_px) / 2, m.icon_px);
    draw_layout(cr, status, x + icon_width, y, is_stale ? PALETTE_WARNING : PALETTE_TEXT_SOFT);
  }
  cairo_destroy(cr);
  Overlay *overlay = to_overlay(surface);
  cairo_surface_destroy(surface);
  return overlay;
}

static Overlay *
paint(PangoContext *context, const OverlaySpec *spec)
{
  bool has_text = spec->text != NULL && spec->text[0] != '\0';
  switch (spec->kind) {
  case OVERLAY_LABEL:
    return has_text ? paint_pill(context, spec, NULL, spec->text, PALETTE_TEXT) : NULL;
  case OVERLAY_LABEL_MUTED:
    return paint_pill(context, spec, draw_muted_icon, has_text ? spec->text : NULL, PALETTE_TEXT);
  case OVERLAY_MUTED:
    return paint_pill(context, spec, draw_muted_icon, NULL, PALETTE_TEXT);
  case OVERLAY_STALE:
    if (!has_text)
      return NULL;
    return paint_pill(context, spec, draw_warning_icon,
                      spec->tile_height < TINY_HEIGHT ? NULL : spec->text, PALETTE_WARNING);
  case OVERLAY_RECORDING:
    return paint_pill(context, spec, draw_recording_icon, has_text ? spec->text : NULL, PALETTE_TEXT);
  case OVERLAY_RECORDING_FAULT:
    return paint_pill(context, spec, draw_warning_icon, has_text ? spec->text : NULL, PALETTE_WARNING);
  case OVERLAY_LOWER_THIRD:
    return has_text ? paint_block(context, spec, PANGO_WEIGHT_BOLD, PALETTE_STRIP, PALETTE_TEXT) : NULL;
  case OVERLAY_CLOCK:
    return has_text ? paint_block(context, spec, PANGO_WEIGHT_NORMAL, PALETTE_PILL, PALETTE_TEXT) : NULL;
  case OVERLAY_CLOCK_PAUSED:
    return has_text ? paint_block(context, spec, PANGO_WEIGHT_BOLD, PALETTE_PILL, PALETTE_WARNING) : NULL;
  case OVERLAY_SLATE:
  case OVERLAY_SLATE_STALE:
    return has_text ? paint_slate(context, spec, spec->kind == OVERLAY_SLATE_STALE) : NULL;
  case OVERLAY_KIND_NONE:
    break;
  }
  g_return_val_if_reached(NULL);
}

Overlay *
overlay_paint(const OverlaySpec *spec)
{
  PangoContext *context = new_context();
  Overlay *overlay = paint(context, spec);
  g_object_unref(context);
  if (overlay == NULL || (overlay->width <= spec->tile_width && overlay->height <= spec->tile_height))
    return overlay;
  overlay_unref(overlay);
  return NULL;
}
