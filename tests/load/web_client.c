/* tests/load/web_client.c - HTTP requests and event streams by libcurl on a GLib loop. */
#include "tests/load/web_client.h"
#include <curl/curl.h>
#include <glib-unix.h>
#include <string.h>

enum { BODY_MAX = 1 << 20, TIMEOUT_S = 15, CONNECT_TIMEOUT_S = 5 };

struct WebClient {
  /* owned */
  GMainContext *context;
  CURLM        *multi;
  GSource      *timer;
  GHashTable   *watches;   /* socket -> GSource */
  GPtrArray    *calls;     /* of WebCall        */
  GPtrArray    *doomed;    /* of WebCall: cancelled by a callback of libcurl's, which still runs */
  /* state */
  bool          accept_any_certificate, is_inside_curl;
};

struct WebCall {
  WebClient         *client;  /* borrowed */
  CURL              *easy;    /* owned    */
  struct curl_slist *headers; /* owned    */
  GString           *body;    /* owned    */
  char               error[CURL_ERROR_SIZE];
  WebData            data;    /* NULL: the body is kept */
  WebDone            done;
  gpointer           user;
  bool               is_cancelled;
};

static void
call_free(gpointer data)
{
  WebCall *call = data;
  curl_multi_remove_handle(call->client->multi, call->easy);
  curl_easy_cleanup(call->easy);
  curl_slist_free_all(call->headers);
  g_string_free(call->body, TRUE);
  g_free(call);
}

/* --- libcurl's sockets and timer on our loop --- */

static void
finish(WebClient *self, WebCall *call, CURLcode result)
{
  WebReply reply = { .body = call->body->str, .length = call->body->len };
  long status = 0;
  if (result == CURLE_OK) {
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    struct curl_header *header;
    if (curl_easy_header(call->easy, "Location", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
      reply.location = header->value;
  } else {
    reply.body = call->error[0] != '\0' ? call->error : curl_easy_strerror(result);
    reply.length = strlen(reply.body);
  }
  reply.status = (guint)status;
  guint index;
  if (!g_ptr_array_find(self->calls, call, &index))
    return;
  g_ptr_array_steal_index_fast(self->calls, index);
  call->done(&reply, call->user);
  call_free(call);
}

static void
collect(WebClient *self)
{
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(self->multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE)
      continue;
    char *call = NULL;
    CURLcode result = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    finish(self, (WebCall *)(gpointer)call, result);
  }
}

static void
act(WebClient *self, curl_socket_t fd, int events)
{
  int running;
  self->is_inside_curl = true;
  curl_multi_socket_action(self->multi, fd, events, &running);
  self->is_inside_curl = false;
  collect(self);
  g_ptr_array_set_size(self->doomed, 0);
}

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer user)
{
  WebClient *self = user;
  int events = (condition & G_IO_IN ? CURL_CSELECT_IN : 0) | (condition & G_IO_OUT ? CURL_CSELECT_OUT : 0)
               | (condition & (G_IO_ERR | G_IO_HUP) ? CURL_CSELECT_ERR : 0);
  act(self, fd, events);
  return G_SOURCE_CONTINUE;
}

static int
watch_socket(G_GNUC_UNUSED CURL *easy, curl_socket_t fd, int what, void *user, G_GNUC_UNUSED void *socket_user)
{
  WebClient *self = user;
  g_hash_table_remove(self->watches, GINT_TO_POINTER(fd));
  if (what == CURL_POLL_REMOVE)
    return 0;
  GIOCondition condition = (what & CURL_POLL_IN ? G_IO_IN : 0) | (what & CURL_POLL_OUT ? G_IO_OUT : 0);
  GSource *source = g_unix_fd_source_new(fd, condition | G_IO_ERR | G_IO_HUP);
  g_source_set_callback(source, G_SOURCE_FUNC(on_socket), self, NULL);
  g_source_attach(source, self->context);
  g_hash_table_insert(self->watches, GINT_TO_POINTER(fd), source);
  return 0;
}

static gboolean
on_timer(GSource *source, G_GNUC_UNUSED GSourceFunc callback, gpointer user)
{
  g_source_set_ready_time(source, -1);
  act(user, CURL_SOCKET_TIMEOUT, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs TIMER_FUNCS = { .dispatch = on_timer };

static int
set_timer(G_GNUC_UNUSED CURLM *multi, long timeout_ms, void *user)
{
  WebClient *self = user;
  g_source_set_ready_time(self->timer, timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000);
  return 0;
}

static void
unwatch(gpointer data)
{
  g_source_destroy(data);
  g_source_unref(data);
}

/* --- calls --- */

static size_t
on_body(char *data, size_t size, size_t n, void *user)
{
  WebCall *call = user;
  long status = 0;
  if (call->is_cancelled)
    return 0;
  curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
  if (call->data != NULL && status == 200) {
    call->data(data, size * n, call->user);
  } else {
    if (call->body->len + size * n > BODY_MAX)
      return 0;
    g_string_append_len(call->body, data, (gssize)(size * n));
  }
  return size * n;
}

static void G_GNUC_PRINTF(2, 3)
add_header(WebCall *call, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  call->headers = curl_slist_append(call->headers, text);
}

static void
set_request(WebCall *call, const WebRequest *request)
{
  CURL *easy = call->easy;
  curl_easy_setopt(easy, CURLOPT_URL, request->url);
  if (request->body != NULL) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
    add_header(call, "Content-Type: %s", request->content_type);
    add_header(call, "Expect:");
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
  if (request->key != NULL)
    add_header(call, "Authorization: Bearer %s", request->key);
  if (request->accept != NULL)
    add_header(call, "Accept: %s", request->accept);
  if (request->last_event_id != NULL && *request->last_event_id != '\0')
    add_header(call, "Last-Event-ID: %s", request->last_event_id);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
}

static WebCall *
start(WebClient *self, const WebRequest *request, WebData data, WebDone done, gpointer user)
{
  WebCall *call = g_new0(WebCall, 1);
  *call = (WebCall) { .client = self, .easy = curl_easy_init(), .body = g_string_new(NULL),
                      .data = data, .done = done, .user = user };
  CURL *easy = call->easy;
  set_request(call, request);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, data != NULL ? 0L : (long)TIMEOUT_S);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, self->accept_any_certificate ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, self->accept_any_certificate ? 0L : 2L);
  g_ptr_array_add(self->calls, call);
  curl_multi_add_handle(self->multi, easy);
  return call;
}

WebCall *
web_client_call(WebClient *self, const WebRequest *request, WebDone done, gpointer user)
{
  return start(self, request, NULL, done, user);
}

WebCall *
web_client_stream(WebClient *self, const WebRequest *request, WebData data, WebDone done, gpointer user)
{
  return start(self, request, data, done, user);
}

void
web_call_cancel(WebCall *call)
{
  if (call == NULL)
    return;
  guint index;
  if (g_ptr_array_find(call->client->calls, call, &index)) {
    g_ptr_array_steal_index_fast(call->client->calls, index);
    call->is_cancelled = true;
    if (call->client->is_inside_curl)
      g_ptr_array_add(call->client->doomed, call);
    else
      call_free(call);
  }
}

guint
web_client_pending(const WebClient *self)
{
  return self->calls->len;
}

/* --- life --- */

WebClient *
web_client_new(GMainContext *context, bool accept_any_certificate)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
  WebClient *self = g_new0(WebClient, 1);
  self->context = context != NULL ? g_main_context_ref(context) : g_main_context_ref_thread_default();
  self->accept_any_certificate = accept_any_certificate;
  self->watches = g_hash_table_new_full(NULL, NULL, NULL, unwatch);
  self->calls = g_ptr_array_new_with_free_func(call_free);
  self->doomed = g_ptr_array_new_with_free_func(call_free);
  self->timer = g_source_new(&TIMER_FUNCS, sizeof(GSource));
  g_source_set_callback(self->timer, NULL, self, NULL);
  g_source_set_ready_time(self->timer, -1);
  g_source_attach(self->timer, self->context);
  self->multi = curl_multi_init();
  curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
  return self;
}

void
web_client_free(WebClient *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->calls);
  g_ptr_array_unref(self->doomed);
  curl_multi_cleanup(self->multi);
  g_hash_table_unref(self->watches);
  g_source_destroy(self->timer);
  g_source_unref(self->timer);
  g_main_context_unref(self->context);
  g_free(self);
}
