/* tests/load/main.c - diemcau-load: plays sites against a running bridge, and measures it. */
#include "tests/load/child_run.h"
#include "tests/load/demo_run.h"
#include "tests/load/measure_run.h"
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

enum { EXIT_USAGE = 64, DEMO_TRIES = 60, DEMO_TRY_MS = 500 };

/* A demonstration may be started together with the bridge. */
static LoadContext *
open_context(const LoadOptions *options, GError **error) ON_CONTROL
{
  for (guint try = 1;; try++) {
    g_clear_error(error);
    LoadContext *context = load_context_open(options, error);
    if (context != NULL || !options->demo || try == DEMO_TRIES)
      return context;
    g_usleep(DEMO_TRY_MS * 1000);
  }
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  setlocale(LC_NUMERIC, "C");
  signal(SIGPIPE, SIG_IGN);
  thread_role_enter(THREAD_ROLE_CONTROL);
  assert_on_control();
  GError *error = NULL;
  g_autoptr(LoadOptions) options = load_options_parse(&argc, &argv, &error);
  if (options == NULL) {
    g_printerr("%s\n", error->message);
    g_clear_error(&error);
    return EXIT_USAGE;
  }
  LoadContext *context = open_context(options, &error);
  if (context == NULL) {
    g_printerr("%s\n", error->message);
    g_clear_error(&error);
    return EXIT_FAILURE;
  }
  int status = options->child != NULL ? child_run(context)
               : options->demo        ? demo_run(context)
                                      : measure_run(context);
  load_context_close(context);
  return status;
}
