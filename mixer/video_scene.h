/* mixer/video_scene.h - what a program shows: an immutable snapshot, made by the room on
 * each change, used by the video tick. */
#pragma once
#include "mixer/video_layout.h"
#include "mixer/video_slot.h"
#include <stdbool.h>

typedef struct {
  VideoSlot *slot;        /* (nullable) a reference: NULL: no camera, the slate is shown    */
  char      *label;       /* the site's name, UTF-8                                         */
  char      *status;      /* (nullable) a line on the slate, e.g. "Chưa kết nối"            */
  char      *stale_status; /* (nullable) mark over a picture older than 2 s, e.g. "Mất tín hiệu" */
  bool       is_muted;    /* microphone mark                                                */
  bool       is_speaking; /* border                                                         */
} VideoTile;

/* What stands in the upper left corner of the whole picture. */
typedef enum {
  VIDEO_MARK_NONE = 0,
  VIDEO_MARK_RECORDING,   /* a red dot                             */
  VIDEO_MARK_FAULT,       /* a warning: the recording is in trouble */
} VideoMarkKind;

typedef struct {
  VideoLayoutKind layout;
  VideoMarkKind mark;
  char     *mark_text;    /* owned, (nullable) */
  guint     n_tiles;
  VideoTile tiles[VIDEO_TILES_MAX];  /* in layout order: tile 0 is the large one of a spotlight */
  /*< private >*/
  gatomicrefcount ref_count;
} VideoScene;

VideoScene *video_scene_new(VideoLayoutKind layout);
/* Appends a tile; strings are copied, @slot is referenced. At most VIDEO_TILES_MAX. */
void        video_scene_add(VideoScene *self, VideoSlot *slot, const char *label,
                            const char *status, const char *stale_status, bool is_muted,
                            bool is_speaking);
/* @text: copied. Before the scene is handed over. */
void        video_scene_set_mark(VideoScene *self, VideoMarkKind mark, const char *text);
VideoScene *video_scene_ref(VideoScene *self);
void        video_scene_unref(VideoScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoScene, video_scene_unref)
