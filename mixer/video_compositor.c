/* mixer/video_compositor.c - draws a stage on a canvas. */
#include "mixer/video_compositor.h"
#include "mixer/palette.h"
#include "mixer/slate.h"
#include "mixer/tile_motion.h"
#include <libyuv.h>

enum {
  FILL_TOLERANCE_PERCENT = 2,  /* 424x240 in 16:9: no hairline bars for half a percent */
  SCRATCH_FRAMES = 2,
};

struct VideoCompositor {
  VideoFramePool *scratch;  /* owned: for rotation */
  TileMotion      motion;
};

VideoCompositor *
video_compositor_new(void)
{
  VideoCompositor *self = g_new0(VideoCompositor, 1);
  self->scratch = video_frame_pool_new(SCRATCH_FRAMES);
  return self;
}

void
video_compositor_free(VideoCompositor *self)
{
  if (self == NULL)
    return;
  video_frame_pool_free(self->scratch);
  g_free(self);
}

VideoRect
video_compositor_fit(guint width, guint height, const VideoRect *tile)
{
  guint64 wide = (guint64)width * tile->height, tall = (guint64)height * tile->width;
  guint64 difference = wide > tall ? wide - tall : tall - wide;
  if (difference * 100 <= FILL_TOLERANCE_PERCENT * MAX(wide, tall))
    return *tile;

  VideoRect fit = *tile;
  if (wide > tall)
    fit.height = (guint)MAX(((guint64)height * tile->width / width + 1) & ~1ull, 2);
  else
    fit.width = (guint)MAX(((guint64)width * tile->height / height + 1) & ~1ull, 2);
  fit.width = MIN(fit.width, tile->width);
  fit.height = MIN(fit.height, tile->height);
  fit.x += (tile->width - fit.width) / 2 & ~1u;
  fit.y += (tile->height - fit.height) / 2 & ~1u;
  return fit;
}

/* The part of a canvas where a picture goes, as planes. */
typedef struct { guint8 *plane[3]; const int *stride; int width, height; } Target;

static Target
target_of(VideoFrame *canvas, const VideoRect *rect)
{
  Target target = { .stride = canvas->stride, .width = (int)rect->width,
                    .height = (int)rect->height };
  for (guint i = 0; i < 3; i++) {
    guint shift = i == 0 ? 0 : 1;
    target.plane[i] = canvas->plane[i] + (gsize)(rect->y >> shift) * (gsize)canvas->stride[i]
                      + (rect->x >> shift);
  }
  return target;
}

/* On the way a tile is seen for 33 ms in each size: the quicker filter will do. */
static void
scale_into(const VideoCompositor *self, const VideoFrame *frame, const Target *to)
{
  enum FilterMode filter = self->motion.is_moving ? kFilterLinear : kFilterBox;
  if ((int)frame->width == to->width && (int)frame->height == to->height)
    I420Copy(frame->plane[0], frame->stride[0], frame->plane[1], frame->stride[1], frame->plane[2],
             frame->stride[2], to->plane[0], to->stride[0], to->plane[1], to->stride[1],
             to->plane[2], to->stride[2], to->width, to->height);
  else  /* the box filter, where it shrinks by more than half; libyuv takes bilinear otherwise */
    I420Scale(frame->plane[0], frame->stride[0], frame->plane[1], frame->stride[1],
              frame->plane[2], frame->stride[2], (int)frame->width, (int)frame->height,
              to->plane[0], to->stride[0], to->plane[1], to->stride[1], to->plane[2],
              to->stride[2], to->width, to->height, filter);
}

/* Scales first: the rotation then touches the tile's pixels only. */
static void
rotate_into(VideoCompositor *self, const VideoFrame *frame, const Target *to)
{
  static const RotationModeEnum MODES[] = { kRotate0, kRotate90, kRotate180, kRotate270 };
  bool is_sideways = frame->quarter_turns % 2 == 1;
  int width = is_sideways ? to->height : to->width, height = is_sideways ? to->width : to->height;
  g_autoptr(VideoFrame) upright = video_frame_new(self->scratch, (guint)width, (guint)height);
  VideoRect whole = { .width = (guint)width, .height = (guint)height };
  Target scaled = target_of(upright, &whole);
  scale_into(self, frame, &scaled);
  I420Rotate(upright->plane[0], upright->stride[0], upright->plane[1], upright->stride[1],
             upright->plane[2], upright->stride[2], to->plane[0], to->stride[0], to->plane[1],
             to->stride[1], to->plane[2], to->stride[2], width, height,
             MODES[frame->quarter_turns % 4]);
}

static void
draw_letterbox(VideoFrame *canvas, const VideoRect *tile, const VideoRect *fit)
{
  guint right = fit->x + fit->width, bottom = fit->y + fit->height;
  VideoRect bars[] = {
    { tile->x, tile->y, tile->width, fit->y - tile->y },
    { tile->x, bottom, tile->width, tile->y + tile->height - bottom },
    { tile->x, fit->y, fit->x - tile->x, fit->height },
    { right, fit->y, tile->x + tile->width - right, fit->height },
  };
  for (guint i = 0; i < G_N_ELEMENTS(bars); i++)
    slate_fill(canvas, &bars[i], yuv_color(PALETTE_LETTERBOX));
}

static void
draw_picture(VideoCompositor *self, VideoFrame *canvas, const VideoRect *tile,
             const VideoFrame *frame)
{
  bool is_sideways = frame->quarter_turns % 2 == 1;
  VideoRect fit = video_compositor_fit(is_sideways ? frame->height : frame->width,
                                       is_sideways ? frame->width : frame->height, tile);
  draw_letterbox(canvas, tile, &fit);
  Target to = target_of(canvas, &fit);
  if (frame->quarter_turns % 4 == 0)
    scale_into(self, frame, &to);
  else
    rotate_into(self, frame, &to);
}

/* Texts are drawn for the tile's own place: while it is smaller, on its way there, it goes without. */
static bool
fits(const Overlay *overlay, const VideoRect *tile)
{
  return overlay != NULL && overlay->width <= tile->width && overlay->height <= tile->height;
}

static void
blend_centred(const Overlay *overlay, VideoFrame *canvas, const VideoRect *tile)
{
  if (fits(overlay, tile))
    overlay_blend(overlay, canvas, tile->x + ((tile->width - overlay->width) / 2 & ~1u),
                  tile->y + ((tile->height - overlay->height) / 2 & ~1u));
}

/* Lower left. */
static void
blend_label(const Overlay *overlay, VideoFrame *canvas, const VideoRect *tile)
{
  if (!fits(overlay, tile))
    return;
  guint margin = overlay_label_margin(tile->height);
  guint x = MIN(margin, tile->width - overlay->width);
  guint y = tile->height - overlay->height;
  overlay_blend(overlay, canvas, tile->x + x, tile->y + y - MIN(margin, y));
}

/* Neighbouring tiles touch: a thin dark line on each side parts them. */
static void
draw_edge(VideoFrame *canvas, const StageTile *tile, const VideoRect *rect, bool is_alone)
{
  guint speaking = rect->height < 60 ? 2 : CLAMP(rect->height / 80, 4, 8) & ~1u;
  if (tile->is_speaking && !is_alone)
    slate_border(canvas, rect, speaking, yuv_color(PALETTE_SPEAKING));
  else if (!is_alone)
    slate_border(canvas, rect, 2, yuv_color(PALETTE_CANVAS));
}

static void
draw_tile(VideoCompositor *self, const StageTile *tile, const VideoRect *rect, VideoFrame *canvas, gint64 now_us)
{
  gint64 put_us = now_us;
  g_autoptr(VideoFrame) frame = tile->slot != NULL ? video_slot_get(tile->slot, &put_us) : NULL;
  if (put_us < tile->not_before_us)
    g_clear_pointer(&frame, video_frame_unref);
  gint64 age_us = tile->is_still ? 0 : now_us - put_us;
  if (frame == NULL || age_us > VIDEO_STALE_GONE_US) {
    slate_fill_gradient(canvas, rect);
    blend_centred(frame == NULL ? tile->slate : tile->slate_stale, canvas, rect);
    blend_label(tile->slate_mark, canvas, rect);
    return;
  }
  draw_picture(self, canvas, rect, frame);
  if (age_us > VIDEO_STALE_US) {
    slate_dim(canvas, rect);
    blend_centred(tile->stale, canvas, rect);
  }
  blend_label(tile->label, canvas, rect);
}

/* Upper left. Names stand at the lower left of their tiles: they never meet. */
static void
blend_mark(const Overlay *overlay, VideoFrame *canvas)
{
  if (overlay == NULL)
    return;
  guint margin = overlay_label_margin(canvas->height / 2);
  overlay_blend(overlay, canvas, MIN(margin, canvas->width - overlay->width) & ~1u,
                MIN(margin, canvas->height - overlay->height) & ~1u);
}

/* Above the names of the lowest tiles; a document is to be read to its last line: below it. */
static guint
lower_third_up(const VideoStage *stage, const VideoFrame *canvas)
{
  const VideoRect *main = &stage->tiles[0].rect;
  guint height = stage->lower_third->height, below = canvas->height - main->y - main->height;
  bool is_document = stage->n_tiles > 0 && stage->tiles[0].is_still;
  return is_document && below >= height ? (below - height) / 2 : 2 * height;
}

/* Lower left. */
static void
blend_lower_third(const VideoStage *stage, VideoFrame *canvas)
{
  const Overlay *text = stage->lower_third, *clock = stage->clock;
  if (text == NULL)
    return;
  guint x = 2 * overlay_label_margin(canvas->height), up = lower_third_up(stage, canvas);
  if (x + text->width > canvas->width || up + text->height > canvas->height)
    return;
  guint y = (canvas->height - up - text->height) & ~1u;
  overlay_blend(text, canvas, x, y);
  if (clock != NULL && x + text->width + clock->width <= canvas->width && y + clock->height <= canvas->height)
    overlay_blend(clock, canvas, x + text->width, y);
}

void
video_compositor_draw(VideoCompositor *self, const VideoStage *stage, VideoFrame *canvas,
                      gint64 now_us)
{
  g_return_if_fail(canvas->width == stage->width && canvas->height == stage->height);
  tile_motion_step(&self->motion, stage, now_us);
  canvas->is_transient = self->motion.is_moving;
  VideoRect whole = { .width = canvas->width, .height = canvas->height };
  if (self->motion.is_moving)
    slate_fill(canvas, &whole, yuv_color(PALETTE_CANVAS));
  for (guint i = 0; i < stage->gaps->len && !self->motion.is_moving; i++)
    slate_fill(canvas, &g_array_index(stage->gaps, VideoRect, i), yuv_color(PALETTE_CANVAS));
  /* The first tile is the main one: on its way it passes over the others. */
  for (guint i = stage->n_tiles; i-- > 0;) {
    VideoRect rect = tile_motion_rect(&self->motion, i);
    draw_tile(self, &stage->tiles[i], &rect, canvas, now_us);
    draw_edge(canvas, &stage->tiles[i], &rect, stage->n_tiles == 1);
  }
  blend_mark(stage->mark, canvas);
  blend_lower_third(stage, canvas);
}
