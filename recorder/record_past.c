/* recorder/record_past.c - what the journal of a session that a killed recorder has left says to the next one. */
#include "recorder/record_past.h"
#include "recorder/session_facts.h"

typedef struct {
  guint  segment;
  gint64 end_us;  /* -1: no frame */
} Folder;

static Folder *
folder_of(RecordPast *self, const char *file)
{
  g_autofree char *name = g_path_get_dirname(file);
  Folder *folder = g_hash_table_lookup(self->folders, name);
  if (folder == NULL) {
    folder = g_new0(Folder, 1);
    folder->end_us = -1;
    g_hash_table_insert(self->folders, g_steal_pointer(&name), folder);
  }
  return folder;
}

/* segment.open and segment.close: a name that was given is given, whatever became of the file. */
static void
take_segment(RecordPast *self, const json_t *line)
{
  const char *file = json_string_value(json_object_get(line, "file"));
  if (file == NULL)
    return;
  Folder *folder = folder_of(self, file);
  g_autofree char *name = g_path_get_basename(file);
  folder->segment = MAX(folder->segment, (guint)g_ascii_strtoull(name, NULL, 10));
  json_int_t frames = json_integer_value(json_object_get(line, "videoFrames"))
    + json_integer_value(json_object_get(line, "audioPackets"));
  if (frames > 0)
    folder->end_us = MAX(folder->end_us, facts_time_us(line, "to"));
}

static void
take_case(RecordPast *self, json_t *line, bool starts)
{
  json_decref(self->open_case);
  self->open_case = starts ? json_incref(line) : NULL;
}

void
record_past_read(RecordPast *self, const json_t *lines)
{
  record_past_clear(self);
  self->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    const char *event = json_string_value(json_object_get(line, "event"));
    json_int_t message = json_integer_value(json_object_get(line, "message"));
    self->acknowledged = MAX(self->acknowledged, message > 0 ? (guint64)message : 0);
    self->is_closed |= g_strcmp0(event, "session.close") == 0;
    bool starts = g_strcmp0(event, "case.start") == 0;
    if (starts || g_strcmp0(event, "case.end") == 0)
      take_case(self, line, starts);
    else if (event != NULL && g_str_has_prefix(event, "segment."))
      take_segment(self, line);
  }
}

void
record_past_clear(RecordPast *self)
{
  json_decref(self->open_case);
  g_clear_pointer(&self->folders, g_hash_table_unref);
  *self = (RecordPast) { 0 };
}

bool
record_past_folder(const RecordPast *self, const char *name, guint *segment, gint64 *end_us)
{
  const Folder *folder = self->folders != NULL ? g_hash_table_lookup(self->folders, name) : NULL;
  *segment = folder != NULL ? folder->segment : 0;
  *end_us = folder != NULL ? folder->end_us : -1;
  return *end_us >= 0;
}
