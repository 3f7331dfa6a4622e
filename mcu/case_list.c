/* mcu/case_list.c - a room's cases of the day: what is waiting, heard, done; a pure model. */
#include "mcu/case_list_private.h"
#include <string.h>

static const char *const STATE_NAMES[] = {
  [CASE_STATE_NONE] = "", [CASE_STATE_WAITING] = "waiting", [CASE_STATE_HEARD] = "heard", [CASE_STATE_PAUSED] = "paused",
  [CASE_STATE_DONE] = "done", [CASE_STATE_SKIPPED] = "skipped",
};

const char *
case_state_name(CaseState state)
{
  return STATE_NAMES[state];
}

/* ---- one case ---- */

static void
case_free(gpointer data)
{
  Case *self = data;
  char *texts[] = { self->ticket, self->site, self->title, self->sort_key, self->session, self->heard_site, self->outcome, self->note };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_strfreev(self->sites);
  g_free(self);
}

static void
set_text(char **at, const char *text)
{
  char *copy = g_strdup(text);
  g_free(*at);
  *at = copy;
}

static bool
is_listed(const Case *self)
{
  return self->site != NULL;
}

static bool
is_present(const Case *self)
{
  return self->state == CASE_STATE_HEARD || self->state == CASE_STATE_PAUSED;
}

static bool
is_called(const Case *self)
{
  return is_listed(self) && self->state == CASE_STATE_WAITING && !self->is_chairs && self->act == CASE_ACT_CALL
         && self->act_version > self->delete_version;
}

gint64
case_version(const Case *self)
{
  gint64 version = MAX(self->act_version, self->delete_version);
  for (guint i = 0; i < CASE_FIELDS; i++)
    version = MAX(version, self->field_version[i]);
  return version;
}

gint64
case_heard_us(const Case *self, gint64 now_us)
{
  return self->heard_us + (self->running_us > 0 ? MAX(now_us - self->running_us, 0) : 0);
}

static void
stop_clock(Case *self, gint64 now_us)
{
  self->heard_us = case_heard_us(self, now_us);
  self->running_us = 0;
}

static void
reset_course(Case *self)
{
  self->state = CASE_STATE_WAITING;
  self->number = 0;
  self->is_heard_confidential = self->is_chairs = false;
  self->started_us = self->ended_us = self->heard_us = self->running_us = self->paused_us = 0;
  g_clear_pointer(&self->session, g_free);
  g_clear_pointer(&self->heard_site, g_free);
  g_clear_pointer(&self->outcome, g_free);
  g_clear_pointer(&self->note, g_free);
}

static void
reset_field(Case *self, guint index)
{
  switch (1 << index) {
  case CASE_FIELD_SITE:         g_clear_pointer(&self->site, g_free); break;
  case CASE_FIELD_TITLE:        g_clear_pointer(&self->title, g_free); break;
  case CASE_FIELD_CONFIDENTIAL: self->is_confidential = false; break;
  case CASE_FIELD_POSITION:     self->place = 0; break;
  case CASE_FIELD_SITES:        g_clear_pointer(&self->sites, g_strfreev); break;
  }
}

static void
set_field(Case *self, guint index, const CaseFields *fields)
{
  reset_field(self, index);
  switch (1 << index) {
  case CASE_FIELD_SITE:         self->site = g_strdup(fields->site); break;
  case CASE_FIELD_TITLE:        self->title = g_strdup(fields->title); break;
  case CASE_FIELD_CONFIDENTIAL: self->is_confidential = fields->is_confidential; break;
  case CASE_FIELD_POSITION:     self->place = fields->position; break;
  case CASE_FIELD_SITES:        self->sites = g_strdupv(fields->sites); break;
  }
}

/* ---- the list ---- */

CaseList *
case_list_new(void)
{
  CaseList *self = g_new0(CaseList, 1);
  self->cases = g_ptr_array_new_with_free_func(case_free);
  self->by_ticket = g_hash_table_new(g_str_hash, g_str_equal);
  return self;
}

void
case_list_free(CaseList *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->by_ticket);
  g_ptr_array_unref(self->cases);
  g_free(self);
}

static void
drop(CaseList *self, guint index)
{
  const Case *item = self->cases->pdata[index];
  g_hash_table_remove(self->by_ticket, item->ticket);
  g_ptr_array_remove_index(self->cases, index);
}

Case *
case_list_remember(CaseList *self, const char *ticket)
{
  for (guint i = 0; self->cases->len >= CASE_LIST_REMEMBERED_MAX && i < self->cases->len; i++)
    if (!is_listed(self->cases->pdata[i]))
      drop(self, i--);  /* the oldest; CASE_LIST_MAX is less: there is one */
  Case *item = g_new0(Case, 1);
  item->ticket = g_strdup(ticket);
  item->sort_key = g_utf8_collate_key_for_filename(ticket, -1);
  item->state = CASE_STATE_WAITING;
  g_ptr_array_add(self->cases, item);
  g_hash_table_insert(self->by_ticket, item->ticket, item);
  return item;
}

static Case *
lookup(const CaseList *self, const char *ticket)
{
  return g_hash_table_lookup(self->by_ticket, ticket);
}

const Case *
case_list_find(const CaseList *self, const char *ticket)
{
  const Case *item = lookup(self, ticket);
  return item != NULL && is_listed(item) ? item : NULL;
}

const Case *
case_list_present(const CaseList *self)
{
  for (guint i = 0; i < self->cases->len; i++)
    if (is_present(self->cases->pdata[i]))
      return self->cases->pdata[i];
  return NULL;
}

static int
compare(const Case *a, const Case *b)
{
  guint left = a->place > 0 ? a->place : G_MAXUINT, right = b->place > 0 ? b->place : G_MAXUINT;
  if (left != right)
    return left < right ? -1 : 1;
  int order = strcmp(a->sort_key, b->sort_key);
  return order != 0 ? order : strcmp(a->ticket, b->ticket);
}

static int
compare_pointers(gconstpointer a, gconstpointer b)
{
  return compare(*(const Case *const *)a, *(const Case *const *)b);
}

GPtrArray *
case_list_in_order(const CaseList *self)
{
  GPtrArray *order = g_ptr_array_new();
  for (guint i = 0; i < self->cases->len; i++)
    if (is_listed(self->cases->pdata[i]))
      g_ptr_array_add(order, self->cases->pdata[i]);
  g_ptr_array_sort(order, compare_pointers);
  return order;
}

static const Case *
first_waiting(const CaseList *self, bool only_called)
{
  const Case *first = NULL;
  for (guint i = 0; i < self->cases->len; i++) {
    const Case *item = self->cases->pdata[i];
    if (!is_listed(item) || item->state != CASE_STATE_WAITING || (only_called && !is_called(item)))
      continue;
    if (first == NULL || compare(item, first) < 0)
      first = item;
  }
  return first;
}

const Case *
case_list_called(const CaseList *self)
{
  return first_waiting(self, true);
}

const Case *
case_list_next(const CaseList *self)
{
  const Case *called = case_list_called(self);
  return called != NULL ? called : first_waiting(self, false);
}

guint
case_list_count(const CaseList *self, CaseState state)
{
  guint n = 0;
  for (guint i = 0; i < self->cases->len; i++) {
    const Case *item = self->cases->pdata[i];
    n += is_listed(item) && (state == CASE_STATE_NONE || item->state == state);
  }
  return n;
}

guint64
case_list_revision(const CaseList *self)
{
  return self->revision;
}

guint
case_list_numbered(const CaseList *self)
{
  return self->numbered;
}

/* ---- fields ---- */

/* Puts @item at @position of the order, and gives every case its own place. */
static void
move_to(CaseList *self, Case *item, guint position)
{
  g_autoptr(GPtrArray) order = case_list_in_order(self);
  g_ptr_array_remove(order, item);
  g_ptr_array_insert(order, (gint)MIN(position > 0 ? position - 1 : order->len, order->len), item);
  for (guint i = 0; i < order->len; i++)
    ((Case *)order->pdata[i])->place = i + 1;
}

static void
put_by_chair(CaseList *self, Case *item, const CaseFields *fields)
{
  gint64 seen = case_version(item);
  for (guint i = 0; i < CASE_FIELDS; i++) {
    if ((fields->given & 1u << i) == 0)
      continue;
    item->field_version[i] = seen;
    if (1 << i != CASE_FIELD_POSITION)
      set_field(item, i, fields);
  }
  if ((fields->given & CASE_FIELD_POSITION) != 0 && is_listed(item))
    move_to(self, item, fields->position);
}

static bool
put_by_queue(Case *item, const CaseFields *fields)
{
  bool is_taken = false;
  for (guint i = 0; i < CASE_FIELDS; i++) {
    if ((fields->given & 1u << i) == 0 || fields->version <= item->field_version[i] || fields->version <= item->delete_version)
      continue;
    item->field_version[i] = fields->version;
    set_field(item, i, fields);
    is_taken = true;
  }
  return is_taken;
}

CaseMerge
case_list_put(CaseList *self, const CaseFields *fields, CaseBy by)
{
  Case *item = lookup(self, fields->ticket);
  bool is_new = item == NULL || !is_listed(item);
  if (is_new && (fields->given & CASE_FIELD_SITE) != 0 && case_list_count(self, CASE_STATE_NONE) >= CASE_LIST_MAX)
    return CASE_MERGE_FULL;
  if (item == NULL)
    item = case_list_remember(self, fields->ticket);
  if (by == CASE_BY_QUEUE && !put_by_queue(item, fields))
    return CASE_MERGE_STALE;
  if (by == CASE_BY_CHAIR)
    put_by_chair(self, item, fields);
  self->revision++;
  return CASE_MERGE_TAKEN;
}

CaseMerge
case_list_replace(CaseList *self, const GArray *rows)
{
  g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < rows->len; i++)
    g_hash_table_add(named, g_array_index(rows, CaseFields, i).ticket);
  guint kept = rows->len;
  for (guint i = 0; i < self->cases->len; i++) {
    const Case *item = self->cases->pdata[i];
    kept += is_listed(item) && item->state != CASE_STATE_WAITING && !g_hash_table_contains(named, item->ticket);
  }
  if (kept > CASE_LIST_MAX)
    return CASE_MERGE_FULL;
  for (guint i = self->cases->len; i-- > 0;) {
    const Case *item = self->cases->pdata[i];
    if (is_listed(item) && item->state == CASE_STATE_WAITING && !g_hash_table_contains(named, item->ticket))
      case_list_remove(self, item);
  }
  for (guint i = 0; i < rows->len; i++) {
    const CaseFields *fields = &g_array_index(rows, CaseFields, i);
    Case *item = lookup(self, fields->ticket);
    if (item == NULL)
      item = case_list_remember(self, fields->ticket);
    gint64 seen = case_version(item);
    for (guint f = 0; f < CASE_FIELDS; f++) {  /* the row is all that is known of the case */
      set_field(item, f, fields);
      item->field_version[f] = seen;
    }
  }
  self->revision++;
  return CASE_MERGE_TAKEN;
}

/* ---- the queue's delete, call, close and skip ---- */

CaseMerge
case_list_delete(CaseList *self, const char *ticket, gint64 version, gint64 now_us)
{
  Case *item = lookup(self, ticket);
  if (item == NULL)
    item = case_list_remember(self, ticket);
  if (version <= item->delete_version)
    return CASE_MERGE_STALE;
  item->delete_version = version;
  self->revision++;
  if (item->is_chairs)
    return CASE_MERGE_TAKEN;
  for (guint i = 0; i < CASE_FIELDS; i++)
    if (item->field_version[i] < version)
      reset_field(item, i);
  if (item->act_version < version) {
    reset_course(item);
    item->act = CASE_ACT_NONE;
  } else if (is_present(item) && !is_listed(item)) {
    stop_clock(item, now_us);
    item->state = CASE_STATE_WAITING;
  }
  return CASE_MERGE_TAKEN;
}

CaseMerge
case_list_act(CaseList *self, const char *ticket, CaseAct act, gint64 version, const char *outcome, const char *note, gint64 now_us)
{
  Case *item = lookup(self, ticket);
  if (item == NULL)
    item = case_list_remember(self, ticket);
  if (version <= item->act_version || version <= item->delete_version)
    return CASE_MERGE_STALE;
  item->act_version = version;
  item->act = act;
  self->revision++;
  if (item->is_chairs || (act == CASE_ACT_CALL && is_present(item)))
    return CASE_MERGE_TAKEN;
  if (is_present(item)) {
    stop_clock(item, now_us);
    item->ended_us = now_us;
  }
  item->state = act == CASE_ACT_CLOSE ? CASE_STATE_DONE : act == CASE_ACT_SKIP ? CASE_STATE_SKIPPED : CASE_STATE_WAITING;
  set_text(&item->outcome, outcome);
  set_text(&item->note, note);
  return CASE_MERGE_TAKEN;
}

/* ---- the chair's ---- */

void
case_list_remove(CaseList *self, const Case *removed)
{
  Case *item = (Case *)removed;
  gint64 seen = case_version(item);
  for (guint i = 0; i < CASE_FIELDS; i++)
    reset_field(item, i);
  reset_course(item);
  item->act = CASE_ACT_NONE;
  item->delete_version = seen;
  guint index;
  if (seen == 0 && g_ptr_array_find(self->cases, item, &index))
    drop(self, index);  /* the queue does not know it: nothing to remember */
  self->revision++;
}

void
case_list_begin(CaseList *self, const Case *begun, const char *session, CaseBy by, gint64 now_us)
{
  Case *item = (Case *)begun;
  g_return_if_fail(case_list_present(self) == NULL && is_listed(item));
  item->state = CASE_STATE_HEARD;
  item->number = ++self->numbered;
  item->is_heard_confidential = item->is_confidential;
  item->is_chairs |= by == CASE_BY_CHAIR;
  item->started_us = item->running_us = now_us;
  item->ended_us = 0;
  set_text(&item->session, session);
  set_text(&item->heard_site, item->site);
  set_text(&item->outcome, NULL);
  self->revision++;
}

void
case_list_end(CaseList *self, const Case *ended, CaseState to, const char *outcome, const char *note, const char *session,
              CaseBy by, gint64 now_us)
{
  Case *item = (Case *)ended;
  if (is_present(item)) {
    stop_clock(item, now_us);
    item->ended_us = now_us;
  }
  item->state = to;
  item->is_chairs |= by == CASE_BY_CHAIR;
  set_text(&item->session, session);
  case_list_set_note(self, item, outcome, note);
}

void
case_list_set_paused(CaseList *self, const Case *paused, bool is_paused, gint64 now_us)
{
  Case *item = (Case *)paused;
  g_return_if_fail(is_present(item));
  if (is_paused == (item->state == CASE_STATE_PAUSED))
    return;
  stop_clock(item, now_us);
  if (is_paused)
    item->paused_us = now_us;
  else
    item->running_us = now_us;
  item->state = is_paused ? CASE_STATE_PAUSED : CASE_STATE_HEARD;
  item->is_chairs = true;
  self->revision++;
}

void
case_list_recall(CaseList *self, const Case *recalled)
{
  Case *item = (Case *)recalled;
  g_return_if_fail(!is_present(item));
  item->state = CASE_STATE_WAITING;
  item->is_chairs = true;
  guint position = 1;
  g_autoptr(GPtrArray) order = case_list_in_order(self);
  g_ptr_array_remove(order, item);
  while (position <= order->len && ((const Case *)order->pdata[position - 1])->state != CASE_STATE_WAITING)
    position++;
  move_to(self, item, position);
  self->revision++;
}

void
case_list_set_note(CaseList *self, const Case *noted, const char *outcome, const char *note)
{
  Case *item = (Case *)noted;
  if (outcome != NULL)
    set_text(&item->outcome, outcome);
  if (note != NULL)
    set_text(&item->note, note);
  self->revision++;
}

void
case_list_set_session(CaseList *self, const Case *item, const char *session)
{
  set_text(&((Case *)item)->session, session);
  self->revision++;
}

void
case_list_set_numbered(CaseList *self, guint numbered)
{
  self->numbered = numbered;
}

bool
case_list_set_day(CaseList *self, const char *day, bool is_open)
{
  bool is_over = !is_open && self->day[0] != '\0' && strcmp(self->day, day) < 0;
  if (is_over) {
    g_hash_table_remove_all(self->by_ticket);
    g_ptr_array_set_size(self->cases, 0);
    self->day[0] = '\0';
    self->revision++;
  }
  if (is_open)
    g_strlcpy(self->day, day, sizeof self->day);
  return is_over;
}
