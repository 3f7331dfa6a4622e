/* recorder/journal.c - a session's journal: every event one line, each with the hash of the line before. */
#include "recorder/journal.h"
#include "media/base/clock.h"
#include "recorder/directory_sync.h"
#include "recorder/recorder_error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNC_WAIT_US (200 * 1000)
#define FIRST_PREVIOUS "0000000000000000000000000000000000000000000000000000000000000000"

struct Journal {
  /* owned */
  int   fd;
  char *path;
  char  previous[65];   /* SHA-256 of the last line, hex */
  /* state */
  gint64 seq;           /* of the last line              */
  off_t  size;          /* of the whole lines            */
  gint64 last_sync_us;
  bool   is_unsynced;
};

/* What reading a journal's bytes line by line has found so far. */
typedef struct {
  char   previous[65];
  gint64 seq;
  gsize  good_bytes;    /* up to and with the last good line's LF */
  guint  broken_line;   /* 0: none; a torn last line counts       */
  bool   is_torn;       /* the broken line is the last and has no LF */
} Chain;

static void
hash_line(const char *line, gsize length, char out[65])
{
  g_autofree char *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)line, length);
  memcpy(out, hex, 65);
}

/* Returns: (transfer full) (nullable) the line as an object, if it follows in @chain. */
static json_t *
parse_line(const Chain *chain, const char *line, gsize length)
{
  json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(object)
      || json_integer_value(json_object_get(object, "seq")) != chain->seq + 1
      || g_strcmp0(json_string_value(json_object_get(object, "previous")), chain->previous) != 0
      || !json_is_string(json_object_get(object, "event"))) {
    json_decref(object);
    return NULL;
  }
  return object;
}

/* Walks the lines of @bytes, appends the good ones to @lines (nullable). */
static void
walk(Chain *chain, const char *bytes, gsize size, json_t *lines)
{
  memcpy(chain->previous, FIRST_PREVIOUS, sizeof chain->previous);
  while (chain->good_bytes < size) {
    const char *line = bytes + chain->good_bytes;
    const char *end = memchr(line, '\n', size - chain->good_bytes);
    json_t *object = end != NULL ? parse_line(chain, line, (gsize)(end - line)) : NULL;
    if (object == NULL) {
      chain->broken_line = (guint)chain->seq + 1;
      chain->is_torn = end == NULL;
      return;
    }
    if (lines != NULL)
      json_array_append(lines, object);
    json_decref(object);
    hash_line(line, (gsize)(end - line), chain->previous);
    chain->seq++;
    chain->good_bytes = (gsize)(end - bytes) + 1;
  }
}

static bool
write_all(int fd, const char *bytes, gsize length)
{
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    bytes += n;
    length -= (gsize)n;
  }
  return true;
}

/* Keeps the bytes of a torn last line in "<journal>.torn-N"; cutting them off comes after that. */
static bool
keep_torn_bytes(const char *path, const char *bytes, gsize length, GError **error)
{
  for (guint n = 1; n < 10000; n++) {
    g_autofree char *aside = g_strdup_printf("%s.torn-%u", path, n);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0 && errno == EEXIST)
      continue;
    if (fd < 0)
      return recorder_error_set_errno(error, aside);
    bool ok = write_all(fd, bytes, length) && fdatasync(fd) == 0;
    if (!ok)
      recorder_error_set_errno(error, aside);
    close(fd);
    return ok && directory_sync_of(path, error);
  }
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "%s: torn too often", path);
  return false;
}

static bool
go_on(Journal *self, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  if (!g_file_get_contents(self->path, &bytes, &size, error))
    return false;
  Chain chain = { 0 };
  walk(&chain, bytes, size, NULL);
  if (chain.broken_line != 0 && !chain.is_torn) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "%s: the chain is broken at line %u",
                self->path, chain.broken_line);
    return false;
  }
  if (chain.is_torn
      && !keep_torn_bytes(self->path, bytes + chain.good_bytes, size - chain.good_bytes, error))
    return false;
  if (chain.is_torn && (ftruncate(self->fd, (off_t)chain.good_bytes) != 0 || fdatasync(self->fd) != 0))
    return recorder_error_set_errno(error, self->path);
  memcpy(self->previous, chain.previous, sizeof self->previous);
  self->seq = chain.seq;
  self->size = (off_t)chain.good_bytes;
  return true;
}

Journal *
journal_open(const char *path, GError **error)
{
  g_autoptr(Journal) self = g_new0(Journal, 1);
  self->path = g_strdup(path);
  self->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (self->fd < 0) {
    recorder_error_set_errno(error, path);
    return NULL;
  }
  return directory_sync_of(path, error) && go_on(self, error) ? g_steal_pointer(&self) : NULL;
}

void
journal_close(Journal *self)
{
  if (self == NULL)
    return;
  journal_sync(self, NULL);
  if (self->fd >= 0)
    close(self->fd);
  g_free(self->path);
  g_free(self);
}

bool
journal_sync(Journal *self, GError **error)
{
  if (self->is_unsynced && fdatasync(self->fd) != 0)
    return recorder_error_set_errno(error, self->path);
  self->is_unsynced = false;
  self->last_sync_us = clock_now_us();
  return true;
}

static char *
wall_time_text(gint64 wall_us)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(wall_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = g_date_time_to_local(utc);
  g_autofree char *text = g_date_time_format(local, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *zone = g_date_time_format(local, "%:z");
  return g_strdup_printf("%s.%03d%s", text, (int)(wall_us / 1000 % 1000), zone);
}

gint64
journal_time_ms(const char *rfc3339)
{
  g_autoptr(GDateTime) time = rfc3339 != NULL ? g_date_time_new_from_iso8601(rfc3339, NULL) : NULL;
  return time == NULL ? -1
    : g_date_time_to_unix(time) * 1000 + g_date_time_get_microsecond(time) / 1000;
}

/* Returns: (transfer full) (nullable) the line with its LF. NULL: @fields cannot be put in JSON. */
static char *
make_line(const Journal *self, const char *event, gint64 media_time_us, json_t *object)
{
  g_autofree char *time = wall_time_text(clock_wall_us());
  json_object_set_new(object, "event", json_string(event));
  json_object_set_new(object, "time", json_string(time));
  json_object_set_new(object, "mediaTime", json_real((double)(media_time_us / 1000) / 1000.0));
  json_object_set_new(object, "seq", json_integer(self->seq + 1));
  json_object_set_new(object, "previous", json_string(self->previous));
  char *text = json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(15));
  if (text == NULL)
    return NULL;
  char *line = g_strconcat(text, "\n", NULL);
  free(text);
  return line;
}

bool
journal_append(Journal *self, const char *event, gint64 media_time_us, json_t *fields, GError **error)
{
  json_t *object = json_is_object(fields) ? fields : json_object();
  if (object != fields)
    json_decref(fields);
  g_autofree char *line = make_line(self, event, media_time_us, object);
  json_decref(object);
  if (line == NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "%s: event %s is not valid UTF-8", self->path, event);
    return false;
  }
  gsize length = strlen(line);
  if (!write_all(self->fd, line, length)) {
    recorder_error_set_errno(error, self->path);
    if (ftruncate(self->fd, self->size) != 0)
      g_warning("%s: half a line stays: %s", self->path, g_strerror(errno));
    return false;
  }
  hash_line(line, length - 1, self->previous);
  self->seq++;
  self->size += (off_t)length;
  self->is_unsynced = true;
  bool may_wait = strcmp(event, "speaker") == 0 && clock_now_us() < self->last_sync_us + SYNC_WAIT_US;
  return may_wait || journal_sync(self, error);
}

json_t *
journal_read(const char *path, guint *broken_line, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  *broken_line = 0;
  if (!g_file_get_contents(path, &bytes, &size, error))
    return NULL;
  json_t *lines = json_array();
  Chain chain = { 0 };
  walk(&chain, bytes, size, lines);
  *broken_line = chain.broken_line;
  return lines;
}
