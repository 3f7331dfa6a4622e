/* tests/mcu/test_roster.c - unit tests of mcu/roster. */
#include "mcu/roster.h"

enum { HUB, A, B, C, N_SITES };

static const ConfigRoom ROOM = {
  .id = (char *)"r", .name = (char *)"R", .n_sites = N_SITES,
  .sites = { { (char *)"hub", (char *)"Hub", true, SITE_VIA_LAN }, { (char *)"a", (char *)"A", false, SITE_VIA_LINE },
             { (char *)"b", (char *)"B", false, SITE_VIA_LINE }, { (char *)"c", (char *)"C", false, SITE_VIA_LINE } },
};

static void
assert_presence(const Roster *roster, const char *expected)
{
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < N_SITES; i++)
    g_string_append_printf(found, "%s%s", i > 0 ? " " : "", presence_name(roster_presence(roster, i)));
  g_assert_cmpstr(found->str, ==, expected);
}

static void
test_without_a_session_all_are_together_or_wait(void)
{
  g_autoptr(Roster) together = roster_new(&ROOM, ADMISSION_LOBBY, true);
  g_autoptr(Roster) waiting = roster_new(&ROOM, ADMISSION_OPEN, false);
  Roster *both[] = { together, waiting };
  for (guint i = 0; i < 2; i++) {
    roster_arrived(both[i], HUB);
    roster_arrived(both[i], A);
  }
  assert_presence(together, "admitted admitted expected expected");
  assert_presence(waiting, "admitted waiting expected expected");  /* the hub waits for nobody */
  g_assert_cmpint(roster_admit(waiting, A), ==, ROSTER_REFUSAL_CLOSED);
  g_assert_cmpint(roster_admit_all(waiting), ==, ROSTER_REFUSAL_CLOSED);
  g_assert_cmpint(roster_admit(together, A), ==, ROSTER_REFUSAL_NONE);
  roster_open(together);
  roster_open(waiting);
  assert_presence(together, "admitted waiting expected expected");
  assert_presence(waiting, "admitted admitted expected expected");
}

static void
test_in_a_lobby_the_chair_lets_in(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, false);
  roster_open(roster);
  for (guint i = 0; i < N_SITES; i++)
    roster_arrived(roster, i);
  assert_presence(roster, "admitted waiting waiting waiting");
  g_assert_cmpint(roster_admit(roster, B), ==, ROSTER_REFUSAL_NONE);
  assert_presence(roster, "admitted waiting admitted waiting");
  g_assert_false(roster_is_admitted(roster, A));
  roster_left(roster, C);
  assert_presence(roster, "admitted waiting admitted expected");  /* it was never in */
  g_assert_cmpint(roster_admit_all(roster), ==, ROSTER_REFUSAL_NONE);
  assert_presence(roster, "admitted admitted admitted expected");
  roster_arrived(roster, C);
  assert_presence(roster, "admitted admitted admitted waiting");
  roster_set_admission(roster, ADMISSION_OPEN);
  assert_presence(roster, "admitted admitted admitted admitted");
  roster_set_admission(roster, ADMISSION_LOBBY);
  assert_presence(roster, "admitted admitted admitted admitted");
}

static void
test_a_site_may_be_let_in_before_it_comes(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
  roster_open(roster);
  roster_admit(roster, A);
  assert_presence(roster, "expected expected expected expected");
  roster_set_locked(roster, true);
  roster_arrived(roster, A);
  assert_presence(roster, "expected admitted expected expected");
}

static void
test_a_lock_keeps_newcomers_out_and_seats_free(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_set_locked(roster, true);
  g_assert_false(roster_is_locked(roster));  /* there is no session to lock */
  roster_open(roster);
  roster_arrived(roster, A);
  roster_set_locked(roster, true);
  roster_arrived(roster, B);
  roster_arrived(roster, HUB);
  assert_presence(roster, "admitted admitted waiting expected");
  g_assert_cmpint(roster_admit(roster, B), ==, ROSTER_REFUSAL_LOCKED);
  g_assert_cmpint(roster_admit_all(roster), ==, ROSTER_REFUSAL_LOCKED);
  roster_left(roster, A);
  assert_presence(roster, "admitted absent waiting expected");
  roster_arrived(roster, A);
  assert_presence(roster, "admitted admitted waiting expected");
  roster_set_locked(roster, false);
  assert_presence(roster, "admitted admitted admitted expected");
}

static void
test_who_was_removed_comes_back_when_admitted(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(roster);
  for (guint i = 0; i < N_SITES; i++)
    roster_arrived(roster, i);
  g_assert_false(roster_remove(roster, HUB));
  g_assert_true(roster_remove(roster, A));
  assert_presence(roster, "admitted removed admitted admitted");
  g_assert_false(roster_is_admitted(roster, A));
  g_assert_false(roster_may_connect(roster, A));
  roster_left(roster, A);
  roster_arrived(roster, A);  /* whatever the network still brings */
  roster_admit_all(roster);
  roster_set_admission(roster, ADMISSION_OPEN);
  assert_presence(roster, "admitted removed admitted admitted");
  roster_left(roster, A);
  g_assert_cmpint(roster_admit(roster, A), ==, ROSTER_REFUSAL_NONE);
  g_assert_true(roster_may_connect(roster, A));
  assert_presence(roster, "admitted absent admitted admitted");
  roster_remove(roster, B);
  roster_close(roster);
  g_assert_true(roster_may_connect(roster, B));
}

static void
test_a_session_begins_with_an_empty_roster(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
  roster_open(roster);
  roster_arrived(roster, A);
  roster_admit(roster, A);
  roster_arrived(roster, B);
  roster_set_admission(roster, ADMISSION_OPEN);
  roster_set_locked(roster, true);
  roster_left(roster, A);
  roster_close(roster);
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
  g_assert_false(roster_is_locked(roster));
  assert_presence(roster, "expected expected admitted expected");
  roster_open(roster);
  assert_presence(roster, "expected expected waiting expected");
}

static void
test_who_is_not_heard_keeps_its_seat(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(roster);
  roster_arrived(roster, A);
  roster_set_unstable(roster, A);
  assert_presence(roster, "expected unstable expected expected");
  g_assert_true(roster_is_admitted(roster, A));
  roster_arrived(roster, A);
  assert_presence(roster, "expected admitted expected expected");
}

static void
test_a_restart_in_a_session_loses_nobody(void)
{
  g_autoptr(Roster) before = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(before);
  roster_arrived(before, A);
  roster_left(before, A);
  roster_arrived(before, A);
  roster_arrived(before, B);
  roster_remove(before, B);
  roster_set_admission(before, ADMISSION_LOBBY);
  roster_set_locked(before, true);
  json_t *kept = roster_keep(before), *again = roster_keep(before);
  g_assert_true(json_equal(kept, again));
  g_autoptr(Roster) after = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_restore(after, kept);
  g_assert_true(roster_is_open(after) && roster_is_locked(after));
  g_assert_cmpint(roster_admission(after), ==, ADMISSION_LOBBY);
  assert_presence(after, "expected absent removed expected");
  roster_arrived(after, A);
  roster_arrived(after, C);
  assert_presence(after, "expected admitted removed waiting");
  json_decref(kept);
  json_decref(again);
}

static void
test_another_configuration_holds_for_the_next_session(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_arrived(roster, A);
  assert_presence(roster, "expected admitted expected expected");
  roster_configure(roster, ADMISSION_OPEN, false);
  assert_presence(roster, "expected waiting expected expected");
  roster_open(roster);
  assert_presence(roster, "expected admitted expected expected");
  roster_configure(roster, ADMISSION_LOBBY, true);  /* the open session goes on as it is */
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_OPEN);
  roster_arrived(roster, B);
  assert_presence(roster, "expected admitted admitted expected");
  roster_close(roster);
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
  roster_open(roster);
  assert_presence(roster, "expected waiting waiting expected");
}

static void
test_what_makes_no_sense_in_the_file_is_left_out(void)
{
  static const char *const BROKEN[] = {
    "{}", "{\"admission\": 7, \"locked\": \"yes\", \"sites\": []}", "{\"sites\": {\"a\": 3, \"zzz\": {\"admitted\": true}}}",
    "{\"sites\": {\"a\": {\"admitted\": 1, \"wasIn\": \"x\"}}}",
  };
  for (guint i = 0; i <= G_N_ELEMENTS(BROKEN); i++) {
    g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
    json_t *kept = i < G_N_ELEMENTS(BROKEN) ? json_loads(BROKEN[i], 0, NULL) : NULL;
    roster_restore(roster, kept);
    g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
    g_assert_false(roster_is_locked(roster));
    assert_presence(roster, "expected expected expected expected");
      json_decref(kept);
  }
}

static void
test_names_are_those_of_the_api(void)
{
  g_assert_cmpstr(admission_name(ADMISSION_OPEN), ==, "open");
  g_assert_cmpint(admission_from_name("lobby"), ==, ADMISSION_LOBBY);
  g_assert_cmpint(admission_from_name("closed"), ==, ADMISSION_NONE);
  g_assert_cmpint(admission_from_name(NULL), ==, ADMISSION_NONE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/roster/" #name, test_##name)
  ADD(without_a_session_all_are_together_or_wait);
  ADD(in_a_lobby_the_chair_lets_in);
  ADD(a_site_may_be_let_in_before_it_comes);
  ADD(a_lock_keeps_newcomers_out_and_seats_free);
  ADD(who_was_removed_comes_back_when_admitted);
  ADD(a_session_begins_with_an_empty_roster);
  ADD(who_is_not_heard_keeps_its_seat);
  ADD(a_restart_in_a_session_loses_nobody);
  ADD(another_configuration_holds_for_the_next_session);
  ADD(what_makes_no_sense_in_the_file_is_left_out);
  ADD(names_are_those_of_the_api);
  return g_test_run();
}
