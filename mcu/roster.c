/* mcu/roster.c - who is expected, waits, was let in or sent out. */
#include "mcu/roster.h"

typedef struct {
  bool is_connected, is_unstable;
  bool is_admitted, is_removed;
  bool was_in;  /* admitted and connected at once, in this session */
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

static bool
is_let_in(const Roster *self, guint site)
{
  const Entry *entry = &self->entries[site];
  if (self->room->sites[site].is_hub)
    return true;
  return !entry->is_removed && (self->is_open ? entry->is_admitted : self->is_together);
}

/* Lets in who needs nobody's word. */
static void
settle(Roster *self, guint site)
{
  Entry *entry = &self->entries[site];
  bool is_free = self->admission == ADMISSION_OPEN && !self->is_locked && !entry->is_removed;
  if (self->is_open && entry->is_connected && (is_free || self->room->sites[site].is_hub))
    entry->is_admitted = true;
  entry->was_in |= self->is_open && entry->is_connected && is_let_in(self, site);
}

static void
settle_all(Roster *self)
{
  for (guint i = 0; i < self->room->n_sites; i++)
    settle(self, i);
}

void
roster_configure(Roster *self, Admission admission, bool is_together)
{
  self->configured = admission;
  self->is_together = is_together;
  if (!self->is_open)
    self->admission = admission;
  settle_all(self);
}

/* --- the session --- */

void
roster_open(Roster *self)
{
  if (self->is_open)
    return;
  self->is_open = true;
  for (guint i = 0; i < self->room->n_sites; i++) {
    const Entry *before = &self->entries[i];
    self->entries[i] = (Entry) { .is_connected = before->is_connected, .is_unstable = before->is_unstable,
                                 .is_removed = before->is_removed };
  }
  settle_all(self);
}

void
roster_close(Roster *self)
{
  if (!self->is_open)
    return;
  self->is_open = self->is_locked = false;
  self->admission = self->configured;
  for (guint i = 0; i < self->room->n_sites; i++)
    self->entries[i].is_removed = false;
  settle_all(self);
}

bool
roster_is_open(const Roster *self)
{
  return self->is_open;
}

void
roster_set_admission(Roster *self, Admission admission)
{
  g_return_if_fail(admission != ADMISSION_NONE);
  self->admission = admission;
  settle_all(self);
}

Admission
roster_admission(const Roster *self)
{
  return self->admission;
}

void
roster_set_locked(Roster *self, bool is_locked)
{
  self->is_locked = is_locked && self->is_open;
  settle_all(self);
}

bool
roster_is_locked(const Roster *self)
{
  return self->is_locked;
}

/* --- the sites --- */

void
roster_arrived(Roster *self, guint site)
{
  self->entries[site].is_connected = true;
  self->entries[site].is_unstable = false;
  settle(self, site);
}

void
roster_set_unstable(Roster *self, guint site)
{
  self->entries[site].is_unstable = true;
}

void
roster_left(Roster *self, guint site)
{
  self->entries[site].is_connected = self->entries[site].is_unstable = false;
  settle(self, site);
}

RosterRefusal
roster_admit(Roster *self, guint site)
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
  settle(self, site);
  return ROSTER_REFUSAL_NONE;
}

RosterRefusal
roster_admit_all(Roster *self)
{
  if (self->is_locked)
    return ROSTER_REFUSAL_LOCKED;
  if (!self->is_open)
    return self->is_together ? ROSTER_REFUSAL_NONE : ROSTER_REFUSAL_CLOSED;
  for (guint i = 0; i < self->room->n_sites; i++)
    if (self->entries[i].is_connected && !self->entries[i].is_removed)
      self->entries[i].is_admitted = true;
  settle_all(self);
  return ROSTER_REFUSAL_NONE;
}

bool
roster_remove(Roster *self, guint site)
{
  if (self->room->sites[site].is_hub)
    return false;
  self->entries[site].is_removed = true;
  self->entries[site].is_admitted = false;
  settle(self, site);
  return true;
}

Presence
roster_presence(const Roster *self, guint site)
{
  const Entry *entry = &self->entries[site];
  if (entry->is_removed)
    return PRESENCE_REMOVED;
  if (!entry->is_connected)
    return self->is_open && entry->is_admitted && entry->was_in ? PRESENCE_ABSENT : PRESENCE_EXPECTED;
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

/* --- over a restart --- */

json_t *
roster_keep(const Roster *self)
{
  json_t *sites = json_object();
  for (guint i = 0; i < self->room->n_sites; i++) {
    const Entry *entry = &self->entries[i];
    json_object_set_new(sites, self->room->sites[i].id,
                        json_pack("{s:b, s:b, s:b}", "admitted", entry->is_admitted, "removed", entry->is_removed,
                                  "wasIn", entry->was_in));
  }
  return json_pack("{s:s, s:b, s:o}", "admission", admission_name(self->admission), "locked", self->is_locked, "sites", sites);
}

static Entry
restored_entry(const json_t *kept)
{
  return (Entry) {
    .is_admitted = json_is_true(json_object_get(kept, "admitted")), .is_removed = json_is_true(json_object_get(kept, "removed")),
    .was_in = json_is_true(json_object_get(kept, "wasIn")),
  };
}

void
roster_restore(Roster *self, const json_t *kept)
{
  Admission admission = admission_from_name(json_string_value(json_object_get(kept, "admission")));
  self->is_open = true;
  self->is_locked = json_is_true(json_object_get(kept, "locked"));
  self->admission = admission != ADMISSION_NONE ? admission : self->configured;
  const json_t *sites = json_object_get(kept, "sites");
  for (guint i = 0; i < self->room->n_sites; i++)
    self->entries[i] = restored_entry(json_object_get(sites, self->room->sites[i].id));
}
