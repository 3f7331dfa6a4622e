/* mixer/video_stage.h - a scene made ready for the tick: places computed, texts drawn.
 *
 *   control: VideoScene -> video_stage_new_quick (layout, the overlays that are seen; a few milliseconds)
 *                       -> video_stage_new       (all overlays; ten)
 *   tick:    video_compositor_draw(stage, canvas)
 *
 * A stage is immutable. Overlays that did not change since the last stage are taken from
 * the OverlayCache, so that a new active speaker costs no drawing at all. */
#pragma once
#include "mixer/overlay_cache.h"
#include "mixer/video_scene.h"

typedef struct {
  VideoRect  rect;
  VideoSlot *slot;         /* (nullable) borrowed from the scene          */
  bool       is_speaking, is_still;
  guint      key;
  gint64     not_before_us;
  /* owned, each (nullable) */
  Overlay   *label;        /* over a picture                              */
  Overlay   *slate_mark;   /* in the label's place on a slate             */
  Overlay   *slate;        /* never had a picture, or it was taken away   */
  Overlay   *slate_stale;  /* the picture stopped coming                  */
  Overlay   *stale;        /* over a picture that stands still            */
} StageTile;

typedef struct {
  VideoScene *scene;       /* owned: holds the slots  */
  guint       width, height;
  GArray     *gaps;        /* of VideoRect            */
  Overlay    *mark;        /* (nullable) owned: in the corner of the whole picture */
  Overlay    *lower_third, *clock;  /* (nullable) owned: the strip along its lower edge */
  bool        lacks_texts; /* only of video_stage_new_quick() */
  guint       n_tiles;
  StageTile   tiles[VIDEO_TILES_MAX];
  /*< private >*/
  gatomicrefcount ref_count;
} VideoStage;

/* @scene: (transfer full). */
VideoStage *video_stage_new(VideoScene *scene, guint width, guint height, OverlayCache *cache);
/* Without what is drawn only when the picture of a tile that has one stops coming, unless that is in @cache
 * already. To be replaced, if it lacks any, within VIDEO_STALE_US by a whole one. @scene: (transfer full). */
VideoStage *video_stage_new_quick(VideoScene *scene, guint width, guint height, OverlayCache *cache, gint64 now_us);
VideoStage *video_stage_ref(VideoStage *self);
void        video_stage_unref(VideoStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoStage, video_stage_unref)
