/* recorder/record_parts.c - the directories that a session is written to, one after another. */
#include "recorder/record_parts.h"
#include "media/base/log.h"
#include "recorder/recorder_error.h"
#include "recorder/recovery.h"

struct RecordParts {
  /* borrowed */
  const RecordOpen *open;
  void (*want_keyframe)(guint stream, gpointer data);
  gpointer data;
  /* owned */
  RecordPart *part;       /* (nullable): none while no directory can be had */
  char       *part_id;    /* of the current or last one */
  GPtrArray  *left;       /* directories of parts that were left */
  json_t     *open_case;  /* (nullable): fields of case.start */
  /* state */
  guint       count;
  bool        is_in_fallback;
  gint64      end_us;     /* written by parts that were left */
  guint64     left_bytes;
  guint       left_gaps;
};

RecordParts *
record_parts_new(const RecordOpen *open, void (*want_keyframe)(guint stream, gpointer data), gpointer data)
{
  RecordParts *self = g_new0(RecordParts, 1);
  self->open = open;
  self->want_keyframe = want_keyframe;
  self->data = data;
  self->left = g_ptr_array_new_with_free_func(g_free);
  return self;
}

void
record_parts_free(RecordParts *self)
{
  if (self == NULL)
    return;
  record_part_free(self->part);
  g_free(self->part_id);
  g_ptr_array_unref(self->left);
  json_decref(self->open_case);
  g_free(self);
}

/* session.open of a later part: a bag of its own that names the one before. */
static json_t *
later_part_fields(const RecordParts *self, const char *id, gint64 offset_us, gint64 now_us)
{
  json_t *fields = json_deep_copy(self->open->session);
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  gint64 since_us = MAX(now_us - self->open->origin_us - offset_us, 0);
  g_autoptr(GDateTime) opened = g_date_time_add(now, -since_us);
  g_autofree char *text = g_date_time_format(opened, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *zone = g_date_time_format(opened, "%:z");
  g_autofree char *opened_at = g_strdup_printf("%s.%03d%s", text, g_date_time_get_microsecond(opened) / 1000, zone);
  json_object_set_new(fields, "disk", json_null());  /* it was of another disk */
  json_object_set_new(fields, "id", json_string(id));
  json_object_set_new(fields, "continues", json_string(self->part_id));
  json_object_set_new(fields, "openedAt", json_string(opened_at));
  json_object_set_new(fields, "part", json_integer(self->count + 1));
  return fields;
}

static char *
part_name(const RecordParts *self, bool in_fallback)
{
  if (self->count == 0 || (self->count == 1 && in_fallback))
    return g_strdup(self->open->name);
  return g_strdup_printf("%s_part%u", self->open->name, self->count + 1);
}

static bool
repeat_case(const RecordParts *self, RecordPart *part, gint64 offset_us, GError **error)
{
  if (self->open_case == NULL)
    return true;
  json_t *fields = json_copy(self->open_case);
  json_object_set_new(fields, "continued", json_true());
  record_part_set_case(part, offset_us, (int)json_integer_value(json_object_get(fields, "number")));
  return record_part_tell(part, "case.start", offset_us, fields, error);
}

/* What was being heard when the recorder before this one was lost. */
static void
take_up_case(RecordParts *self, RecordPart *part)
{
  json_t *open_case = record_part_open_case(part);
  if (open_case == NULL)
    return;
  record_parts_set_case(self, open_case);
  record_part_set_case(part, 0, (int)json_integer_value(json_object_get(open_case, "number")));
}

static bool
begin_in(RecordParts *self, bool in_fallback, gint64 now_us, GError **error)
{
  bool is_first = self->count == 0;
  gint64 offset_us = is_first ? 0 : MAX(self->end_us, 0);
  g_autofree char *name = part_name(self, in_fallback);
  g_autofree char *id = is_first ? g_strdup(self->open->id) : g_uuid_string_random();
  json_t *fields = is_first ? json_incref(self->open->session) : later_part_fields(self, id, offset_us, now_us);
  RecordPartConfig config = {
    .open = self->open, .base = in_fallback ? self->open->fallback : self->open->directory, .name = name,
    .offset_us = offset_us, .session = fields, .want_keyframe = self->want_keyframe, .data = self->data,
  };
  g_autoptr(RecordPart) part = record_part_new(&config, error);
  json_decref(fields);
  if (part == NULL)
    return false;
  if (record_part_is_resumed(part))
    take_up_case(self, part);
  else if (!repeat_case(self, part, offset_us, error))
    return false;
  self->part = g_steal_pointer(&part);
  self->is_in_fallback = in_fallback;
  self->count++;
  g_free(self->part_id);
  self->part_id = g_steal_pointer(&id);
  return true;
}

bool
record_parts_begin(RecordParts *self, gint64 now_us, GError **error)
{
  bool fallback_first = self->count > 0 && !self->is_in_fallback;
  for (guint i = 0; i < 2; i++) {
    bool in_fallback = fallback_first == (i == 0);
    if (in_fallback && self->open->fallback == NULL)
      continue;
    g_autoptr(GError) local = NULL;
    if (begin_in(self, in_fallback, now_us, &local)) {
      g_clear_error(error);
      return true;
    }
    log_limited(G_LOG_LEVEL_WARNING, "recorder: %s", local->message);
    g_clear_error(error);
    g_propagate_error(error, g_steal_pointer(&local));
  }
  return false;
}

RecordPart *
record_parts_current(const RecordParts *self)
{
  return self->part;
}

void
record_parts_leave(RecordParts *self, RecordLeave how)
{
  g_autoptr(GError) error = NULL;
  if (how == RECORD_LEAVE_IN_ORDER) {
    g_warning("recorder: the disk of %s is full", record_part_directory(self->part));
    if (!record_part_move_out(self->part, "disk full", &error))
      g_warning("recorder: %s", error->message);
  }
  self->end_us = MAX(self->end_us, record_part_written_us(self->part));
  self->left_bytes += record_part_bytes(self->part);
  self->left_gaps += record_part_gaps(self->part) + 1;
  g_ptr_array_add(self->left, g_strdup(record_part_directory(self->part)));
  g_clear_pointer(&self->part, record_part_free);
}

void
record_parts_set_case(RecordParts *self, const json_t *fields)
{
  json_decref(self->open_case);
  self->open_case = fields != NULL ? json_deep_copy(fields) : NULL;
}

bool
record_parts_close(RecordParts *self, gint64 close_us, GError **error)
{
  if (self->part == NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "no directory could be had");
    return false;
  }
  if (!record_part_finish(self->part, close_us, error))
    return false;
  PackageOptions options = record_open_package_options(self->open);
  return package_close(record_part_directory(self->part), &options, error);
}

bool
record_parts_close_left(RecordParts *self)
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
record_parts_is_in_fallback(const RecordParts *self)
{
  return self->is_in_fallback;
}

guint
record_parts_count(const RecordParts *self)
{
  return self->count;
}

guint64
record_parts_bytes(const RecordParts *self)
{
  return self->left_bytes + (self->part != NULL ? record_part_bytes(self->part) : 0);
}

guint
record_parts_gaps(const RecordParts *self)
{
  return self->left_gaps + (self->part != NULL ? record_part_gaps(self->part) : 0);
}
