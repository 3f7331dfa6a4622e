/* mcu/sse_reader.c - reads server-sent events (HTML standard, section 9.2.6) from the bytes of a stream. */
#include "mcu/sse_reader.h"
#include <string.h>

enum { RETRY_MS = 1000, RETRY_MIN_MS = 200, RETRY_MAX_MS = 30000 };

struct SseReader {
  SseReaderEvent event;
  gpointer       user;
  /* owned */
  GString       *line, *name, *data;
  /* state */
  char           last_id[SSE_ID_MAX_BYTES];
  guint          retry_ms;
  bool           is_first_line, has_data, was_cr, has_failed;
};

SseReader *
sse_reader_new(SseReaderEvent event, gpointer user)
{
  SseReader *self = g_new0(SseReader, 1);
  self->event = event;
  self->user = user;
  self->line = g_string_new(NULL);
  self->name = g_string_new(NULL);
  self->data = g_string_new(NULL);
  self->retry_ms = RETRY_MS;
  sse_reader_restart(self);
  return self;
}

void
sse_reader_free(SseReader *self)
{
  if (self == NULL)
    return;
  g_string_free(self->line, TRUE);
  g_string_free(self->name, TRUE);
  g_string_free(self->data, TRUE);
  g_free(self);
}

static void
forget_event(SseReader *self)
{
  g_string_truncate(self->name, 0);
  g_string_truncate(self->data, 0);
  self->has_data = false;
}

void
sse_reader_restart(SseReader *self)
{
  forget_event(self);
  g_string_truncate(self->line, 0);
  self->is_first_line = true;
  self->was_cr = self->has_failed = false;
}

static void
dispatch(SseReader *self)
{
  if (self->has_data) {
    g_autofree char *name = g_utf8_make_valid(self->name->len > 0 ? self->name->str : "message", -1);
    g_autofree char *data = g_utf8_make_valid(self->data->str, (gssize)self->data->len);
    self->event(name, data, self->user);
  }
  forget_event(self);
}

static bool
is_number(const char *text)
{
  return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 10;
}

static void
take_field(SseReader *self, const char *name, const char *value)
{
  if (strcmp(name, "data") == 0) {
    if (self->has_data)
      g_string_append_c(self->data, '\n');
    g_string_append(self->data, value);
    self->has_data = true;
  } else if (strcmp(name, "event") == 0) {
    g_string_assign(self->name, value);
  } else if (strcmp(name, "id") == 0 && strlen(value) < sizeof self->last_id) {
    g_strlcpy(self->last_id, value, sizeof self->last_id);
  } else if (strcmp(name, "retry") == 0 && is_number(value)) {
    self->retry_ms = CLAMP((guint)g_ascii_strtoull(value, NULL, 10), RETRY_MIN_MS, RETRY_MAX_MS);
  }
}

static void
end_line(SseReader *self)
{
  char *line = self->line->str;
  if (self->is_first_line && g_str_has_prefix(line, "\xef\xbb\xbf"))
    line += 3;
  self->is_first_line = false;
  if (line[0] == '\0') {
    dispatch(self);
  } else if (line[0] != ':') {
    char *colon = strchr(line, ':');
    char *value = colon != NULL ? colon + 1 : line + strlen(line);
    if (colon != NULL)
      *colon = '\0';
    take_field(self, line, value[0] == ' ' ? value + 1 : value);
  }
  g_string_truncate(self->line, 0);
}

bool
sse_reader_feed(SseReader *self, const char *bytes, gsize n)
{
  for (gsize i = 0; i < n && !self->has_failed; i++) {
    char c = bytes[i];
    bool ends_cr = c == '\n' && self->was_cr;
    self->was_cr = c == '\r';
    if (ends_cr)
      continue;
    if (c == '\r' || c == '\n')
      end_line(self);
    else if (c != '\0')  /* no field may hold one */
      g_string_append_c(self->line, c);
    self->has_failed = self->line->len + self->data->len + self->name->len > SSE_EVENT_MAX_BYTES;
  }
  return !self->has_failed;
}

const char *
sse_reader_last_id(const SseReader *self)
{
  return self->last_id;
}

guint
sse_reader_retry_ms(const SseReader *self)
{
  return self->retry_ms;
}
