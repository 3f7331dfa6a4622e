/* mixer/video_source.c - one site's video: encoded frames in, newest picture out.
 *
 * Lives by a count of references: one of the owner, one of the worker's line while there
 * is work. What is freed last frees the decoder. */
#include "media/base/clock.h"
#include "media/codec/video_decoder.h"
#include "mixer/counter.h"
#include "mixer/decode_pool.h"
#include "mixer/decode_queue.h"
#include "mixer/thread_tuning.h"

enum { FRAMES_KEPT = 3 };  /* in the slot, in a canvas being drawn, being decoded */

struct VideoSource {
  gatomicrefcount   ref_count;
  /* borrowed */
  DecodeWorker     *worker;
  VideoSourceEvents events;
  gpointer          user;
  /* owned */
  VideoDecoder     *decoder;  /* the worker's */
  VideoFramePool   *frames;
  VideoSlot        *slot;
  DecodeTask        task;

  /* state */
  GMutex      lock;      /* held for some instructions; guards what follows */
  GCond       idle;      /* signalled when an event returns                  */
  DecodeQueue queue;
  bool        is_closed;
  bool        is_in_event;

  Counter frames_in, frames_decoded, decode_errors, too_large, decode_cpu_us;
  Counter width, height, last_picture_us;  /* set, not added */
  Counter freezes, frozen_us;
};

static void
source_unref(gpointer data)
{
  VideoSource *self = data;
  if (!g_atomic_ref_count_dec(&self->ref_count))
    return;
  decode_queue_clear(&self->queue);
  video_decoder_free(self->decoder);
  video_frame_pool_free(self->frames);
  video_slot_unref(self->slot);
  g_cond_clear(&self->idle);
  g_mutex_clear(&self->lock);
  g_free(self);
}

/* The event runs without the lock; video_source_free() waits for its end. */
static void
ask_for_keyframe(VideoSource *self, gint64 now_us)
{
  g_mutex_lock(&self->lock);
  bool is_due = !self->is_closed && decode_queue_take_request(&self->queue, now_us);
  self->is_in_event = is_due;
  g_mutex_unlock(&self->lock);
  if (!is_due)
    return;
  if (self->events.needs_keyframe != NULL)
    self->events.needs_keyframe(self->user);
  g_mutex_lock(&self->lock);
  self->is_in_event = false;
  g_cond_signal(&self->idle);
  g_mutex_unlock(&self->lock);
}

static void
note_gap(VideoSource *self, gint64 now_us)
{
  gint64 last_us = (gint64)counter_get(&self->last_picture_us);
  counter_set(&self->last_picture_us, (guint64)now_us);
  if (last_us == 0 || now_us - last_us <= VIDEO_FREEZE_US)
    return;
  counter_add(&self->freezes, 1);
  counter_add(&self->frozen_us, (guint64)(now_us - last_us));
}

static void
show(VideoSource *self, VideoFrame *picture, const EncodedFrame *frame, gint64 now_us)
{
  picture->quarter_turns = frame->quarter_turns;
  picture->capture_us = frame->capture_us;
  if (frame->is_keyframe && frame->width > 0) {
    counter_set(&self->width, frame->width);
    counter_set(&self->height, frame->height);
  }
  counter_add(&self->frames_decoded, 1);
  note_gap(self, now_us);

  /* A site that left must not reappear: its slot was emptied when it was closed. */
  g_mutex_lock(&self->lock);
  if (!self->is_closed)
    video_slot_put(self->slot, g_steal_pointer(&picture), now_us);
  g_mutex_unlock(&self->lock);
  video_frame_unref(picture);
}

static VideoDecodeResult
decode(VideoSource *self, const EncodedFrame *frame) ON_DECODE
{
  guint fit_width, fit_height;
  VideoFrame *picture = NULL;
  video_slot_fit(self->slot, &fit_width, &fit_height);
  gint64 cpu_us = thread_cpu_us();
  VideoDecodeResult result
      = video_decoder_decode(self->decoder, frame, fit_width, fit_height, &picture);
  counter_add(&self->decode_cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  if (result == VIDEO_DECODE_OK)
    show(self, picture, frame, clock_now_us());
  return result;
}

static bool
step(gpointer data)
{
  VideoSource *self = data;
  assert_on_decode();
  g_mutex_lock(&self->lock);
  g_autoptr(EncodedFrame) frame = self->is_closed ? NULL : decode_queue_pop(&self->queue);
  g_mutex_unlock(&self->lock);

  VideoDecodeResult result = frame != NULL ? decode(self, frame) : VIDEO_DECODE_NONE;
  bool is_useless = result == VIDEO_DECODE_NEEDS_KEYFRAME || result == VIDEO_DECODE_TOO_LARGE;
  if (is_useless)
    counter_add(result == VIDEO_DECODE_TOO_LARGE ? &self->too_large : &self->decode_errors, 1);

  g_mutex_lock(&self->lock);
  if (is_useless)
    decode_queue_wait_for_keyframe(&self->queue);
  bool has_more = !self->is_closed && self->queue.length > 0;
  g_mutex_unlock(&self->lock);
  ask_for_keyframe(self, clock_now_us());
  return has_more;
}

VideoSource *
video_source_new(DecodePool *pool, VideoCodec codec, guint max_pixels,
                 const VideoSourceEvents *events, gpointer user)
{
  VideoSource *self = g_new0(VideoSource, 1);
  g_atomic_ref_count_init(&self->ref_count);
  g_mutex_init(&self->lock);
  g_cond_init(&self->idle);
  self->worker = decode_pool_join(pool);
  self->events = *events;
  self->user = user;
  self->frames = video_frame_pool_new(FRAMES_KEPT);
  self->decoder = video_decoder_new(codec, self->frames, max_pixels);
  self->slot = video_slot_new();
  self->task = (DecodeTask) { .step = step, .release = source_unref, .source = self };
  return self;
}

void
video_source_free(VideoSource *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_closed = true;
  video_slot_put(self->slot, NULL, 0);
  while (self->is_in_event)
    g_cond_wait(&self->idle, &self->lock);
  g_mutex_unlock(&self->lock);
  decode_worker_leave(self->worker);
  source_unref(self);
}

void
video_source_push(VideoSource *self, EncodedFrame *frame)
{
  counter_add(&self->frames_in, 1);
  g_mutex_lock(&self->lock);
  decode_queue_push(&self->queue, frame);
  g_mutex_unlock(&self->lock);
  /* A dropped frame wakes the worker too: it is the one who asks for keyframes. */
  g_atomic_ref_count_inc(&self->ref_count);
  if (!decode_worker_submit(self->worker, &self->task))
    source_unref(self);
}

VideoSlot *
video_source_slot(VideoSource *self)
{
  return self->slot;
}

void
video_source_stats(VideoSource *self, VideoSourceStats *out)
{
  g_mutex_lock(&self->lock);
  guint64 dropped = self->queue.dropped;
  g_mutex_unlock(&self->lock);
  *out = (VideoSourceStats) {
    .frames_in = counter_get(&self->frames_in),
    .frames_decoded = counter_get(&self->frames_decoded),
    .frames_dropped = dropped,
    .decode_errors = counter_get(&self->decode_errors),
    .too_large = counter_get(&self->too_large),
    .width = (guint)counter_get(&self->width),
    .height = (guint)counter_get(&self->height),
    .decode_cpu_us = (gint64)counter_get(&self->decode_cpu_us),
    .last_picture_us = (gint64)counter_get(&self->last_picture_us),
    .freezes = counter_get(&self->freezes),
    .frozen_us = (gint64)counter_get(&self->frozen_us),
  };
}
