/* recorder/record_queue.c - the bounded queue before something that may stop: a socket, a disk. */
#include "recorder/record_queue.h"
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Without a picture to wait for (none for this long), sound alone ends a dropping. */
enum { PICTURE_ABSENT_US = 2000000 };

struct RecordQueue {
  RecordQueueConfig config;
  int     bell;
  GMutex  mutex;
  GQueue  messages;          /* RecordMessage */
  gsize   bytes;
  guint   frames;            /* of the messages */
  gint64  oldest_us;         /* of the frames inside; only moves forward with pops */
  gint64  newest_us;
  gint64  picture_us;        /* of the last frame of the picture offered; -1 */
  guint64 next_sequence;
  /* a dropping */
  bool    is_dropping;
  gint64  gap_from_us;
  guint64 gap_frames;
  guint64 dropped;
  guint8  waits_for_keyframe[G_MAXUINT8 + 1];  /* by stream, modulo; 1 after a gap until its keyframe */
  guint8  is_video[G_MAXUINT8 + 1];
};

RecordQueue *
record_queue_new(const RecordQueueConfig *config)
{
  RecordQueue *self = g_new0(RecordQueue, 1);
  self->config = *config;
  self->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->bell < 0)
    g_error("recorder: no descriptor for a queue");
  self->newest_us = self->picture_us = -1;
  self->next_sequence = 1;
  g_mutex_init(&self->mutex);
  g_queue_init(&self->messages);
  return self;
}

void
record_queue_free(RecordQueue *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full(&self->messages, (GDestroyNotify)record_message_free);
  close(self->bell);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

static void
append(RecordQueue *self, RecordMessage *message)
{
  if (self->config.numbers_messages)
    message->header.sequence = self->next_sequence++;
  self->bytes += message->header.payload_bytes;
  g_queue_push_tail(&self->messages, message);
}

static gint64
span_us(const RecordQueue *self)
{
  return self->frames == 0 ? 0 : self->newest_us - self->oldest_us;
}

static void
begin_dropping(RecordQueue *self, gint64 time_us)
{
  self->is_dropping = true;
  self->gap_from_us = time_us;
  self->gap_frames = 0;
  memset(self->waits_for_keyframe, 1, sizeof self->waits_for_keyframe);
}

static void
end_dropping(RecordQueue *self, gint64 time_us)
{
  self->is_dropping = false;
  json_t *gap = json_pack("{s:s, s:f, s:f, s:s, s:I}", "event", "gap", "from", (double)self->gap_from_us / 1e6,
                          "to", (double)time_us / 1e6, "cause", self->config.cause,
                          "frames", (json_int_t)self->gap_frames);
  append(self, record_message_new_json(RECORD_MESSAGE_EVENT, time_us, gap));
}

/* What becomes of a frame while frames are being dropped. */
static RecordPush
may_end_dropping(RecordQueue *self, const RecordHeader *header)
{
  bool is_half_empty = span_us(self) <= self->config.max_span_us / 2 && self->bytes <= self->config.max_bytes / 2;
  if (!is_half_empty)
    return RECORD_PUSH_DROPPED;
  bool has_picture = self->picture_us >= 0 && header->time_us - self->picture_us < PICTURE_ABSENT_US;
  bool is_start = has_picture ? header->stream == RECORD_STREAM_PICTURE && header->is_keyframe
                              : header->stream == RECORD_STREAM_MIX;
  if (!is_start)
    return header->stream == RECORD_STREAM_PICTURE ? RECORD_PUSH_DROPPED_FOR_KEYFRAME : RECORD_PUSH_DROPPED;
  end_dropping(self, header->time_us);
  return RECORD_PUSH_TAKEN;
}

static RecordPush
judge_frame(RecordQueue *self, const RecordHeader *header)
{
  guint slot = header->stream & G_MAXUINT8;
  self->newest_us = MAX(self->newest_us, header->time_us);
  if (header->stream == RECORD_STREAM_PICTURE)
    self->picture_us = header->time_us;
  if (header->is_keyframe)
    self->is_video[slot] = 1;
  if (!self->is_dropping
      && (span_us(self) > self->config.max_span_us || self->bytes + header->payload_bytes > self->config.max_bytes))
    begin_dropping(self, header->time_us);
  RecordPush push = self->is_dropping ? may_end_dropping(self, header) : RECORD_PUSH_TAKEN;
  if (push != RECORD_PUSH_TAKEN)
    return push;
  if (self->is_video[slot] && self->waits_for_keyframe[slot] && !header->is_keyframe)
    return RECORD_PUSH_DROPPED;
  self->waits_for_keyframe[slot] = 0;
  return RECORD_PUSH_TAKEN;
}

RecordPush
record_queue_push(RecordQueue *self, RecordMessage *message)
{
  RecordPush push = RECORD_PUSH_TAKEN;
  bool is_frame = message->header.type == RECORD_MESSAGE_FRAME;
  g_mutex_lock(&self->mutex);
  if (is_frame)
    push = judge_frame(self, &message->header);
  if (push == RECORD_PUSH_TAKEN) {
    if (is_frame && self->frames++ == 0)
      self->oldest_us = message->header.time_us;
    append(self, message);
  } else {
    self->dropped++;
    self->gap_frames++;
  }
  g_mutex_unlock(&self->mutex);
  if (push == RECORD_PUSH_TAKEN)
    record_queue_ring(self);
  else
    record_message_free(message);
  return push;
}

RecordMessage *
record_queue_pop(RecordQueue *self)
{
  g_mutex_lock(&self->mutex);
  RecordMessage *message = g_queue_pop_head(&self->messages);
  if (message != NULL) {
    self->bytes -= message->header.payload_bytes;
    if (message->header.type == RECORD_MESSAGE_FRAME) {
      self->frames--;
      self->oldest_us = message->header.time_us;
    }
  }
  g_mutex_unlock(&self->mutex);
  return message;
}

int
record_queue_bell(RecordQueue *self)
{
  return self->bell;
}

void
record_queue_bell_heard(RecordQueue *self)
{
  guint64 count;
  if (read(self->bell, &count, sizeof count) < 0)
    return;  /* nobody rang */
}

void
record_queue_ring(RecordQueue *self)
{
  guint64 one = 1;
  if (write(self->bell, &one, sizeof one) < 0)
    return;  /* it has been ringing all along */
}

guint64
record_queue_dropped(RecordQueue *self)
{
  g_mutex_lock(&self->mutex);
  guint64 dropped = self->dropped;
  g_mutex_unlock(&self->mutex);
  return dropped;
}

bool
record_queue_is_dropping(RecordQueue *self)
{
  g_mutex_lock(&self->mutex);
  bool is_dropping = self->is_dropping;
  g_mutex_unlock(&self->mutex);
  return is_dropping;
}

gint64
record_queue_newest_us(RecordQueue *self)
{
  g_mutex_lock(&self->mutex);
  gint64 newest_us = self->newest_us;
  g_mutex_unlock(&self->mutex);
  return newest_us;
}
