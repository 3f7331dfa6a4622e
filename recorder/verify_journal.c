/* recorder/verify_journal.c - the journal's chain, the segments that it names, and session.json against it. */
#include "recorder/journal.h"
#include "recorder/session_facts.h"
#include "recorder/verify_private.h"
#include <string.h>

#define JOURNAL "data/journal.jsonl"
#define SESSION "data/session.json"

static const char *
text(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

/* One file that a line names with its hash. */
static void
check_named(VerifyReport *report, const json_t *line, const char *file, const char *hash, GHashTable *hashes)
{
  guint number = (guint)json_integer_value(json_object_get(line, "seq"));
  const char *is = g_hash_table_lookup(hashes, file);
  if (is == NULL)
    verify_report_add(report, VERIFY_FINDING_MISSING, file, 0, "line %u of the journal names this segment, it is not there", number);
  else if (hash != NULL && strcmp(is, hash) != 0)
    verify_report_add(report, VERIFY_FINDING_ALTERED, file, 0, "this segment is not the one whose hash line %u of the journal holds", number);
}

static void
check_segment(VerifyReport *report, const json_t *line, GHashTable *hashes)
{
  const char *file = text(line, "file"), *original = text(line, "original");
  if (file == NULL)
    return;
  report->segments++;
  if (text(line, "sha256") != NULL)
    check_named(report, line, file, text(line, "sha256"), hashes);
  if (original != NULL)
    check_named(report, line, original, text(line, "originalSha256"), hashes);
}

/* Segments of the picture follow each other in time; each that was begun has been closed. */
static void
check_order(VerifyReport *report, const json_t *facts)
{
  gint64 end_us = 0;
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(facts, "segments"), i, segment) {
    const char *file = text(segment, "file");
    gint64 from_us = facts_time_us(segment, "from");
    if (from_us < end_us - 1000)
      verify_report_add(report, VERIFY_FINDING_REORDERED, file != NULL ? file : JOURNAL, 0,
                        "begins at %.3f s, before the end of the segment before it, %.3f s", (double)from_us / 1e6, (double)end_us / 1e6);
    end_us = MAX(end_us, facts_time_us(segment, "from"));
  }
}

/* The bag's own fields are not the journal's. */
static void
check_session(VerifyReport *report, const char *directory, const json_t *facts)
{
  g_autofree char *path = g_build_filename(directory, SESSION, NULL);
  json_t *session = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  if (session == NULL) {
    verify_report_add(report, VERIFY_FINDING_INVALID, SESSION, 0, "cannot be read as JSON");
    return;
  }
  static const char *const KEYS[] = { "id", "room", "roomName", "openedAt", "closedAt", "software", "state", "continues",
                                      "duration", "sites", "segments", "siteSegments", "gaps", "streamGaps", "faults", "part", "disk" };
  for (gsize i = 0; i < G_N_ELEMENTS(KEYS); i++) {
    const json_t *is = json_object_get(session, KEYS[i]), *stated = json_object_get(facts, KEYS[i]);
    if (is != stated && !json_equal(stated, is))  /* both NULL: not stated, and not there */
      verify_report_add(report, VERIFY_FINDING_ALTERED, SESSION, 0, "\"%s\" is not what the journal says", KEYS[i]);
  }
  json_t *cases = json_object_get(facts, "cases"), *item;
  gsize i;
  bool is_same = json_array_size(cases) == json_array_size(json_object_get(session, "cases"));
  json_array_foreach(cases, i, item) {
    const char *key;
    json_t *value;
    json_object_foreach(item, key, value)
      is_same &= strcmp(key, "clip") == 0
        || json_equal(value, json_object_get(json_array_get(json_object_get(session, "cases"), i), key));
  }
  if (!is_same)
    verify_report_add(report, VERIFY_FINDING_ALTERED, SESSION, 0, "\"cases\" is not what the journal says");
  json_decref(session);
}

void
verify_journal(VerifyReport *report, const char *directory, GHashTable *hashes)
{
  g_autofree char *path = g_build_filename(directory, JOURNAL, NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL);
  if (lines == NULL) {
    verify_report_add(report, VERIFY_FINDING_MISSING, JOURNAL, 0, "there is no journal");
    return;
  }
  report->journal_lines = (guint)json_array_size(lines);
  if (broken > 1)
    verify_report_add(report, VERIFY_FINDING_ALTERED, JOURNAL, broken,
                      "the chain breaks: line %u, or line %u whose hash it holds, was altered, dropped or moved", broken, broken - 1);
  else if (broken == 1)
    verify_report_add(report, VERIFY_FINDING_ALTERED, JOURNAL, 1, "the first line is none");
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(text(line, "event"), "segment.close") == 0)
      check_segment(report, line, hashes);
  }
  if (broken == 0) {
    json_t *facts = session_facts(lines);
    check_order(report, facts);
    check_session(report, directory, facts);
    json_decref(facts);
  }
  if (broken == 0 && g_strcmp0(text(json_array_get(lines, json_array_size(lines) - 1), "event"), "session.close") != 0)
    verify_report_add(report, VERIFY_FINDING_UNFINISHED, JOURNAL, (guint)json_array_size(lines), "the last line is not session.close");
  json_decref(lines);
}
