/* mixer/video_source.h - one site's video: encoded frames in, newest picture out.
 *
 *   net: video_source_push -> ring -> decode worker (always the same) -> VideoSlot
 *
 * If the worker falls behind, droppable frames go first, then all up to a keyframe,
 * which is asked for. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include "mixer/video_slot.h"

enum { VIDEO_FREEZE_US = 300 * 1000 };

typedef struct DecodePool DecodePool;
typedef struct VideoSource VideoSource;

/* @n_workers: threads, 1 to 8. Control thread. */
DecodePool *decode_pool_new(guint n_workers);
void        decode_pool_free(DecodePool *self);  /* after its sources */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DecodePool, decode_pool_free)

typedef struct {
  /* The stream cannot go on without a keyframe. Decode thread; must not block. */
  void (*needs_keyframe)(gpointer user);
} VideoSourceEvents;

typedef struct {
  guint64 frames_in, frames_decoded, frames_dropped, decode_errors, too_large;
  guint   width, height;        /* as decoded, before scaling down */
  gint64  decode_cpu_us;        /* total CPU time of the decoder   */
  gint64  last_picture_us;
  guint64 freezes;              /* gaps of more than VIDEO_FREEZE_US between two pictures */
  gint64  frozen_us;            /* all of them together            */
} VideoSourceStats;

VideoSource *video_source_new(DecodePool *pool, VideoCodec codec, guint max_pixels,
                              const VideoSourceEvents *events, gpointer user);
/* No event comes after this returned. Any thread but a decode worker. */
void         video_source_free(VideoSource *self);
/* @frame: (transfer full). Never blocks. Net thread. */
void         video_source_push(VideoSource *self, EncodedFrame *frame) ON_NET;
VideoSlot   *video_source_slot(VideoSource *self);  /* (transfer none); ref it to keep it */
void         video_source_stats(VideoSource *self, VideoSourceStats *out);  /* any thread */
