/* recorder/recorder_session.c - one session inside the recorder: messages in, a bag out. */
#include "recorder/recorder_session.h"
#include "media/base/log.h"
#include "recorder/disk_bytes.h"
#include "recorder/record_part.h"
#include "recorder/recorder_error.h"
#include "recorder/recovery.h"
#include <string.h>

enum { RETRY_US = 5000000, SPACE_US = 1000000 };

typedef struct {
  char *site;          /* owned */
  SegmentStream kind;
} Track;

struct RecorderSession {
  RecordOpen *open;          /* owned */
  void (*want_keyframe)(guint stream, gpointer data);
  gpointer data;
  RecordPart *part;          /* owned (nullable): none while no directory can be had */
  guint       parts;         /* opened so far */
  char       *part_id;       /* owned: of the current or last one */
  GPtrArray  *left;          /* owned directories of parts that were left */
  bool        is_in_fallback, was_disk_low;
  GHashTable *tracks;        /* stream -> owned Track */
  json_t     *open_case;     /* owned (nullable): fields of case.start */
  GQueue      waiting;       /* owned EVENT and CASE that found no directory */
  gint64      media_us;      /* newest time seen; where a later part begins if nothing was written */
  gint64      end_us;        /* written by parts that were left */
  gint64      retry_us, space_us, now_us;
  guint64     left_bytes;
  guint       left_gaps;
  GMutex       mutex;
  RecorderView view;         /* guarded by mutex */
};

static void
track_free(gpointer data)
{
  Track *track = data;
  g_free(track->site);
  g_free(track);
}

static void
set_state(RecorderSession *self, const char *state, const char *message)
{
  g_mutex_lock(&self->mutex);
  bool is_new = g_strcmp0(self->view.state, state) != 0;
  if (is_new)
    g_message("recorder: %s -> %s", self->view.state != NULL ? self->view.state : "new", state);
  self->view.state = state;
  g_free(self->view.message);
  self->view.message = g_strdup(message);
  g_mutex_unlock(&self->mutex);
}

static void
update_view(RecorderSession *self)
{
  g_mutex_lock(&self->mutex);
  RecorderView *view = &self->view;
  view->is_in_fallback = self->is_in_fallback;
  view->bytes = self->left_bytes;
  view->gaps = self->left_gaps;
  if (self->part != NULL) {
    if (g_strcmp0(view->directory, record_part_directory(self->part)) != 0) {
      g_free(view->directory);
      view->directory = g_strdup(record_part_directory(self->part));
    }
    view->bytes += record_part_bytes(self->part);
    view->gaps += record_part_gaps(self->part);
    view->segment = record_part_segment(self->part);
    view->written_us = record_part_written_us(self->part);
  }
  g_mutex_unlock(&self->mutex);
}

void
recorder_session_view(RecorderSession *self, RecorderView *out)
{
  g_mutex_lock(&self->mutex);
  *out = self->view;
  out->directory = g_strdup(self->view.directory);
  out->message = g_strdup(self->view.message);
  g_mutex_unlock(&self->mutex);
}

void
recorder_view_clear(RecorderView *view)
{
  g_clear_pointer(&view->directory, g_free);
  g_clear_pointer(&view->message, g_free);
}

static void
acknowledge(RecorderSession *self, guint64 sequence)
{
  g_mutex_lock(&self->mutex);
  self->view.acknowledged = MAX(self->view.acknowledged, sequence);
  g_mutex_unlock(&self->mutex);
}

static guint64
acknowledged(RecorderSession *self)
{
  g_mutex_lock(&self->mutex);
  guint64 sequence = self->view.acknowledged;
  g_mutex_unlock(&self->mutex);
  return sequence;
}

/* session.open of a later part: a bag of its own that names the one before. */
static json_t *
later_part_fields(RecorderSession *self, const char *id, gint64 offset_us)
{
  json_t *fields = json_deep_copy(self->open->session);
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  gint64 since_us = MAX(self->now_us - self->open->origin_us - offset_us, 0);
  g_autoptr(GDateTime) opened = g_date_time_add(now, -since_us);
  g_autofree char *text = g_date_time_format(opened, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *zone = g_date_time_format(opened, "%:z");
  g_autofree char *opened_at = g_strdup_printf("%s.%03d%s", text, g_date_time_get_microsecond(opened) / 1000, zone);
  json_object_set_new(fields, "id", json_string(id));
  json_object_set_new(fields, "continues", json_string(self->part_id));
  json_object_set_new(fields, "openedAt", json_string(opened_at));
  json_object_set_new(fields, "part", json_integer(self->parts + 1));
  return fields;
}

static char *
part_name(const RecorderSession *self, bool in_fallback)
{
  if (self->parts == 0 || (self->parts == 1 && in_fallback))
    return g_strdup(self->open->name);
  return g_strdup_printf("%s_part%u", self->open->name, self->parts + 1);
}

static bool
repeat_case(RecorderSession *self, RecordPart *part, gint64 offset_us, GError **error)
{
  if (self->open_case == NULL)
    return true;
  json_t *fields = json_copy(self->open_case);
  json_object_set_new(fields, "continued", json_true());
  record_part_set_case(part, offset_us, (int)json_integer_value(json_object_get(fields, "number")));
  return record_part_tell(part, "case.start", offset_us, fields, error);
}

static bool
open_part(RecorderSession *self, bool in_fallback, GError **error)
{
  bool is_first = self->parts == 0;
  gint64 offset_us = is_first ? 0 : MAX(self->end_us, 0);
  g_autofree char *name = part_name(self, in_fallback);
  g_autofree char *id = is_first ? g_strdup(self->open->id) : g_uuid_string_random();
  json_t *fields = is_first ? json_incref(self->open->session) : later_part_fields(self, id, offset_us);
  RecordPartConfig config = {
    .open = self->open, .base = in_fallback ? self->open->fallback : self->open->directory, .name = name,
    .offset_us = offset_us, .session = fields, .want_keyframe = self->want_keyframe, .data = self->data,
  };
  g_autoptr(RecordPart) part = record_part_new(&config, error);
  json_decref(fields);
  if (part == NULL)
    return false;
  if (!record_part_is_resumed(part) && !repeat_case(self, part, offset_us, error))
    return false;
  if (record_part_is_resumed(part)) {
    acknowledge(self, record_part_acknowledged(part));
    json_t *open_case = record_part_open_case(part);
    if (open_case != NULL) {
      self->open_case = json_deep_copy(open_case);
      record_part_set_case(part, 0, (int)json_integer_value(json_object_get(open_case, "number")));
    }
  }
  self->part = g_steal_pointer(&part);
  self->is_in_fallback = in_fallback;
  self->parts++;
  g_free(self->part_id);
  self->part_id = g_steal_pointer(&id);
  return true;
}

/* Tries every directory that there is. A disk that was left is tried last. */
static void
find_part(RecorderSession *self)
{
  bool fallback_first = self->parts > 0 && !self->is_in_fallback;
  g_autofree char *message = NULL;
  for (guint i = 0; i < 2; i++) {
    bool in_fallback = fallback_first == (i == 0);
    g_autoptr(GError) error = NULL;
    if (in_fallback && self->open->fallback == NULL)
      continue;
    if (open_part(self, in_fallback, &error)) {
      bool is_degraded = self->is_in_fallback || self->parts > 1;
      set_state(self, is_degraded ? "degraded" : "recording", is_degraded ? "recording in the fallback directory" : NULL);
      update_view(self);
      return;
    }
    log_limited(G_LOG_LEVEL_WARNING, "recorder: %s", error->message);
    g_free(message);
    message = g_strdup(error->message);
  }
  self->retry_us = self->now_us + RETRY_US;
  set_state(self, "failed", message);
}

static void
leave_part(RecorderSession *self)
{
  self->end_us = MAX(self->end_us, record_part_written_us(self->part));
  self->left_bytes += record_part_bytes(self->part);
  self->left_gaps += record_part_gaps(self->part) + 1;
  g_ptr_array_add(self->left, g_strdup(record_part_directory(self->part)));
  g_clear_pointer(&self->part, record_part_free);
}

/* The disk is left in order: with the room that is kept for it, what was recorded becomes a bag. */
static void
move_out(RecorderSession *self)
{
  g_autoptr(GError) error = NULL;
  g_warning("recorder: the disk of %s is full", record_part_directory(self->part));
  if (!record_part_move_out(self->part, "disk full", &error))
    g_warning("recorder: %s", error->message);
  leave_part(self);
  find_part(self);
}

static void
disk_failed(RecorderSession *self, const GError *error)
{
  g_warning("recorder: %s", error->message);
  set_state(self, "failed", error->message);
  if (recorder_error_is_no_room(error)) {
    move_out(self);
    return;
  }
  leave_part(self);
  find_part(self);
}

RecorderSession *
recorder_session_new(RecordOpen *open, void (*want_keyframe)(guint stream, gpointer data), gpointer data)
{
  RecorderSession *self = g_new0(RecorderSession, 1);
  self->open = open;
  self->want_keyframe = want_keyframe;
  self->data = data;
  self->left = g_ptr_array_new_with_free_func(g_free);
  self->tracks = g_hash_table_new_full(NULL, NULL, NULL, track_free);
  self->now_us = open->origin_us;
  self->view.written_us = -1;
  g_queue_init(&self->waiting);
  g_mutex_init(&self->mutex);
  find_part(self);
  return self;
}

void
recorder_session_free(RecorderSession *self)
{
  if (self == NULL)
    return;
  record_part_free(self->part);
  record_open_free(self->open);
  g_free(self->part_id);
  g_ptr_array_unref(self->left);
  g_queue_clear_full(&self->waiting, (GDestroyNotify)record_message_free);
  g_hash_table_unref(self->tracks);
  json_decref(self->open_case);
  recorder_view_clear(&self->view);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

static void
take_track(RecorderSession *self, const RecordMessage *message)
{
  json_t *object = record_message_json(message);
  const char *site = json_string_value(json_object_get(object, "site"));
  const char *kind = json_string_value(json_object_get(object, "kind"));
  json_int_t stream = json_integer_value(json_object_get(object, "stream"));
  if (record_name_is_plain(site) && kind != NULL && stream >= RECORD_STREAM_SITES && stream <= G_MAXUINT16) {
    Track *track = g_new0(Track, 1);
    track->site = g_strdup(site);
    track->kind = g_str_equal(kind, "video") ? SEGMENT_STREAM_VIDEO : SEGMENT_STREAM_AUDIO;
    g_hash_table_insert(self->tracks, GUINT_TO_POINTER((guint)stream), track);
  } else {
    log_limited(G_LOG_LEVEL_WARNING, "recorder: a TRACK that is none");
  }
  json_decref(object);
}

static bool
take_frame(RecorderSession *self, RecordMessage *message, GError **error)
{
  guint stream = message->header.stream;
  self->media_us = MAX(self->media_us, message->header.time_us);
  if (stream < RECORD_STREAM_SITES)
    return record_part_frame(self->part, NULL, stream, stream == RECORD_STREAM_PICTURE ? SEGMENT_STREAM_VIDEO
                                                                                       : SEGMENT_STREAM_AUDIO,
                             message, error);
  const Track *track = g_hash_table_lookup(self->tracks, GUINT_TO_POINTER(stream));
  if (track != NULL && self->open->has_site_streams)
    return record_part_frame(self->part, track->site, stream, track->kind, message, error);
  record_message_free(message);
  return true;
}

/* Lines that only the recorder may write. */
static bool
is_own_event(const char *event)
{
  return g_str_has_prefix(event, "session.") || g_str_has_prefix(event, "segment.") || g_str_has_prefix(event, "recorder.")
         || g_str_has_prefix(event, "case.");
}

static bool
take_event(RecorderSession *self, const RecordMessage *message, json_t *object, GError **error)
{
  const char *event = json_string_value(json_object_get(object, "event"));
  if (event == NULL || is_own_event(event)) {
    log_limited(G_LOG_LEVEL_WARNING, "recorder: an EVENT that is none of the bridge's");
    return true;
  }
  if (g_str_equal(event, "gap")) {
    const char *cause = json_string_value(json_object_get(object, "cause"));
    return record_part_break(self->part, message->header.time_us, cause != NULL ? cause : "bridge", error);
  }
  json_t *fields = json_copy(object);
  if (message->header.sequence > 0)
    json_object_set_new(fields, "message", json_integer((json_int_t)message->header.sequence));
  return record_part_tell(self->part, event, message->header.time_us, fields, error);
}

static bool
take_case(RecorderSession *self, const RecordMessage *message, json_t *object, GError **error)
{
  const char *action = json_string_value(json_object_get(object, "action"));
  const json_t *number = json_object_get(object, "number");
  bool starts = g_strcmp0(action, "start") == 0;
  if ((!starts && g_strcmp0(action, "end") != 0) || !json_is_integer(number) || json_integer_value(number) < 0
      || json_integer_value(number) > G_MAXINT / 2) {
    log_limited(G_LOG_LEVEL_WARNING, "recorder: a CASE that is none");
    return true;
  }
  json_t *fields = json_copy(object);
  json_object_del(fields, "action");
  json_decref(self->open_case);
  self->open_case = starts ? json_copy(fields) : NULL;
  json_object_set_new(fields, "message", json_integer((json_int_t)message->header.sequence));
  record_part_set_case(self->part, message->header.time_us, starts ? (int)json_integer_value(number) : -1);
  return record_part_tell(self->part, starts ? "case.start" : "case.end", message->header.time_us, fields, error);
}

static bool
take_line(RecorderSession *self, const RecordMessage *message, GError **error)
{
  guint64 sequence = message->header.sequence;
  if (sequence > 0 && sequence <= acknowledged(self))
    return true;  /* said again after a restart, and written before it */
  json_t *object = record_message_json(message);
  bool is_taken = true;
  if (object != NULL)
    is_taken = message->header.type == RECORD_MESSAGE_CASE ? take_case(self, message, object, error)
                                                           : take_event(self, message, object, error);
  json_decref(object);
  if (is_taken)
    acknowledge(self, sequence);
  return is_taken;
}

static bool
take(RecorderSession *self, RecordMessage *message, GError **error)
{
  bool is_taken = true;
  switch (message->header.type) {
    case RECORD_MESSAGE_FRAME:
      return take_frame(self, message, error);
    case RECORD_MESSAGE_EVENT:
    case RECORD_MESSAGE_CASE:
      is_taken = take_line(self, message, error);
      break;
    case RECORD_MESSAGE_TRACK:
      take_track(self, message);
      break;
    default:
      break;
  }
  record_message_free(message);
  return is_taken;
}

/* A line that one directory could not take goes to the next one's journal. */
static void
take_waiting(RecorderSession *self)
{
  RecordMessage *line;
  while (self->part != NULL && (line = g_queue_peek_head(&self->waiting)) != NULL) {
    g_autoptr(GError) error = NULL;
    if (take(self, record_message_copy(line), &error))
      record_message_free(g_queue_pop_head(&self->waiting));
    else
      disk_failed(self, error);
  }
}

void
recorder_session_take(RecorderSession *self, RecordMessage *message)
{
  RecordMessageType type = message->header.type;
  bool is_line = type == RECORD_MESSAGE_EVENT || type == RECORD_MESSAGE_CASE;
  if (is_line) {
    g_queue_push_tail(&self->waiting, message);
    take_waiting(self);
    return;
  }
  g_autoptr(GError) error = NULL;
  if (self->part == NULL && type == RECORD_MESSAGE_FRAME)
    record_message_free(message);
  else if (!take(self, message, &error))
    disk_failed(self, error);
}

static void
look_at_space(RecorderSession *self)
{
  struct statvfs disk;
  self->space_us = self->now_us;
  if (statvfs(record_part_directory(self->part), &disk) < 0)
    return;
  guint64 free_bytes = disk_free_bytes(&disk);
  g_mutex_lock(&self->mutex);
  self->view.free_bytes = free_bytes;
  self->view.total_bytes = disk_usable_bytes(&disk);
  g_mutex_unlock(&self->mutex);
  bool is_low = free_bytes < self->open->reserve_bytes;
  if (is_low && self->open->fallback != NULL && !self->is_in_fallback && self->parts == 1)
    move_out(self);
  else if (is_low && !self->was_disk_low)
    set_state(self, "degraded", "the disk is almost full");
  self->was_disk_low = is_low;
}

void
recorder_session_tick(RecorderSession *self, gint64 now_us)
{
  self->now_us = now_us;
  if (self->part == NULL && now_us >= self->retry_us)
    find_part(self);
  take_waiting(self);
  if (self->part == NULL)
    return;
  g_autoptr(GError) error = NULL;
  if (!record_part_drain(self->part, now_us, &error))
    disk_failed(self, error);
  if (self->part != NULL && now_us - self->space_us >= SPACE_US)
    look_at_space(self);
  update_view(self);
}

static bool
close_part(RecorderSession *self, gint64 close_us, GError **error)
{
  if (!record_part_finish(self->part, close_us, error))
    return false;
  update_view(self);
  PackageOptions options = record_open_package_options(self->open);
  return package_close(record_part_directory(self->part), &options, error);
}

static bool
close_left(RecorderSession *self)
{
  PackageOptions options = record_open_package_options(self->open);
  bool is_good = true;
  for (guint i = 0; i < self->left->len; i++) {
    const char *directory = g_ptr_array_index(self->left, i);
    g_autoptr(GError) error = NULL;
    if (recovery_session(directory, &options, &error))
      continue;
    g_warning("recorder: %s stays as it is until the next start: %s", directory, error->message);
    is_good = false;
  }
  return is_good;
}

bool
recorder_session_close(RecorderSession *self, RecorderEnd end, gint64 now_us)
{
  self->now_us = now_us;
  set_state(self, "closing", NULL);
  g_autoptr(GError) error = NULL;
  gint64 close_us = end == RECORDER_END_CLOSED ? now_us - self->open->origin_us : -1;
  bool is_good = self->part != NULL && close_part(self, close_us, &error);
  if (error != NULL)
    g_warning("recorder: the session could not be closed: %s", error->message);
  bool is_left_good = close_left(self);
  if (is_good && is_left_good)
    set_state(self, "closed", NULL);
  else
    set_state(self, is_good ? "closed" : "failed",
              error != NULL ? error->message : "a part of the session waits for recovery at the next start");
  return is_good && is_left_good;
}
