/* recorder/package_clips.c - the master and one clip per case, joined from a session's segments. */
#include "recorder/package_clips.h"
#include "recorder/clip_join.h"
#include "recorder/directory_sync.h"
#include "recorder/disk_bytes.h"
#include "recorder/recorder_error.h"
#include "recorder/session_facts.h"
#include <stdarg.h>
#include <sys/stat.h>

/* What the texts and the manifests may need after them: the bag comes before its clips. */
static const guint64 TEXTS_BYTES = 1 << 20;

void
package_note(json_t *facts, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_warning("package: %s", text);
  json_t *notes = json_object_get(facts, "notes");
  if (notes == NULL) {
    notes = json_array();
    json_object_set_new(facts, "notes", notes);
  }
  json_array_append_new(notes, json_string(text));
}

char *
package_case_title(const json_t *item)
{
  GString *out = g_string_new(NULL);
  g_string_printf(out, "Vụ việc %d", (int)json_integer_value(json_object_get(item, "number")));
  static const char *const KEYS[] = { "ticket", "siteName", "title" };
  gsize count = json_is_true(json_object_get(item, "confidential")) ? 2 : 3;
  for (gsize i = 0; i < count; i++) {
    const char *text = json_string_value(json_object_get(item, KEYS[i]));
    if (text != NULL && *text != '\0')
      g_string_append_printf(out, " · %s", text);
  }
  return g_string_free(out, FALSE);
}

static void
clear_piece(gpointer data)
{
  g_free(((ClipPiece *)data)->path);
}

static void
clear_chapter(gpointer data)
{
  g_free((char *)((MatroskaChapter *)data)->title);
}

/* Segments that hold frames, of one case or (@number NULL) all, at their places after the first. */
static GArray *
pieces_of(const char *directory, const json_t *facts, const json_t *number)
{
  GArray *pieces = g_array_new(FALSE, FALSE, sizeof(ClipPiece));
  g_array_set_clear_func(pieces, clear_piece);
  gint64 base_us = -1;
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(facts, "segments"), i, segment) {
    bool is_empty = json_integer_value(json_object_get(segment, "videoFrames"))
      + json_integer_value(json_object_get(segment, "audioPackets")) == 0;
    if (is_empty || (number != NULL && !json_equal(number, json_object_get(segment, "case"))))
      continue;
    gint64 from_us = facts_time_us(segment, "from");
    base_us = base_us < 0 ? from_us : base_us;
    ClipPiece piece = { g_build_filename(directory, json_string_value(json_object_get(segment, "file")), NULL),
                        from_us - base_us };
    g_array_append_val(pieces, piece);
  }
  return pieces;
}

static GArray *
chapters_of(const json_t *facts)
{
  GArray *chapters = g_array_new(FALSE, FALSE, sizeof(MatroskaChapter));
  g_array_set_clear_func(chapters, clear_chapter);
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(facts, "cases"), i, item) {
    gint64 from_us = facts_time_us(item, "masterFrom");
    gint64 length_us = facts_time_us(item, "to") - facts_time_us(item, "from");
    MatroskaChapter chapter = { from_us, from_us + MAX(length_us, 0), package_case_title(item) };
    g_array_append_val(chapters, chapter);
  }
  return chapters;
}

/* As clip_join(), unless the disk has no room for it. */
static bool
join(const char *path, const GArray *pieces, const GArray *chapters, ClipCount *count, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);
  guint64 needed = TEXTS_BYTES;
  struct stat info;
  struct statvfs disk;
  for (guint i = 0; i < pieces->len; i++)
    needed += lstat(g_array_index(pieces, ClipPiece, i).path, &info) == 0 ? (guint64)info.st_size : 0;
  if (statvfs(folder, &disk) != 0 || disk_free_bytes(&disk) >= needed)
    return clip_join(path, pieces, chapters, count, error);
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_NO_ROOM, "the disk has no room for it; its segments are whole");
  return false;
}

static void
make_master(const char *directory, json_t *facts)
{
  g_autofree char *path = g_build_filename(directory, "data/master.mkv", NULL);
  g_autoptr(GArray) pieces = pieces_of(directory, facts, NULL);
  g_autoptr(GArray) chapters = chapters_of(facts);
  g_autoptr(GError) error = NULL;
  ClipCount count = { 0 };
  bool is_made = pieces->len > 0 && join(path, pieces, chapters, &count, &error);
  if (pieces->len > 0 && !is_made)
    package_note(facts, "no master: %s", error->message);
  json_object_set_new(facts, "master", is_made ? json_string("data/master.mkv") : json_null());
  json_object_set_new(facts, "masterDuration", is_made ? facts_seconds(count.end_us) : json_null());
  json_object_set_new(facts, "masterVideoFrames", json_integer(is_made ? (json_int_t)count.video_frames : 0));
  json_object_set_new(facts, "masterAudioPackets", json_integer(is_made ? (json_int_t)count.audio_packets : 0));
}

static void
make_clip(const char *directory, json_t *facts, json_t *item)
{
  const char *folder = json_string_value(json_object_get(item, "directory"));
  g_autofree char *place = g_build_filename(directory, folder, NULL);
  g_autofree char *path = g_build_filename(place, "case.mkv", NULL);
  g_autoptr(GError) error = NULL;
  if (!directory_make(place, &error))
    package_note(facts, "%s", error->message);
  g_clear_error(&error);
  if (json_is_null(json_object_get(item, "clip")))
    return;
  g_autoptr(GArray) pieces = pieces_of(directory, facts, json_object_get(item, "number"));
  ClipCount count = { 0 };
  if (join(path, pieces, NULL, &count, &error)) {
    json_object_set_new(item, "videoFrames", json_integer((json_int_t)count.video_frames));
    json_object_set_new(item, "audioPackets", json_integer((json_int_t)count.audio_packets));
    return;
  }
  package_note(facts, "no clip of case %d: %s", (int)json_integer_value(json_object_get(item, "number")), error->message);
  json_object_set_new(item, "clip", json_null());
}

void
package_clips(const char *directory, json_t *facts)
{
  make_master(directory, facts);
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(facts, "cases"), i, item)
    make_clip(directory, facts, item);
}
