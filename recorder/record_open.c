/* recorder/record_open.c - the OPEN of the bridge, read and checked. */
#include "recorder/record_open.h"
#include "recorder/recorder_error.h"
#include <string.h>

enum { NAME_MAX_BYTES = 200, SEGMENT_SECONDS = 600, SEGMENT_SECONDS_MIN = 2, SEGMENT_SECONDS_MAX = 3600 };
static const json_int_t RESERVE_BYTES = 64 << 20;

bool
record_name_is_plain(const char *name)
{
  if (name == NULL || name[0] == '\0' || name[0] == '.' || strlen(name) > NAME_MAX_BYTES)
    return false;
  for (const char *c = name; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && strchr("-_.+", *c) == NULL)
      return false;
  }
  return true;
}

static const char *
text(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

static json_int_t
integer(const json_t *object, const char *key, json_int_t otherwise)
{
  const json_t *value = json_object_get(object, key);
  return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static bool
is_acceptable(const json_t *object)
{
  const char *id = text(object, "id"), *directory = text(object, "directory");
  return id != NULL && g_uuid_string_is_valid(id) && record_name_is_plain(text(object, "name"))
         && directory != NULL && directory[0] != '\0' && json_is_integer(json_object_get(object, "originUs"));
}

static json_t *
session_fields(const json_t *object)
{
  static const char *const KEYS[] = { "id", "room", "roomName", "openedAt", "software", "continues", "sites", "disk" };
  json_t *fields = json_object();
  for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
    json_t *value = json_object_get(object, KEYS[i]);
    json_object_set_new(fields, KEYS[i], value != NULL ? json_deep_copy(value) : json_null());
  }
  return fields;
}

RecordOpen *
record_open_new(const json_t *object, GError **error)
{
  if (!is_acceptable(object)) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "OPEN lacks an id, a name, a directory or an origin");
    return NULL;
  }
  const json_t *signing = json_object_get(object, "signing");
  RecordOpen *self = g_new0(RecordOpen, 1);
  self->id = g_strdup(text(object, "id"));
  self->name = g_strdup(text(object, "name"));
  self->directory = g_strdup(text(object, "directory"));
  self->fallback = g_strdup(text(object, "fallbackDirectory"));
  self->origin_us = integer(object, "originUs", 0);
  self->segment_us = CLAMP(integer(object, "segmentSeconds", SEGMENT_SECONDS), SEGMENT_SECONDS_MIN,
                           SEGMENT_SECONDS_MAX) * G_USEC_PER_SEC;
  self->reserve_bytes = (guint64)MAX(integer(object, "reserveBytes", RESERVE_BYTES), 0);
  self->is_resumed = json_is_true(json_object_get(object, "resume"));
  self->has_site_streams = json_is_true(json_object_get(object, "siteStreams"));
  self->certificate = g_strdup(text(signing, "certificate"));
  self->key = g_strdup(text(signing, "key"));
  self->timestamp_server = g_strdup(text(object, "timestampServer"));
  self->session = session_fields(object);
  return self;
}

void
record_open_free(RecordOpen *self)
{
  if (self == NULL)
    return;
  g_free(self->id);
  g_free(self->name);
  g_free(self->directory);
  g_free(self->fallback);
  g_free(self->certificate);
  g_free(self->key);
  g_free(self->timestamp_server);
  json_decref(self->session);
  g_free(self);
}

PackageOptions
record_open_package_options(const RecordOpen *self)
{
  return (PackageOptions) {
    .certificate = self->certificate, .key = self->key, .timestamp_server = self->timestamp_server,
  };
}
