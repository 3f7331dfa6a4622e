/* mcu/session_journal.c - what happened in a room between two of its states, for the journal. */
#include "mcu/session_journal.h"
#include <string.h>

static const json_t *
find_site(const json_t *room, const char *id)
{
  size_t i;
  json_t *site;
  json_array_foreach(json_object_get(room, "sites"), i, site)
    if (g_strcmp0(json_string_value(json_object_get(site, "id")), id) == 0)
      return site;
  return NULL;
}

/* A site that is unstable is still there: its seat is taken. One that waits is not. */
static bool
is_present(const json_t *site)
{
  const char *presence = json_string_value(json_object_get(site, "presence"));
  return g_strcmp0(presence, "admitted") == 0 || g_strcmp0(presence, "unstable") == 0;
}

static void
note_site(Recording *recording, const json_t *before, const json_t *now) ON_CONTROL
{
  const char *id = json_string_value(json_object_get(now, "id"));
  if (is_present(before) != is_present(now))
    recording_event(recording, is_present(now) ? "site.joined" : "site.left", json_pack("{s:s}", "site", id));
  bool was_muted = json_is_true(json_object_get(before, "muted")), is_muted = json_is_true(json_object_get(now, "muted"));
  if (was_muted != is_muted)
    recording_event(recording, is_muted ? "site.muted" : "site.unmuted", json_pack("{s:s}", "site", id));
  bool was_up = json_is_true(json_object_get(before, "hand")), is_up = json_is_true(json_object_get(now, "hand"));
  if (was_up != is_up)
    recording_event(recording, is_up ? "hand.raised" : "hand.lowered", json_pack("{s:s}", "site", id));
}

/* @key: of the room's state: a site's id, or null. */
static void
note_chosen_site(Recording *recording, const char *event, const char *key, const json_t *before,
                 const json_t *now) ON_CONTROL
{
  const json_t *was = json_object_get(before, key), *is = json_object_get(now, key);
  if (was != NULL ? !json_equal(was, is) : !json_is_null(is))
    recording_event(recording, event, json_pack("{s:O}", "site", is));
}

void
session_journal_note(Recording *recording, const json_t *before, const json_t *now, bool with_speakers)
{
  size_t i;
  json_t *site;
  json_array_foreach(json_object_get(now, "sites"), i, site)
    note_site(recording, find_site(before, json_string_value(json_object_get(site, "id"))), site);
  note_chosen_site(recording, "floor", "floor", before, now);
  if (with_speakers)
    note_chosen_site(recording, "speaker", "activeSpeaker", before, now);
  json_t *tour = json_object_get(now, "tour");
  if (before != NULL ? !json_equal(json_object_get(before, "tour"), tour) : json_is_object(tour))
    recording_event(recording, "tour", json_pack("{s:O}", "tour", tour));
  json_t *layout = json_object_get(now, "layout");
  if (!json_equal(json_object_get(before, "layout"), layout))
    recording_event(recording, "layout", json_copy(layout));
}
