/* mixer/video_stage.c - a scene made ready for the tick: places computed, texts drawn. */
#include "mixer/video_stage.h"

static void
prepare_tile(StageTile *out, const VideoTile *tile, const VideoRect *rect, OverlayCache *cache)
{
  OverlaySpec spec = { .tile_width = rect->width, .tile_height = rect->height };
  *out = (StageTile) { .rect = *rect, .slot = tile->slot, .is_speaking = tile->is_speaking,
                       .is_still = tile->is_still, .key = tile->key, .not_before_us = tile->not_before_us };

  spec.text = tile->label;
  spec.kind = tile->is_muted ? OVERLAY_LABEL_MUTED : OVERLAY_LABEL;
  out->label = overlay_cache_get(cache, &spec);

  spec.kind = OVERLAY_SLATE;
  spec.status = tile->status;
  out->slate = overlay_cache_get(cache, &spec);
  if (tile->slot != NULL) {
    spec.kind = OVERLAY_SLATE_STALE;
    spec.status = tile->stale_status != NULL ? tile->stale_status : tile->status;
    out->slate_stale = overlay_cache_get(cache, &spec);

    spec.kind = OVERLAY_STALE;
    spec.status = NULL;
    spec.text = tile->stale_status;
    out->stale = overlay_cache_get(cache, &spec);
  }
  if (tile->is_muted) {
    spec = (OverlaySpec) { .kind = OVERLAY_MUTED, .tile_width = rect->width,
                           .tile_height = rect->height };
    out->slate_mark = overlay_cache_get(cache, &spec);
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

VideoStage *
video_stage_new(VideoScene *scene, guint width, guint height, OverlayCache *cache)
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
    prepare_tile(&self->tiles[i], &scene->tiles[i], &rects[i], cache);
  self->mark = prepare_mark(scene, width, height, cache);
  prepare_lower_third(self, &scene->lower_third, cache);
  self->gaps = video_layout_gaps(rects, self->n_tiles, width, height);
  overlay_cache_trim(cache);
  return self;
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
