/* tests/lib/impair_main.c - diemcau-impair: one bad line between a client and a server, as a command. */
#include "media/base/clock.h"
#include "tests/lib/link_report.h"
#include "tests/lib/relay.h"
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *listen, *to, *line, *up, *down;
  int   seconds;
  gboolean waits;
} Options;

static bool
split_address(const char *text, char **host, guint16 *port)
{
  const char *colon = strrchr(text, ':');
  guint64 number;
  if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &number, NULL))
    return false;
  *host = g_strndup(text, (gsize)(colon - text));
  *port = (guint16)number;
  return true;
}

static gboolean
quit(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
start(gpointer relay)
{
  relay_start(relay, clock_now_us());
  relay_begin(relay, clock_now_us());
  g_printerr("started\n");
  return G_SOURCE_CONTINUE;
}

static void
print_figures(Relay *relay)
{
  RelayStats stats;
  relay_stats(relay, &stats);  /* the flows */
  json_t *json = link_report_json(relay, clock_now_us());
  json_object_set_new(json, "flows", json_integer(stats.flows));
  json_dumpf(json, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
  printf("\n");
  json_decref(json);
}

static int
run(const Options *options, const LinkSchedule *up, const LinkSchedule *down)
{
  g_autofree char *listen_host = NULL, *to_host = NULL;
  guint16 listen_port, to_port;
  if (!split_address(options->listen, &listen_host, &listen_port)
      || !split_address(options->to, &to_host, &to_port)) {
    g_printerr("--listen and --to are ADDRESS:PORT\n");
    return 64;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(Relay) relay = relay_new(g_main_context_default(), listen_host, listen_port, to_host, to_port, &up->steps[0].config,
                                     &down->steps[0].config, &error);
  if (relay == NULL) {
    g_printerr("%s\n", error->message);
    return EXIT_FAILURE;
  }
  relay_schedule(relay, up, down, options->waits ? G_MAXINT64 : clock_now_us());
  g_printerr("%s:%u -> %s:%u\n", listen_host, relay_port(relay), to_host, to_port);
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_unix_signal_add(SIGINT, quit, loop);
  g_unix_signal_add(SIGTERM, quit, loop);
  g_unix_signal_add(SIGUSR1, start, relay);
  if (options->seconds > 0)
    g_timeout_add((guint)options->seconds * 1000, quit, loop);
  g_main_loop_run(loop);
  print_figures(relay);
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  Options options = { 0 };
  GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options.listen, "where the client sends to (port 0: any)", "ADDRESS:PORT" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "the server", "ADDRESS:PORT" },
    { "line", 0, 0, G_OPTION_ARG_STRING, &options.line, "both directions: loss=10,delay=25;20s:rate=500;40s:down;45s:up", "FAULTS" },
    { "up", 0, 0, G_OPTION_ARG_STRING, &options.up, "towards the server, if different", "FAULTS" },
    { "down", 0, 0, G_OPTION_ARG_STRING, &options.down, "towards the client, if different", "FAULTS" },
    { "wait", 0, 0, G_OPTION_ARG_NONE, &options.waits, "the schedules start at SIGUSR1, which also begins the figures anew", NULL },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "end by itself", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- a bad line for UDP");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  LinkSchedule up, down;
  const char *line = "";
  bool ok = g_option_context_parse(context, &argc, &argv, &error);
  if (options.line != NULL)
    line = options.line;
  ok = ok && link_schedule_parse(options.up != NULL ? options.up : line, &up, &error)
       && link_schedule_parse(options.down != NULL ? options.down : line, &down, &error);
  int status = 64;
  if (!ok)
    g_printerr("%s\n", error->message);
  else if (options.listen == NULL || options.to == NULL)
    g_printerr("--listen and --to are needed\n");
  else
    status = run(&options, &up, &down);
  g_free(options.listen);
  g_free(options.to);
  g_free(options.line);
  g_free(options.up);
  g_free(options.down);
  return status;
}
