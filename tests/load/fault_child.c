/* tests/load/fault_child.c - a faulty site as a process of its own. */
#include "tests/load/fault_child.h"
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { END_WAIT_MS = 5000 };

struct FaultChild {
  FaultKind         kind;
  char             *site;     /* owned */
  GSubprocess      *process;  /* owned */
  GDataInputStream *output;   /* owned */
  GCancellable     *cancel;   /* owned */
  bool              is_ready, is_stopped, has_ended;
  guint64           attempts, media_received;
};

static void read_on(FaultChild *self);

static void
on_line(GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;  /* @user is gone */
  FaultChild *self = user;
  if (line == NULL) {
    self->has_ended = true;
    return;
  }
  if (strcmp(line, "ready") == 0)
    self->is_ready = true;
  else
    sscanf(line, "attempts %" G_GUINT64_FORMAT " media %" G_GUINT64_FORMAT, &self->attempts, &self->media_received);
  read_on(self);
}

static void
read_on(FaultChild *self)
{
  g_data_input_stream_read_line_async(self->output, G_PRIORITY_DEFAULT, self->cancel, on_line, self);
}

static GPtrArray *
arguments(const LoadOptions *options, FaultKind kind, const char *site)
{
  GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *own_path = g_file_read_link("/proc/self/exe", NULL);
  const char *const texts[] = {
    own_path, "--child", fault_name(kind), "--watch", site, "--url", options->url,
    "--room", options->room, "--keys", options->keys_path, "--uplink-size",
    options->uplink_size != NULL ? options->uplink_size : "tile",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_ptr_array_add(all, g_strdup(texts[i]));
  g_ptr_array_add(all, g_strdup_printf("--sites=%d", options->sites));
  g_ptr_array_add(all, g_strdup_printf("--fps=%d", options->fps));
  if (options->insecure)
    g_ptr_array_add(all, g_strdup("--insecure"));
  g_ptr_array_add(all, NULL);
  return all;
}

FaultChild *
fault_child_start(const LoadOptions *options, FaultKind kind, const char *site, GError **error)
{
  g_autoptr(GPtrArray) argv = arguments(options, kind, site);
  GSubprocess *process = g_subprocess_newv((const char *const *)argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  if (process == NULL)
    return NULL;
  FaultChild *self = g_new0(FaultChild, 1);
  self->kind = kind;
  self->site = g_strdup(site);
  self->process = process;
  self->cancel = g_cancellable_new();
  self->output = g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
  read_on(self);
  return self;
}

bool
fault_child_is_ready(const FaultChild *self)
{
  return self->is_ready || self->has_ended;
}

void
fault_child_strike(FaultChild *self)
{
  if (self->kind != FAULT_STALL || self->is_stopped)
    return;
  g_subprocess_send_signal(self->process, SIGSTOP);
  self->is_stopped = true;
}

static gboolean
give_up(gpointer user)
{
  FaultChild *self = user;
  g_subprocess_force_exit(self->process);
  return G_SOURCE_CONTINUE;
}

static void
end_process(FaultChild *self)
{
  if (self->is_stopped)
    g_subprocess_send_signal(self->process, SIGCONT);
  g_subprocess_send_signal(self->process, SIGTERM);
  guint timer = g_timeout_add(END_WAIT_MS, give_up, self);
  while (!self->has_ended)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(timer);
  g_subprocess_wait(self->process, NULL, NULL);
}

void
fault_child_finish(FaultChild *self, FaultReport *out)
{
  end_process(self);
  *out = (FaultReport) { .attempts = self->attempts, .media_received = self->media_received };
  g_strlcpy(out->kind, fault_name(self->kind), sizeof out->kind);
  g_strlcpy(out->site, self->site, sizeof out->site);
}

void
fault_child_free(FaultChild *self)
{
  if (self == NULL)
    return;
  if (!self->has_ended)
    end_process(self);
  g_cancellable_cancel(self->cancel);
  g_object_unref(self->cancel);
  g_object_unref(self->output);
  g_object_unref(self->process);
  g_free(self->site);
  g_free(self);
}
