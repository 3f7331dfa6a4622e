/* recorder/package_texts.c - the texts of a package: session.json, case.json, chapters.vtt, speakers.vtt, bag-info.txt. */
#include "recorder/package_texts.h"
#include "recorder/bag.h"
#include "recorder/package_clips.h"
#include "recorder/recorder_error.h"
#include "recorder/session_facts.h"
#include <stdlib.h>
#include <string.h>

static bool
put_text(const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename(directory, name, NULL);
  return bag_put_file(path, text, strlen(text), error);
}

static bool
put_json(const char *directory, const char *name, const json_t *object, GError **error)
{
  char *text = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_REAL_PRECISION(15));
  if (text == NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_JOURNAL, "%s: not to be put in JSON", name);
    return false;
  }
  g_autofree char *with_end = g_strconcat(text, "\n", NULL);
  free(text);
  return put_text(directory, name, with_end, error);
}

/* A cue of WebVTT. Its text must hold no line of "-->" and no "<", "&" of its own. */
static void
put_cue(GString *out, gint64 from_us, gint64 to_us, const char *text)
{
  gint64 times[2] = { from_us / 1000, to_us / 1000 };
  for (guint i = 0; i < 2; i++)
    g_string_append_printf(out, "%s%02d:%02d:%02d.%03d", i == 1 ? " --> " : "", (int)(times[i] / 3600000),
                           (int)(times[i] / 60000 % 60), (int)(times[i] / 1000 % 60), (int)(times[i] % 1000));
  g_autofree char *escaped = g_markup_escape_text(text, -1);
  g_strdelimit(escaped, "\r\n", ' ');
  g_string_append_printf(out, "\n%s\n\n", escaped);
}

static bool
write_chapters(const char *directory, const json_t *facts, GError **error)
{
  g_autoptr(GString) out = g_string_new("WEBVTT\n\n");
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(facts, "cases"), i, item) {
    g_autofree char *title = package_case_title(item);
    gint64 from_us = facts_time_us(item, "masterFrom");
    put_cue(out, from_us, from_us + MAX(facts_time_us(item, "to") - facts_time_us(item, "from"), 0), title);
  }
  return put_text(directory, "data/chapters.vtt", out->str, error);
}

static const char *
site_name(const json_t *facts, const char *id)
{
  gsize i;
  json_t *site;
  json_array_foreach(json_object_get(facts, "sites"), i, site) {
    const char *name = json_string_value(json_object_get(site, "name"));
    if (g_strcmp0(json_string_value(json_object_get(site, "id")), id) == 0 && name != NULL)
      return name;
  }
  return id;
}

/* Who spoke when: from one "speaker" to the next. No file if nobody was ever named. */
static bool
write_speakers(const char *directory, const json_t *facts, const json_t *lines, GError **error)
{
  g_autoptr(GString) out = g_string_new("WEBVTT\n\n");
  gint64 base_us = facts_time_us(json_array_get(json_object_get(facts, "segments"), 0), "from"), from_us = 0;
  const char *speaker = NULL;
  bool any = false;
  gsize i, count = json_array_size(lines);
  for (i = 0; i <= count; i++) {
    json_t *line = json_array_get(lines, i);
    if (line != NULL && g_strcmp0(json_string_value(json_object_get(line, "event")), "speaker") != 0)
      continue;
    gint64 now_us = line != NULL ? facts_time_us(line, "mediaTime") : facts_time_us(facts, "duration");
    if (speaker != NULL && now_us > from_us && from_us >= base_us)
      put_cue(out, from_us - base_us, now_us - base_us, site_name(facts, speaker));
    speaker = json_string_value(json_object_get(line, "site"));
    any |= speaker != NULL;
    from_us = MAX(now_us, base_us);
  }
  return !any || put_text(directory, "data/speakers.vtt", out->str, error);
}

static bool
write_case(const char *directory, const json_t *facts, const json_t *item, GError **error)
{
  json_t *object = json_deep_copy(item);
  json_object_set_new(object, "version", json_integer(1));
  json_object_set_new(object, "restricted", json_boolean(json_is_true(json_object_get(item, "confidential"))));
  static const char *const KEYS[] = { "room", "roomName", "openedAt", "software" };
  for (gsize i = 0; i < G_N_ELEMENTS(KEYS); i++)
    json_object_set(object, KEYS[i], json_object_get(facts, KEYS[i]));
  json_object_set(object, "session", json_object_get(facts, "id"));
  g_autofree char *name = g_strconcat(json_string_value(json_object_get(item, "directory")), "/case.json", NULL);
  bool ok = put_json(directory, name, object, error);
  json_decref(object);
  return ok;
}

bool
package_texts_write(const char *directory, const json_t *facts, const json_t *lines, GError **error)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(facts, "cases"), i, item) {
    if (!write_case(directory, facts, item, error))
      return false;
  }
  return write_chapters(directory, facts, error) && write_speakers(directory, facts, lines, error)
    && put_json(directory, "data/session.json", facts, error);
}

static void
put_label(GString *out, const char *label, const char *value)
{
  if (value == NULL)
    return;
  g_autofree char *line = g_strdup(value);
  g_strdelimit(line, "\r\n", ' ');
  g_string_append_printf(out, "%s: %s\n", label, line);
}

char *
package_bag_info(const json_t *facts, const char *stamp_server, gint64 wall_us)
{
  GString *out = g_string_new(NULL);
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(wall_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = g_date_time_to_local(utc);
  g_autofree char *date = g_date_time_format(local, "%Y-%m-%d");
  put_label(out, "External-Identifier", json_string_value(json_object_get(facts, "id")));
  put_label(out, "External-Description", json_string_value(json_object_get(facts, "roomName")));
  put_label(out, "Bagging-Date", date);
  put_label(out, "Bag-Software-Agent", json_string_value(json_object_get(facts, "software")));
  put_label(out, "Diemcau-State", json_string_value(json_object_get(facts, "state")));
  put_label(out, "Diemcau-Signature", json_string_value(json_object_get(facts, "signature")));
  put_label(out, "Diemcau-Signature-Note", json_string_value(json_object_get(facts, "signatureNote")));
  put_label(out, "Diemcau-Timestamp-Server", stamp_server);
  return g_string_free(out, FALSE);
}
