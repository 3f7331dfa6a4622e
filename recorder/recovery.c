/* recorder/recovery.c - what a crash has left is made into a whole session again. */
#include "recorder/recovery.h"
#include "recorder/bag.h"
#include "recorder/closing_room.h"
#include "recorder/directory_sync.h"
#include "recorder/recorder_error.h"
#include "recorder/session_facts.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GAP_US = 100000, BEHIND_MAX_US = 15000000 };  /* a recorder's queue is 10 s long, a disk's turn takes some more */

/* Wall time at which a recorder last wrote to the session: after it nothing was recorded. What an earlier try
 * of recovery has made says nothing of that. */
static gint64
last_written_ms(const char *directory)
{
  gint64 last_ms = 0;
  g_autoptr(GPtrArray) files = bag_list(directory, "data", NULL);
  for (guint i = 0; files != NULL && i < files->len; i++) {
    bool is_recorders = strstr(files->pdata[i], ".mkv.part") != NULL || g_str_equal(files->pdata[i], "data/journal.jsonl");
    if (!is_recorders)
      continue;
    g_autofree char *path = g_build_filename(directory, files->pdata[i], NULL);
    struct stat info;
    if (lstat(path, &info) == 0)
      last_ms = MAX(last_ms, (gint64)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000);
  }
  return last_ms;
}

/* A journal that is damaged in its middle: its good lines begin a new one, the whole is kept. */
static bool
save_journal(const char *directory, const char *path, guint broken_line, GError **error)
{
  g_autofree char *bytes = NULL, *folder = g_build_filename(directory, "data/original", NULL);
  gsize size;
  if (!g_file_get_contents(path, &bytes, &size, error))
    return false;
  const char *end = bytes;
  for (guint i = 1; i < broken_line; i++)
    end = strchr(end, '\n') + 1;
  g_autofree char *kept = g_strdup_printf("%s/journal-%u.jsonl", folder, broken_line);
  return directory_make(folder, error) && bag_put_file(kept, bytes, size, error)
    && bag_put_file(path, bytes, (gsize)(end - bytes), error);
}

static Journal *
open_journal(const char *directory, const char *path, GError **error)
{
  g_autoptr(GError) local = NULL;
  Journal *journal = journal_open(path, &local);
  if (journal != NULL || !g_error_matches(local, RECORDER_ERROR, RECORDER_ERROR_JOURNAL)) {
    if (local != NULL)
      g_propagate_error(error, g_steal_pointer(&local));
    return journal;
  }
  guint broken = 0;
  json_decref(journal_read(path, &broken, NULL));
  if (broken == 0 || !save_journal(directory, path, broken, error) || (journal = journal_open(path, error)) == NULL)
    return NULL;
  g_autofree char *what = g_strdup_printf("the journal was damaged at line %u; as found: data/original/journal-%u.jsonl",
                                          broken, broken);
  if (!journal_append(journal, "fault", 0, json_pack("{s:s}", "what", what), error))
    g_clear_pointer(&journal, journal_close);
  return journal;
}

/* The media time of the end: the last line's, and the wall time for which it was written to since. Where the clock was
 * stepped meanwhile that is any number: what was recorded, until @covered_us, bounds it. */
static gint64
end_of(const json_t *lines, gint64 last_ms, gint64 covered_us)
{
  const json_t *last = json_array_get(lines, json_array_size(lines) - 1);
  gint64 media_us = facts_time_us(last, "mediaTime");
  gint64 wall_ms = journal_time_ms(json_string_value(json_object_get(last, "time")));
  gint64 since_us = wall_ms < 0 ? 0 : MAX(last_ms - wall_ms, 0) * 1000;
  return MAX(MIN(media_us + since_us, covered_us + BEHIND_MAX_US), MAX(media_us, covered_us));
}

/* Where the composed picture's last frame ends. */
static gint64
covered_until(const json_t *lines)
{
  json_t *facts = session_facts(lines);
  gint64 covered_us = 0;
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(facts, "segments"), i, segment)
    covered_us = MAX(covered_us, facts_time_us(segment, "to"));
  json_decref(facts);
  return covered_us;
}

static bool
has_event(const json_t *lines, const char *event)
{
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), event) == 0)
      return true;
  }
  return false;
}

static bool
state_end(Journal *journal, gint64 covered_us, gint64 end_us, guint recovered, GError **error)
{
  json_t *gap = json_pack("{s:o, s:o, s:s}", "from", facts_seconds(covered_us), "to", facts_seconds(end_us),
                          "cause", "crash");
  bool ok = end_us - covered_us <= GAP_US || journal_append(journal, "gap", end_us, json_incref(gap), error);
  json_decref(gap);
  return ok
    && journal_append(journal, "session.recovered", end_us, json_pack("{s:i}", "segments", (int)recovered), error)
    && journal_append(journal, "session.close", end_us, NULL, error);
}

/* Adopts what is there and states the end. @before: the journal's lines until now. */
static bool
end_journal(const char *directory, const char *path, Journal *journal, const json_t *before, gint64 last_ms, GError **error)
{
  guint broken = 0, recovered = 0;
  if (!recovery_adopt_parts(directory, journal, &recovered, error))
    return false;
  json_t *after = journal_read(path, &broken, error);
  if (after == NULL)
    return false;
  gint64 covered_us = covered_until(after);
  json_decref(after);
  return state_end(journal, covered_us, end_of(before, last_ms, covered_us), recovered, error);
}

static bool
finish_journal(const char *directory, GError **error)
{
  gint64 last_ms = last_written_ms(directory);
  g_autofree char *path = g_build_filename(directory, "data/journal.jsonl", NULL);
  g_autoptr(Journal) journal = open_journal(directory, path, error);
  guint broken = 0;
  json_t *before = journal != NULL ? journal_read(path, &broken, error) : NULL;
  if (before == NULL)
    return false;
  bool ok = has_event(before, "session.close") || end_journal(directory, path, journal, before, last_ms, error);
  json_decref(before);
  return ok;
}

/* Returns: the lock's descriptor; -1. */
static int
take_lock(const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename(directory, ".lock", NULL);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) {
    recorder_error_set_errno(error, path);
    return -1;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_BUSY, "%s is held by a living recorder", directory);
  close(fd);
  return -1;
}

static bool
exists(const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename(directory, name, NULL);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

bool
recovery_session(const char *directory, const PackageOptions *options, GError **error)
{
  if (exists(directory, BAG_TAG_MANIFEST))
    return true;
  int lock = take_lock(directory, error);
  if (lock < 0)
    return false;
  closing_room_give_half(directory);
  bool ok = finish_journal(directory, error) && package_close(directory, options, error);
  close(lock);
  return ok;
}

static bool
recover_one(const char *directory, const PackageOptions *options)
{
  g_autoptr(GError) error = NULL;
  if (recovery_session(directory, options, &error)) {
    g_message("recovery: %s is whole", directory);
    return true;
  }
  if (g_error_matches(error, RECORDER_ERROR, RECORDER_ERROR_BUSY))
    return true;
  g_warning("recovery: %s stays as it is: %s", directory, error->message);
  return false;
}

bool
recovery_run(const char *recordings, const char *except_id, const PackageOptions *options, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GDir) dir = g_dir_open(recordings, 0, &local);
  if (dir == NULL && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return true;
  if (dir == NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
  }
  guint failed = 0;
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *directory = g_build_filename(recordings, name, NULL);
    bool is_excepted = except_id != NULL && *except_id != '\0' && g_str_has_suffix(name, except_id);
    if (!is_excepted && exists(directory, "data/journal.jsonl") && !exists(directory, BAG_TAG_MANIFEST)
        && !recover_one(directory, options))
      failed++;
  }
  if (failed > 0)
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "%u sessions could not be finalised", failed);
  return failed == 0;
}
