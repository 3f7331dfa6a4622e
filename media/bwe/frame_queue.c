/* media/bwe/frame_queue.c - the frames of one receiver that wait to leave, oldest first. */
#include "media/bwe/frame_queue.h"
#include <string.h>

/* Dropping what waits behind a keyframe that leaves slowly would only call for the next one. */
enum { BEHIND_KEYFRAME = 3 };

void
frame_queue_init(FrameQueue *self)
{
  *self = (FrameQueue) { 0 };
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++)
    self->needs_keyframe[i] = true;
}

static void
remove_frame(FrameQueue *self, guint i)
{
  QueuedFrame *queued = &self->frames[i];
  self->bytes -= queued->bytes_left;
  encoded_frame_unref(queued->frame);
  memmove(queued, queued + 1, (self->n_frames - i - 1) * sizeof *queued);
  self->n_frames--;
}

static void
drop_frame(FrameQueue *self, guint i)
{
  self->dropped[self->frames[i].track]++;
  remove_frame(self, i);
}

void
frame_queue_clear(FrameQueue *self)
{
  while (self->n_frames > 0)
    drop_frame(self, self->n_frames - 1);
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++)
    self->needs_keyframe[i] = true;
}

static bool
is_over_limit(const FrameQueue *self, gsize more_bytes, gsize limit_bytes)
{
  gsize bytes = more_bytes;
  for (guint i = 0; i < self->n_frames; i++)
    if (!self->frames[i].frame->is_keyframe)
      bytes += self->frames[i].bytes_left;
  return bytes > limit_bytes || self->n_frames == FRAME_QUEUE_MAX;
}

/* Has a frame waited too long? A keyframe may: it leaves slowly. */
static bool
is_held_up(const FrameQueue *self, gint64 now_us)
{
  for (guint i = 0; i < self->n_frames; i++)
    if (!self->frames[i].frame->is_keyframe)
      return now_us - self->frames[i].since_us > FRAME_QUEUE_MAX_US;
  return false;
}

static void
drop_droppable(FrameQueue *self, gsize more_bytes, gsize limit_bytes, gint64 now_us)
{
  for (guint i = 0; i < self->n_frames && (is_over_limit(self, more_bytes, limit_bytes) || is_held_up(self, now_us));) {
    if (self->frames[i].frame->is_droppable && self->frames[i].next_packet == 0) {
      self->droppable_dropped++;
      drop_frame(self, i);
    } else {
      i++;
    }
  }
}

/* @track: which; -1: all. */
static void
drop_unsent(FrameQueue *self, int track)
{
  for (guint i = 0; i < self->n_frames;) {
    QueuedFrame *queued = &self->frames[i];
    if (queued->next_packet == 0 && (track < 0 || queued->track == (guint)track)) {
      self->needs_keyframe[queued->track] = true;
      drop_frame(self, i);
    } else {
      i++;
    }
  }
}

/* The rest of a picture that began to leave is not sent, if the keyframe that replaces it is there sooner. */
static void
abandon_begun(FrameQueue *self, guint track, const EncodedFrame *keyframe)
{
  const QueuedFrame *head = &self->frames[0];
  if (self->n_frames > 0 && head->track == track && head->next_packet > 0 && head->bytes_left > keyframe->length)
    drop_frame(self, 0);
}

static bool
has_keyframe(const FrameQueue *self)
{
  for (guint i = 0; i < self->n_frames; i++)
    if (self->frames[i].frame->is_keyframe)
      return true;
  return false;
}

/* Returns: false if @frame is not to be queued. */
static bool
make_room(FrameQueue *self, guint track, const EncodedFrame *frame, gsize limit_bytes, gint64 now_us)
{
  gsize more_bytes = frame->is_keyframe ? 0 : frame->length;
  drop_droppable(self, more_bytes, limit_bytes, now_us);
  bool is_over = is_over_limit(self, more_bytes, limit_bytes);
  if (frame->is_droppable && (is_over || is_held_up(self, now_us))) {
    self->droppable_dropped++;
    return false;
  }
  if (!is_over)
    return true;
  if (has_keyframe(self) && !is_over_limit(self, more_bytes, BEHIND_KEYFRAME * limit_bytes))
    return true;
  self->overflows++;
  drop_unsent(self, frame->is_keyframe ? (int)track : -1);
  if (self->n_frames == FRAME_QUEUE_MAX || !frame->is_keyframe) {
    self->needs_keyframe[track] = true;
    return false;
  }
  return true;  /* a keyframe replaces what waited before it */
}

bool
frame_queue_push(FrameQueue *self, guint track, EncodedFrame *frame, gsize limit_bytes, gint64 now_us)
{
  if (frame->is_keyframe) {
    drop_unsent(self, (int)track);  /* nobody needs what waited before it */
    abandon_begun(self, track, frame);
  }
  if ((self->needs_keyframe[track] && !frame->is_keyframe)
      || !make_room(self, track, frame, limit_bytes, now_us)) {
    self->dropped[track]++;
    return false;
  }
  if (frame->is_keyframe)
    self->needs_keyframe[track] = false;
  self->frames[self->n_frames++] = (QueuedFrame) {
    .frame = encoded_frame_ref(frame), .track = track, .bytes_left = frame->length, .since_us = now_us,
  };
  self->bytes += frame->length;
  return true;
}

void
frame_queue_on_sent(FrameQueue *self, gsize bytes, bool is_last)
{
  QueuedFrame *head = &self->frames[0];
  gsize counted = MIN(bytes, head->bytes_left);
  head->next_packet++;
  head->bytes_left -= counted;
  self->bytes -= counted;
  if (is_last)
    remove_frame(self, 0);
}
