/* tests/mcu/test_site_quality.c - the chair's word for a site follows from the technicians' verdict. */
#include "mcu/site_quality.h"

static void
name(SiteVerdict *verdict, SiteCause cause, SiteGrade grade)
{
  verdict->causes[cause] = (CauseState) { .is_named = true, .grade = grade };
  verdict->grade = MIN(verdict->grade, grade);
}

static void
assert_quality(const SiteVerdict *verdict, const char *receives, const char *sends, const char *cause)
{
  SiteQuality quality = site_quality_of(verdict);
  g_assert_cmpstr(quality_grade_name(quality.receives), ==, receives);
  g_assert_cmpstr(quality_grade_name(quality.sends), ==, sends);
  g_assert_cmpstr(quality_cause_name(quality.cause), ==, cause);
}

static void
test_who_is_not_there_has_nothing_and_who_lacks_nothing_is_good(void)
{
  assert_quality(&(SiteVerdict) { 0 }, "none", "none", NULL);
  SiteVerdict absent = { .grade = SITE_GRADE_ABSENT };
  name(&absent, SITE_CAUSE_ABSENT, SITE_GRADE_ABSENT);
  assert_quality(&absent, "none", "none", NULL);
  assert_quality(&(SiteVerdict) { .grade = SITE_GRADE_GOOD }, "good", "good", NULL);
}

static void
test_each_cause_has_its_direction_and_its_word(void)
{
  static const struct { SiteCause cause; SiteGrade grade; const char *receives, *sends, *word; } CASES[] = {
    { SITE_CAUSE_SILENT_NETWORK, SITE_GRADE_BAD, "none", "none", "loss" },
    { SITE_CAUSE_UPLINK_CAPPED, SITE_GRADE_POOR, "good", "fair", "rate" },
    { SITE_CAUSE_UPLINK_LOSS, SITE_GRADE_POOR, "good", "fair", "loss" },
    { SITE_CAUSE_UPLINK_LOSS, SITE_GRADE_BAD, "good", "poor", "loss" },
    { SITE_CAUSE_UPLINK_JITTER, SITE_GRADE_POOR, "good", "fair", "delay" },
    { SITE_CAUSE_CAMERA_OFF, SITE_GRADE_BAD, "good", "poor", "no-picture" },
    { SITE_CAUSE_CAMERA_SLOW, SITE_GRADE_POOR, "good", "fair", "camera" },
    { SITE_CAUSE_NO_SOUND, SITE_GRADE_BAD, "good", "poor", "no-sound" },
    { SITE_CAUSE_ECHO, SITE_GRADE_POOR, "good", "fair", "echo" },
    { SITE_CAUSE_DOWNLINK_CAPPED, SITE_GRADE_BAD, "poor", "good", "rate" },
    { SITE_CAUSE_DOWNLINK_LOSS, SITE_GRADE_POOR, "fair", "good", "loss" },
    { SITE_CAUSE_RECEIVER_SLOW, SITE_GRADE_POOR, "fair", "good", "receiver" },
    { SITE_CAUSE_RTT_HIGH, SITE_GRADE_POOR, "fair", "good", "delay" },
    { SITE_CAUSE_LINE_SHORT, SITE_GRADE_POOR, "fair", "good", "line" },
    { SITE_CAUSE_CPU_SHORT, SITE_GRADE_BAD, "poor", "good", "cpu" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    SiteVerdict verdict = { .grade = SITE_GRADE_GOOD };
    g_test_message("%s", site_cause_name(CASES[i].cause));
    name(&verdict, CASES[i].cause, CASES[i].grade);
    assert_quality(&verdict, CASES[i].receives, CASES[i].sends, CASES[i].word);
  }
}

static void
test_of_two_causes_the_worse_one_is_told(void)
{
  SiteVerdict verdict = { .grade = SITE_GRADE_GOOD };
  name(&verdict, SITE_CAUSE_DOWNLINK_LOSS, SITE_GRADE_POOR);
  name(&verdict, SITE_CAUSE_NO_SOUND, SITE_GRADE_BAD);
  assert_quality(&verdict, "fair", "poor", "no-sound");
  name(&verdict, SITE_CAUSE_CPU_SHORT, SITE_GRADE_BAD);
  name(&verdict, SITE_CAUSE_ECHO, SITE_GRADE_POOR);
  assert_quality(&verdict, "poor", "poor", "no-sound");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mcu/site_quality/" #name, test_##name)
  ADD(who_is_not_there_has_nothing_and_who_lacks_nothing_is_good);
  ADD(each_cause_has_its_direction_and_its_word);
  ADD(of_two_causes_the_worse_one_is_told);
  return g_test_run();
}
