/* recorder/recovery_adopt.c - makes segments of what a crash has left of them. */
#include "recorder/bag.h"
#include "recorder/clip_join.h"
#include "recorder/recorder_error.h"
#include "recorder/recovery.h"
#include "recorder/session_facts.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *directory;
  Journal    *journal;
  guint       recovered;
} Adoption;

/* data/composite/0003.mkv -> data/original/0003.mkv.part; data/sites/X/1.mkv -> data/original/sites/X/1.mkv.part */
static char *
original_of(const char *file)
{
  const char *rest = g_str_has_prefix(file, "data/composite/") ? file + strlen("data/composite/") : file + strlen("data/");
  return g_strconcat("data/original/", rest, ".part", NULL);
}

static char *
below(const char *directory, const char *file)
{
  return g_build_filename(directory, file, NULL);
}

static bool
move_aside(const char *from, const char *to, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(to);
  if (g_mkdir_with_parents(folder, 0750) != 0 || rename(from, to) != 0)
    return recorder_error_set_errno(error, to);
  return true;
}

/* Time of the last frame's end, rounded up to the millisecond that the journal keeps. */
static gint64
whole_ms_us(gint64 time_us)
{
  return (time_us + 999) / 1000 * 1000;
}

/* @original: (nullable) relative path of the bytes as found. */
static bool
state_close(Adoption *self, const char *file, gint64 from_us, const char *original, GError **error)
{
  ClipCount count = { 0 };
  g_autofree char *path = below(self->directory, file), *hash = NULL, *original_hash = NULL;
  guint64 bytes = 0, original_bytes = 0;
  bool is_there = g_file_test(path, G_FILE_TEST_EXISTS) && clip_count(path, &count, NULL);
  if (is_there && (hash = bag_hash_file(path, &bytes, error)) == NULL)
    return false;
  if (original != NULL) {
    g_autofree char *original_path = below(self->directory, original);
    if ((original_hash = bag_hash_file(original_path, &original_bytes, error)) == NULL)
      return false;
  }
  gint64 to_us = from_us + whole_ms_us(count.end_us);
  json_t *fields = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:s?, s:b, s:s?, s:I, s:s?}", "file", file,
                             "from", facts_seconds(from_us), "to", facts_seconds(to_us),
                             "videoFrames", (json_int_t)count.video_frames, "audioPackets", (json_int_t)count.audio_packets,
                             "bytes", (json_int_t)bytes, "sha256", hash, "recovered", 1, "original", original,
                             "originalBytes", (json_int_t)original_bytes, "originalSha256", original_hash);
  self->recovered++;
  return journal_append(self->journal, "segment.close", to_us, fields, error);
}

static bool
adopt(Adoption *self, const char *file, gint64 from_us, GError **error)
{
  g_autofree char *path = below(self->directory, file), *part = g_strconcat(path, ".part", NULL);
  g_autofree char *original = original_of(file), *original_path = below(self->directory, original);
  if (g_file_test(part, G_FILE_TEST_EXISTS) && !move_aside(part, original_path, error))
    return false;
  bool has_original = g_file_test(original_path, G_FILE_TEST_EXISTS);
  if (has_original && !g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(ClipPiece));
    ClipPiece piece = { original_path, 0 };
    ClipCount count;
    g_autoptr(GError) local = NULL;
    g_array_append_val(pieces, piece);
    if (!clip_join(path, pieces, NULL, &count, &local)) {
      if (!g_error_matches(local, RECORDER_ERROR, RECORDER_ERROR_MEDIA)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
      }
      g_message("recovery: %s holds no frame: %s", original_path, local->message);
    }
  }
  return state_close(self, file, from_us, has_original ? original : NULL, error);
}

/* The lines of segment.open that have no segment.close, by file. (transfer full). */
static GHashTable *
unclosed(const json_t *lines)
{
  GHashTable *open = g_hash_table_new(g_str_hash, g_str_equal);
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    const char *event = json_string_value(json_object_get(line, "event"));
    const char *file = json_string_value(json_object_get(line, "file"));
    if (file != NULL && g_strcmp0(event, "segment.open") == 0)
      g_hash_table_insert(open, (char *)file, line);
    else if (file != NULL && g_strcmp0(event, "segment.close") == 0)
      g_hash_table_remove(open, file);
  }
  return open;
}

/* In the journal's order, which is time's. */
static bool
adopt_unclosed(Adoption *self, const json_t *lines, GError **error)
{
  g_autoptr(GHashTable) open = unclosed(lines);
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    const char *file = json_string_value(json_object_get(line, "file"));
    if (file != NULL && g_hash_table_lookup(open, file) == line
        && !adopt(self, file, facts_time_us(line, "from"), error))
      return false;
  }
  return true;
}

/* A part that the journal does not know (its line was torn) begins where what is known ends. */
static bool
adopt_unknown(Adoption *self, const json_t *lines, GError **error)
{
  g_autoptr(GPtrArray) files = bag_list(self->directory, "data", error);
  gint64 from_us = 0;
  gsize k;
  json_t *line;
  json_array_foreach(lines, k, line)
    from_us = MAX(from_us, facts_time_us(line, "mediaTime"));
  for (guint i = 0; files != NULL && i < files->len; i++) {
    g_autofree char *file = g_strdup(files->pdata[i]);
    if (!g_str_has_suffix(file, ".part") || g_str_has_prefix(file, "data/original/"))
      continue;
    file[strlen(file) - strlen(".part")] = '\0';
    json_t *fields = json_pack("{s:s, s:o, s:n, s:b}", "file", file, "from", facts_seconds(from_us), "case", "recovered", 1);
    if (!journal_append(self->journal, "segment.open", from_us, fields, error) || !adopt(self, file, from_us, error))
      return false;
  }
  return files != NULL;
}

bool
recovery_adopt_parts(const char *directory, Journal *journal, guint *recovered, GError **error)
{
  Adoption self = { directory, journal, 0 };
  g_autofree char *path = g_build_filename(directory, "data/journal.jsonl", NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, error);
  bool ok = lines != NULL && adopt_unclosed(&self, lines, error) && adopt_unknown(&self, lines, error);
  json_decref(lines);
  if (recovered != NULL)
    *recovered = self.recovered;
  return ok;
}
