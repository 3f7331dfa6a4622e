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
  g_autoptr(LoadOptions) options = parse("--sites 9 --seconds 30 --pid 42 --json", NULL);
  g_assert_nonnull(options);
  g_assert_cmpstr(options->url, ==, "http://localhost:8080");
  g_assert_cmpint(options->sites, ==, 9);
  g_assert_cmpint(options->pid, ==, 42);
  g_assert_true(options->json && options->obeys_steering && !options->has_relay);
}

static void
test_faults_and_lines_belong_to_sites(void)
{
  g_autoptr(LoadOptions) options = parse("--stall a --wrong-key b --relay loss=10,delay=20 --relay-site c --uplink-size 1280x720", NULL);
  g_assert_nonnull(options);
  g_assert_cmpint(load_options_fault(options, "a"), ==, FAULT_STALL);
  g_assert_cmpint(load_options_fault(options, "b"), ==, FAULT_WRONG_KEY);
  g_assert_cmpint(load_options_fault(options, "c"), ==, FAULT_NONE);
  g_assert_true(load_options_relays(options, "c"));
  g_assert_false(load_options_relays(options, "a"));
  g_assert_false(options->obeys_steering);
  g_assert_cmpuint(options->first_size.max_width, ==, 1280);
  for (FaultKind kind = FAULT_STALL; kind < FAULT_KINDS; kind++)
    g_assert_cmpint(fault_from_name(fault_name(kind)), ==, kind);
}

static void
test_nonsense_is_refused(void)
{
  static const char *const TABLE[] = { "--sites 0", "--sites 65", "--fps 61", "--seconds 0", "--uplink-size 100", "--uplink-size 100x100",
                                       "--relay loss=x", "--no-such-thing", "--pace-kbps -1" };
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
  g_test_add_func("/load/load_options/nonsense_is_refused", test_nonsense_is_refused);
  return g_test_run();
}
