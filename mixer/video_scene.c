/* mixer/video_scene.c - what a program shows: an immutable snapshot. */
#include "mixer/video_scene.h"

VideoScene *
video_scene_new(VideoLayoutKind layout)
{
  VideoScene *self = g_new0(VideoScene, 1);
  g_atomic_ref_count_init(&self->ref_count);
  self->layout = layout;
  return self;
}

void
video_scene_add(VideoScene *self, VideoSlot *slot, const char *label, const char *status,
                const char *stale_status, bool is_muted, bool is_speaking)
{
  g_return_if_fail(self->n_tiles < VIDEO_TILES_MAX);
  self->tiles[self->n_tiles] = (VideoTile) {
    .key = self->n_tiles,
    .slot = slot != NULL ? video_slot_ref(slot) : NULL,
    .label = g_strdup(label != NULL ? label : ""),
    .status = g_strdup(status),
    .stale_status = g_strdup(stale_status),
    .is_muted = is_muted,
    .is_speaking = is_speaking,
  };
  self->n_tiles++;
}

void
video_scene_set_key(VideoScene *self, guint key)
{
  g_return_if_fail(self->n_tiles > 0);
  self->tiles[self->n_tiles - 1].key = key;
}

void
video_scene_set_still(VideoScene *self)
{
  g_return_if_fail(self->n_tiles > 0);
  self->tiles[self->n_tiles - 1].is_still = true;
}

void
video_scene_set_not_before(VideoScene *self, gint64 not_before_us)
{
  g_return_if_fail(self->n_tiles > 0);
  self->tiles[self->n_tiles - 1].not_before_us = not_before_us;
}

void
video_scene_set_lower_third(VideoScene *self, const char *text, const char *clock, bool is_paused)
{
  g_free(self->lower_third.text);
  g_free(self->lower_third.clock);
  self->lower_third = (VideoLowerThird) { g_strdup(text), g_strdup(clock), is_paused };
}

void
video_scene_set_mark(VideoScene *self, VideoMarkKind mark, const char *text)
{
  g_free(self->mark_text);
  self->mark = mark;
  self->mark_text = g_strdup(text);
}

VideoScene *
video_scene_ref(VideoScene *self)
{
  g_atomic_ref_count_inc(&self->ref_count);
  return self;
}

void
video_scene_unref(VideoScene *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->ref_count))
    return;
  for (guint i = 0; i < self->n_tiles; i++) {
    VideoTile *tile = &self->tiles[i];
    video_slot_unref(tile->slot);
    g_free(tile->label);
    g_free(tile->status);
    g_free(tile->stale_status);
  }
  g_free(self->mark_text);
  g_free(self->lower_third.text);
  g_free(self->lower_third.clock);
  g_free(self);
}
