/* mcu/session_recovery.c - finalises at start what a crash left unfinished, in a process of its own. */
#include "mcu/session_recovery.h"
#include "mcu/recording.h"
#include <gio/gio.h>

static void
ended(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *directory = data;
  g_autoptr(GError) error = NULL;
  if (!g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &error))
    g_warning("recovery of %s: %s", directory, error->message);
  else
    g_message("recovery of %s: done", directory);
}

static void
add(GPtrArray *arguments, const char *option, const char *value)
{
  if (value == NULL)
    return;
  g_ptr_array_add(arguments, g_strdup(option));
  g_ptr_array_add(arguments, g_strdup(value));
}

static void
run_in(const Config *config, const char *directory, const char *const *open)
{
  if (!g_file_test(directory, G_FILE_TEST_IS_DIR))
    return;
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(arguments, recording_program());
  g_autofree char *path = g_canonicalize_filename(directory, NULL);
  add(arguments, "--recover", path);
  for (guint i = 0; open[i] != NULL; i++)
    add(arguments, "--except", open[i]);
  add(arguments, "--certificate", config->signing_certificate);
  add(arguments, "--key", config->signing_key);
  add(arguments, "--timestamp-server", config->timestamp_server);
  g_ptr_array_add(arguments, NULL);
  g_autoptr(GError) error = NULL;
  GSubprocess *process = g_subprocess_newv((const char *const *)arguments->pdata, G_SUBPROCESS_FLAGS_NONE, &error);
  if (process == NULL) {
    g_warning("recovery of %s: %s", directory, error->message);
    return;
  }
  g_subprocess_wait_check_async(process, NULL, ended, g_strdup(directory));
  g_object_unref(process);
}

void
session_recovery_start(const Config *config, const char *const *open)
{
  if (!config->recording_enabled)
    return;
  run_in(config, config->recording_dir, open);
  if (config->recording_fallback_dir != NULL)
    run_in(config, config->recording_fallback_dir, open);
}
