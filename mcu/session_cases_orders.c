/* mcu/session_cases_orders.c - what the chair and the queue system may do with the cases. */
#include "mcu/session_cases_private.h"

/* ---- what they share ---- */

static bool
may_act(SessionCases *self, GError **error) ON_CONTROL
{
  if (self->session == NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_CLOSED, "no session is open in the room");
  if (self->entering != NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_BUSY, "a confidential case is just beginning: try again");
  return true;
}

/* Returns: (nullable): and @error. @or_present: a case of no ticket is the one being heard. */
static const Case *
find(SessionCases *self, const CaseOrder *order, bool or_present, GError **error) ON_CONTROL
{
  const Case *item = order->ticket != NULL ? case_list_find(self->list, order->ticket)
                     : or_present          ? case_list_present(self->list)
                                           : NULL;
  if (item == NULL && order->ticket != NULL)
    session_cases_fail(error, SESSION_CASES_ERROR_UNKNOWN, "no such ticket is in the list");
  else if (item == NULL)
    session_cases_fail(error, SESSION_CASES_ERROR_NO_CASE, "no case is being heard");
  return item;
}

static void
end_by_chair(SessionCases *self, const Case *item, CaseState to, const CaseOrder *order) ON_CONTROL
{
  case_list_end(self->list, item, to, order != NULL ? order->outcome : NULL, order != NULL ? order->note : NULL, self->session,
                CASE_BY_CHAIR, g_get_real_time());
}

/* Ends what is heard, records that, and begins @item: the queue's calls have to wait. */
static void
change_to(SessionCases *self, const Case *item, const CaseOrder *ending, const char *note) ON_CONTROL
{
  const Case *present = case_list_present(self->list);
  if (present != NULL)
    end_by_chair(self, present, CASE_STATE_DONE, ending);
  case_list_end(self->list, item, CASE_STATE_WAITING, NULL, NULL, self->session, CASE_BY_CHAIR, g_get_real_time());
  session_cases_end_hearing(self);
  session_cases_begin(self, item, note, CASE_BY_CHAIR);
}

static bool
is_present(const Case *item)
{
  return item->state == CASE_STATE_HEARD || item->state == CASE_STATE_PAUSED;
}

/* ---- the chair's course ---- */

bool
session_cases_start(SessionCases *self, const CaseFields *fields, const char *note, GError **error)
{
  if (!may_act(self, error))
    return false;
  const Case *item = case_list_find(self->list, fields->ticket);
  if (item != NULL && is_present(item) && g_strcmp0(item->heard_site, fields->site) == 0)
    return true;
  if (case_list_put(self->list, fields, CASE_BY_CHAIR) == CASE_MERGE_FULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_FULL, "the list has 500 cases already");
  change_to(self, case_list_find(self->list, fields->ticket), NULL, note);
  return true;
}

bool
session_cases_call(SessionCases *self, const CaseOrder *order, GError **error)
{
  const Case *item = may_act(self, error) ? find(self, order, false, error) : NULL;
  if (item == NULL)
    return false;
  if (!is_present(item))
    change_to(self, item, NULL, NULL);
  return true;
}

bool
session_cases_next(SessionCases *self, const CaseOrder *order, GError **error)
{
  if (!may_act(self, error))
    return false;
  const Case *item = order->ticket != NULL ? case_list_find(self->list, order->ticket) : case_list_next(self->list);
  const Case *present = case_list_present(self->list);
  if (item == NULL && order->ticket != NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_UNKNOWN, "no such ticket is in the list");
  if (item != NULL && is_present(item))
    return true;
  if (item != NULL && item->state != CASE_STATE_WAITING)
    return session_cases_fail(error, SESSION_CASES_ERROR_STATE, "the case does not wait any more");
  if (item == NULL && present == NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_NO_CASE, "no case waits");
  if (item != NULL) {
    change_to(self, item, order, NULL);
    return true;
  }
  end_by_chair(self, present, CASE_STATE_DONE, order);  /* that was the last one */
  session_cases_reconcile(self);
  return true;
}

/* Of a hearing of this session that is over, the record is told what came out later. */
static void
note_later(SessionCases *self, const Case *item) ON_CONTROL
{
  if (item->number > 0 && g_strcmp0(item->session, self->session) == 0)
    self->config.note(self->config.user, "outcome", json_pack("{s:i, s:s?, s:s?}", "number", (int)item->number,
                                                             "outcome", item->outcome, "note", item->note));
}

bool
session_cases_close(SessionCases *self, const CaseOrder *order, GError **error)
{
  const Case *item = may_act(self, error) ? find(self, order, true, error) : NULL;
  if (item == NULL)
    return false;
  if (item->state == CASE_STATE_DONE || item->state == CASE_STATE_SKIPPED) {
    case_list_set_note(self->list, item, order->outcome, order->note);
    note_later(self, item);
    session_cases_changed(self);
    return true;
  }
  bool was_waiting = item->state == CASE_STATE_WAITING;
  end_by_chair(self, item, CASE_STATE_DONE, order);
  if (was_waiting)
    session_cases_tell(self, "case.end", item);
  session_cases_reconcile(self);
  return true;
}

bool
session_cases_pause(SessionCases *self, const CaseOrder *order, bool is_paused, GError **error)
{
  const Case *item = may_act(self, error) ? find(self, order, true, error) : NULL;
  if (item == NULL)
    return false;
  if (!is_present(item))
    return session_cases_fail(error, SESSION_CASES_ERROR_STATE, "the case is not being heard");
  if (is_paused == (item->state == CASE_STATE_PAUSED))
    return true;
  case_list_set_paused(self->list, item, is_paused, g_get_real_time());
  self->config.note(self->config.user, is_paused ? "hearing.paused" : "hearing.resumed",
                    json_pack("{s:i}", "number", (int)item->number));
  session_cases_tell(self, is_paused ? "case.pause" : "case.resume", item);
  session_cases_changed(self);
  return true;
}

bool
session_cases_skip(SessionCases *self, const CaseOrder *order, GError **error)
{
  if (!may_act(self, error))
    return false;
  CaseOrder next = *order;
  const Case *waiting = case_list_next(self->list);
  if (order->ticket == NULL && case_list_present(self->list) == NULL && waiting != NULL)
    next.ticket = waiting->ticket;
  const Case *item = find(self, &next, true, error);
  if (item == NULL)
    return false;
  if (item->state == CASE_STATE_SKIPPED)
    return true;
  if (item->state == CASE_STATE_DONE)
    return session_cases_fail(error, SESSION_CASES_ERROR_STATE, "the case is over: recall it first");
  bool was_waiting = item->state == CASE_STATE_WAITING;
  end_by_chair(self, item, CASE_STATE_SKIPPED, order);
  if (was_waiting)
    session_cases_tell(self, "case.skip", item);
  session_cases_reconcile(self);
  return true;
}

bool
session_cases_recall(SessionCases *self, const CaseOrder *order, GError **error)
{
  const Case *item = may_act(self, error) ? find(self, order, true, error) : NULL;
  if (item == NULL)
    return false;
  if (is_present(item))
    return true;
  case_list_recall(self->list, item);
  session_cases_tell(self, "case.recall", item);
  session_cases_changed(self);
  return true;
}

/* ---- the list ---- */

static bool
is_taken(SessionCases *self, CaseMerge merge, GError **error) ON_CONTROL
{
  if (merge == CASE_MERGE_FULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_FULL, "a list has at most 500 cases");
  if (merge == CASE_MERGE_TAKEN)
    session_cases_reconcile(self);
  return true;
}

bool
session_cases_put(SessionCases *self, const CaseFields *fields, CaseBy by, GError **error)
{
  session_cases_renew(self);
  if (by == CASE_BY_CHAIR && fields->site == NULL && case_list_find(self->list, fields->ticket) == NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_STATE, "a new case needs a site");
  return is_taken(self, case_list_put(self->list, fields, by), error);
}

bool
session_cases_put_list(SessionCases *self, const GArray *rows, CaseBy by, GError **error)
{
  session_cases_renew(self);
  if (by == CASE_BY_CHAIR)
    return is_taken(self, case_list_replace(self->list, rows), error);
  for (guint i = 0; i < rows->len; i++)
    if (case_list_put(self->list, &g_array_index(rows, CaseFields, i), by) == CASE_MERGE_FULL) {
      session_cases_reconcile(self);
      return session_cases_fail(error, SESSION_CASES_ERROR_FULL, "a list has at most 500 cases");
    }
  session_cases_reconcile(self);
  return true;
}

bool
session_cases_delete(SessionCases *self, const char *ticket, CaseBy by, gint64 version, GError **error)
{
  session_cases_renew(self);
  if (by == CASE_BY_QUEUE)
    return is_taken(self, case_list_delete(self->list, ticket, version, g_get_real_time()), error);
  const Case *item = case_list_find(self->list, ticket);
  if (item == NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_UNKNOWN, "no such ticket is in the list");
  if (is_present(item))
    return session_cases_fail(error, SESSION_CASES_ERROR_STATE, "the case is being heard: end it first");
  case_list_remove(self->list, item);
  return is_taken(self, CASE_MERGE_TAKEN, error);
}

bool
session_cases_act(SessionCases *self, const CaseOrder *order, CaseAct act, gint64 version, GError **error)
{
  if (self->session == NULL)
    return session_cases_fail(error, SESSION_CASES_ERROR_CLOSED, "no session is open in the room");
  CaseMerge merge = case_list_act(self->list, order->ticket, act, version, order->outcome, order->note, g_get_real_time());
  const Case *item = case_list_find(self->list, order->ticket);
  if (merge == CASE_MERGE_TAKEN && item != NULL && item->state != CASE_STATE_WAITING)
    case_list_set_session(self->list, item, self->session);
  return is_taken(self, merge, error);
}
