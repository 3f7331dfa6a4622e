/* tests/mcu/test_roster.c - unit tests of mcu/roster, in virtual time. */
#include "mcu/roster.h"

enum { HUB, A, B, C, N_SITES };

static const ConfigRoom ROOM = {
  .id = (char *)"r", .name = (char *)"R", .n_sites = N_SITES,
  .sites = { { (char *)"hub", (char *)"Hub", true, SITE_VIA_LAN }, { (char *)"a", (char *)"A", false, SITE_VIA_LINE },
             { (char *)"b", (char *)"B", false, SITE_VIA_LINE }, { (char *)"c", (char *)"C", false, SITE_VIA_LINE } },
};

/* 2026-12-10, 00:00 UTC */
#define DAY_US (G_GINT64_CONSTANT(1796860800) * G_USEC_PER_SEC)

static RosterTime
at(gint64 seconds)
{
  return (RosterTime) { (seconds + 5) * G_USEC_PER_SEC, DAY_US + seconds * G_USEC_PER_SEC };
}

static void
assert_presence(const Roster *roster, const char *expected)
{
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < N_SITES; i++)
    g_string_append_printf(found, "%s%s", i > 0 ? " " : "", presence_name(roster_presence(roster, i)));
  g_assert_cmpstr(found->str, ==, expected);
}

static const json_t *
of_site(const json_t *attendance, guint site)
{
  const json_t *entry = json_array_get(attendance, site);
  g_assert_cmpstr(json_string_value(json_object_get(entry, "site")), ==, ROOM.sites[site].id);
  return entry;
}

static void
assert_seconds(const Roster *roster, guint site, gint64 now_s, gint64 expected)
{
  json_t *attendance = roster_attendance(roster, at(now_s));
  g_assert_cmpint(json_integer_value(json_object_get(of_site(attendance, site), "presentSeconds")), ==, expected);
  json_decref(attendance);
}

static void
test_without_a_session_all_are_together_or_wait(void)
{
  g_autoptr(Roster) together = roster_new(&ROOM, ADMISSION_LOBBY, true);
  g_autoptr(Roster) waiting = roster_new(&ROOM, ADMISSION_OPEN, false);
  Roster *both[] = { together, waiting };
  for (guint i = 0; i < 2; i++) {
    roster_arrived(both[i], HUB, at(0));
    roster_arrived(both[i], A, at(1));
  }
  assert_presence(together, "admitted admitted expected expected");
  assert_presence(waiting, "admitted waiting expected expected");  /* the hub waits for nobody */
  g_assert_cmpint(roster_admit(waiting, A, at(2)), ==, ROSTER_REFUSAL_CLOSED);
  g_assert_cmpint(roster_admit_all(waiting, at(2)), ==, ROSTER_REFUSAL_CLOSED);
  g_assert_cmpint(roster_admit(together, A, at(2)), ==, ROSTER_REFUSAL_NONE);
  roster_open(together, at(3));
  roster_open(waiting, at(3));
  assert_presence(together, "admitted waiting expected expected");
  assert_presence(waiting, "admitted admitted expected expected");
}

static void
test_in_a_lobby_the_chair_lets_in(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, false);
  roster_open(roster, at(0));
  for (guint i = 0; i < N_SITES; i++)
    roster_arrived(roster, i, at(1));
  assert_presence(roster, "admitted waiting waiting waiting");
  g_assert_cmpint(roster_admit(roster, B, at(2)), ==, ROSTER_REFUSAL_NONE);
  assert_presence(roster, "admitted waiting admitted waiting");
  g_assert_false(roster_is_admitted(roster, A));
  roster_left(roster, C, at(3));
  assert_presence(roster, "admitted waiting admitted expected");  /* it was never in */
  g_assert_cmpint(roster_admit_all(roster, at(4)), ==, ROSTER_REFUSAL_NONE);
  assert_presence(roster, "admitted admitted admitted expected");
  roster_arrived(roster, C, at(5));
  assert_presence(roster, "admitted admitted admitted waiting");
  roster_set_admission(roster, ADMISSION_OPEN, at(6));
  assert_presence(roster, "admitted admitted admitted admitted");
  roster_set_admission(roster, ADMISSION_LOBBY, at(7));
  assert_presence(roster, "admitted admitted admitted admitted");
}

static void
test_a_site_may_be_let_in_before_it_comes(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
  roster_open(roster, at(0));
  roster_admit(roster, A, at(1));
  assert_presence(roster, "expected expected expected expected");
  roster_set_locked(roster, true, at(2));
  roster_arrived(roster, A, at(3));
  assert_presence(roster, "expected admitted expected expected");
}

static void
test_a_lock_keeps_newcomers_out_and_seats_free(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_set_locked(roster, true, at(0));
  g_assert_false(roster_is_locked(roster));  /* there is no session to lock */
  roster_open(roster, at(0));
  roster_arrived(roster, A, at(1));
  roster_set_locked(roster, true, at(2));
  roster_arrived(roster, B, at(3));
  roster_arrived(roster, HUB, at(3));
  assert_presence(roster, "admitted admitted waiting expected");
  g_assert_cmpint(roster_admit(roster, B, at(4)), ==, ROSTER_REFUSAL_LOCKED);
  g_assert_cmpint(roster_admit_all(roster, at(4)), ==, ROSTER_REFUSAL_LOCKED);
  roster_left(roster, A, at(5));
  assert_presence(roster, "admitted absent waiting expected");
  roster_arrived(roster, A, at(6));
  assert_presence(roster, "admitted admitted waiting expected");
  roster_set_locked(roster, false, at(7));
  assert_presence(roster, "admitted admitted admitted expected");
}

static void
test_who_was_removed_comes_back_when_admitted(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(roster, at(0));
  for (guint i = 0; i < N_SITES; i++)
    roster_arrived(roster, i, at(1));
  g_assert_false(roster_remove(roster, HUB, at(2)));
  g_assert_true(roster_remove(roster, A, at(2)));
  assert_presence(roster, "admitted removed admitted admitted");
  g_assert_false(roster_is_admitted(roster, A));
  g_assert_false(roster_may_connect(roster, A));
  roster_left(roster, A, at(3));
  roster_arrived(roster, A, at(3));  /* whatever the network still brings */
  roster_admit_all(roster, at(4));
  roster_set_admission(roster, ADMISSION_OPEN, at(4));
  assert_presence(roster, "admitted removed admitted admitted");
  roster_left(roster, A, at(5));
  g_assert_cmpint(roster_admit(roster, A, at(6)), ==, ROSTER_REFUSAL_NONE);
  g_assert_true(roster_may_connect(roster, A));
  assert_presence(roster, "admitted absent admitted admitted");
  roster_remove(roster, B, at(7));
  roster_close(roster, at(8));
  g_assert_true(roster_may_connect(roster, B));
  assert_seconds(roster, A, 100, 1);
  assert_seconds(roster, B, 100, 6);
}

static void
test_a_session_begins_with_an_empty_roster(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
  roster_open(roster, at(0));
  roster_arrived(roster, A, at(0));
  roster_admit(roster, A, at(0));
  roster_arrived(roster, B, at(0));
  roster_set_admission(roster, ADMISSION_OPEN, at(1));
  roster_set_locked(roster, true, at(1));
  roster_left(roster, A, at(2));
  roster_close(roster, at(3));
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
  g_assert_false(roster_is_locked(roster));
  assert_presence(roster, "expected expected admitted expected");
  assert_seconds(roster, A, 50, 2);  /* of the last session, until the next one */
  roster_open(roster, at(60));
  assert_presence(roster, "expected expected waiting expected");
  assert_seconds(roster, A, 61, 0);
}

static void
test_time_present_is_the_sum_of_the_stays(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
  roster_arrived(roster, A, at(0));
  roster_open(roster, at(10));
  assert_seconds(roster, A, 20, 0);  /* it waits */
  roster_admit(roster, A, at(20));
  roster_set_unstable(roster, A);
  assert_presence(roster, "expected unstable expected expected");
  roster_arrived(roster, A, at(25));
  roster_left(roster, A, at(30));
  assert_seconds(roster, A, 40, 10);
  roster_arrived(roster, A, at(50));
  assert_seconds(roster, A, 55, 15);
  roster_note_roll_call(roster, A, true, at(56));
  roster_note_roll_call(roster, B, false, at(57));
  roster_close(roster, at(60));
  assert_seconds(roster, A, 100, 20);
  json_t *attendance = roster_attendance(roster, at(100));
  const json_t *a = of_site(attendance, A), *b = of_site(attendance, B);
  g_autoptr(GDateTime) first = g_date_time_new_from_iso8601(json_string_value(json_object_get(a, "firstJoined")), NULL);
  g_autoptr(GDateTime) last = g_date_time_new_from_iso8601(json_string_value(json_object_get(a, "lastLeft")), NULL);
  g_assert_cmpint(g_date_time_to_unix(first), ==, DAY_US / G_USEC_PER_SEC + 20);
  g_assert_cmpint(g_date_time_to_unix(last), ==, DAY_US / G_USEC_PER_SEC + 60);
  g_assert_true(json_is_true(json_object_get(json_object_get(a, "rollCall"), "present")));
  g_assert_true(json_is_false(json_object_get(json_object_get(b, "rollCall"), "present")));
  g_assert_true(json_is_null(json_object_get(b, "firstJoined")));
  g_assert_true(json_is_null(json_object_get(of_site(attendance, C), "rollCall")));
  json_decref(attendance);
}

static void
test_a_wall_clock_that_steps_does_not_change_how_long_somebody_stayed(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(roster, at(0));
  roster_arrived(roster, A, at(0));
  roster_left(roster, A, (RosterTime) { at(30).now_us, at(-3600).wall_us });
  assert_seconds(roster, A, 100, 30);
}

static void
test_a_restart_in_a_session_loses_nobody(void)
{
  g_autoptr(Roster) before = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_open(before, at(0));
  roster_arrived(before, A, at(0));
  roster_left(before, A, at(10));
  roster_arrived(before, A, at(20));
  roster_arrived(before, B, at(20));
  roster_remove(before, B, at(25));
  roster_set_admission(before, ADMISSION_LOBBY, at(26));
  roster_set_locked(before, true, at(26));
  roster_note_roll_call(before, A, true, at(27));
  json_t *kept = roster_keep(before), *again = roster_keep(before);
  g_assert_true(json_equal(kept, again));
  g_autoptr(Roster) after = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_restore(after, kept, at(40).wall_us);
  g_assert_true(roster_is_open(after) && roster_is_locked(after));
  g_assert_cmpint(roster_admission(after), ==, ADMISSION_LOBBY);
  assert_presence(after, "expected absent removed expected");
  assert_seconds(after, A, 50, 30);  /* 10, and 20 until it was saved */
  roster_arrived(after, A, at(60));
  roster_arrived(after, C, at(60));
  assert_presence(after, "expected admitted removed waiting");
  assert_seconds(after, A, 65, 35);
  json_decref(kept);
  json_decref(again);
}

static void
test_another_configuration_holds_for_the_next_session(void)
{
  g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_OPEN, true);
  roster_arrived(roster, A, at(0));
  assert_presence(roster, "expected admitted expected expected");
  roster_configure(roster, ADMISSION_OPEN, false, at(1));
  assert_presence(roster, "expected waiting expected expected");
  roster_open(roster, at(2));
  assert_presence(roster, "expected admitted expected expected");
  roster_configure(roster, ADMISSION_LOBBY, true, at(3));  /* the open session goes on as it is */
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_OPEN);
  roster_arrived(roster, B, at(4));
  assert_presence(roster, "expected admitted admitted expected");
  roster_close(roster, at(5));
  g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
  roster_open(roster, at(6));
  assert_presence(roster, "expected waiting waiting expected");
}

static void
test_what_makes_no_sense_in_the_file_is_left_out(void)
{
  static const char *const BROKEN[] = {
    "{}", "{\"admission\": 7, \"locked\": \"yes\", \"sites\": []}", "{\"sites\": {\"a\": 3, \"zzz\": {\"admitted\": true}}}",
    "{\"sites\": {\"a\": {\"admitted\": 1, \"stayedUs\": -5, \"sinceUs\": \"x\", \"rollCall\": 99}}}",
  };
  for (guint i = 0; i <= G_N_ELEMENTS(BROKEN); i++) {
    g_autoptr(Roster) roster = roster_new(&ROOM, ADMISSION_LOBBY, true);
    json_t *kept = i < G_N_ELEMENTS(BROKEN) ? json_loads(BROKEN[i], 0, NULL) : NULL;
    roster_restore(roster, kept, at(0).wall_us);
    g_assert_cmpint(roster_admission(roster), ==, ADMISSION_LOBBY);
    g_assert_false(roster_is_locked(roster));
    assert_presence(roster, "expected expected expected expected");
    assert_seconds(roster, A, 0, 0);
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
  ADD(time_present_is_the_sum_of_the_stays);
  ADD(a_wall_clock_that_steps_does_not_change_how_long_somebody_stayed);
  ADD(a_restart_in_a_session_loses_nobody);
  ADD(another_configuration_holds_for_the_next_session);
  ADD(what_makes_no_sense_in_the_file_is_left_out);
  ADD(names_are_those_of_the_api);
  return g_test_run();
}
