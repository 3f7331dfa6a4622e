/* recorder/recorder_link.c - the client's thread: starts the recorder, feeds it, starts it again. */
#include "media/base/clock.h"
#include "media/base/log.h"
#include "recorder/recorder_client_private.h"
#include "recorder/recorder_spawn.h"
#include "recorder/recorder_status.h"
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  RESTART_US = 500000,       /* after one that did not live long, or none */
  LIVED_US = 5000000,
  SILENCE_US = 30000000,     /* a recorder that says nothing for so long hangs: STATUS comes each second */
  LET_GO_US = 2000000,       /* for the queue, once the owner has let go */
  CLOSING_FAILURES_MAX = 5,
  TURN_MS = 250,
};

static void
tell_status(RecorderClient *self, RecorderState state, const char *message)
{
  json_t *status = json_pack("{s:s, s:s*, s:i, s:I}", "state", recorder_state_name(state), "message", message,
                             "restarts", (int)(self->link.starts > 0 ? self->link.starts - 1 : 0),
                             "droppedFrames", (json_int_t)record_queue_dropped(self->queue));
  recorder_client_tell(self, RECORDER_NEWS_STATUS, status);
}

static void
greet(RecorderClient *self, bool is_resumed)
{
  RecorderLink *link = &self->link;
  json_t *open = json_copy(self->open);
  json_object_set_new(open, "resume", json_boolean(is_resumed));
  g_queue_push_tail(&link->greeting, record_message_new_json(RECORD_MESSAGE_OPEN, 0, open));
  for (guint i = 0; i < link->tracks->len; i++)
    g_queue_push_tail(&link->greeting, record_message_copy(g_ptr_array_index(link->tracks, i)));
  RecordMessage *message;
  while ((message = g_queue_pop_head(&link->unacknowledged)) != NULL)
    g_queue_push_tail(&link->greeting, message);
  if (link->sending != NULL)  /* a frame that was under way */
    g_queue_push_tail(&link->greeting, g_steal_pointer(&link->sending));
}

static void
start(RecorderClient *self, gint64 now_us)
{
  RecorderLink *link = &self->link;
  g_autoptr(GError) error = NULL;
  link->next_start_us = now_us + RESTART_US;
  if (!recorder_spawn(self->program, &link->pid, &link->fd, &error)) {
    link->pid = 0;
    link->failures++;
    log_limited(G_LOG_LEVEL_WARNING, "record: the recorder does not start: %s", error->message);
    tell_status(self, RECORDER_STATE_FAILED, error->message);
    return;
  }
  g_atomic_int_set(&self->pid, (gint)link->pid);
  g_message("record: recorder %d started", (int)link->pid);
  link->started_us = link->heard_us = now_us;
  greet(self, link->starts++ > 0);
}

static gint
by_sequence(gconstpointer a, gconstpointer b, gpointer unused)
{
  (void)unused;
  const RecordMessage *left = a, *right = b;
  return left->header.sequence < right->header.sequence ? -1 : left->header.sequence > right->header.sequence;
}

/* Where a message goes that was sent, or that must be said again to the next recorder. */
static void
put_aside(RecorderLink *link, RecordMessage *message)
{
  RecordMessageType type = message->header.type;
  if (type == RECORD_MESSAGE_EVENT || type == RECORD_MESSAGE_CASE)
    g_queue_insert_sorted(&link->unacknowledged, message, by_sequence, NULL);
  else
    record_message_free(message);
}

static void
forget_acknowledged(RecorderLink *link, guint64 sequence)
{
  RecordMessage *oldest;
  while ((oldest = g_queue_peek_head(&link->unacknowledged)) != NULL && oldest->header.sequence <= sequence)
    record_message_free(g_queue_pop_head(&link->unacknowledged));
}

/* The process is gone, or made to go; what it may not have written is kept. */
static void
hang_up(RecorderClient *self, gint64 now_us)
{
  RecorderLink *link = &self->link;
  int status = 0;
  if (!link->is_ended)
    kill(link->pid, SIGKILL);
  close(link->fd);
  waitpid(link->pid, &status, 0);
  g_message("record: recorder %d is gone (status %d)", (int)link->pid, status);
  link->fd = -1;
  link->pid = 0;
  g_atomic_int_set(&self->pid, 0);
  link->waits_for_room = link->is_close_sent = false;
  record_receiver_clear(&link->receiver);
  RecordMessage *message;
  while ((message = g_queue_pop_head(&link->greeting)) != NULL)
    put_aside(link, message);
  if (link->sending != NULL && link->sending->header.type != RECORD_MESSAGE_FRAME)
    put_aside(link, g_steal_pointer(&link->sending));
  if (link->is_ended)
    return;
  bool has_lived = now_us - link->started_us >= LIVED_US;
  link->failures = has_lived ? 1 : link->failures + 1;
  link->next_start_us = has_lived ? now_us : now_us + (link->failures > 1 ? RESTART_US : 0);
  tell_status(self, RECORDER_STATE_NONE, "recorder lost");
  /* the next one can begin with what is queued from this keyframe on, however long it takes to start */
  recorder_client_tell(self, RECORDER_NEWS_KEYFRAME, NULL);
}

static RecordMessage *
next_message(RecorderClient *self)
{
  RecorderLink *link = &self->link;
  RecordMessage *message = g_queue_pop_head(&link->greeting);
  if (message != NULL)
    return message;
  message = record_queue_pop(self->queue);
  if (message != NULL) {
    if (message->header.type == RECORD_MESSAGE_TRACK)
      g_ptr_array_add(link->tracks, record_message_copy(message));
    return message;
  }
  if (!g_atomic_int_get(&self->is_closing) || link->is_close_sent)
    return NULL;
  link->is_close_sent = true;
  RecordHeader header = { .type = RECORD_MESSAGE_CLOSE };
  return record_message_new(&header, NULL);
}

/* Returns: false if the recorder is gone. */
static bool
send_all(RecorderClient *self)
{
  RecorderLink *link = &self->link;
  link->waits_for_room = false;
  for (;;) {
    if (link->sending == NULL) {
      link->sending = next_message(self);
      link->sent = 0;
      if (link->sending == NULL)
        return true;
    }
    RecordIo io = record_message_send(link->sending, link->fd, &link->sent);
    if (io == RECORD_IO_AGAIN) {
      link->waits_for_room = true;
      return true;
    }
    if (io != RECORD_IO_DONE)
      return false;
    put_aside(link, g_steal_pointer(&link->sending));
  }
}

static void
on_status(RecorderClient *self, const RecordMessage *message)
{
  RecorderLink *link = &self->link;
  json_t *object = record_message_json(message);
  RecorderStatus status;
  guint64 acknowledged;
  if (object == NULL || !recorder_status_read(object, &status, &acknowledged)) {
    json_decref(object);
    return;
  }
  forget_acknowledged(link, acknowledged);
  json_object_set_new(object, "restarts", json_integer(link->starts - 1));
  json_object_set_new(object, "droppedFrames",
                      json_integer((json_int_t)(status.dropped_frames + record_queue_dropped(self->queue))));
  if (message->header.type == RECORD_MESSAGE_CLOSED) {
    link->is_ended = true;
    recorder_client_tell(self, RECORDER_NEWS_STATUS, json_incref(object));
    recorder_client_tell(self, RECORDER_NEWS_CLOSED, object);
    return;
  }
  recorder_client_tell(self, RECORDER_NEWS_STATUS, object);
}

/* Returns: false if the recorder is gone. */
static bool
receive_all(RecorderClient *self, gint64 now_us)
{
  RecorderLink *link = &self->link;
  for (;;) {
    g_autoptr(RecordMessage) message = NULL;
    RecordIo io = record_receiver_read(&link->receiver, link->fd, &message);
    if (io != RECORD_IO_DONE)
      return io == RECORD_IO_AGAIN;
    link->heard_us = now_us;
    if (message->header.type == RECORD_MESSAGE_KEYFRAME)
      recorder_client_tell(self, RECORDER_NEWS_KEYFRAME, NULL);
    else if (message->header.type == RECORD_MESSAGE_STATUS || message->header.type == RECORD_MESSAGE_CLOSED)
      on_status(self, message);
  }
}

/* The owner has let go: the queue has a little time, then the end of the stream says the rest. */
static void
let_go(RecorderClient *self, gint64 now_us)
{
  RecorderLink *link = &self->link;
  if (link->released_us == 0) {
    link->released_us = now_us;
    g_atomic_int_set(&self->is_closing, 1);
  }
  if (now_us - link->released_us >= LET_GO_US && link->fd >= 0)
    shutdown(link->fd, SHUT_WR);
}

static void
wait_for_news(RecorderClient *self)
{
  RecorderLink *link = &self->link;
  struct pollfd what[2] = {
    { .fd = record_queue_bell(self->queue), .events = POLLIN },
    { .fd = link->fd, .events = (short)(POLLIN | (link->waits_for_room ? POLLOUT : 0)) },
  };
  poll(what, 2, TURN_MS);
  record_queue_bell_heard(self->queue);
}

/* Nothing more to do for this session. */
static bool
is_over(RecorderClient *self)
{
  RecorderLink *link = &self->link;
  if (link->pid != 0)
    return false;
  if (link->is_ended || recorder_client_is_released(self))
    return true;
  if (!g_atomic_int_get(&self->is_closing) || link->failures < CLOSING_FAILURES_MAX)
    return false;
  g_warning("record: the recorder does not close its session; it is recovered at the next start");
  json_t *status = json_pack("{s:s, s:s}", "state", recorder_state_name(RECORDER_STATE_FAILED),
                             "message", "the session could not be closed; recovery follows at the next start");
  recorder_client_tell(self, RECORDER_NEWS_CLOSED, status);
  return true;
}

gpointer
recorder_link_run(gpointer client)
{
  RecorderClient *self = client;
  RecorderLink *link = &self->link;
  while (!is_over(self)) {
    gint64 now_us = clock_now_us();
    if (recorder_client_is_released(self))
      let_go(self, now_us);
    if (link->pid == 0 && now_us >= link->next_start_us)
      start(self, now_us);
    if (link->pid != 0) {
      bool is_there = receive_all(self, now_us) && (link->is_ended || send_all(self));
      if (!is_there || now_us - link->heard_us > SILENCE_US)
        hang_up(self, now_us);
    }
    if (!is_over(self))
      wait_for_news(self);
  }
  recorder_client_unref(self);
  return NULL;
}

void
recorder_link_clear(RecorderLink *self)
{
  if (self->fd >= 0)
    close(self->fd);
  record_receiver_clear(&self->receiver);
  record_message_free(self->sending);
  g_queue_clear_full(&self->greeting, (GDestroyNotify)record_message_free);
  g_queue_clear_full(&self->unacknowledged, (GDestroyNotify)record_message_free);
  g_clear_pointer(&self->tracks, g_ptr_array_unref);
}
