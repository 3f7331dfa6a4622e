/* recorder/main.c - diemcau-recorder: writes one session, or recovers what was left unfinished. */
#include "media/base/log_sink.h"
#include "recorder/recorder_process.h"
#include "recorder/recovery.h"
#include "recorder/segment_writer.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { EXIT_USAGE = 64 };

typedef struct {
  int   session_fd;
  char *recover, *except, *certificate, *key, *timestamp_server;
} Options;

static void
options_clear(Options *options)
{
  g_free(options->recover);
  g_free(options->except);
  g_free(options->certificate);
  g_free(options->key);
  g_free(options->timestamp_server);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool
read_options(Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "session-fd", 0, 0, G_OPTION_ARG_INT, &options->session_fd, "write the session of the bridge at this descriptor", "FD" },
    { "recover", 0, 0, G_OPTION_ARG_FILENAME, &options->recover, "finalise every unfinished session below DIR", "DIR" },
    { "except", 0, 0, G_OPTION_ARG_STRING, &options->except, "but not this one", "UUID" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate, "sign recovered sessions", "PEM" },
    { "key", 0, 0, G_OPTION_ARG_STRING, &options->key, "with this key", "PEM|pkcs11:..." },
    { "timestamp-server", 0, 0, G_OPTION_ARG_STRING, &options->timestamp_server, "and have them stamped (RFC 3161)", "URL" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (g_option_context_parse(context, argc, argv, &error) && (options->session_fd >= 0) != (options->recover != NULL))
    return true;
  fprintf(stderr, "diemcau-recorder: %s\n", error != NULL ? error->message : "either --session-fd or --recover");
  return false;
}

static int
recover(const Options *options)
{
  PackageOptions package = {
    .certificate = options->certificate, .key = options->key, .timestamp_server = options->timestamp_server,
    .is_recovered = true,
  };
  g_autoptr(GError) error = NULL;
  if (recovery_run(options->recover, options->except, &package, &error))
    return EXIT_SUCCESS;
  fprintf(stderr, "diemcau-recorder: %s\n", error != NULL ? error->message : "not every session could be recovered");
  return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_auto(Options) options = { .session_fd = -1 };
  if (!read_options(&options, &argc, &argv))
    return EXIT_USAGE;
  signal(SIGPIPE, SIG_IGN);
  umask(0027);
  log_sink_open(LOG_LEVEL_INFO);
  g_autoptr(GError) error = NULL;
  if (!segment_writer_init(&error)) {
    fprintf(stderr, "diemcau-recorder: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (options.recover != NULL)
    return recover(&options);
  /* A signal to the whole service must not end the record before the bridge has said its last: the end of
   * the stream does, and it comes with the bridge's own end. */
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  return recorder_process_run(options.session_fd);
}
