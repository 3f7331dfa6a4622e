/* mcu/roster.c - who is expected, waits, was let in or sent out, and was there for how long. */
#include "mcu/roster.h"
#include "mcu/wall_time.h"

typedef enum { ROLL_CALL_NONE = 0, ROLL_CALL_PRESENT, ROLL_CALL_MISSING } RollCall;

typedef struct {
  bool     is_connected, is_unstable;
  bool     is_admitted, is_removed;
  gint64   since_us, since_wall_us;   /* of the present stay; 0: not there now */
  gint64   stayed_us;                 /* in stays that are over                */
  gint64   first_joined_wall_us, last_left_wall_us;  /* 0: never               */
  RollCall roll_call;
  gint64   called_wall_us;
} Entry;

struct Roster {
  const ConfigRoom *room;             /* borrowed */
  Admission configured, admission;
  bool      is_together, is_open, is_locked;
  Entry     entries[CONFIG_SITES_MAX];
};

Roster *
roster_new(const ConfigRoom *room, Admission admission, bool is_together)
{
  Roster *self = g_new0(Roster, 1);
  self->room = room;
  self->configured = self->admission = admission;
  self->is_together = is_together;
  return self;
}

void
roster_free(Roster *self)
{
  g_free(self);
}

/* --- stays --- */

static void
begin_stay(Entry *entry, RosterTime time)
{
  if (entry->since_us != 0)
    return;
  entry->since_us = MAX(time.now_us, 1);
  entry->since_wall_us = time.wall_us;
  if (entry->first_joined_wall_us == 0)
    entry->first_joined_wall_us = time.wall_us;
  entry->last_left_wall_us = 0;
}

static void
end_stay(Entry *entry, RosterTime time)
{
  if (entry->since_us == 0)
    return;
  entry->stayed_us += MAX(time.now_us - entry->since_us, 0);
  entry->since_us = entry->since_wall_us = 0;
  entry->last_left_wall_us = time.wall_us;
}

static bool
is_let_in(const Roster *self, guint site)
{
  const Entry *entry = &self->entries[site];
  if (self->room->sites[site].is_hub)
    return true;
  return !entry->is_removed && (self->is_open ? entry->is_admitted : self->is_together);
}

/* Lets in who needs nobody's word, and begins and ends stays accordingly. */
static void
settle(Roster *self, guint site, RosterTime time)
{
  Entry *entry = &self->entries[site];
  bool is_free = self->admission == ADMISSION_OPEN && !self->is_locked && !entry->is_removed;
  if (self->is_open && entry->is_connected && (is_free || self->room->sites[site].is_hub))
    entry->is_admitted = true;
  if (self->is_open && entry->is_connected && is_let_in(self, site))
    begin_stay(entry, time);
  else
    end_stay(entry, time);
}

static void
settle_all(Roster *self, RosterTime time)
{
  for (guint i = 0; i < self->room->n_sites; i++)
    settle(self, i, time);
}

void
roster_configure(Roster *self, Admission admission, bool is_together, RosterTime time)
{
  self->configured = admission;
  self->is_together = is_together;
  if (!self->is_open)
    self->admission = admission;
  settle_all(self, time);
}

/* --- the session --- */

void
roster_open(Roster *self, RosterTime time)
{
  if (self->is_open)
    return;
  self->is_open = true;
  for (guint i = 0; i < self->room->n_sites; i++) {
    const Entry *before = &self->entries[i];
    self->entries[i] = (Entry) { .is_connected = before->is_connected, .is_unstable = before->is_unstable,
                                 .is_removed = before->is_removed };
  }
  settle_all(self, time);
}

void
roster_close(Roster *self, RosterTime time)
{
  if (!self->is_open)
    return;
  self->is_open = self->is_locked = false;
  self->admission = self->configured;
  for (guint i = 0; i < self->room->n_sites; i++)
    self->entries[i].is_removed = false;
  settle_all(self, time);
}

bool
roster_is_open(const Roster *self)
{
  return self->is_open;
}

void
roster_set_admission(Roster *self, Admission admission, RosterTime time)
{
  g_return_if_fail(admission != ADMISSION_NONE);
  self->admission = admission;
  settle_all(self, time);
}

Admission
roster_admission(const Roster *self)
{
  return self->admission;
}

void
roster_set_locked(Roster *self, bool is_locked, RosterTime time)
{
  self->is_locked = is_locked && self->is_open;
  settle_all(self, time);
}

bool
roster_is_locked(const Roster *self)
{
  return self->is_locked;
}

/* --- the sites --- */

void
roster_arrived(Roster *self, guint site, RosterTime time)
{
  self->entries[site].is_connected = true;
  self->entries[site].is_unstable = false;
  settle(self, site, time);
}

void
roster_set_unstable(Roster *self, guint site)
{
  self->entries[site].is_unstable = true;
}

void
roster_left(Roster *self, guint site, RosterTime time)
{
  self->entries[site].is_connected = self->entries[site].is_unstable = false;
  settle(self, site, time);
}

RosterRefusal
roster_admit(Roster *self, guint site, RosterTime time)
{
  Entry *entry = &self->entries[site];
  if (is_let_in(self, site))
    return ROSTER_REFUSAL_NONE;
  if (self->is_locked)
    return ROSTER_REFUSAL_LOCKED;
  if (!self->is_open && !entry->is_removed)
    return ROSTER_REFUSAL_CLOSED;
  entry->is_removed = false;
  entry->is_admitted = self->is_open;
  settle(self, site, time);
  return ROSTER_REFUSAL_NONE;
}

RosterRefusal
roster_admit_all(Roster *self, RosterTime time)
{
  if (self->is_locked)
    return ROSTER_REFUSAL_LOCKED;
  if (!self->is_open)
    return self->is_together ? ROSTER_REFUSAL_NONE : ROSTER_REFUSAL_CLOSED;
  for (guint i = 0; i < self->room->n_sites; i++)
    if (self->entries[i].is_connected && !self->entries[i].is_removed)
      self->entries[i].is_admitted = true;
  settle_all(self, time);
  return ROSTER_REFUSAL_NONE;
}

bool
roster_remove(Roster *self, guint site, RosterTime time)
{
  if (self->room->sites[site].is_hub)
    return false;
  self->entries[site].is_removed = true;
  self->entries[site].is_admitted = false;
  settle(self, site, time);
  return true;
}

void
roster_note_roll_call(Roster *self, guint site, bool is_present, RosterTime time)
{
  self->entries[site].roll_call = is_present ? ROLL_CALL_PRESENT : ROLL_CALL_MISSING;
  self->entries[site].called_wall_us = time.wall_us;
}

Presence
roster_presence(const Roster *self, guint site)
{
  const Entry *entry = &self->entries[site];
  if (entry->is_removed)
    return PRESENCE_REMOVED;
  if (!entry->is_connected)
    return self->is_open && entry->is_admitted && entry->first_joined_wall_us != 0 ? PRESENCE_ABSENT : PRESENCE_EXPECTED;
  if (!is_let_in(self, site))
    return PRESENCE_WAITING;
  return entry->is_unstable ? PRESENCE_UNSTABLE : PRESENCE_ADMITTED;
}

bool
roster_is_admitted(const Roster *self, guint site)
{
  return is_let_in(self, site);
}

bool
roster_may_connect(const Roster *self, guint site)
{
  return !self->entries[site].is_removed;
}

/* --- names --- */

const char *
presence_name(Presence presence)
{
  static const char *const NAMES[] = {
    [PRESENCE_NONE] = "", [PRESENCE_EXPECTED] = "expected", [PRESENCE_WAITING] = "waiting", [PRESENCE_ADMITTED] = "admitted",
    [PRESENCE_UNSTABLE] = "unstable", [PRESENCE_ABSENT] = "absent", [PRESENCE_REMOVED] = "removed",
  };
  return NAMES[presence];
}

const char *
admission_name(Admission admission)
{
  return admission == ADMISSION_LOBBY ? "lobby" : "open";
}

Admission
admission_from_name(const char *name)
{
  return g_strcmp0(name, "open") == 0 ? ADMISSION_OPEN : g_strcmp0(name, "lobby") == 0 ? ADMISSION_LOBBY : ADMISSION_NONE;
}

/* --- attendance --- */

static json_t *
roll_call_json(const Entry *entry)
{
  if (entry->roll_call == ROLL_CALL_NONE)
    return json_null();
  return json_pack("{s:b, s:o}", "present", entry->roll_call == ROLL_CALL_PRESENT, "time", wall_time_json(entry->called_wall_us));
}

json_t *
roster_attendance(const Roster *self, RosterTime time)
{
  json_t *list = json_array();
  for (guint i = 0; i < self->room->n_sites; i++) {
    const Entry *entry = &self->entries[i];
    gint64 stayed_us = entry->stayed_us + (entry->since_us != 0 ? MAX(time.now_us - entry->since_us, 0) : 0);
    json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:I, s:o}", "site", self->room->sites[i].id,
                                          "name", self->room->sites[i].name,
                                          "firstJoined", wall_time_json(entry->first_joined_wall_us),
                                          "lastLeft", wall_time_json(entry->last_left_wall_us),
                                          "presentSeconds", (json_int_t)(stayed_us / G_USEC_PER_SEC),
                                          "rollCall", roll_call_json(entry)));
  }
  return list;
}

/* --- over a restart --- */

json_t *
roster_keep(const Roster *self)
{
  json_t *sites = json_object();
  for (guint i = 0; i < self->room->n_sites; i++) {
    const Entry *entry = &self->entries[i];
    json_object_set_new(sites, self->room->sites[i].id,
                        json_pack("{s:b, s:b, s:I, s:I, s:I, s:I, s:i, s:I}", "admitted", entry->is_admitted,
                                  "removed", entry->is_removed, "sinceUs", (json_int_t)entry->since_wall_us,
                                  "stayedUs", (json_int_t)entry->stayed_us,
                                  "firstJoinedUs", (json_int_t)entry->first_joined_wall_us,
                                  "lastLeftUs", (json_int_t)entry->last_left_wall_us,
                                  "rollCall", (int)entry->roll_call, "calledUs", (json_int_t)entry->called_wall_us));
  }
  return json_pack("{s:s, s:b, s:o}", "admission", admission_name(self->admission), "locked", self->is_locked, "sites", sites);
}

static gint64
kept_us(const json_t *kept, const char *key)
{
  return MAX(json_integer_value(json_object_get(kept, key)), 0);
}

static void
restore_entry(Entry *entry, const json_t *kept, gint64 saved_wall_us)
{
  gint64 since_us = kept_us(kept, "sinceUs"), roll_call = kept_us(kept, "rollCall");
  *entry = (Entry) {
    .is_admitted = json_is_true(json_object_get(kept, "admitted")), .is_removed = json_is_true(json_object_get(kept, "removed")),
    .stayed_us = kept_us(kept, "stayedUs"), .first_joined_wall_us = kept_us(kept, "firstJoinedUs"),
    .last_left_wall_us = kept_us(kept, "lastLeftUs"), .called_wall_us = kept_us(kept, "calledUs"),
    .roll_call = roll_call <= ROLL_CALL_MISSING ? (RollCall)roll_call : ROLL_CALL_NONE,
  };
  if (since_us == 0)
    return;
  entry->stayed_us += MAX(saved_wall_us - since_us, 0);
  entry->last_left_wall_us = MAX(saved_wall_us, since_us);
}

void
roster_restore(Roster *self, const json_t *kept, gint64 saved_wall_us)
{
  Admission admission = admission_from_name(json_string_value(json_object_get(kept, "admission")));
  self->is_open = true;
  self->is_locked = json_is_true(json_object_get(kept, "locked"));
  self->admission = admission != ADMISSION_NONE ? admission : self->configured;
  const json_t *sites = json_object_get(kept, "sites");
  for (guint i = 0; i < self->room->n_sites; i++)
    restore_entry(&self->entries[i], json_object_get(sites, self->room->sites[i].id), saved_wall_us);
}
