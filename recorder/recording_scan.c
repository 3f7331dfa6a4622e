/* recorder/recording_scan.c - what the index keeps of one session's directory. */
#include "recorder/recording_scan.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TIME_BYTES = 25, UUID_BYTES = 36, LINE_MAX_BYTES = 65536 };

/* The name's time has '-' where a file name cannot have ':': 2026-12-10T07-30-00+07-00 */
static const char TIME_SHAPE[] = "dddd-dd-ddTdd-dd-dd+dd-dd";

static bool
has_time(const char *name)
{
  for (guint i = 0; i < TIME_BYTES; i++) {
    char wanted = TIME_SHAPE[i];
    bool fits = wanted == 'd' ? g_ascii_isdigit(name[i]) : wanted == '+' ? name[i] == '+' || name[i] == '-'
                                                                        : name[i] == wanted;
    if (!fits)
      return false;
  }
  return true;
}

bool
recording_scan_id(const char *name, char id[RECORDING_ID_BYTES])
{
  gsize length = strlen(name);
  if (length < TIME_BYTES + UUID_BYTES + 3 || length > 200 || !has_time(name) || name[TIME_BYTES] != '_'
      || name[length - UUID_BYTES - 1] != '_')
    return false;
  g_strlcpy(id, name + length - UUID_BYTES, RECORDING_ID_BYTES);
  for (char *p = id; *p != '\0'; p++)
    *p = g_ascii_tolower(*p);
  return g_uuid_string_is_valid(id);
}

gint64
recording_scan_stamp(const char *directory)
{
  g_autofree char *path = g_build_filename(directory, "data", "session.json", NULL);
  struct stat status;
  if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
    return 0;
  gint64 stamp = (gint64)status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000 + status.st_size;
  return stamp != 0 ? stamp : 1;
}

/* "2026-12-10T07-30-00+07-00_..." -> RFC 3339 */
static char *
time_of_name(const char *name)
{
  char *text = g_strndup(name, TIME_BYTES);
  text[13] = text[16] = text[22] = ':';
  return text;
}

static char *
room_of_name(const char *name)
{
  return g_strndup(name + TIME_BYTES + 1, strlen(name) - TIME_BYTES - UUID_BYTES - 2);
}

/* The first line of the journal tells of an open session what its directory's name does not. */
static json_t *
first_line(const char *directory)
{
  g_autofree char *path = g_build_filename(directory, "data", "journal.jsonl", NULL);
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return NULL;
  g_autofree char *line = g_malloc(LINE_MAX_BYTES);
  json_t *json = fgets(line, LINE_MAX_BYTES, file) != NULL ? json_loads(line, 0, NULL) : NULL;
  fclose(file);
  return json;
}

static const char *
text_of(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

static json_t *
text_or_null(const char *text)
{
  return text != NULL ? json_string(text) : json_null();
}

static void
set_time(RecordingSummary *out, const char *opened_at, const char *name)
{
  g_autofree char *of_name = time_of_name(name);
  g_autoptr(GDateTime) opened = opened_at != NULL ? g_date_time_new_from_iso8601(opened_at, NULL) : NULL;
  if (opened == NULL) {
    opened_at = of_name;
    opened = g_date_time_new_from_iso8601(of_name, NULL);
  }
  out->opened_s = opened != NULL ? g_date_time_to_unix(opened) : 0;
  g_strlcpy(out->day, opened_at, sizeof out->day);
  json_object_set_new(out->recording, "openedAt", json_string(opened_at));
}

static json_t *
sites_of(const json_t *list)
{
  json_t *sites = json_array(), *site;
  gsize i;
  json_array_foreach(list, i, site) {
    const char *id = text_of(site, "id"), *name = text_of(site, "name");
    if (id != NULL)
      json_array_append_new(sites, json_pack("{s:s, s:s}", "id", id, "name", name != NULL ? name : id));
  }
  return sites;
}

static json_t *
cases_of(const json_t *list)
{
  json_t *cases = json_array(), *item;
  gsize i;
  json_array_foreach(list, i, item)
    if (json_is_integer(json_object_get(item, "number")))
      json_array_append(cases, item);
  return cases;
}

static void
read_closed(const json_t *session, RecordingSummary *out)
{
  static const char *const COPIED[] = { "closedAt", "duration", "continues", "signature", "signatureNote", "software" };
  for (guint i = 0; i < G_N_ELEMENTS(COPIED); i++) {
    json_t *value = json_object_get(session, COPIED[i]);
    json_object_set(out->recording, COPIED[i], value != NULL ? value : json_null());
  }
  out->cases = cases_of(json_object_get(session, "cases"));
  json_object_set_new(out->recording, "gaps", json_integer(json_array_size(json_object_get(session, "gaps"))));
  json_object_set_new(out->recording, "cases", json_integer(json_array_size(out->cases)));
}

void
recording_scan_read(const char *directory, const char *name, RecordingSummary *out)
{
  memset(out, 0, sizeof *out);
  g_autofree char *path = g_build_filename(directory, "data", "session.json", NULL);
  g_autofree char *room_in_name = room_of_name(name);
  bool is_closed = recording_scan_stamp(directory) != 0;
  json_t *session = is_closed ? json_load_file(path, 0, NULL) : NULL, *line = NULL;
  out->recording = json_object();
  const json_t *source = session;
  if (session == NULL)
    source = line = first_line(directory);
  const char *room = text_of(source, "room"), *room_name = text_of(source, "roomName");
  const char *state = !is_closed ? "open" : !json_is_object(session) ? "damaged" : text_of(session, "state");
  room = room != NULL ? room : room_in_name;
  json_object_set_new(out->recording, "room", json_string(room));
  json_object_set_new(out->recording, "roomName", json_string(room_name != NULL ? room_name : room));
  json_object_set_new(out->recording, "state", text_or_null(state));
  set_time(out, text_of(source, "openedAt"), name);
  read_closed(session, out);
  out->sites = sites_of(json_object_get(source, "sites"));
  json_decref(session);
  json_decref(line);
}

void
recording_summary_clear(RecordingSummary *self)
{
  g_clear_pointer(&self->recording, json_decref);
  g_clear_pointer(&self->cases, json_decref);
  g_clear_pointer(&self->sites, json_decref);
}
