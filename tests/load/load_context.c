/* tests/load/load_context.c - what every kind of run of diemcau-load needs. */
#include "tests/load/load_context.h"
#include "media/base/clock.h"
#include <gio/gio.h>
#include <string.h>

static const char *const LOOPBACK[] = { "127.0.0.1", NULL };

enum { CLOSE_WAIT_MS = 2000 };

static bool
url_is_local(const char *url)
{
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
  return host != NULL && (strcmp(host, "localhost") == 0 || g_str_has_prefix(host, "127.") || strcmp(host, "::1") == 0);
}

typedef struct {
  LoadContext *context;
  bool         is_done;
  GError      *error;
} Asking;

static void
on_room(const WebReply *reply, gpointer user)
{
  Asking *asking = user;
  asking->is_done = true;
  if (reply->status != 200)
    g_set_error(&asking->error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: room %s: %u %s", asking->context->options->url,
                asking->context->options->room, reply->status, reply->body);
  else if (!room_view_parse(reply->body, asking->context->room))
    g_set_error(&asking->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the room's state is not as documented");
}

static bool
ask_for_room(LoadContext *self, GError **error) ON_CONTROL
{
  const SiteKey *first = g_ptr_array_index(self->keys, 0);
  g_autofree char *url = g_strdup_printf("%s/v1/rooms/%s", self->options->url, self->options->room);
  WebRequest request = { .method = "GET", .url = url, .key = first->key };
  Asking asking = { .context = self };
  web_client_call(self->web, &request, on_room, &asking);
  while (!asking.is_done)
    g_main_context_iteration(NULL, TRUE);
  if (asking.error != NULL)
    g_propagate_error(error, asking.error);
  return asking.error == NULL;
}

LoadContext *
load_context_open(const LoadOptions *options, GError **error)
{
  LoadContext *self = g_new0(LoadContext, 1);
  self->options = options;
  self->is_local = url_is_local(options->url);
  self->room = g_new0(RoomView, 1);
  self->keys = keys_file_load(options->keys_path, error);
  self->identity = self->keys != NULL ? dtls_identity_new(error) : NULL;
  if (self->identity == NULL) {
    load_context_close(self);
    return NULL;
  }
  if (self->keys->len == 0) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s holds no site's key", options->keys_path);
    load_context_close(self);
    return NULL;
  }
  self->control = loop_new_wrap(NULL);
  self->net = loop_new_thread(THREAD_ROLE_NET);
  self->web = web_client_new(NULL, options->insecure);
  self->env = (TransportEnv) { .loop = self->net, .identity = self->identity,
                               .addresses = self->is_local ? LOOPBACK : NULL };
  if (!ask_for_room(self, error)) {
    load_context_close(self);
    return NULL;
  }
  return self;
}

static gboolean
wake(G_GNUC_UNUSED gpointer user)
{
  return G_SOURCE_CONTINUE;
}

void
load_context_close(LoadContext *self)
{
  gint64 deadline_us = clock_now_us() + CLOSE_WAIT_MS * 1000;
  guint timer = g_timeout_add(50, wake, NULL);
  while (self->web != NULL && web_client_pending(self->web) > 0 && clock_now_us() < deadline_us)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(timer);
  web_client_free(self->web);
  loop_free(self->net);
  while (g_main_context_iteration(NULL, FALSE))
    ;  /* what the net thread posted last */
  loop_free(self->control);
  dtls_identity_free(self->identity);
  g_clear_pointer(&self->keys, g_ptr_array_unref);
  g_free(self->room);
  g_free(self);
}

const char *
load_context_name(const LoadContext *self, const char *site)
{
  const RoomViewSite *found = room_view_find(self->room, site);
  return found != NULL ? found->name : site;
}
