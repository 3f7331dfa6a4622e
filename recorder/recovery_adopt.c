/* recorder/recovery_adopt.c - makes segments of what a crash has left of them. */
#include "recorder/bag.h"
#include "recorder/clip_join.h"
#include "recorder/directory_sync.h"
#include "recorder/recorder_error.h"
#include "recorder/recovery.h"
#include "recorder/session_facts.h"
#include "recorder/session_gaps.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *directory;
  Journal    *journal;
  guint       recovered;
  gint64      end_us;   /* of what was adopted */
} Adoption;

/* data/composite/0003.mkv -> data/original/0003.mkv.part; data/sites/X/1.mkv -> data/original/sites/X/1.mkv.part
 * @n: 1, or more for what a name was given again to. */
static char *
original_of(const char *file, guint n)
{
  const char *rest = g_str_has_prefix(file, "data/composite/") ? file + strlen("data/composite/") : file + strlen("data/");
  return n < 2 ? g_strconcat("data/original/", rest, ".part", NULL) : g_strdup_printf("data/original/%s.part-%u", rest, n);
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
  if (!directory_make(folder, error))
    return false;
  if (rename(from, to) != 0)
    return recorder_error_set_errno(error, to);
  return directory_sync(folder, error) && directory_sync_of(from, error);
}

static bool
is_there(const Adoption *self, const char *file)
{
  g_autofree char *path = below(self->directory, file);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Moves @file's part, if there is one, to where its bytes are kept as found; nothing that lies there is replaced.
 * Returns: false with @error; else @original: (out) (transfer full) (nullable): the last that was moved there. */
static bool
keep_original(const Adoption *self, const char *file, char **original, GError **error)
{
  guint n = 0;
  char *next = original_of(file, 1);
  for (; is_there(self, next); n++, *original = next, next = original_of(file, n + 1))
    g_free(*original);
  g_autofree char *free_name = next;
  g_autofree char *part = g_strconcat(file, ".part", NULL);
  if (!is_there(self, part))
    return true;
  g_autofree char *from = below(self->directory, part), *to = below(self->directory, free_name);
  g_free(*original);
  *original = g_steal_pointer(&free_name);
  return move_aside(from, to, error);
}

/* Time of the last frame's end, rounded up to the millisecond that the journal keeps. */
static gint64
whole_ms_us(gint64 time_us)
{
  return (time_us + 999) / 1000 * 1000;
}

static bool
state_lack(Adoption *self, const char *of, guint64 frames, gint64 end_us, gint64 from_us, gint64 to_us, GError **error)
{
  json_t *gap = session_gap_of_stream(of, frames, end_us, from_us, to_us, "crash");
  return gap == NULL || journal_append(self->journal, "gap", to_us, gap, error);
}

/* @original: (nullable) relative path of the bytes as found. */
static bool
state_close(Adoption *self, const char *file, gint64 from_us, const char *original, GError **error)
{
  ClipCount count = { 0 };
  g_autofree char *path = below(self->directory, file), *hash = NULL, *original_hash = NULL;
  bool is_composite = !g_str_has_prefix(file, "data/sites/");
  guint64 bytes = 0, original_bytes = 0;
  if (is_there(self, file) && clip_count(path, &count, NULL) && (hash = bag_hash_file(path, &bytes, error)) == NULL)
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
  self->end_us = MAX(self->end_us, to_us);
  return journal_append(self->journal, "segment.close", to_us, fields, error)
    && (!is_composite || count.video_frames + count.audio_packets == 0
        || (state_lack(self, "picture", count.video_frames, from_us + count.video_end_us, from_us, to_us, error)
            && state_lack(self, "sound", count.audio_packets, from_us + count.audio_end_us, from_us, to_us, error)));
}

static bool
adopt(Adoption *self, const char *file, gint64 from_us, GError **error)
{
  g_autofree char *path = below(self->directory, file), *original = NULL;
  if (!keep_original(self, file, &original, error))
    return false;
  if (original != NULL && !is_there(self, file)) {
    g_autofree char *original_path = below(self->directory, original);
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(ClipPiece));
    ClipPiece piece = { original_path, 0, true };
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
  return state_close(self, file, from_us, original, error);
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
  gint64 from_us = self->end_us;
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
  Adoption self = { directory, journal, 0, 0 };
  g_autofree char *path = g_build_filename(directory, "data/journal.jsonl", NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, error);
  bool ok = lines != NULL && adopt_unclosed(&self, lines, error) && adopt_unknown(&self, lines, error);
  json_decref(lines);
  if (recovered != NULL)
    *recovered = self.recovered;
  return ok;
}
