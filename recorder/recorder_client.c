/* recorder/recorder_client.c - the bridge's half of one session's recorder. */
#include "recorder/recorder_client_private.h"
#include "recorder/recorder_status.h"

static const RecordQueueConfig QUEUE = {
  .max_span_us = 8000000, .max_bytes = 32 << 20, .cause = "bridge-queue", .numbers_messages = true,
};

typedef struct {
  RecorderClient *client;  /* a reference */
  RecorderNews news;
  json_t *status;
} Post;

static void
deliver(gpointer data)
{
  assert_on_control();
  Post *post = data;
  RecorderClient *self = post->client;
  RecorderStatus status = { 0 };
  guint64 unused;
  if (!self->is_freed) {
    if (post->status != NULL)
      recorder_status_read(post->status, &status, &unused);
    status.restarts = (guint)json_integer_value(json_object_get(post->status, "restarts"));
    if (post->news == RECORDER_NEWS_KEYFRAME && self->callbacks.keyframe != NULL)
      self->callbacks.keyframe(self->data);
    if (post->news == RECORDER_NEWS_STATUS && self->callbacks.status != NULL)
      self->callbacks.status(&status, self->data);
    if (post->news == RECORDER_NEWS_CLOSED && self->callbacks.closed != NULL)
      self->callbacks.closed(&status, self->data);
  }
  json_decref(post->status);
  recorder_client_unref(self);
  g_free(post);
}

void
recorder_client_tell(RecorderClient *self, RecorderNews news, json_t *status)
{
  g_mutex_lock(&self->mutex);
  bool is_heard = !self->is_released;
  if (is_heard) {
    Post *post = g_new0(Post, 1);
    g_atomic_ref_count_inc(&self->refs);
    *post = (Post) { .client = self, .news = news, .status = status };
    loop_post(self->control, deliver, post);
  }
  g_mutex_unlock(&self->mutex);
  if (!is_heard)
    json_decref(status);
}

bool
recorder_client_is_released(RecorderClient *self)
{
  g_mutex_lock(&self->mutex);
  bool is_released = self->is_released;
  g_mutex_unlock(&self->mutex);
  return is_released;
}

RecorderClient *
recorder_client_new(const RecorderClientConfig *config)
{
  RecorderClient *self = g_new0(RecorderClient, 1);
  g_atomic_ref_count_init(&self->refs);
  g_atomic_ref_count_inc(&self->refs);  /* the thread's */
  self->program = g_strdup(config->program);
  self->open = json_deep_copy(config->open);
  self->origin_us = config->origin_us;
  self->control = config->control;
  self->callbacks = config->callbacks;
  self->data = config->data;
  self->queue = record_queue_new(&QUEUE);
  g_mutex_init(&self->mutex);
  g_queue_init(&self->link.greeting);
  g_queue_init(&self->link.unacknowledged);
  self->link.tracks = g_ptr_array_new_with_free_func((GDestroyNotify)record_message_free);
  self->link.fd = -1;
  g_thread_unref(g_thread_new("record", recorder_link_run, self));
  return self;
}

void
recorder_client_unref(RecorderClient *self)
{
  if (!g_atomic_ref_count_dec(&self->refs))
    return;
  recorder_link_clear(&self->link);
  record_queue_free(self->queue);
  json_decref(self->open);
  g_free(self->program);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

void
recorder_client_free(RecorderClient *self)
{
  if (self == NULL)
    return;
  self->is_freed = true;
  g_mutex_lock(&self->mutex);
  self->is_released = true;
  self->control = NULL;
  g_mutex_unlock(&self->mutex);
  record_queue_ring(self->queue);
  recorder_client_unref(self);
}

int
recorder_client_pid(const RecorderClient *self)
{
  return g_atomic_int_get(&self->pid);
}

static void
push(RecorderClient *self, RecordMessage *message)
{
  if (g_atomic_int_get(&self->is_closing)) {
    record_message_free(message);
    return;
  }
  if (record_queue_push(self->queue, message) == RECORD_PUSH_DROPPED_FOR_KEYFRAME)
    recorder_client_tell(self, RECORDER_NEWS_KEYFRAME, NULL);
}

static void
push_frame(RecorderClient *self, guint stream, bool is_keyframe, gint64 time_us, GBytes *payload)
{
  if (stream > G_MAXUINT16 || g_bytes_get_size(payload) == 0 || g_bytes_get_size(payload) > RECORD_PAYLOAD_MAX) {
    g_bytes_unref(payload);
    return;
  }
  RecordHeader header = {
    .type = RECORD_MESSAGE_FRAME, .is_keyframe = is_keyframe, .stream = stream, .time_us = time_us - self->origin_us,
  };
  push(self, record_message_new(&header, payload));
}

void
recorder_client_video(RecorderClient *self, guint stream, EncodedFrame *frame, gint64 time_us)
{
  push_frame(self, stream, frame->is_keyframe, time_us,
             g_bytes_new_with_free_func(frame->data, frame->length, (GDestroyNotify)encoded_frame_unref,
                                        encoded_frame_ref(frame)));
}

void
recorder_client_audio(RecorderClient *self, guint stream, AudioPacket *packet, gint64 time_us)
{
  push_frame(self, stream, false, time_us,
             g_bytes_new_with_free_func(packet->data, packet->length, (GDestroyNotify)audio_packet_unref,
                                        audio_packet_ref(packet)));
}

void
recorder_client_track(RecorderClient *self, guint stream, const char *site, const char *kind)
{
  json_t *track = json_pack("{s:i, s:s, s:s, s:s}", "stream", (int)stream, "site", site, "kind", kind,
                            "codec", g_str_equal(kind, "video") ? "vp8" : "opus");
  g_return_if_fail(track != NULL);
  push(self, record_message_new_json(RECORD_MESSAGE_TRACK, 0, track));
}

void
recorder_client_event(RecorderClient *self, const char *event, json_t *fields, gint64 time_us)
{
  json_t *object = fields != NULL ? fields : json_object();
  json_object_set_new(object, "event", json_string(event));
  push(self, record_message_new_json(RECORD_MESSAGE_EVENT, time_us - self->origin_us, object));
}

void
recorder_client_case(RecorderClient *self, json_t *fields, gint64 time_us)
{
  push(self, record_message_new_json(RECORD_MESSAGE_CASE, time_us - self->origin_us, fields));
}

void
recorder_client_close(RecorderClient *self)
{
  g_atomic_int_set(&self->is_closing, 1);
  record_queue_ring(self->queue);
}
