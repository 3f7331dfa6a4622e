/* mcu/main.c - the program diemcau: command line, signals, exit codes. */
#include "mcu/app.h"
#include "mcu/join_links.h"
#include "mcu/key_cli.h"
#include "mcu/reindex_cli.h"
#include "mcu/verify_cli.h"
#include "media/base/log_sink.h"
#include "media/base/thread_role.h"
#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

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

/* Ctrl-C: at once. */
static gboolean
on_interrupt(gpointer data)
{
  g_message("ending: saying goodbye to every site");
  app_quit(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate(gpointer data)
{
  app_terminate(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
  app_reload(data);
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
run(Config *config)
{
  log_sink_open(log_level_from_name(config->log_level));
  signal(SIGHUP, SIG_IGN);  /* until there is something to reload */
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceNotify) notify = service_notify_open();
  App *app = app_new(config, options.config, notify, &error);
  if (app == NULL) {
    fprintf(stderr, "diemcau: %s\n", error->message);
    return EX_UNAVAILABLE;
  }
  guint sources[] = { g_unix_signal_add(SIGINT, on_interrupt, app), g_unix_signal_add(SIGTERM, on_terminate, app),
                      g_unix_signal_add(SIGHUP, on_hangup, app) };
  g_message("ready: %s:%u, https %s:%u, management %s:%u", config->http_address, config->http_port,
            config->https_address, config->https_port, config->management_address, config->management_port);
  app_run(app);
  app_free(app);  /* with the handlers still there: another signal does not cut the goodbyes short */
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  return EXIT_SUCCESS;
}

/* --- commands --- */

static int
reindex(const Config *config, int argc, G_GNUC_UNUSED char **argv)
{
  if (argc == 1)
    return reindex_cli(config);
  fputs("diemcau reindex: unexpected argument\n", stderr);
  return EX_USAGE;
}

static int
verify(G_GNUC_UNUSED const Config *config, int argc, char **argv)
{
  return verify_cli(argc, argv);
}

/* A program of its own beside this one: the bridge does not carry the client's libraries. */
static int
ctl(G_GNUC_UNUSED const Config *config, G_GNUC_UNUSED int argc, char **argv)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname(self != NULL ? self : ".");
  g_autofree char *path = g_build_filename(folder, "diemcau-ctl", NULL);
  execv(path, argv);
  fprintf(stderr, "diemcau ctl: %s: %s\n", path, g_strerror(errno));
  return EX_UNAVAILABLE;
}

static const struct {
  const char *name;
  bool        needs_config;
  int       (*run)(const Config *config, int argc, char **argv);
} COMMANDS[] = {
  { "ctl", false, ctl }, { "key", true, key_cli }, { "reindex", true, reindex }, { "verify", false, verify },
};

/* `diemcau COMMAND --config FILE ...` is `diemcau --config FILE COMMAND ...`. */
static void
take_config(int *argc, char **argv)
{
  for (int i = 2; i + 1 < *argc; i++)
    if (strcmp(argv[i], "--config") == 0) {
      g_free(options.config);
      options.config = g_strdup(argv[i + 1]);
      memmove(&argv[i], &argv[i + 2], (gsize)(*argc - i - 1) * sizeof argv[0]);
      *argc -= 2;
      return;
    }
}

static Config *
load_config(const char *path)
{
  g_autofree char *errors = NULL;
  Config *config = config_load(path, &errors);
  if (config == NULL)
    fputs(errors, stderr);
  return config;
}

static int
run_command(int argc, char **argv)
{
  for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
    if (strcmp(argv[1], COMMANDS[i].name) != 0)
      continue;
    if (!COMMANDS[i].needs_config)
      return COMMANDS[i].run(NULL, argc - 1, argv + 1);
    take_config(&argc, argv);
    g_autoptr(Config) config = load_config(options.config);
    return config != NULL ? COMMANDS[i].run(config, argc - 1, argv + 1) : EX_CONFIG;
  }
  fprintf(stderr, "diemcau: no command '%s': there are ctl, key, reindex and verify\n", argv[1]);
  return EX_USAGE;
}

int
main(int argc, char **argv)
{
  setlocale(LC_CTYPE, "C.UTF-8");
  g_autoptr(GOptionContext) context
      = g_option_context_new("[ctl|key|reindex|verify ...] - the bridge of an online citizen reception");
  g_option_context_add_main_entries(context, OPTIONS, NULL);
  g_option_context_set_strict_posix(context, TRUE);  /* what follows a command is the command's */
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    fprintf(stderr, "diemcau: %s\n", error->message);
    return EX_USAGE;
  }
  if (options.version) {
    puts("diemcau " DIEMCAU_VERSION);
    return EXIT_SUCCESS;
  }
  if (argc > 1)
    return run_command(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  mallopt(M_ARENA_MAX, 2);  /* few threads allocate: more arenas only grow the memory */
  raise_descriptor_limit();
  thread_role_enter(THREAD_ROLE_CONTROL);
  g_autoptr(Config) config = load_config(options.check != NULL ? options.check : options.config);
  if (config == NULL)
    return EX_CONFIG;
  if (options.check != NULL)
    return EXIT_SUCCESS;
  return options.join_links ? print_join_links(config) : run(config);
}
