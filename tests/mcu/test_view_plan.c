/* tests/mcu/test_view_plan.c - who sees and hears what: every layout, and everybody in and out of a confidential case. */
#include "mcu/speaker_hold.h"
#include "mcu/view_plan.h"

enum { N = 9, HUB = 0 };

static ViewInputs
inputs(VideoLayoutKind kind)
{
  ViewInputs in = { .n_sites = N, .hub = HUB, .speaker = VIEW_NOBODY, .floor = VIEW_NOBODY, .case_site = VIEW_NOBODY,
                    .presenter = VIEW_NOBODY };
  view_layout_init(&in.layout, N);
  view_layout_init(&in.hub_layout, N);
  in.layout.kind = kind;
  return in;
}

static ViewPlan
plan_of(const ViewInputs *in)
{
  ViewPlan plan;
  view_plan_make(in, &plan);
  return plan;
}

/* The sites of a picture's tiles in order, a document as "d3". */
static char *
tiles_of(const ViewPicture *picture)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < picture->n_tiles; i++)
    g_string_append_printf(text, "%s%s%u", i > 0 ? " " : "", picture->tiles[i].is_document ? "d" : "", picture->tiles[i].site);
  return g_string_free(text, FALSE);
}

static void
assert_picture(const ViewPlan *plan, View view, VideoLayoutKind geometry, const char *tiles)
{
  g_autofree char *seen = tiles_of(&plan->pictures[view]);
  g_assert_cmpstr(seen, ==, tiles);
  g_assert_cmpint(plan->pictures[view].geometry, ==, geometry);
}

static void
test_grid_shows_all_in_the_order_of_the_seats(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_GRID);
  ViewPlan plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_GRID, "0 1 2 3 4 5 6 7 8");
  g_assert_false(plan.runs[VIEW_HUB] || plan.runs[VIEW_WAITING] || plan.runs[VIEW_EXCLUDED]);
  for (guint i = 0; i < N; i++)
    g_assert_true(plan.seats[i].view == VIEW_SITES && plan.seats[i].is_heard && plan.seats[i].hears_room);
  g_assert_true(plan.viewer.view == VIEW_SITES && plan.viewer.hears_room && !plan.viewer.is_heard);

  const guint first[] = { 4, 8 }, twice[] = { 4, 4 }, unknown[] = { N };
  g_assert_true(view_layout_reorder(&in.layout, first, 2, N));
  g_assert_false(view_layout_reorder(&in.layout, twice, 2, N));
  g_assert_false(view_layout_reorder(&in.layout, unknown, 1, N));
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_GRID, "4 8 0 1 2 3 5 6 7");
}

static void
test_spotlight_is_the_chosen_one_or_the_case(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_SPOTLIGHT);
  ViewPlan plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "0 1 2 3 4 5 6 7 8");
  in.case_site = 5;
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "5 0 1 2 3 4 6 7 8");
  in.layout.main = 2;
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "2 0 1 3 4 5 6 7 8");
}

static void
test_speaker_follows_the_voice(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_SPEAKER);
  in.layout.main = 2;
  ViewPlan plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "2 0 1 3 4 5 6 7 8");
  in.speaker = 7;
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "7 0 1 2 3 4 5 6 8");
  g_assert_cmpint(plan.pictures[VIEW_SITES].kind, ==, VIDEO_LAYOUT_SPEAKER);
  in.is_waiting[7] = true;  /* it went out while it spoke */
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "2 0 1 3 4 5 6 7 8");
}

static void
test_pair_is_two_and_no_others(void)
{
  static const struct { guint main, second, case_site, floor, speaker; const char *tiles; } ROWS[] = {
    { VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, "0 1" },
    { VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, 6, "0 6" },
    { VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, 3, 6, "0 3" },
    { VIEW_NOBODY, VIEW_NOBODY, 5, 3, 6, "0 5" },
    { VIEW_NOBODY, 8, 5, 3, 6, "0 8" },
    { 4, VIEW_NOBODY, 5, VIEW_NOBODY, VIEW_NOBODY, "4 0" },
    { 4, 2, 5, VIEW_NOBODY, VIEW_NOBODY, "4 2" },
    { 4, 4, VIEW_NOBODY, VIEW_NOBODY, VIEW_NOBODY, "4 0" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    ViewInputs in = inputs(VIDEO_LAYOUT_PAIR);
    in.layout.main = ROWS[i].main;
    in.layout.second = ROWS[i].second;
    in.case_site = ROWS[i].case_site;
    in.floor = ROWS[i].floor;
    in.speaker = ROWS[i].speaker;
    ViewPlan plan = plan_of(&in);
    assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_PAIR, ROWS[i].tiles);
    g_assert_cmpuint(plan.pictures[VIEW_SITES].second, ==, plan.pictures[VIEW_SITES].tiles[1].site);
  }
}

static void
test_lecture_is_two_pictures(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_LECTURE);
  in.layout.main = 4;  /* who lectures is the hub, all the same */
  ViewPlan plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_LECTURE, "0");
  assert_picture(&plan, VIEW_HUB, VIDEO_LAYOUT_GRID, "0 1 2 3 4 5 6 7 8");
  g_assert_true(plan.runs[VIEW_HUB]);
  g_assert_cmpint(plan.seats[HUB].view, ==, VIEW_HUB);
  g_assert_cmpint(plan.seats[1].view, ==, VIEW_SITES);
}

static void
test_document_is_large_and_few_speak_to_it(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_DOCUMENT);
  ViewPlan plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "0 1 2 3 4 5 6 7 8");  /* nobody presents */
  in.presenter = 6;
  in.speaker = 3;
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_DOCUMENT, "d6 0 3 6");
  in.is_waiting[6] = true;
  plan = plan_of(&in);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_SPOTLIGHT, "0 1 2 3 4 5 6 7 8");
}

static void
test_the_hub_may_see_something_else(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_SPOTLIGHT);
  in.has_hub_layout = true;
  ViewPlan plan = plan_of(&in);
  g_assert_true(plan.runs[VIEW_HUB]);
  assert_picture(&plan, VIEW_HUB, VIDEO_LAYOUT_GRID, "0 1 2 3 4 5 6 7 8");
  in.layout.kind = VIDEO_LAYOUT_GRID;  /* the same after all: no second picture is made */
  plan = plan_of(&in);
  g_assert_false(plan.runs[VIEW_HUB]);
  g_assert_cmpint(plan.seats[HUB].view, ==, VIEW_SITES);
}

static bool
shows(const ViewPicture *picture, guint site)
{
  for (guint i = 0; i < picture->n_tiles; i++)
    if (picture->tiles[i].site == site)
      return true;
  return false;
}

/* Every layout, every set of sites concerned, each site as the main one, the second, the speaker, the presenter
 * and the one that has the floor: an excluded site is in no picture and no sound, and gets neither. */
static void
test_nothing_of_a_confidential_case_goes_out(void)
{
  for (VideoLayoutKind kind = VIDEO_LAYOUT_GRID; kind <= VIDEO_LAYOUT_DOCUMENT; kind++)
    for (guint concerned = 0; concerned < 1 << (N - 1); concerned += 3)
      for (guint chosen = 0; chosen < N; chosen++) {
        ViewInputs in = inputs(kind);
        in.is_confidential = true;
        for (guint i = 1; i < N; i++)
          in.is_concerned[i] = (concerned >> (i - 1) & 1) != 0;
        in.layout.main = in.speaker = in.floor = in.case_site = in.presenter = chosen;
        in.layout.second = (chosen + 1) % N;
        in.has_hub_layout = chosen % 2 == 0;
        in.hub_layout = in.layout;
        in.hub_layout.kind = VIDEO_LAYOUT_GRID + chosen % 6;
        ViewPlan plan = plan_of(&in);
        for (guint i = 0; i < N; i++) {
          bool is_in = i == HUB || in.is_concerned[i];
          g_assert_true(plan.seats[i].is_heard == is_in && plan.seats[i].hears_room == is_in);
          g_assert_true(is_in == (plan.seats[i].view == VIEW_SITES || plan.seats[i].view == VIEW_HUB));
          g_assert_true(is_in || plan.seats[i].view == VIEW_EXCLUDED);
          g_assert_true(view_is_excluded(&in, i) == !is_in);
          g_assert_false(!is_in && (shows(&plan.pictures[VIEW_SITES], i) || shows(&plan.pictures[VIEW_HUB], i)));
        }
        g_assert_true(plan.viewer.view == VIEW_EXCLUDED && !plan.viewer.hears_room);
        g_assert_cmpuint(plan.pictures[VIEW_SITES].n_tiles, >=, 1);
      }
}

static void
test_who_waits_is_neither_seen_nor_heard(void)
{
  ViewInputs in = inputs(VIDEO_LAYOUT_GRID);
  in.is_waiting[HUB] = in.is_waiting[3] = true;  /* the hub never waits */
  in.viewers_wait = true;
  ViewPlan plan = plan_of(&in);
  g_assert_cmpint(plan.seats[HUB].view, ==, VIEW_SITES);
  g_assert_true(plan.seats[HUB].is_heard);
  g_assert_true(plan.seats[3].view == VIEW_WAITING && !plan.seats[3].is_heard && !plan.seats[3].hears_room);
  g_assert_true(plan.viewer.view == VIEW_WAITING && !plan.viewer.hears_room);
  g_assert_true(plan.runs[VIEW_WAITING] && !plan.runs[VIEW_EXCLUDED]);
  assert_picture(&plan, VIEW_SITES, VIDEO_LAYOUT_GRID, "0 1 2 3 4 5 6 7 8");  /* its seat is kept */
  in.is_confidential = true;  /* who waits goes on waiting */
  in.is_concerned[3] = true;
  plan = plan_of(&in);
  g_assert_cmpint(plan.seats[3].view, ==, VIEW_WAITING);
  g_assert_false(plan.seats[3].hears_room);
}

/* Seconds, who speaks, who is to be shown. */
static void
test_nothing_jumps_for_a_word(void)
{
  static const struct { double s; int speaking, shown; } ROWS[] = {
    { 0, 1, SPEAKER_NOBODY }, { 1.4, 1, SPEAKER_NOBODY }, { 1.6, 1, 1 },
    { 3, 2, 1 }, { 3.5, 1, 1 },            /* a word      */
    { 4, 2, 1 }, { 5.4, 2, 1 },            /* 1.4 s of it */
    { 5.5, 2, 1 },                         /* long enough, but the first has had 3.9 s only */
    { 5.7, 2, 2 },
    { 6, SPEAKER_NOBODY, 2 }, { 60, SPEAKER_NOBODY, 2 },  /* silence keeps the last one */
    { 61, 3, 2 }, { 62, SPEAKER_NOBODY, 2 }, { 62.2, 3, 2 }, { 63.6, 3, 2 }, { 63.8, 3, 3 },
  };
  SpeakerHold hold;
  speaker_hold_init(&hold);
  gint64 due_us = 0;
  for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    gint64 now_us = (gint64)(ROWS[i].s * 1e6) + 1;
    due_us = speaker_hold_update(&hold, ROWS[i].speaking, now_us);
    g_assert_cmpint(hold.shown, ==, ROWS[i].shown);
    bool is_waiting = ROWS[i].speaking != SPEAKER_NOBODY && ROWS[i].speaking != hold.shown;
    g_assert_true(is_waiting ? due_us > now_us : due_us == 0);
  }
  speaker_hold_forget(&hold, 2);
  g_assert_cmpint(hold.shown, ==, 3);
  speaker_hold_forget(&hold, 3);
  g_assert_cmpint(hold.shown, ==, SPEAKER_NOBODY);
}

static void
test_programs_are_numbered_by_view(void)
{
  bool is_taken[PROGRAMS_MAX] = { false };
  for (View view = VIEW_SITES; view < VIEWS; view++)
    for (guint tier = 0; tier < (view_is_slate(view) ? 1 : TIERS_MAX); tier++) {
      guint program = view_program(view, tier);
      g_assert_cmpuint(program, <, PROGRAMS_MAX);
      g_assert_false(is_taken[program]);
      is_taken[program] = true;
      g_assert_cmpint(program_view(program), ==, view);
      g_assert_true(view_is_slate(view) || program_tier(program) == tier);
    }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/view_plan/" #name, test_##name)
  ADD(grid_shows_all_in_the_order_of_the_seats);
  ADD(spotlight_is_the_chosen_one_or_the_case);
  ADD(speaker_follows_the_voice);
  ADD(pair_is_two_and_no_others);
  ADD(lecture_is_two_pictures);
  ADD(document_is_large_and_few_speak_to_it);
  ADD(the_hub_may_see_something_else);
  ADD(nothing_of_a_confidential_case_goes_out);
  ADD(who_waits_is_neither_seen_nor_heard);
  ADD(nothing_jumps_for_a_word);
  ADD(programs_are_numbered_by_view);
#undef ADD
  return g_test_run();
}
