/* mcu/main.c - the program diemcau: command line, signals, exit codes. */
#include "mcu/app.h"
#include "mcu/join_links.h"
#include "mcu/reindex_cli.h"
#include "mcu/verify_cli.h"
#include "media/base/thread_role.h"
#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

static struct {
  char    *config;
  char    *check;
  gboolean join_links;
  gboolean version;
} options;

static const GOptionEntry OPTIONS[] = {
  { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config, "Configuration (default: the embedded one)", "FILE" },
  { "check-config", 0, 0, G_OPTION_ARG_FILENAME, &options.check, "Check FILE, say what is wrong, and exit", "FILE" },
  { "join-links", 0, 0, G_OPTION_ARG_NONE, &options.join_links, "Print where each site joins the running bridge, with its key, and exit", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &options.version, "Print the version and exit", NULL },
  { NULL, 0, 0, 0, NULL, NULL, NULL },
};

static gboolean
on_signal(gpointer data)
{
  g_message("ending: saying goodbye to every site");
  app_quit(data);
  return G_SOURCE_CONTINUE;
}

/* Each site takes a socket for each local address. */
static void
raise_descriptor_limit(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static int
print_join_links(const Config *config)
{
  g_autoptr(GError) error = NULL;
  if (join_links_print(config, &error))
    return EXIT_SUCCESS;
  fprintf(stderr, "diemcau: %s\n", error->message);
  return EX_UNAVAILABLE;
}

static int
run(const Config *config)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(App) app = app_new(config, &error);
  if (app == NULL) {
    fprintf(stderr, "diemcau: %s\n", error->message);
    return EX_UNAVAILABLE;
  }
  guint sources[] = { g_unix_signal_add(SIGINT, on_signal, app), g_unix_signal_add(SIGTERM, on_signal, app) };
  g_message("ready: %s:%u and https %s:%u", config->http_address, config->http_port,
            config->https_address, config->https_port);
  app_run(app);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc > 1 && strcmp(argv[1], "verify") == 0)
    return verify_cli(argc - 1, argv + 1);
  signal(SIGPIPE, SIG_IGN);
  mallopt(M_ARENA_MAX, 2);  /* few threads allocate: more arenas only grow the memory */
  raise_descriptor_limit();
  thread_role_enter(THREAD_ROLE_CONTROL);

  g_autoptr(GOptionContext) context = g_option_context_new("[reindex] - the bridge of an online citizen reception");
  g_option_context_add_main_entries(context, OPTIONS, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 2
      || (argc == 2 && strcmp(argv[1], "reindex") != 0)) {
    fprintf(stderr, "diemcau: %s\n", error != NULL ? error->message : "unexpected argument");
    return EX_USAGE;
  }
  if (options.version) {
    puts("diemcau " DIEMCAU_VERSION);
    return EXIT_SUCCESS;
  }
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(options.check != NULL ? options.check : options.config, &errors);
  if (config == NULL) {
    fputs(errors, stderr);
    return EX_CONFIG;
  }
  if (options.check != NULL)
    return EXIT_SUCCESS;
  if (argc == 2)
    return reindex_cli(config);
  return options.join_links ? print_join_links(config) : run(config);
}
