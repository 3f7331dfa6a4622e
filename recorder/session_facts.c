/* recorder/session_facts.c - what a journal says of its session: the object of data/session.json. */
#include "recorder/session_facts.h"
#include "recorder/journal.h"
#include "recorder/session_gaps.h"
#include <math.h>
#include <string.h>

static const double TIME_MAX_MS = 1e12;  /* 30 years: what a forged journal says beyond is cut */

typedef struct {
  json_t *open;       /* borrowed: session.open        */
  json_t *close;      /* borrowed (nullable)           */
  json_t *recovered;  /* borrowed (nullable)           */
  json_t *sites, *segments, *site_segments, *cases, *faults;  /* owned */
  SessionGaps *gaps;  /* owned                         */
  gint64  end_us;
} Facts;

gint64
facts_time_us(const json_t *object, const char *key)
{
  double ms = json_number_value(json_object_get(object, key)) * 1000.0;
  return (gint64)llround(CLAMP(ms, -TIME_MAX_MS, TIME_MAX_MS)) * 1000;
}

json_t *
facts_seconds(gint64 time_us)
{
  return json_real((double)(time_us / 1000) / 1000.0);
}

static const char *
text(const json_t *object, const char *key)
{
  return json_string_value(json_object_get(object, key));
}

static json_t *
copy_or_null(const json_t *object, const char *key)
{
  json_t *value = json_object_get(object, key);
  return value != NULL ? json_deep_copy(value) : json_null();
}

/* Returns: (nullable) the last element of @array whose @key is @value. */
static json_t *
find_text(const json_t *array, const char *key, const char *value)
{
  for (gsize i = json_array_size(array); i > 0; i--) {
    json_t *item = json_array_get(array, i - 1);
    if (g_strcmp0(text(item, key), value) == 0)
      return item;
  }
  return NULL;
}

static json_t *
find_case(const Facts *facts, json_int_t number)
{
  gsize i;
  json_t *item;
  json_array_foreach(facts->cases, i, item) {
    if (json_integer_value(json_object_get(item, "number")) == number)
      return item;
  }
  return NULL;
}

static void
on_open(Facts *facts, json_t *line)
{
  if (facts->open != NULL)
    return;
  facts->open = line;
  gsize i;
  json_t *site;
  json_array_foreach(json_object_get(line, "sites"), i, site)
    json_array_append_new(facts->sites, json_pack("{s:o, s:o, s:[]}", "id", copy_or_null(site, "id"), "name",
                                                  copy_or_null(site, "name"), "present"));
}

static json_t *
site_of(Facts *facts, json_t *line)
{
  const char *id = text(line, "site");
  if (id == NULL)
    return NULL;
  json_t *site = find_text(facts->sites, "id", id);
  if (site == NULL) {
    site = json_pack("{s:s, s:o, s:[]}", "id", id, "name", copy_or_null(line, "name"), "present");
    json_array_append_new(facts->sites, site);
  }
  return site;
}

static void
on_joined(Facts *facts, json_t *line)
{
  json_t *present = json_object_get(site_of(facts, line), "present");
  json_t *last = json_array_get(present, json_array_size(present) - 1);
  if (present != NULL && (last == NULL || json_object_get(last, "to") != NULL))
    json_array_append_new(present, json_pack("{s:o}", "from", facts_seconds(facts_time_us(line, "mediaTime"))));
}

static void
on_left(Facts *facts, json_t *line)
{
  json_t *present = json_object_get(site_of(facts, line), "present");
  json_t *last = json_array_get(present, json_array_size(present) - 1);
  if (last != NULL && json_object_get(last, "to") == NULL)
    json_object_set_new(last, "to", facts_seconds(facts_time_us(line, "mediaTime")));
}

static void
on_case_start(Facts *facts, json_t *line)
{
  json_int_t number = json_integer_value(json_object_get(line, "number"));
  if (find_case(facts, number) != NULL)
    return;
  json_t *item = json_pack("{s:I, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "number", number,
                           "ticket", copy_or_null(line, "ticket"), "site", copy_or_null(line, "site"),
                           "title", copy_or_null(line, "title"), "note", copy_or_null(line, "note"),
                           "confidential", json_is_true(json_object_get(line, "confidential")), "outcome", json_null(),
                           "from", facts_seconds(facts_time_us(line, "mediaTime")), "to", json_null());
  json_array_append_new(facts->cases, item);
}

static void
on_case_end(Facts *facts, json_t *line)
{
  json_t *item = find_case(facts, json_integer_value(json_object_get(line, "number")));
  if (item == NULL)
    return;
  json_object_set_new(item, "to", facts_seconds(facts_time_us(line, "mediaTime")));
  static const char *const KEYS[] = { "outcome", "note", "title" };
  for (gsize i = 0; i < G_N_ELEMENTS(KEYS); i++) {
    json_t *value = json_object_get(line, KEYS[i]);
    if (value != NULL && !json_is_null(value))
      json_object_set_new(item, KEYS[i], json_deep_copy(value));
  }
}

/* What came out of a case, written down after its end. */
static void
on_outcome(Facts *facts, json_t *line)
{
  json_t *item = find_case(facts, json_integer_value(json_object_get(line, "number")));
  static const char *const KEYS[] = { "outcome", "note" };
  for (gsize i = 0; item != NULL && i < G_N_ELEMENTS(KEYS); i++) {
    json_t *value = json_object_get(line, KEYS[i]);
    if (value != NULL && !json_is_null(value))
      json_object_set_new(item, KEYS[i], json_deep_copy(value));
  }
}

static json_t *
segments_of(Facts *facts, const json_t *line)
{
  const char *file = text(line, "file");
  return file != NULL && g_str_has_prefix(file, "data/sites/") ? facts->site_segments : facts->segments;
}

static void
on_segment_open(Facts *facts, json_t *line)
{
  json_t *segment = json_pack("{s:o, s:o, s:o, s:o, s:i, s:i, s:b, s:n}", "file", copy_or_null(line, "file"), "from",
                              facts_seconds(facts_time_us(line, "from")), "to", facts_seconds(facts_time_us(line, "from")),
                              "case", copy_or_null(line, "case"), "videoFrames", 0, "audioPackets", 0, "recovered", 0,
                              "original");
  json_array_append_new(segments_of(facts, line), segment);
}

static void
on_segment_close(Facts *facts, json_t *line)
{
  json_t *segment = find_text(segments_of(facts, line), "file", text(line, "file"));
  if (segment == NULL)
    return;
  json_object_set_new(segment, "to", facts_seconds(facts_time_us(line, "to")));
  json_object_set_new(segment, "videoFrames", copy_or_null(line, "videoFrames"));
  json_object_set_new(segment, "audioPackets", copy_or_null(line, "audioPackets"));
  json_object_set_new(segment, "recovered", json_boolean(json_is_true(json_object_get(line, "recovered"))));
  json_object_set_new(segment, "original", copy_or_null(line, "original"));
  facts->end_us = MAX(facts->end_us, facts_time_us(line, "to"));
}

static void
on_gap(Facts *facts, json_t *line)
{
  session_gaps_take(facts->gaps, line);
}

static void
on_fault(Facts *facts, json_t *line)
{
  json_array_append_new(facts->faults, json_pack("{s:o, s:o}", "at", facts_seconds(facts_time_us(line, "mediaTime")),
                                                 "what", copy_or_null(line, "what")));
}

static void
on_close(Facts *facts, json_t *line)
{
  facts->close = line;
}

static void
on_recovered(Facts *facts, json_t *line)
{
  facts->recovered = line;
}

static const struct {
  const char *event;
  void (*take)(Facts *facts, json_t *line);
} EVENTS[] = {
  { "session.open", on_open }, { "session.close", on_close }, { "session.recovered", on_recovered },
  { "site.joined", on_joined }, { "site.left", on_left },
  { "case.start", on_case_start }, { "case.end", on_case_end }, { "outcome", on_outcome },
  { "segment.open", on_segment_open }, { "segment.close", on_segment_close },
  { "gap", on_gap }, { "fault", on_fault },
};

static void
take_lines(Facts *facts, const json_t *lines)
{
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    const char *event = text(line, "event");
    for (gsize k = 0; k < G_N_ELEMENTS(EVENTS); k++) {
      if (g_strcmp0(event, EVENTS[k].event) == 0)
        EVENTS[k].take(facts, line);
    }
    facts->end_us = MAX(facts->end_us, facts_time_us(line, "mediaTime"));
  }
}

static bool
has_frames(const json_t *segment)
{
  return json_integer_value(json_object_get(segment, "videoFrames"))
    + json_integer_value(json_object_get(segment, "audioPackets")) > 0;
}

/* A case's bounds are those of its segments: the cut at the keyframe. */
static void
finish_case(Facts *facts, json_t *item, gint64 base_us)
{
  json_int_t number = json_integer_value(json_object_get(item, "number"));
  gint64 from_us = -1, to_us = -1;
  gsize i;
  json_t *segment;
  json_array_foreach(facts->segments, i, segment) {
    json_t *of = json_object_get(segment, "case");
    if (!json_is_integer(of) || json_integer_value(of) != number || !has_frames(segment))
      continue;
    from_us = from_us < 0 ? facts_time_us(segment, "from") : from_us;
    to_us = MAX(to_us, facts_time_us(segment, "to"));
  }
  g_autofree char *directory = g_strdup_printf("data/cases/%03d", (int)number);
  g_autofree char *clip = g_strconcat(directory, "/case.mkv", NULL);
  bool has_clip = from_us >= 0;
  if (has_clip) {
    json_object_set_new(item, "from", facts_seconds(from_us));
    json_object_set_new(item, "to", facts_seconds(to_us));
  } else if (json_is_null(json_object_get(item, "to"))) {
    json_object_set_new(item, "to", facts_seconds(facts->end_us));
  }
  json_object_set_new(item, "masterFrom", facts_seconds(MAX(facts_time_us(item, "from") - base_us, 0)));
  json_object_set_new(item, "directory", json_string(directory));
  json_object_set_new(item, "clip", has_clip ? json_string(clip) : json_null());
  json_t *site = find_text(facts->sites, "id", text(item, "site"));
  json_object_set_new(item, "siteName", site != NULL ? copy_or_null(site, "name") : json_null());
}

static gint64
master_base_us(const Facts *facts)
{
  gsize i;
  json_t *segment;
  json_array_foreach(facts->segments, i, segment) {
    if (has_frames(segment))
      return facts_time_us(segment, "from");
  }
  return 0;
}

/* Wall time at the end: the opening's, and what has passed since by the monotonic clock. */
static json_t *
closed_at(const Facts *facts)
{
  const char *opened = text(facts->open, "openedAt");
  g_autoptr(GDateTime) from = opened != NULL ? g_date_time_new_from_iso8601(opened, NULL) : NULL;
  if (from == NULL)
    return json_null();
  g_autoptr(GDateTime) to = g_date_time_add(from, facts->end_us);
  if (to == NULL)
    return json_null();  /* beyond the year 9999 */
  g_autofree char *head = g_date_time_format(to, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *zone = g_date_time_format(to, "%:z");
  g_autofree char *whole = g_strdup_printf("%s.%03d%s", head, g_date_time_get_microsecond(to) / 1000, zone);
  return json_string(whole);
}

static void
finish_sites(Facts *facts)
{
  gsize i, k;
  json_t *site, *span;
  json_array_foreach(facts->sites, i, site) {
    json_array_foreach(json_object_get(site, "present"), k, span) {
      if (json_object_get(span, "to") == NULL)
        json_object_set_new(span, "to", facts_seconds(facts->end_us));
    }
  }
}

json_t *
session_facts(const json_t *lines)
{
  Facts facts = { .sites = json_array(), .segments = json_array(), .site_segments = json_array(), .cases = json_array(),
                  .faults = json_array(), .gaps = session_gaps_new() };
  take_lines(&facts, lines);
  finish_sites(&facts);
  gsize i;
  json_t *item;
  json_array_foreach(facts.cases, i, item)
    finish_case(&facts, item, master_base_us(&facts));
  json_t *out = json_object();
  static const char *const COPIED[] = { "id", "room", "roomName", "openedAt", "software", "continues" };
  for (i = 0; i < G_N_ELEMENTS(COPIED); i++)
    json_object_set_new(out, COPIED[i], copy_or_null(facts.open, COPIED[i]));
  static const char *const IF_STATED[] = { "part", "disk" };
  for (i = 0; i < G_N_ELEMENTS(IF_STATED); i++)
    json_object_set(out, IF_STATED[i], json_object_get(facts.open, IF_STATED[i]));
  json_object_set_new(out, "version", json_integer(1));
  json_object_set_new(out, "closedAt", closed_at(&facts));
  json_object_set_new(out, "state", json_string(facts.recovered != NULL ? "recovered" : "closed"));
  json_object_set_new(out, "duration", facts_seconds(facts.end_us));
  json_object_set_new(out, "gaps", session_gaps_all(facts.gaps, facts.segments, facts.end_us));
  json_t *of_streams = session_gaps_of_streams(facts.gaps);
  if (of_streams != NULL)
    json_object_set_new(out, "streamGaps", of_streams);
  json_object_set_new(out, "sites", facts.sites);
  json_object_set_new(out, "segments", facts.segments);
  json_object_set_new(out, "siteSegments", facts.site_segments);
  json_object_set_new(out, "cases", facts.cases);
  json_object_set_new(out, "faults", facts.faults);
  session_gaps_free(facts.gaps);
  return out;
}
