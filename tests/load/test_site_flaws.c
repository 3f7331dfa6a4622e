/* tests/load/test_site_flaws.c - unit tests of tests/load/site_flaws. */
#include "tests/load/site_flaws.h"

static void
test_it_holds_from_its_begin_to_its_end(void)
{
  g_auto(GStrv) echoes = g_strsplit("a:10s:5s b:0s:500ms", " ", 0);
  const FlawTexts texts = { .of_kind = { [FLAW_ECHO] = echoes } };
  SiteFlaws flaws;
  g_assert_true(site_flaws_read(&texts, "a", &flaws, NULL));
  g_assert_true(site_flaws_has(&flaws, FLAW_ECHO) && !site_flaws_has(&flaws, FLAW_SLOW_CAMERA));
  static const struct { gint64 at_us; bool holds; } TABLE[] = { { -1, false }, { 0, false }, { 9999999, false }, { 10000000, true }, { 14999999, true }, { 15000000, false } };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++)
    g_assert_true(site_flaws_holds(&flaws, FLAW_ECHO, TABLE[i].at_us) == TABLE[i].holds);
  g_assert_true(site_flaws_read(&texts, "b", &flaws, NULL));
  g_assert_true(site_flaws_holds(&flaws, FLAW_ECHO, 0) && !site_flaws_holds(&flaws, FLAW_ECHO, -1));
  g_assert_true(site_flaws_read(&texts, "c", &flaws, NULL));
  for (FlawKind kind = 0; kind < FLAW_KINDS; kind++)
    g_assert_false(site_flaws_has(&flaws, kind) || site_flaws_holds(&flaws, kind, 0));
}

static void
test_the_later_of_two_counts(void)
{
  g_auto(GStrv) cameras = g_strsplit("a:10s:5s a:20s:5s", " ", 0);
  const FlawTexts texts = { .of_kind = { [FLAW_SLOW_CAMERA] = cameras } };
  SiteFlaws flaws;
  g_assert_true(site_flaws_read(&texts, "a", &flaws, NULL));
  g_assert_true(!site_flaws_holds(&flaws, FLAW_SLOW_CAMERA, 12000000) && site_flaws_holds(&flaws, FLAW_SLOW_CAMERA, 22000000));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/site_flaws/it_holds_from_its_begin_to_its_end", test_it_holds_from_its_begin_to_its_end);
  g_test_add_func("/load/site_flaws/the_later_of_two_counts", test_the_later_of_two_counts);
  return g_test_run();
}
