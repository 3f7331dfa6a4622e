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
  bool       is_still;    /* a document: may stand still for as long as it likes            */
  guint      key;         /* who this is: a tile of the same key moves from its old place to its new one */
  gint64     not_before_us;  /* pictures that were put before are not shown; 0: all are     */
} VideoTile;

/* A strip along the lower edge of the whole picture, clear of the names: what is being heard. */
typedef struct {
  char *text;             /* owned, (nullable): none: no strip */
  char *clock;            /* owned: beside it, e.g. "12:07"; only this is drawn again when only this changes */
  bool  is_paused;        /* the clock as a warning            */
} VideoLowerThird;

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
  VideoLowerThird lower_third;
  guint     serial;       /* of the room's scenes: goes into every frame composed of it */
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
/* Of the tile added last; its key is its number if it is given none. */
void        video_scene_set_key(VideoScene *self, guint key);
void        video_scene_set_still(VideoScene *self);
void        video_scene_set_not_before(VideoScene *self, gint64 not_before_us);
/* @text, @clock: copied. */
void        video_scene_set_lower_third(VideoScene *self, const char *text, const char *clock, bool is_paused);
/* @text: copied. Before the scene is handed over. */
void        video_scene_set_mark(VideoScene *self, VideoMarkKind mark, const char *text);
VideoScene *video_scene_ref(VideoScene *self);
void        video_scene_unref(VideoScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoScene, video_scene_unref)
