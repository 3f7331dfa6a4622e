/* recorder/stream_merge.c - puts the picture and the sound of one place into the order of time. */
#include "recorder/stream_merge.h"

enum {
  SLOTS = SEGMENT_STREAM_AUDIO + 1,
  APART_US = 1000,       /* the container counts in milliseconds */
  STEP_MAX_US = 500000,  /* between two frames; more is a stream that was away, not one that waits */
};

struct StreamMerge {
  GQueue queues[SLOTS];
  gint64 newest_us[SLOTS];  /* of what came, G_MININT64 before the first */
  gint64 missed_us[SLOTS];  /* how long the other has gone on since what came of this one */
  bool   is_absent[SLOTS];
};

StreamMerge *
stream_merge_new(void)
{
  StreamMerge *self = g_new0(StreamMerge, 1);
  for (guint i = 0; i < SLOTS; i++) {
    g_queue_init(&self->queues[i]);
    self->newest_us[i] = G_MININT64;
  }
  return self;
}

void
stream_merge_free(StreamMerge *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < SLOTS; i++)
    g_queue_clear_full(&self->queues[i], (GDestroyNotify)record_message_free);
  g_free(self);
}

static SegmentStream
other_than(SegmentStream stream)
{
  return stream == SEGMENT_STREAM_VIDEO ? SEGMENT_STREAM_AUDIO : SEGMENT_STREAM_VIDEO;
}

void
stream_merge_push(StreamMerge *self, SegmentStream stream, RecordMessage *frame)
{
  SegmentStream other = other_than(stream);
  gint64 time_us = frame->header.time_us - frame->header.time_us % APART_US;
  if (self->newest_us[stream] != G_MININT64)
    time_us = MAX(time_us, self->newest_us[stream] + APART_US);
  frame->header.time_us = time_us;
  /* A time that was leapt over is no waiting: where a frame is left of before, or a keyframe is early, the
   * other stream's may still be on its way. */
  if (self->newest_us[stream] != G_MININT64)
    self->missed_us[other] += CLAMP(time_us - MAX(self->newest_us[stream], self->newest_us[other]), 0, STEP_MAX_US);
  self->missed_us[stream] = 0;
  self->newest_us[stream] = time_us;
  self->is_absent[stream] = false;
  g_queue_push_tail(&self->queues[stream], frame);
}

static gint64
head_us(const StreamMerge *self, SegmentStream stream)
{
  const RecordMessage *head = g_queue_peek_head((GQueue *)&self->queues[stream]);
  return head != NULL ? head->header.time_us : G_MAXINT64;
}

/* May @stream's head go although @other has none? */
static bool
may_go_alone(StreamMerge *self, SegmentStream stream, SegmentStream other)
{
  gint64 time_us = head_us(self, stream);
  if (time_us <= self->newest_us[other])
    return true;
  self->is_absent[other] = self->is_absent[other] || self->missed_us[other] >= STREAM_MERGE_WAIT_US;
  return self->is_absent[other] && time_us <= self->newest_us[stream] - STREAM_MERGE_LAG_US;
}

RecordMessage *
stream_merge_pop(StreamMerge *self, bool flush, SegmentStream *stream)
{
  gint64 video_us = head_us(self, SEGMENT_STREAM_VIDEO), audio_us = head_us(self, SEGMENT_STREAM_AUDIO);
  SegmentStream first = video_us <= audio_us ? SEGMENT_STREAM_VIDEO : SEGMENT_STREAM_AUDIO;
  SegmentStream other = other_than(first);
  if (g_queue_is_empty(&self->queues[first]))
    return NULL;
  if (!flush && g_queue_is_empty(&self->queues[other]) && !may_go_alone(self, first, other))
    return NULL;
  *stream = first;
  return g_queue_pop_head(&self->queues[first]);
}

bool
stream_merge_is_absent(const StreamMerge *self, SegmentStream stream)
{
  return self->is_absent[stream];
}
