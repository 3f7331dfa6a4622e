/* mcu/recording_access.c - which parts of a recording somebody may have who has no right to confidential cases. */
#include "mcu/recording_access.h"
#include <string.h>

struct RecordingAccess {
  bool    may_see_all;
  json_t *session;     /* owned (nullable): session.json */
};

static bool
is_confidential(const json_t *item)
{
  return json_is_true(json_object_get(item, "confidential"));
}

static bool
has_confidential(const json_t *session)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(session, "cases"), i, item)
    if (is_confidential(item))
      return true;
  return false;
}

RecordingAccess *
recording_access_new(const char *directory, bool may_see_restricted)
{
  RecordingAccess *self = g_new0(RecordingAccess, 1);
  g_autofree char *path = g_build_filename(directory, "data", "session.json", NULL);
  self->session = may_see_restricted ? NULL : json_load_file(path, 0, NULL);
  bool is_known = json_is_array(json_object_get(self->session, "cases"));
  self->may_see_all = may_see_restricted || (is_known && !has_confidential(self->session));
  return self;
}

void
recording_access_free(RecordingAccess *self)
{
  if (self == NULL)
    return;
  json_decref(self->session);
  g_free(self);
}

static const json_t *
find_case(const RecordingAccess *self, json_int_t number)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(self->session, "cases"), i, item)
    if (json_integer_value(json_object_get(item, "number")) == number)
      return item;
  return NULL;
}

static const json_t *
find_segment(const RecordingAccess *self, const char *list, const char *path)
{
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(self->session, list), i, segment)
    if (g_strcmp0(json_string_value(json_object_get(segment, "file")), path) == 0)
      return segment;
  return NULL;
}

bool
recording_access_allows_case(const RecordingAccess *self, guint number)
{
  const json_t *item = find_case(self, number);
  return self->may_see_all || (item != NULL && !is_confidential(item));
}

/* The composed picture is cut where a case begins and ends: its segments are of one case, or of none. */
static bool
allows_segment(const RecordingAccess *self, const json_t *segment)
{
  const json_t *number = json_object_get(segment, "case");
  return json_is_null(number) || (json_is_integer(number) && recording_access_allows_case(self, (guint)json_integer_value(number)));
}

static double
seconds(const json_t *object, const char *key)
{
  return json_number_value(json_object_get(object, key));
}

/* A site's own stream is not cut there. */
static bool
allows_site_segment(const RecordingAccess *self, const json_t *segment)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(self->session, "cases"), i, item)
    if (is_confidential(item) && seconds(segment, "from") < seconds(item, "to") && seconds(segment, "to") > seconds(item, "from"))
      return false;
  return allows_segment(self, segment);
}

bool
recording_access_allows(const RecordingAccess *self, const char *path)
{
  static const char CASES[] = "data/cases/";
  if (self->may_see_all || !g_str_has_prefix(path, "data/"))
    return true;
  if (g_str_has_prefix(path, CASES)) {
    char *end;
    guint64 number = g_ascii_strtoull(path + strlen(CASES), &end, 10);
    return *end == '/' && number <= G_MAXUINT && recording_access_allows_case(self, (guint)number);
  }
  const json_t *segment = find_segment(self, "segments", path), *of_site = find_segment(self, "siteSegments", path);
  return segment != NULL ? allows_segment(self, segment) : of_site != NULL && allows_site_segment(self, of_site);
}

bool
recording_access_allows_all(const RecordingAccess *self)
{
  return self->may_see_all;
}

void
recording_access_mark_case(json_t *item, bool may_see_restricted)
{
  static const char *const SECRET[] = { "title", "note", "outcome" };
  if (!json_is_object(item))
    return;
  json_object_set_new(item, "restricted", json_boolean(is_confidential(item)));
  for (guint i = 0; i < G_N_ELEMENTS(SECRET) && is_confidential(item) && !may_see_restricted; i++)
    json_object_set_new(item, SECRET[i], json_null());
}
