/* mixer/video_slot.h - the newest picture of one source: the latest frame wins.
 *
 * Written by a decode worker, read by the video tick; neither ever waits for the other
 * longer than the exchange of a pointer. */
#pragma once
#include "media/base/video_frame.h"

typedef struct VideoSlot VideoSlot;

VideoSlot *video_slot_new(void);
VideoSlot *video_slot_ref(VideoSlot *self);
void       video_slot_unref(VideoSlot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VideoSlot, video_slot_unref)

/* @frame: (transfer full) (nullable): NULL empties the slot. @now_us: when. Any thread. */
void video_slot_put(VideoSlot *self, VideoFrame *frame, gint64 now_us);
/* Returns: (transfer full) (nullable). @put_us: when it was put. Any thread. */
VideoFrame *video_slot_get(VideoSlot *self, gint64 *put_us);
/* The largest size at which any program shows this source; decode scales down to it. */
void video_slot_set_fit(VideoSlot *self, guint width, guint height);
void video_slot_fit(VideoSlot *self, guint *width, guint *height);
