/* tests/load/sse_parser.c - server-sent events out of a stream of bytes. */
#include "tests/load/sse_parser.h"
#include <string.h>

struct SseParser {
  SseEvent event;
  gpointer user;
  GString *line, *name, *data, *id;  /* owned */
  gboolean after_cr, has_data;
};

SseParser *
sse_parser_new(SseEvent event, gpointer user)
{
  SseParser *self = g_new0(SseParser, 1);
  *self = (SseParser) { .event = event, .user = user, .line = g_string_new(NULL),
                        .name = g_string_new(NULL), .data = g_string_new(NULL), .id = g_string_new(NULL) };
  return self;
}

void
sse_parser_free(SseParser *self)
{
  if (self == NULL)
    return;
  g_string_free(self->line, TRUE);
  g_string_free(self->name, TRUE);
  g_string_free(self->data, TRUE);
  g_string_free(self->id, TRUE);
  g_free(self);
}

static void
finish_event(SseParser *self)
{
  if (self->has_data && self->data->len <= SSE_EVENT_BYTES_MAX)
    self->event(self->name->len > 0 ? self->name->str : "message", self->data->str, self->user);
  g_string_truncate(self->name, 0);
  g_string_truncate(self->data, 0);
  self->has_data = FALSE;
}

static void
take_field(SseParser *self, const char *name, const char *value)
{
  if (strcmp(name, "event") == 0) {
    g_string_assign(self->name, value);
  } else if (strcmp(name, "id") == 0) {
    g_string_assign(self->id, value);
  } else if (strcmp(name, "data") == 0) {
    if (self->has_data)
      g_string_append_c(self->data, '\n');
    self->has_data = TRUE;
    if (self->data->len <= SSE_EVENT_BYTES_MAX)
      g_string_append(self->data, value);
  }
}

static void
finish_line(SseParser *self)
{
  char *line = self->line->str;
  if (*line == '\0') {
    finish_event(self);
  } else if (*line != ':') {
    char *colon = strchr(line, ':');
    const char *value = "";
    if (colon != NULL) {
      *colon = '\0';
      value = colon[1] == ' ' ? colon + 2 : colon + 1;
    }
    take_field(self, line, value);
  }
  g_string_truncate(self->line, 0);
}

void
sse_parser_push(SseParser *self, const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    char c = data[i];
    gboolean second_of_pair = c == '\n' && self->after_cr;
    self->after_cr = c == '\r';
    if (second_of_pair)
      continue;
    if (c == '\n' || c == '\r')
      finish_line(self);
    else if (c != '\0' && self->line->len <= SSE_EVENT_BYTES_MAX)
      g_string_append_c(self->line, c);
  }
}

const char *
sse_parser_last_id(const SseParser *self)
{
  return self->id->str;
}
