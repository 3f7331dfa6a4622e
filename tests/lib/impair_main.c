/* tests/lib/impair_main.c - diemcau-impair: one bad line between a client and a server, as a command. */
#include "tests/lib/relay.h"
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *listen, *to, *line, *up, *down;
  int   seconds;
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

static void
print_link(const char *name, const LinkStats *stats, const char *end)
{
  g_print("\"%s\": {\"offered\": %" G_GUINT64_FORMAT ", \"delivered\": %" G_GUINT64_FORMAT
          ", \"lost\": %" G_GUINT64_FORMAT ", \"droppedAtTail\": %" G_GUINT64_FORMAT
          ", \"duplicated\": %" G_GUINT64_FORMAT ", \"reordered\": %" G_GUINT64_FORMAT
          ", \"queueMaxMs\": %.1f}%s",
          name, stats->offered, stats->delivered, stats->lost, stats->dropped_at_tail,
          stats->duplicated, stats->reordered, (double)stats->queue_max_us / 1000, end);
}

static int
run(const Options *options, const LinkConfig *up, const LinkConfig *down)
{
  g_autofree char *listen_host = NULL, *to_host = NULL;
  guint16 listen_port, to_port;
  if (!split_address(options->listen, &listen_host, &listen_port)
      || !split_address(options->to, &to_host, &to_port)) {
    g_printerr("--listen and --to are ADDRESS:PORT\n");
    return 64;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(Relay) relay = relay_new(NULL, listen_host, listen_port, to_host, to_port, up, down, &error);
  if (relay == NULL) {
    g_printerr("%s\n", error->message);
    return EXIT_FAILURE;
  }
  g_printerr("%s:%u -> %s:%u\n", listen_host, relay_port(relay), to_host, to_port);
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_unix_signal_add(SIGINT, quit, loop);
  g_unix_signal_add(SIGTERM, quit, loop);
  if (options->seconds > 0)
    g_timeout_add_seconds((guint)options->seconds, quit, loop);
  g_main_loop_run(loop);
  RelayStats stats;
  relay_stats(relay, &stats);
  g_print("{");
  print_link("up", &stats.up, ", ");
  print_link("down", &stats.down, "}\n");
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  Options options = { 0 };
  GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options.listen, "where the client sends to (port 0: any)", "ADDRESS:PORT" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "the server", "ADDRESS:PORT" },
    { "line", 0, 0, G_OPTION_ARG_STRING, &options.line, "both directions: loss=10,delay=25,...", "FAULTS" },
    { "up", 0, 0, G_OPTION_ARG_STRING, &options.up, "towards the server, if different", "FAULTS" },
    { "down", 0, 0, G_OPTION_ARG_STRING, &options.down, "towards the client, if different", "FAULTS" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "end by itself", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- a bad line for UDP");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  LinkConfig up, down;
  const char *line = "";
  bool ok = g_option_context_parse(context, &argc, &argv, &error);
  if (options.line != NULL)
    line = options.line;
  ok = ok && link_config_parse(options.up != NULL ? options.up : line, &up, &error)
       && link_config_parse(options.down != NULL ? options.down : line, &down, &error);
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
