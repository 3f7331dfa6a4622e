/* mixer/video_stage.c - a scene made ready for the tick: places computed, texts drawn. */
#include "mixer/video_stage.h"
#include "mixer/video_compositor.h"

/* Where texts come from while a stage is made. */
typedef struct {
  OverlayCache *cache;
  bool   is_quick;
  gint64 now_us;   /* of a quick one                */
  bool   has_left_out;
} Texts;

/* Has a picture that will not be a slate, nor be marked as old, for a while. */
static bool
is_live(const Texts *texts, const VideoTile *tile)
{
  gint64 put_us;
  g_autoptr(VideoFrame) frame = tile->slot != NULL ? video_slot_get(tile->slot, &put_us) : NULL;
  return frame != NULL && put_us >= tile->not_before_us && texts->now_us - put_us < VIDEO_STALE_US / 2;
}

/* @may_wait: nobody sees it yet. */
static Overlay *
get_text(Texts *texts, const OverlaySpec *spec, bool may_wait)
{
  Overlay *found;
  if (!may_wait || overlay_cache_find(texts->cache, spec, &found))
    return may_wait ? found : overlay_cache_get(texts->cache, spec);
  texts->has_left_out = true;
  return NULL;
}

static void
prepare_tile(StageTile *out, const VideoTile *tile, const VideoRect *rect, Texts *texts)
{
  OverlaySpec spec = { .tile_width = rect->width, .tile_height = rect->height };
  bool may_wait = texts->is_quick && is_live(texts, tile);
  *out = (StageTile) { .rect = *rect, .slot = tile->slot, .is_speaking = tile->is_speaking,
                       .is_still = tile->is_still, .key = tile->key, .not_before_us = tile->not_before_us };

  spec.text = tile->label;
  spec.kind = tile->is_muted ? OVERLAY_LABEL_MUTED : OVERLAY_LABEL;
  out->label = get_text(texts, &spec, false);

  spec.kind = OVERLAY_SLATE;
  spec.status = tile->status;
  out->slate = get_text(texts, &spec, may_wait);
  if (tile->slot != NULL) {
    spec.kind = OVERLAY_SLATE_STALE;
    spec.status = tile->stale_status != NULL ? tile->stale_status : tile->status;
    out->slate_stale = get_text(texts, &spec, may_wait);

    spec.kind = OVERLAY_STALE;
    spec.status = NULL;
    spec.text = tile->stale_status;
    out->stale = get_text(texts, &spec, may_wait);
  }
  if (tile->is_muted) {
    spec = (OverlaySpec) { .kind = OVERLAY_MUTED, .tile_width = rect->width,
                           .tile_height = rect->height };
    out->slate_mark = get_text(texts, &spec, may_wait);
  }
}

enum { MARK_SHARE = 2 };  /* the mark's letters are as large as those of a tile of half the height */

static Overlay *
prepare_mark(const VideoScene *scene, guint width, guint height, OverlayCache *cache)
{
  if (scene->mark == VIDEO_MARK_NONE)
    return NULL;
  OverlaySpec spec = { .kind = scene->mark == VIDEO_MARK_RECORDING ? OVERLAY_RECORDING : OVERLAY_RECORDING_FAULT,
                       .text = scene->mark_text, .tile_width = width, .tile_height = height / MARK_SHARE };
  return overlay_cache_get(cache, &spec);
}

static void
prepare_lower_third(VideoStage *out, const VideoLowerThird *strip, OverlayCache *cache)
{
  if (strip->text == NULL)
    return;
  OverlaySpec spec = { .kind = OVERLAY_LOWER_THIRD, .text = strip->text, .tile_width = out->width, .tile_height = out->height };
  out->lower_third = overlay_cache_get(cache, &spec);
  spec.kind = strip->is_paused ? OVERLAY_CLOCK_PAUSED : OVERLAY_CLOCK;
  spec.text = strip->clock;
  out->clock = overlay_cache_get(cache, &spec);
}

static VideoStage *
make(VideoScene *scene, guint width, guint height, Texts *texts)
{
  VideoStage *self = g_new0(VideoStage, 1);
  VideoRect rects[VIDEO_TILES_MAX];
  g_atomic_ref_count_init(&self->ref_count);
  self->scene = scene;
  self->width = width;
  self->height = height;
  self->n_tiles = scene->n_tiles;
  if (self->n_tiles > 0)
    video_layout_compute(scene->layout, self->n_tiles, width, height, rects);
  for (guint i = 0; i < self->n_tiles; i++)
    prepare_tile(&self->tiles[i], &scene->tiles[i], &rects[i], texts);
  self->lacks_texts = texts->has_left_out;
  self->mark = prepare_mark(scene, width, height, texts->cache);
  prepare_lower_third(self, &scene->lower_third, texts->cache);
  self->gaps = video_layout_gaps(rects, self->n_tiles, width, height);
  overlay_cache_trim(texts->cache);
  return self;
}

VideoStage *
video_stage_new(VideoScene *scene, guint width, guint height, OverlayCache *cache)
{
  Texts texts = { .cache = cache };
  return make(scene, width, height, &texts);
}

VideoStage *
video_stage_new_quick(VideoScene *scene, guint width, guint height, OverlayCache *cache, gint64 now_us)
{
  Texts texts = { .cache = cache, .is_quick = true, .now_us = now_us };
  return make(scene, width, height, &texts);
}

VideoStage *
video_stage_ref(VideoStage *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
video_stage_unref(VideoStage *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  for (guint i = 0; i < self->n_tiles; i++) {
    StageTile *tile = &self->tiles[i];
    overlay_unref(tile->label);
    overlay_unref(tile->slate_mark);
    overlay_unref(tile->slate);
    overlay_unref(tile->slate_stale);
    overlay_unref(tile->stale);
  }
  overlay_unref(self->mark);
  overlay_unref(self->lower_third);
  overlay_unref(self->clock);
  g_array_unref(self->gaps);
  video_scene_unref(self->scene);
  g_free(self);
}
