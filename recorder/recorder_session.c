/* recorder/recorder_session.c - one session inside the recorder: messages in, a bag out. */
#include "recorder/recorder_session.h"
#include "media/base/log.h"
#include "recorder/disk_bytes.h"
#include "recorder/record_parts.h"
#include "recorder/recorder_error.h"
#include <string.h>

enum { RETRY_US = 5000000, SPACE_US = 1000000 };

typedef struct {
  char *site;          /* owned */
  SegmentStream kind;
} Track;

struct RecorderSession {
  RecordOpen    *open;       /* owned */
  RecordParts   *parts;      /* owned */
  RecorderBoard  board;
  GHashTable    *tracks;     /* stream -> owned Track */
  GQueue         waiting;    /* owned EVENT and CASE that found no directory */
  gint64         retry_us, space_us, now_us;
  bool           was_disk_low;
};

static void
track_free(gpointer data)
{
  Track *track = data;
  g_free(track->site);
  g_free(track);
}

void
recorder_session_view(RecorderSession *self, RecorderView *out)
{
  recorder_board_view(&self->board, out);
}

static RecordPart *
part_of(const RecorderSession *self)
{
  return record_parts_current(self->parts);
}

static void
find_part(RecorderSession *self)
{
  g_autoptr(GError) error = NULL;
  if (!record_parts_begin(self->parts, self->now_us, &error)) {
    self->retry_us = self->now_us + RETRY_US;
    recorder_board_set_state(&self->board, "failed", error->message);
    return;
  }
  if (record_part_is_resumed(part_of(self)))
    recorder_board_acknowledge(&self->board, record_part_acknowledged(part_of(self)));
  bool is_degraded = record_parts_is_in_fallback(self->parts) || record_parts_count(self->parts) > 1;
  recorder_board_set_state(&self->board, is_degraded ? "degraded" : "recording",
                           is_degraded ? "recording in the fallback directory" : NULL);
  recorder_board_set_parts(&self->board, self->parts);
}

static void
move_out(RecorderSession *self, RecordLeave how)
{
  record_parts_leave(self->parts, how);
  find_part(self);
}

static void
disk_failed(RecorderSession *self, const GError *error)
{
  g_warning("recorder: %s", error->message);
  recorder_board_set_state(&self->board, "failed", error->message);
  move_out(self, recorder_error_is_no_room(error) ? RECORD_LEAVE_IN_ORDER : RECORD_LEAVE_AS_IS);
}

RecorderSession *
recorder_session_new(RecordOpen *open, void (*want_keyframe)(guint stream, gpointer data), gpointer data)
{
  RecorderSession *self = g_new0(RecorderSession, 1);
  self->open = open;
  self->parts = record_parts_new(open, want_keyframe, data);
  self->tracks = g_hash_table_new_full(NULL, NULL, NULL, track_free);
  self->now_us = open->origin_us;
  g_queue_init(&self->waiting);
  recorder_board_init(&self->board);
  find_part(self);
  return self;
}

void
recorder_session_free(RecorderSession *self)
{
  if (self == NULL)
    return;
  record_parts_free(self->parts);
  record_open_free(self->open);
  g_queue_clear_full(&self->waiting, (GDestroyNotify)record_message_free);
  g_hash_table_unref(self->tracks);
  recorder_board_clear(&self->board);
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
  SegmentStream kind = stream == RECORD_STREAM_PICTURE ? SEGMENT_STREAM_VIDEO : SEGMENT_STREAM_AUDIO;
  if (stream < RECORD_STREAM_SITES)
    return record_part_frame(part_of(self), NULL, stream, kind, message, error);
  const Track *track = g_hash_table_lookup(self->tracks, GUINT_TO_POINTER(stream));
  if (track != NULL && self->open->has_site_streams)
    return record_part_frame(part_of(self), track->site, stream, track->kind, message, error);
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
    return record_part_break(part_of(self), message->header.time_us, cause != NULL ? cause : "bridge", error);
  }
  json_t *fields = json_copy(object);
  if (message->header.sequence > 0)
    json_object_set_new(fields, "message", json_integer((json_int_t)message->header.sequence));
  return record_part_tell(part_of(self), event, message->header.time_us, fields, error);
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
  record_parts_set_case(self->parts, starts ? fields : NULL);
  json_object_set_new(fields, "message", json_integer((json_int_t)message->header.sequence));
  record_part_set_case(part_of(self), message->header.time_us, starts ? (int)json_integer_value(number) : -1);
  return record_part_tell(part_of(self), starts ? "case.start" : "case.end", message->header.time_us, fields, error);
}

static bool
take_line(RecorderSession *self, const RecordMessage *message, GError **error)
{
  guint64 sequence = message->header.sequence;
  if (sequence > 0 && sequence <= recorder_board_acknowledged(&self->board))
    return true;  /* said again after a restart, and written before it */
  json_t *object = record_message_json(message);
  bool is_taken = true;
  if (object != NULL)
    is_taken = message->header.type == RECORD_MESSAGE_CASE ? take_case(self, message, object, error)
                                                           : take_event(self, message, object, error);
  json_decref(object);
  if (is_taken)
    recorder_board_acknowledge(&self->board, sequence);
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
  while (part_of(self) != NULL && (line = g_queue_peek_head(&self->waiting)) != NULL) {
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
  if (part_of(self) == NULL && type == RECORD_MESSAGE_FRAME)
    record_message_free(message);
  else if (!take(self, message, &error))
    disk_failed(self, error);
}

static void
look_at_space(RecorderSession *self)
{
  struct statvfs disk;
  self->space_us = self->now_us;
  if (statvfs(record_part_directory(part_of(self)), &disk) < 0)
    return;
  guint64 free_bytes = disk_free_bytes(&disk);
  recorder_board_set_space(&self->board, free_bytes, disk_usable_bytes(&disk));
  bool is_low = free_bytes < self->open->reserve_bytes;
  if (is_low && self->open->fallback != NULL && !record_parts_is_in_fallback(self->parts)
      && record_parts_count(self->parts) == 1)
    move_out(self, RECORD_LEAVE_IN_ORDER);
  else if (is_low && !self->was_disk_low)
    recorder_board_set_state(&self->board, "degraded", "the disk is almost full");
  self->was_disk_low = is_low;
}

void
recorder_session_tick(RecorderSession *self, gint64 now_us)
{
  self->now_us = now_us;
  if (part_of(self) == NULL && now_us >= self->retry_us)
    find_part(self);
  take_waiting(self);
  if (part_of(self) == NULL)
    return;
  g_autoptr(GError) error = NULL;
  if (!record_part_drain(part_of(self), now_us, &error))
    disk_failed(self, error);
  if (part_of(self) != NULL && now_us - self->space_us >= SPACE_US)
    look_at_space(self);
  recorder_board_set_parts(&self->board, self->parts);
}

bool
recorder_session_close(RecorderSession *self, RecorderEnd end, gint64 now_us)
{
  self->now_us = now_us;
  recorder_board_set_state(&self->board, "closing", NULL);
  g_autoptr(GError) error = NULL;
  gint64 close_us = end == RECORDER_END_CLOSED ? now_us - self->open->origin_us : -1;
  bool is_good = record_parts_close(self->parts, close_us, &error);
  if (!is_good)
    g_warning("recorder: the session could not be closed: %s", error->message);
  recorder_board_set_parts(&self->board, self->parts);
  bool is_left_good = record_parts_close_left(self->parts);
  if (is_good && is_left_good)
    recorder_board_set_state(&self->board, "closed", NULL);
  else
    recorder_board_set_state(&self->board, is_good ? "closed" : "failed",
                             is_good ? "a part of the session waits for recovery at the next start" : error->message);
  return is_good && is_left_good;
}
