/* mcu/session_store.c - which sessions are open, kept in state/sessions.json. */
#include "mcu/session_store.h"

static const char MEMBER[] = "sessions";

struct SessionStore {
  char        *path;      /* owned */
  json_t      *sessions;  /* owned: room -> entry */
  StateWriter *writer;    /* owned */
};

SessionStore *
session_store_open(const char *state_dir)
{
  SessionStore *self = g_new0(SessionStore, 1);
  self->path = g_build_filename(state_dir, "sessions.json", NULL);
  self->sessions = state_file_read(self->path, MEMBER);
  self->writer = state_writer_new();
  return self;
}

void
session_store_free(SessionStore *self)
{
  if (self == NULL)
    return;
  state_writer_free(self->writer);
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
  state_writer_put(self->writer, self->path, MEMBER, self->sessions);
}

StateWriter *
session_store_writer(SessionStore *self)
{
  return self->writer;
}
