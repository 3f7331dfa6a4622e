/* mcu/state_file.c - the bridge's own small JSON files, each read and written whole. */
#include "mcu/state_file.h"
#include "media/base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1 };

struct StateWriter {
  GThreadPool *pool;     /* owned: one thread; takes a path               */
  GMutex       lock;     /* `waiting`                                     */
  GHashTable  *waiting;  /* owned: path -> text, not yet taken by `pool`  */
};

json_t *
state_file_read(const char *path, const char *member)
{
  json_error_t error;
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  json_t *content = json_object_get(file, member);
  if (json_is_object(content)) {
    json_incref(content);
    json_decref(file);
    return content;
  }
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_autofree char *aside = g_strconcat(path, ".unreadable", NULL);
    g_warning("%s is not readable (%s): kept as %s", path, file == NULL ? error.text : member, aside);
    if (rename(path, aside) != 0)
      g_warning("%s: %s", aside, g_strerror(errno));
  }
  json_decref(file);
  return json_object();
}

static bool
write_all(int fd, const char *text)
{
  gsize length = strlen(text);
  while (length > 0) {
    gssize n = write(fd, text, length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    text += n;
    length -= (gsize)n;
  }
  return true;
}

static bool
write_and_sync(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return false;
  bool ok = write_all(fd, text) && fsync(fd) == 0;
  int code = errno;
  ok = close(fd) == 0 && ok;
  errno = code;
  return ok;
}

/* The rename lasts once the folder is synced. */
static bool
sync_folder(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool ok = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return ok;
}

bool
state_file_write(const char *path, const char *text, GError **error)
{
  g_autofree char *next = g_strconcat(path, ".new", NULL);
  if (write_and_sync(next, text) && rename(next, path) == 0 && sync_folder(path))
    return true;
  int code = errno;
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "%s cannot be written (%s)", path, g_strerror(code));
  return false;
}

static void
write_path(gpointer data, gpointer user)
{
  g_autofree char *path = data;
  StateWriter *self = user;
  gpointer key = NULL, value = NULL;
  g_mutex_lock(&self->lock);
  g_hash_table_steal_extended(self->waiting, path, &key, &value);
  g_mutex_unlock(&self->lock);
  g_autofree char *text = value, *folder = g_path_get_dirname(path);
  g_free(key);
  g_autoptr(GError) error = NULL;
  if (text == NULL)
    return;
  g_mkdir_with_parents(folder, 0700);
  if (!state_file_write(path, text, &error))
    log_limited(G_LOG_LEVEL_WARNING, "%s: what it holds would be lost in a crash", error->message);
}

StateWriter *
state_writer_new(void)
{
  StateWriter *self = g_new0(StateWriter, 1);
  g_mutex_init(&self->lock);
  self->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  self->pool = g_thread_pool_new(write_path, self, 1, TRUE, NULL);
  return self;
}

void
state_writer_free(StateWriter *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->pool, FALSE, TRUE);
  g_hash_table_unref(self->waiting);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
state_writer_put(StateWriter *self, const char *path, const char *member, json_t *content)
{
  json_t *file = json_pack("{s:i, s:O}", "version", VERSION, member, content);
  char *text = json_dumps(file, JSON_INDENT(1) | JSON_SORT_KEYS), *copy = g_strdup(text);
  free(text);
  json_decref(file);
  g_mutex_lock(&self->lock);
  bool is_first = g_hash_table_replace(self->waiting, g_strdup(path), copy);
  g_mutex_unlock(&self->lock);
  if (is_first)
    g_thread_pool_push(self->pool, g_strdup(path), NULL);
}
