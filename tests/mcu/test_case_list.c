/* tests/mcu/test_case_list.c - the cases of the day, and that the order in which the queue's calls come does not matter.
 *
 * DIEMCAU_SEED=n repeats a run of the random test. */
#include "mcu/case_list.h"
#include <stdlib.h>
#include <string.h>

static const gint64 SECOND = G_USEC_PER_SEC;
#define SESSION "11111111-1111-4111-8111-111111111111"

static CaseFields
fields(const char *ticket, const char *site, gint64 version)
{
  CaseFields made = { .ticket = (char *)ticket, .site = (char *)site, .version = version };
  made.given = site != NULL ? CASE_FIELD_SITE : 0;
  return made;
}

static void
put(CaseList *list, const char *ticket, const char *site, gint64 version)
{
  CaseFields row = fields(ticket, site, version);
  case_list_put(list, &row, version > 0 ? CASE_BY_QUEUE : CASE_BY_CHAIR);
}

static const char *
order_text(const CaseList *list)
{
  static char text[400];
  g_autoptr(GPtrArray) order = case_list_in_order(list);
  text[0] = '\0';
  for (guint i = 0; i < order->len; i++) {
    const Case *item = order->pdata[i];
    g_strlcat(text, i > 0 ? " " : "", sizeof text);
    g_strlcat(text, item->ticket, sizeof text);
  }
  return text;
}

static CaseState
state_of(const CaseList *list, const char *ticket)
{
  const Case *item = case_list_find(list, ticket);
  return item != NULL ? item->state : CASE_STATE_NONE;
}

/* As the session does: what the queue has called begins once nobody is heard. */
static void
settle(CaseList *list, gint64 now_us)
{
  const Case *called = case_list_present(list) == NULL ? case_list_called(list) : NULL;
  if (called != NULL)
    case_list_begin(list, called, SESSION, CASE_BY_QUEUE, now_us);
}

static void
act(CaseList *list, const char *ticket, CaseAct what, gint64 version)
{
  case_list_act(list, ticket, what, version, NULL, NULL, 0);
  settle(list, 0);
}

static void
test_a_case_goes_its_way(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 0);
  put(list, "A2", "tu-son", 0);
  const Case *first = case_list_next(list);
  g_assert_cmpstr(first->ticket, ==, "A1");
  case_list_begin(list, first, SESSION, CASE_BY_CHAIR, 100 * SECOND);
  g_assert_true(case_list_present(list) == first);
  g_assert_cmpuint(first->number, ==, 1);
  case_list_set_paused(list, first, true, 130 * SECOND);
  case_list_set_paused(list, first, true, 140 * SECOND);
  g_assert_cmpint(first->state, ==, CASE_STATE_PAUSED);
  g_assert_cmpint(case_heard_us(first, 190 * SECOND), ==, 30 * SECOND);
  case_list_set_paused(list, first, false, 200 * SECOND);
  g_assert_cmpint(case_heard_us(first, 210 * SECOND), ==, 40 * SECOND);
  case_list_end(list, first, CASE_STATE_DONE, "Giao Sở", NULL, SESSION, CASE_BY_CHAIR, 215 * SECOND);
  g_assert_null(case_list_present(list));
  g_assert_cmpint(case_heard_us(first, 999 * SECOND), ==, 45 * SECOND);
  g_assert_cmpstr(first->outcome, ==, "Giao Sở");
  g_assert_cmpuint(case_list_count(list, CASE_STATE_DONE), ==, 1);
  case_list_recall(list, first);
  g_assert_true(case_list_next(list) == first);
  g_assert_cmpstr(order_text(list), ==, "A1 A2");
}

static void
test_recalled_cases_come_before_all_that_wait(void)
{
  g_autoptr(CaseList) list = case_list_new();
  static const char *const TICKETS[] = { "A1", "A2", "A3", "A4" };
  for (guint i = 0; i < G_N_ELEMENTS(TICKETS); i++)
    put(list, TICKETS[i], "hub", 0);
  case_list_end(list, case_list_find(list, "A1"), CASE_STATE_DONE, NULL, NULL, SESSION, CASE_BY_CHAIR, 0);
  case_list_end(list, case_list_find(list, "A4"), CASE_STATE_SKIPPED, NULL, NULL, SESSION, CASE_BY_CHAIR, 0);
  case_list_recall(list, case_list_find(list, "A4"));
  g_assert_cmpstr(order_text(list), ==, "A1 A4 A2 A3");
  g_assert_cmpstr(case_list_next(list)->ticket, ==, "A4");
}

static void
test_tickets_without_a_place_stand_in_natural_order(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A10", "hub", 1);
  put(list, "A9", "hub", 1);
  put(list, "B1", "hub", 1);
  g_assert_cmpstr(order_text(list), ==, "A9 A10 B1");
  CaseFields row = fields("B1", NULL, 2);
  row.given = CASE_FIELD_POSITION;
  row.position = 1;
  case_list_put(list, &row, CASE_BY_QUEUE);
  g_assert_cmpstr(order_text(list), ==, "B1 A9 A10");
  row = fields("A10", NULL, 0);  /* the chair's is a move */
  row.given = CASE_FIELD_POSITION;
  row.position = 2;
  case_list_put(list, &row, CASE_BY_CHAIR);
  g_assert_cmpstr(order_text(list), ==, "B1 A10 A9");
}

static void
test_stale_calls_change_nothing(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "tu-son", 5);
  guint64 revision = case_list_revision(list);
  CaseFields old = fields("A1", "hub", 4), same = fields("A1", "hub", 5);
  g_assert_cmpint(case_list_put(list, &old, CASE_BY_QUEUE), ==, CASE_MERGE_STALE);
  g_assert_cmpint(case_list_put(list, &same, CASE_BY_QUEUE), ==, CASE_MERGE_STALE);
  g_assert_cmpuint(case_list_revision(list), ==, revision);
  g_assert_cmpstr(case_list_find(list, "A1")->site, ==, "tu-son");
  g_assert_cmpint(case_list_delete(list, "A1", 6, 0), ==, CASE_MERGE_TAKEN);
  g_assert_null(case_list_find(list, "A1"));
  put(list, "A1", "hub", 5);
  g_assert_null(case_list_find(list, "A1"));
  put(list, "A1", "hub", 7);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_WAITING);
}

static void
test_a_call_may_come_before_its_case(void)
{
  g_autoptr(CaseList) list = case_list_new();
  act(list, "A1", CASE_ACT_CALL, 2);
  g_assert_null(case_list_find(list, "A1"));
  put(list, "A1", "hub", 1);
  settle(list, 0);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_HEARD);
}

static void
test_a_call_waits_for_the_case_being_heard(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 1);
  put(list, "A2", "hub", 1);
  act(list, "A1", CASE_ACT_CALL, 2);
  act(list, "A2", CASE_ACT_CALL, 2);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_HEARD);
  g_assert_cmpint(state_of(list, "A2"), ==, CASE_STATE_WAITING);
  act(list, "A1", CASE_ACT_CALL, 3);
  g_assert_cmpuint(case_list_numbered(list), ==, 1);  /* it was heard already */
  act(list, "A1", CASE_ACT_CLOSE, 4);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_DONE);
  g_assert_cmpint(state_of(list, "A2"), ==, CASE_STATE_HEARD);
}

static void
test_the_chair_beats_the_queue(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 1);
  act(list, "A1", CASE_ACT_CALL, 2);
  case_list_end(list, case_list_find(list, "A1"), CASE_STATE_DONE, "Xong", NULL, SESSION, CASE_BY_CHAIR, 0);
  act(list, "A1", CASE_ACT_CALL, 3);
  act(list, "A1", CASE_ACT_SKIP, 4);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_DONE);
  g_assert_cmpstr(case_list_find(list, "A1")->outcome, ==, "Xong");
  case_list_delete(list, "A1", 5, 0);
  g_assert_cmpint(state_of(list, "A1"), ==, CASE_STATE_DONE);  /* what the chair dealt with stays in the report */
  put(list, "A2", "hub", 3);
  CaseFields edit = fields("A2", "tu-son", 0);
  case_list_put(list, &edit, CASE_BY_CHAIR);
  put(list, "A2", "hub", 2);
  g_assert_cmpstr(case_list_find(list, "A2")->site, ==, "tu-son");
  put(list, "A2", "gia-binh", 4);  /* newer than what the chair knew */
  g_assert_cmpstr(case_list_find(list, "A2")->site, ==, "gia-binh");
}

static void
test_the_days_list_replaces_what_waits(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 0);
  put(list, "A2", "hub", 4);
  put(list, "A3", "hub", 0);
  case_list_begin(list, case_list_find(list, "A1"), SESSION, CASE_BY_CHAIR, 0);
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(CaseFields));
  CaseFields first = fields("B1", "tu-son", 0), second = fields("A3", "tu-son", 0);
  first.position = 1, second.position = 2;
  first.given = second.given = CASE_FIELD_SITE | CASE_FIELD_POSITION;
  g_array_append_val(rows, first);
  g_array_append_val(rows, second);
  g_assert_cmpint(case_list_replace(list, rows), ==, CASE_MERGE_TAKEN);
  g_assert_cmpstr(order_text(list), ==, "B1 A3 A1");
  g_assert_cmpstr(case_list_find(list, "A3")->site, ==, "tu-son");
  put(list, "A2", "hub", 4);  /* a late copy does not bring it back */
  g_assert_null(case_list_find(list, "A2"));
}

static void
test_the_list_is_bounded(void)
{
  g_autoptr(CaseList) list = case_list_new();
  for (guint i = 0; i < CASE_LIST_MAX; i++) {
    g_autofree char *ticket = g_strdup_printf("A%u", i);
    put(list, ticket, "hub", 1);
  }
  CaseFields more = fields("B", "hub", 1);
  g_assert_cmpint(case_list_put(list, &more, CASE_BY_QUEUE), ==, CASE_MERGE_FULL);
  for (guint i = 0; i < 3 * CASE_LIST_REMEMBERED_MAX; i++) {
    g_autofree char *ticket = g_strdup_printf("C%u", i);
    case_list_delete(list, ticket, 1, 0);
  }
  json_t *saved = case_list_save(list);
  g_assert_cmpuint(json_array_size(json_object_get(saved, "cases")), <=, CASE_LIST_REMEMBERED_MAX);
  json_decref(saved);
  g_assert_cmpuint(case_list_count(list, CASE_STATE_NONE), ==, CASE_LIST_MAX);
}

static void
test_what_is_saved_comes_back(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 3);
  put(list, "A2", "tu-son", 1);
  case_list_delete(list, "A9", 4, 0);
  case_list_begin(list, case_list_find(list, "A1"), SESSION, CASE_BY_CHAIR, 50 * SECOND);
  case_list_set_note(list, case_list_find(list, "A1"), NULL, "ghi chú");
  json_t *saved = case_list_save(list);
  g_autoptr(CaseList) again = case_list_load(saved);
  json_t *twice = case_list_save(again);
  g_assert_true(json_equal(saved, twice));
  g_assert_cmpstr(case_list_present(again)->ticket, ==, "A1");
  g_assert_cmpint(case_heard_us(case_list_present(again), 60 * SECOND), ==, 10 * SECOND);
  put(again, "A9", "hub", 4);
  g_assert_null(case_list_find(again, "A9"));
  json_decref(saved);
  json_decref(twice);
  json_t *broken = json_pack("{s:[n, {s:s}, {s:s, s:i, s:s}, {s:s, s:i, s:s}]}", "cases", "ticket", "a/b", "ticket", "A1", "state", 2,
                             "site", "hub", "ticket", "A2", "state", 99, "site", "hub");
  g_autoptr(CaseList) some = case_list_load(broken);
  g_assert_cmpuint(case_list_count(some, CASE_STATE_NONE), ==, 2);
  g_assert_null(case_list_present(some));  /* heard, but nowhere: it waits */
  json_decref(broken);
}

static void
test_a_day_that_is_over_leaves_an_empty_list(void)
{
  g_autoptr(CaseList) list = case_list_new();
  put(list, "A1", "hub", 9);
  g_assert_false(case_list_set_day(list, "2026-12-09", false));  /* made the evening before */
  g_assert_false(case_list_set_day(list, "2026-12-10", false));
  g_assert_false(case_list_set_day(list, "2026-12-10", true));
  g_assert_false(case_list_set_day(list, "2026-12-10", false));
  g_assert_cmpuint(case_list_count(list, CASE_STATE_NONE), ==, 1);
  g_assert_true(case_list_set_day(list, "2027-03-10", false));
  put(list, "A1", "tu-son", 1);  /* the queue counts from 1 again */
  g_assert_cmpstr(case_list_find(list, "A1")->site, ==, "tu-son");
}

static void
test_nothing_secret_is_shown_to_all(void)
{
  g_autoptr(CaseList) list = case_list_new();
  CaseFields secret = fields("M7", "tu-son", 0);
  secret.title = (char *)"Nguyễn Văn A tố cáo";
  secret.is_confidential = true;
  secret.given |= CASE_FIELD_TITLE | CASE_FIELD_CONFIDENTIAL;
  case_list_put(list, &secret, CASE_BY_CHAIR);
  json_t *summary = case_list_summary_json(list);
  const char *ticket, *site;
  g_assert_cmpint(json_unpack(summary, "{s:{s:s, s:s}}", "next", "ticket", &ticket, "site", &site), ==, 0);
  g_assert_cmpstr(ticket, ==, "");
  case_list_begin(list, case_list_next(list), SESSION, CASE_BY_CHAIR, SECOND);
  json_t *present = case_list_present_json(list);
  char *text = json_dumps(present, 0);
  g_assert_null(strstr(text, "M7"));
  g_assert_null(strstr(text, "Nguy"));
  free(text);
  json_decref(present);
  json_decref(summary);
}

/* ---- a day of calls, in any order ---- */

typedef enum { CALL_PUT, CALL_DELETE, CALL_ACT } CallKind;
typedef struct {
  CallKind kind;
  char     ticket[8];
  gint64   version;
  CaseAct  act;
  guint    given, position;
  guint    site;            /* index; title and outcome tell the version */
  bool     is_confidential;
} Call;

static const char *const SITES[] = { "hub", "tu-son", "gia-binh" };
enum { TICKETS = 12, CALLS_MAX = 400 };

typedef struct {
  Call  calls[CALLS_MAX];
  guint n;
  gint64 versions[TICKETS];
} Day;

static Call *
add_call(Day *day, GRand *random, guint ticket, CallKind kind)
{
  Call *call = &day->calls[day->n++];
  g_assert_cmpuint(day->n, <, CALLS_MAX);
  day->versions[ticket] += g_rand_int_range(random, 1, 4);  /* rises, not by one */
  *call = (Call) { .kind = kind, .version = day->versions[ticket], .site = (guint)g_rand_int_range(random, 0, 3),
                   .position = (guint)g_rand_int_range(random, 1, 6), .is_confidential = g_rand_boolean(random) };
  g_snprintf(call->ticket, sizeof call->ticket, "A%u", ticket);
  return call;
}

/* Created, changed, moved, some deleted and created again, before they were heard or after; called and closed or skipped one after the
 * other, the last one perhaps still heard. */
static void
make_day(Day *day, GRand *random)
{
  *day = (Day) { 0 };
  for (guint i = 0; i < TICKETS; i++)
    add_call(day, random, i, CALL_PUT)->given = 0x1f;
  for (guint i = 0; i < TICKETS; i++) {
    for (gint32 n = g_rand_int_range(random, 0, 4); n > 0; n--)
      add_call(day, random, i, CALL_PUT)->given = (guint)g_rand_int_range(random, 1, 0x20);
    if (g_rand_int_range(random, 0, 4) == 0) {
      add_call(day, random, i, CALL_DELETE);
      if (g_rand_boolean(random))
        add_call(day, random, i, CALL_PUT)->given = CASE_FIELD_SITE | (guint)g_rand_int_range(random, 0, 0x20);
    }
  }
  for (guint i = 0; i < TICKETS; i++) {
    if (g_rand_int_range(random, 0, 4) == 0) {
      add_call(day, random, i, CALL_ACT)->act = CASE_ACT_SKIP;
      continue;
    }
    add_call(day, random, i, CALL_ACT)->act = CASE_ACT_CALL;
    if (g_rand_int_range(random, 0, 3) == 0)
      add_call(day, random, i, CALL_PUT)->given = CASE_FIELD_TITLE | CASE_FIELD_POSITION;
    if (i + 1 == TICKETS && g_rand_boolean(random))
      break;
    add_call(day, random, i, CALL_ACT)->act = g_rand_int_range(random, 0, 4) == 0 ? CASE_ACT_SKIP : CASE_ACT_CLOSE;
    if (g_rand_int_range(random, 0, 3) > 0)
      continue;
    add_call(day, random, i, CALL_DELETE);
    if (g_rand_boolean(random))
      add_call(day, random, i, CALL_PUT)->given = CASE_FIELD_SITE | (guint)g_rand_int_range(random, 0, 0x20);
  }
}

static void
apply(CaseList *list, const Call *call)
{
  g_autofree char *text = g_strdup_printf("của phiên bản %" G_GINT64_FORMAT, call->version);
  CaseFields row = fields(call->ticket, SITES[call->site], call->version);
  row.given = call->given;
  row.title = text;
  row.is_confidential = call->is_confidential;
  row.position = call->position;
  row.sites = (char **)(const char *[]) { SITES[(call->site + 1) % 3], NULL };
  switch (call->kind) {
  case CALL_PUT:    case_list_put(list, &row, CASE_BY_QUEUE); break;
  case CALL_DELETE: case_list_delete(list, call->ticket, call->version, 0); break;
  case CALL_ACT:    case_list_act(list, call->ticket, call->act, call->version, text, NULL, 0); break;
  }
  settle(list, 0);
}

/* All that is said of the cases, but for what a hearing itself leaves behind: number and times. */
static json_t *
final_state(const Call *calls, guint n)
{
  g_autoptr(CaseList) list = case_list_new();
  for (guint i = 0; i < n; i++)
    apply(list, &calls[i]);
  json_t *whole = case_list_json(list, 0), *item;
  json_t *state = json_incref(json_object_get(whole, "cases"));
  gsize i;
  json_decref(whole);
  json_array_foreach(state, i, item)
    for (const char *const *key = (const char *const[]) { "number", "startedAt", "endedAt", "heardSeconds", NULL }; *key != NULL; key++)
      json_object_del(item, *key);
  return state;
}

static guint
shuffle_with_copies(const Day *day, GRand *random, Call *out, guint max)
{
  guint n = day->n;
  memcpy(out, day->calls, n * sizeof *out);
  for (guint copies = (guint)g_rand_int_range(random, 0, (gint32)day->n); copies > 0 && n < max; copies--)
    out[n++] = day->calls[g_rand_int_range(random, 0, (gint32)day->n)];
  for (guint i = n - 1; i > 0; i--) {
    guint k = (guint)g_rand_int_range(random, 0, (gint32)i + 1);
    Call moved = out[i];
    out[i] = out[k];
    out[k] = moved;
  }
  return n;
}

static void
test_replayed_and_reordered_calls_end_in_the_same_state(void)
{
  const char *wanted = g_getenv("DIEMCAU_SEED");
  guint32 seed = wanted != NULL ? (guint32)g_ascii_strtoull(wanted, NULL, 10) : g_random_int();
  g_test_message("DIEMCAU_SEED=%u", seed);
  g_autoptr(GRand) random = g_rand_new_with_seed(seed);
  g_autofree Day *day = g_new(Day, 1);
  g_autofree Call *other = g_new(Call, 2 * CALLS_MAX);
  guint n_heard = 0, n_other_paths = 0;
  for (guint round = 0; round < 1000; round++) {
    make_day(day, random);
    json_t *straight = final_state(day->calls, day->n);
    guint n = shuffle_with_copies(day, random, other, 2 * CALLS_MAX);
    json_t *shuffled = final_state(other, n);
    n_other_paths += memcmp(other, day->calls, day->n * sizeof *other) != 0;
    if (!json_equal(straight, shuffled)) {
      char *left = json_dumps(straight, JSON_INDENT(1)), *right = json_dumps(shuffled, JSON_INDENT(1));
      g_error("seed %u, round %u:\n%s\n%s", seed, round, left, right);
    }
    gsize i;
    json_t *item;
    json_array_foreach(straight, i, item)
      n_heard += strcmp(json_string_value(json_object_get(item, "state")), "heard") == 0;
    json_decref(straight);
    json_decref(shuffled);
  }
  g_assert_cmpuint(n_other_paths, >, 990);
  g_assert_cmpuint(n_heard, >, 100);  /* days that end in the middle of a case are among them */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/case_list/" #name, test_##name)
  ADD(a_case_goes_its_way);
  ADD(recalled_cases_come_before_all_that_wait);
  ADD(tickets_without_a_place_stand_in_natural_order);
  ADD(stale_calls_change_nothing);
  ADD(a_call_may_come_before_its_case);
  ADD(a_call_waits_for_the_case_being_heard);
  ADD(the_chair_beats_the_queue);
  ADD(the_days_list_replaces_what_waits);
  ADD(the_list_is_bounded);
  ADD(what_is_saved_comes_back);
  ADD(a_day_that_is_over_leaves_an_empty_list);
  ADD(nothing_secret_is_shown_to_all);
  ADD(replayed_and_reordered_calls_end_in_the_same_state);
  return g_test_run();
}
