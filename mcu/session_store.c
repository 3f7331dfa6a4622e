/* mcu/session_store.c - which sessions are open, kept in state/sessions.json. */
#include "mcu/session_store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1 };

struct SessionStore {
  char        *path;      /* owned */
  json_t      *sessions;  /* owned: room -> entry */
  GThreadPool *writer;    /* owned: of one thread; takes the file's text */
};

static bool
write_and_sync(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return false;
  gsize length = strlen(text);
  bool ok = write(fd, text, length) == (gssize)length && fsync(fd) == 0;
  return close(fd) == 0 && ok;
}

static void
write_file(gpointer data, gpointer user)
{
  g_autofree char *text = data;
  const SessionStore *self = user;
  g_autofree char *next = g_strconcat(self->path, ".new", NULL);
  if (!write_and_sync(next, text) || rename(next, self->path) != 0)
    g_warning("%s cannot be written (%s): a session would not be opened again after a crash", self->path,
              g_strerror(errno));
}

static json_t *
read_sessions(const char *path)
{
  json_error_t error;
  g_autofree char *aside = NULL;
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  json_t *sessions = json_object_get(file, "sessions");
  if (json_is_object(sessions)) {
    json_incref(sessions);
  } else {
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
      aside = g_strconcat(path, ".unreadable", NULL);
      g_warning("%s is not readable (%s): kept as %s", path, file == NULL ? error.text : "no sessions", aside);
      if (rename(path, aside) != 0)
        g_warning("%s: %s", aside, g_strerror(errno));
    }
    sessions = json_object();
  }
  json_decref(file);
  return sessions;
}

SessionStore *
session_store_open(const char *state_dir)
{
  SessionStore *self = g_new0(SessionStore, 1);
  self->path = g_build_filename(state_dir, "sessions.json", NULL);
  self->sessions = read_sessions(self->path);
  self->writer = g_thread_pool_new(write_file, self, 1, TRUE, NULL);
  return self;
}

void
session_store_free(SessionStore *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->writer, FALSE, TRUE);
  json_decref(self->sessions);
  g_free(self->path);
  g_free(self);
}

const json_t *
session_store_get(const SessionStore *self, const char *room)
{
  return json_object_get(self->sessions, room);
}

void
session_store_put(SessionStore *self, const char *room, json_t *entry)
{
  if (entry != NULL)
    json_object_set_new(self->sessions, room, entry);
  else
    json_object_del(self->sessions, room);
  json_t *file = json_pack("{s:i, s:O}", "version", VERSION, "sessions", self->sessions);
  char *text = json_dumps(file, JSON_INDENT(2) | JSON_SORT_KEYS), *copy = g_strdup(text);
  free(text);
  json_decref(file);
  g_thread_pool_push(self->writer, copy, NULL);
}
