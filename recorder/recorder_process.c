/* recorder/recorder_process.c - the recorder's two threads around one session. */
#include "recorder/recorder_process.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include "recorder/clock_watch.h"
#include "recorder/record_queue.h"
#include "recorder/recorder_session.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
  STATUS_US = 1000000,
  TURN_MS = 100,
  SLOW_DISK_MS = 3000,   /* so much of the media is not written yet */
  STUCK_DISK_MS = 1500,  /* the writer has not come back from the disk: longer than hashing a segment takes */
  DRAIN_EVERY = 32,      /* messages, so that a backlog goes to the disk while it is worked off */
  STATUSES_WAITING_MAX = 8,
};

static const RecordQueueConfig QUEUE = { .max_span_us = 10000000, .max_bytes = 64 << 20, .cause = "disk-slow" };

typedef struct {
  int fd;
  int wake;                  /* eventfd: the writer has news for the main thread */
  bool is_bridge_gone;
  RecordReceiver receiver;
  GQueue outbox;             /* owned RecordMessage */
  gsize  sent;
  ClockWatch clock;
  gint64 status_us;
  const char *told_state;
  bool   told_fallback, told_held_up;
  gint64 first_us;           /* media time of the first frame that came; -1 */
  RecordQueue *queue;
  GThread *writer;
  RecordOpen *open;          /* moves to the writer */
  gint64 origin_us;
  gint   session_is_there;   /* atomic */
  RecorderSession *session;  /* the writer's; viewed by main once it is there */
  gint   end;                /* atomic RecorderEnd */
  gint   wants_keyframe;     /* atomic */
  gint   turned_ms;          /* atomic: clock, wrapped, when the writer last was not in the disk */
  gint   is_done;            /* atomic: the writer has finished: 1 well, 2 badly */
} Process;

static void
wake_main(Process *self)
{
  guint64 one = 1;
  if (write(self->wake, &one, sizeof one) < 0)
    return;  /* awake already */
}

/* ---- the writer's thread ---- */

static void
on_want_keyframe(guint stream, gpointer data)
{
  Process *self = data;
  if (stream != RECORD_STREAM_PICTURE)
    return;  /* a site's encoder is not ours to steer: it is recorded as received */
  g_atomic_int_set(&self->wants_keyframe, 1);
  wake_main(self);
}

static void
note_turn(Process *self)
{
  g_atomic_int_set(&self->turned_ms, (gint)(guint32)(clock_now_us() / 1000));
}

static void
write_all(Process *self)
{
  RecordMessage *message;
  for (guint n = 1; (message = record_queue_pop(self->queue)) != NULL; n++) {
    note_turn(self);
    recorder_session_take(self->session, message);
    if (n % DRAIN_EVERY == 0)
      recorder_session_tick(self->session, clock_now_us());
  }
}

static gpointer
run_writer(gpointer data)
{
  Process *self = data;
  self->session = recorder_session_new(g_steal_pointer(&self->open), on_want_keyframe, self);
  note_turn(self);
  g_atomic_int_set(&self->session_is_there, 1);
  wake_main(self);
  RecorderEnd end;
  do {
    struct pollfd bell = { .fd = record_queue_bell(self->queue), .events = POLLIN };
    poll(&bell, 1, TURN_MS);
    record_queue_bell_heard(self->queue);
    note_turn(self);
    end = (RecorderEnd)g_atomic_int_get(&self->end);  /* before the queue: it is set after the last message */
    write_all(self);
    recorder_session_tick(self->session, clock_now_us());
  } while (end == RECORDER_END_NONE);
  bool is_good = recorder_session_close(self->session, end, clock_now_us());
  g_atomic_int_set(&self->is_done, is_good ? 1 : 2);
  wake_main(self);
  return NULL;
}

/* ---- the main thread ---- */

static void
send_message(Process *self, RecordMessage *message)
{
  bool is_optional = message->header.type == RECORD_MESSAGE_STATUS;
  if (self->is_bridge_gone || (is_optional && g_queue_get_length(&self->outbox) >= STATUSES_WAITING_MAX))
    record_message_free(message);
  else
    g_queue_push_tail(&self->outbox, message);
}

static void
flush(Process *self)
{
  RecordMessage *message;
  while (!self->is_bridge_gone && (message = g_queue_peek_head(&self->outbox)) != NULL) {
    RecordIo io = record_message_send(message, self->fd, &self->sent);
    if (io == RECORD_IO_AGAIN)
      return;
    if (io != RECORD_IO_DONE)
      self->is_bridge_gone = true;
    self->sent = 0;
    record_message_free(g_queue_pop_head(&self->outbox));
  }
}

/* What has come and is not written. */
static gint64
lag_ms(Process *self, const RecorderView *view)
{
  gint64 newest_us = record_queue_newest_us(self->queue);
  return newest_us < 0 ? 0 : MAX(newest_us - MAX(view->written_us, self->first_us), 0) / 1000;
}

static bool
is_held_up(Process *self, const RecorderView *view, gint64 now_us)
{
  guint32 in_disk_ms = (guint32)(now_us / 1000) - (guint32)g_atomic_int_get(&self->turned_ms);
  return g_strcmp0(view->state, "recording") == 0
         && (lag_ms(self, view) > SLOW_DISK_MS || record_queue_is_dropping(self->queue)
             || (in_disk_ms > STUCK_DISK_MS && in_disk_ms < G_MAXINT32));
}

static json_t *
status_object(Process *self, const RecorderView *view, bool is_slow)
{
  double percent = view->total_bytes > 0 ? 100.0 * (double)view->free_bytes / (double)view->total_bytes : 0;
  return json_pack("{s:s, s:s?, s:b, s:I, s:I, s:I, s:f, s:I, s:i, s:I, s:i, s:s?, s:I}",
                   "state", is_slow ? "degraded" : view->state, "directory", view->directory,
                   "inFallback", view->is_in_fallback, "bytes", (json_int_t)view->bytes,
                   "freeBytes", (json_int_t)view->free_bytes, "totalBytes", (json_int_t)view->total_bytes,
                   "freePercent", percent, "lagMs", (json_int_t)lag_ms(self, view), "gaps", (int)view->gaps,
                   "droppedFrames", (json_int_t)record_queue_dropped(self->queue), "segment", (int)view->segment,
                   "message", is_slow ? "the disk is slow" : view->message,
                   "acknowledged", (json_int_t)view->acknowledged);
}

static void
tell_status(Process *self, gint64 now_us, RecordMessageType type)
{
  if (!g_atomic_int_get(&self->session_is_there))
    return;
  RecorderView view;
  recorder_session_view(self->session, &view);
  bool is_slow = is_held_up(self, &view, now_us);
  bool is_news = view.state != self->told_state || view.is_in_fallback != self->told_fallback
                 || is_slow != self->told_held_up || type == RECORD_MESSAGE_CLOSED;
  if (is_news || now_us - self->status_us >= STATUS_US) {
    self->status_us = now_us;
    self->told_state = view.state;
    self->told_fallback = view.is_in_fallback;
    self->told_held_up = is_slow;
    send_message(self, record_message_new_json(type, 0, status_object(self, &view, is_slow)));
  }
  recorder_view_clear(&view);
}

static void
watch_clock(Process *self, gint64 now_us)
{
  gint64 step_us = clock_watch_poll(&self->clock, now_us, g_get_real_time());
  if (step_us == 0 || self->writer == NULL)
    return;
  json_t *event = json_pack("{s:s, s:f}", "event", "clock.step", "seconds", (double)(step_us / 1000) / 1000.0);
  record_queue_push(self->queue, record_message_new_json(RECORD_MESSAGE_EVENT, now_us - self->origin_us, event));
}

static void
end_session(Process *self, RecorderEnd end)
{
  g_atomic_int_compare_and_exchange(&self->end, RECORDER_END_NONE, (gint)end);
  record_queue_ring(self->queue);
}

/* Returns: false if the bridge does not speak the protocol. */
static bool
on_open(Process *self, const RecordMessage *message)
{
  json_t *object = record_message_json(message);
  g_autoptr(GError) error = NULL;
  self->open = object != NULL ? record_open_new(object, &error) : NULL;
  json_decref(object);
  if (self->open == NULL) {
    g_warning("recorder: %s", error != NULL ? error->message : "OPEN is no JSON object");
    return false;
  }
  self->origin_us = self->open->origin_us;
  self->writer = g_thread_new("writer", run_writer, self);
  return true;
}

/* Takes @message. Returns: false if the bridge does not speak the protocol. */
static bool
on_message(Process *self, RecordMessage *message)
{
  g_autoptr(RecordMessage) owned = message;
  bool is_open = message->header.type == RECORD_MESSAGE_OPEN;
  if (is_open != (self->writer == NULL))
    return false;
  switch (message->header.type) {
    case RECORD_MESSAGE_OPEN:
      return on_open(self, message);
    case RECORD_MESSAGE_FRAME:
      self->first_us = self->first_us < 0 ? message->header.time_us : self->first_us;
      /* fall through */
    case RECORD_MESSAGE_TRACK:
    case RECORD_MESSAGE_EVENT:
    case RECORD_MESSAGE_CASE:
      if (record_queue_push(self->queue, g_steal_pointer(&owned)) == RECORD_PUSH_DROPPED_FOR_KEYFRAME)
        g_atomic_int_set(&self->wants_keyframe, 1);
      return true;
    case RECORD_MESSAGE_CLOSE:
      end_session(self, RECORDER_END_CLOSED);
      return true;
    default:
      return false;
  }
}

static void
receive(Process *self)
{
  for (;;) {
    RecordMessage *message = NULL;
    RecordIo io = record_receiver_read(&self->receiver, self->fd, &message);
    if (io == RECORD_IO_AGAIN)
      return;
    if (io == RECORD_IO_DONE && on_message(self, message))
      continue;
    if (io != RECORD_IO_END)
      g_warning("recorder: what the bridge says is not the protocol");
    self->is_bridge_gone = true;
    end_session(self, RECORDER_END_BRIDGE_GONE);
    return;
  }
}

static void
wait_for_news(Process *self)
{
  short events = (short)(POLLIN | (g_queue_is_empty(&self->outbox) ? 0 : POLLOUT));
  struct pollfd what[2] = {
    { .fd = self->is_bridge_gone ? -1 : self->fd, .events = events },
    { .fd = self->wake, .events = POLLIN },
  };
  poll(what, 2, TURN_MS);
  guint64 count;
  if (what[1].revents != 0 && read(self->wake, &count, sizeof count) < 0)
    g_debug("recorder: woken by nobody");
}

static void
turn(Process *self)
{
  wait_for_news(self);
  gint64 now_us = clock_now_us();
  if (!self->is_bridge_gone)
    receive(self);
  watch_clock(self, now_us);
  if (g_atomic_int_compare_and_exchange(&self->wants_keyframe, 1, 0)) {
    RecordHeader header = { .type = RECORD_MESSAGE_KEYFRAME };
    send_message(self, record_message_new(&header, NULL));
  }
  tell_status(self, now_us, RECORD_MESSAGE_STATUS);
  flush(self);
}

int
recorder_process_run(int fd)
{
  Process self = {
    .fd = fd, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .queue = record_queue_new(&QUEUE), .first_us = -1,
  };
  if (self.wake < 0)
    g_error("recorder: no descriptor to be woken by");
  g_queue_init(&self.outbox);
  while (g_atomic_int_get(&self.is_done) == 0 && !(self.is_bridge_gone && self.writer == NULL))
    turn(&self);
  if (self.writer != NULL) {
    g_thread_join(self.writer);
    tell_status(&self, clock_now_us(), RECORD_MESSAGE_CLOSED);
    for (guint i = 0; i < 20 && !self.is_bridge_gone && !g_queue_is_empty(&self.outbox); i++) {
      flush(&self);
      if (!g_queue_is_empty(&self.outbox))
        g_usleep(TURN_MS * 1000);
    }
  }
  int status = g_atomic_int_get(&self.is_done) == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
  recorder_session_free(self.session);
  record_receiver_clear(&self.receiver);
  g_queue_clear_full(&self.outbox, (GDestroyNotify)record_message_free);
  record_queue_free(self.queue);
  close(self.wake);
  close(self.fd);
  return status;
}
