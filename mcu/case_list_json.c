/* mcu/case_list_json.c - the cases of the day as JSON: for callers, for the room's state, for the disk. */
#include "mcu/case_list_private.h"
#include "mcu/wall_time.h"

/* ---- for callers ---- */

static json_t *
sites_json(const Case *self)
{
  json_t *sites = json_array();
  for (char **site = self->sites; site != NULL && *site != NULL; site++)
    json_array_append_new(sites, json_string(*site));
  return sites;
}

json_t *
case_json(const Case *self, guint position, gint64 now_us)
{
  return json_pack("{s:s, s:s, s:o, s:s?, s:b, s:s, s:i, s:o, s:o, s:o, s:I, s:s?, s:s?, s:I}",
                   "ticket", self->ticket, "site", self->site, "sites", sites_json(self), "title", self->title,
                   "confidential", self->is_confidential, "state", case_state_name(self->state), "position", (int)position,
                   "number", self->number > 0 ? json_integer(self->number) : json_null(),
                   "startedAt", wall_time_json(self->started_us), "endedAt", wall_time_json(self->ended_us),
                   "heardSeconds", (json_int_t)(case_heard_us(self, now_us) / G_USEC_PER_SEC),
                   "outcome", self->outcome, "note", self->note, "version", (json_int_t)case_version(self));
}

json_t *
case_list_json(const CaseList *self, gint64 now_us)
{
  json_t *cases = json_array();
  g_autoptr(GPtrArray) order = case_list_in_order(self);
  for (guint i = 0; i < order->len; i++)
    json_array_append_new(cases, case_json(order->pdata[i], i + 1, now_us));
  return json_pack("{s:o, s:I}", "cases", cases, "revision", (json_int_t)self->revision);
}

/* The ticket of a confidential case is for the chair and the queue alone. */
static const char *
shown_ticket(const Case *self, bool is_confidential)
{
  return is_confidential ? "" : self->ticket;
}

json_t *
case_list_summary_json(const CaseList *self)
{
  const Case *next = case_list_next(self);
  json_t *next_json = next == NULL ? json_null()
    : json_pack("{s:s, s:s}", "ticket", shown_ticket(next, next->is_confidential), "site", next->site);
  return json_pack("{s:i, s:i, s:o}", "waiting", (int)case_list_count(self, CASE_STATE_WAITING),
                   "done", (int)case_list_count(self, CASE_STATE_DONE), "next", next_json);
}

json_t *
case_list_present_json(const CaseList *self)
{
  const Case *item = case_list_present(self);
  if (item == NULL)
    return json_null();
  bool is_paused = item->state == CASE_STATE_PAUSED;
  return json_pack("{s:i, s:s, s:s, s:b, s:b, s:o, s:I, s:o}", "number", (int)item->number,
                   "ticket", shown_ticket(item, item->is_heard_confidential), "site", item->heard_site,
                   "confidential", item->is_heard_confidential, "paused", is_paused,
                   "since", wall_time_json(item->started_us), "heardSeconds", (json_int_t)(item->heard_us / G_USEC_PER_SEC),
                   "asOf", wall_time_json(is_paused ? item->paused_us : item->running_us));
}

/* ---- for the disk ---- */

static json_t *
saved_case(const Case *self)
{
  json_t *versions = json_array();
  for (guint i = 0; i < CASE_FIELDS; i++)
    json_array_append_new(versions, json_integer(self->field_version[i]));
  return json_pack("{s:s, s:s?, s:s?, s:o, s:b, s:i, s:i, s:i, s:b, s:b, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I, s:I,"
                   " s:i, s:o, s:I, s:I}",
                   "ticket", self->ticket, "site", self->site, "title", self->title, "sites", sites_json(self),
                   "confidential", self->is_confidential, "place", (int)self->place, "state", (int)self->state,
                   "number", (int)self->number, "heardConfidential", self->is_heard_confidential, "chairs", self->is_chairs,
                   "session", self->session, "heardSite", self->heard_site, "outcome", self->outcome, "note", self->note,
                   "started", (json_int_t)self->started_us, "ended", (json_int_t)self->ended_us,
                   "heard", (json_int_t)self->heard_us, "running", (json_int_t)self->running_us,
                   "paused", (json_int_t)self->paused_us, "act", (int)self->act, "versions", versions,
                   "actVersion", (json_int_t)self->act_version, "deleteVersion", (json_int_t)self->delete_version);
}

json_t *
case_list_save(const CaseList *self)
{
  json_t *cases = json_array();
  for (guint i = 0; i < self->cases->len; i++)
    json_array_append_new(cases, saved_case(self->cases->pdata[i]));
  return json_pack("{s:I, s:i, s:s, s:o}", "revision", (json_int_t)self->revision, "numbered", (int)self->numbered,
                   "day", self->day, "cases", cases);
}

static char *
text_of(const json_t *object, const char *key)
{
  return g_strdup(json_string_value(json_object_get(object, key)));
}

static gint64
number_of(const json_t *object, const char *key, gint64 max)
{
  return CLAMP(json_integer_value(json_object_get(object, key)), 0, max);
}

static bool
flag_of(const json_t *object, const char *key)
{
  return json_is_true(json_object_get(object, key));
}

static void
load_fields(Case *item, const json_t *saved)
{
  const json_t *sites = json_object_get(saved, "sites"), *versions = json_object_get(saved, "versions");
  item->site = text_of(saved, "site");
  item->title = text_of(saved, "title");
  item->is_confidential = flag_of(saved, "confidential");
  item->place = (guint)number_of(saved, "place", G_MAXINT);
  gsize n = json_array_size(sites);
  item->sites = n > 0 ? g_new0(char *, n + 1) : NULL;
  for (gsize i = 0, used = 0; i < n; i++) {
    const char *site = json_string_value(json_array_get(sites, i));
    if (site != NULL)
      item->sites[used++] = g_strdup(site);
  }
  for (guint i = 0; i < CASE_FIELDS; i++)
    item->field_version[i] = MAX(json_integer_value(json_array_get(versions, i)), 0);
}

static void
load_course(Case *item, const json_t *saved)
{
  item->state = (CaseState)CLAMP(json_integer_value(json_object_get(saved, "state")), CASE_STATE_WAITING, CASE_STATE_SKIPPED);
  item->number = (guint)number_of(saved, "number", G_MAXINT / 2);
  item->is_heard_confidential = flag_of(saved, "heardConfidential");
  item->is_chairs = flag_of(saved, "chairs");
  item->session = text_of(saved, "session");
  item->heard_site = text_of(saved, "heardSite");
  item->outcome = text_of(saved, "outcome");
  item->note = text_of(saved, "note");
  item->started_us = number_of(saved, "started", G_MAXINT64);
  item->ended_us = number_of(saved, "ended", G_MAXINT64);
  item->heard_us = number_of(saved, "heard", G_MAXINT64);
  item->running_us = number_of(saved, "running", G_MAXINT64);
  item->paused_us = number_of(saved, "paused", G_MAXINT64);
  item->act = (CaseAct)number_of(saved, "act", CASE_ACT_SKIP);
  item->act_version = number_of(saved, "actVersion", G_MAXINT64);
  item->delete_version = number_of(saved, "deleteVersion", G_MAXINT64);
}

CaseList *
case_list_load(const json_t *saved)
{
  CaseList *self = case_list_new();
  gsize i;
  json_t *row;
  self->revision = (guint64)number_of(saved, "revision", G_MAXINT64);
  self->numbered = (guint)number_of(saved, "numbered", G_MAXINT / 2);
  const char *day = json_string_value(json_object_get(saved, "day"));
  g_strlcpy(self->day, day != NULL ? day : "", sizeof self->day);
  json_array_foreach(json_object_get(saved, "cases"), i, row) {
    const char *ticket = json_string_value(json_object_get(row, "ticket"));
    if (ticket == NULL || !case_ticket_is_valid(ticket) || g_hash_table_contains(self->by_ticket, ticket))
      continue;
    bool is_other_heard = case_list_present(self) != NULL;
    Case *item = case_list_remember(self, ticket);
    load_fields(item, row);
    load_course(item, row);
    bool is_heard = item->state == CASE_STATE_HEARD || item->state == CASE_STATE_PAUSED;
    if (is_heard && (is_other_heard || item->site == NULL || item->heard_site == NULL))
      item->state = CASE_STATE_WAITING;
  }
  return self;
}
