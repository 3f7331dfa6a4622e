/* tests/load/test_load_options.c - unit tests of tests/load/load_options. */
#include "tests/load/load_options.h"

static LoadOptions *
parse(const char *more, GError **error)
{
  g_autofree char *line = g_strconcat("diemcau-load --url http://localhost:8080/ --room r --keys k ", more, NULL);
  g_auto(GStrv) words = NULL;
  int n;
  g_assert_true(g_shell_parse_argv(line, &n, &words, NULL));
  g_autofree char **argv = g_memdup2(words, sizeof(char *) * ((gsize)n + 1));  /* the parser takes words out */
  char **rest = argv;
  return load_options_parse(&n, &rest, error);
}

static void
test_the_measuring_contract_is_understood(void)
{
  g_autoptr(LoadOptions) options = parse("--sites 9 --seconds 30 --pid 42 --json --by-signal", NULL);
  g_assert_nonnull(options);
  g_assert_cmpstr(options->url, ==, "http://localhost:8080");
  g_assert_cmpint(options->sites, ==, 9);
  g_assert_cmpint(options->pid, ==, 42);
  g_assert_true(options->json && options->obeys_steering && options->by_signal);
}

static void
test_faults_and_lines_belong_to_sites(void)
{
  g_autoptr(LoadOptions) options = parse("--stall a --wrong-key b --relay loss=10,delay=20 --relay-site c --uplink-size 1280x720", NULL);
  g_assert_nonnull(options);
  g_assert_cmpint(load_options_fault(options, "a"), ==, FAULT_STALL);
  g_assert_cmpint(load_options_fault(options, "b"), ==, FAULT_WRONG_KEY);
  g_assert_cmpint(load_options_fault(options, "c"), ==, FAULT_NONE);
  SiteLine line;
  load_options_line(options, "c", &line);
  g_assert_true(line.has_relay);
  g_assert_cmpfloat(line.down.steps[0].config.loss, ==, 0.1);
  load_options_line(options, "a", &line);
  g_assert_false(line.has_relay);
  g_assert_false(options->obeys_steering);
  g_assert_cmpuint(options->first_size.max_width, ==, 1280);
  for (FaultKind kind = FAULT_STALL; kind < FAULT_KINDS; kind++)
    g_assert_cmpint(fault_from_name(fault_name(kind)), ==, kind);
}

static void
test_each_site_may_have_a_line_of_its_own(void)
{
  g_autoptr(LoadOptions) options = parse("--relay delay=10 --relay 'a:rate=3000,delay=25;20s:rate=500' --relay-up a:loss=5 --outage b:10s:5s "
                                         "--relay-down 'b:rate=700;1500ms:down' --decode a", NULL);
  g_assert_nonnull(options);
  SiteLine line;
  load_options_line(options, "a", &line);
  g_assert_true(line.has_relay);
  g_assert_cmpuint(line.down.n_steps, ==, 2);
  g_assert_cmpuint(line.down.steps[1].config.rate_bps, ==, 500000);
  g_assert_cmpuint(line.up.steps[0].config.rate_bps, ==, 0);
  g_assert_cmpfloat(line.up.steps[0].config.loss, ==, 0.05);
  g_assert_cmpuint(line.up.n_outages, ==, 0);
  load_options_line(options, "b", &line);
  g_assert_cmpint(line.up.steps[0].config.delay_us, ==, 10000);
  g_assert_cmpuint(line.down.steps[0].config.rate_bps, ==, 700000);
  g_assert_cmpuint(line.down.n_steps, ==, 2);
  g_assert_cmpuint(line.up.n_outages, ==, 1);
  g_assert_false(site_line_is_down(&line, 9999999));
  g_assert_true(site_line_is_down(&line, 10000000));
  g_assert_false(site_line_is_down(&line, 15000000));
  g_assert_true(load_options_decodes(options, "a") && !load_options_decodes(options, "b"));
}

static void
test_what_is_wrong_at_a_site_has_its_time(void)
{
  g_autoptr(LoadOptions) options = parse("--slow-camera a:10s:5s --echo b:0s:500ms --slow-decoder c:1s:1s", NULL);
  g_assert_nonnull(options);
  g_assert_true(options->reports);
  SiteFlaws flaws;
  load_options_flaws(options, "a", &flaws);
  g_assert_true(site_flaws_has(&flaws, FLAW_SLOW_CAMERA) && !site_flaws_has(&flaws, FLAW_ECHO));
  load_options_flaws(options, "b", &flaws);
  g_assert_true(site_flaws_has(&flaws, FLAW_ECHO) && !site_flaws_has(&flaws, FLAW_SLOW_DECODER));
  g_autoptr(LoadOptions) plain = parse("", NULL);
  g_assert_false(plain->reports);
}

static void
test_nonsense_is_refused(void)
{
  static const char *const TABLE[] = { "--sites 0", "--sites 65", "--fps 61", "--seconds 0", "--uplink-size 100", "--uplink-size 100x100",
                                       "--relay loss=x", "--relay a:loss=x", "--relay-up a:5s:down", "--outage a:5", "--outage a:5s:0s", "--outage 5s:5s",
                                       "--slow-camera a:5s", "--echo a:5s:0s", "--silent-microphone :5s:5s", "--slow-decoder a:5:5s",
                                       "--no-such-thing", "--pace-kbps -1", "--turns -1" };
  for (gsize i = 0; i < G_N_ELEMENTS(TABLE); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(parse(TABLE[i], &error));
    g_assert_nonnull(error);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/load_options/the_measuring_contract_is_understood", test_the_measuring_contract_is_understood);
  g_test_add_func("/load/load_options/faults_and_lines_belong_to_sites", test_faults_and_lines_belong_to_sites);
  g_test_add_func("/load/load_options/each_site_may_have_a_line_of_its_own", test_each_site_may_have_a_line_of_its_own);
  g_test_add_func("/load/load_options/what_is_wrong_at_a_site_has_its_time", test_what_is_wrong_at_a_site_has_its_time);
  g_test_add_func("/load/load_options/nonsense_is_refused", test_nonsense_is_refused);
  return g_test_run();
}
