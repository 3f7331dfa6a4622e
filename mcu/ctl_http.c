/* mcu/ctl_http.c - sends a call of `diemcau ctl` and prints what comes back. */
#include "mcu/ctl_http.h"
#include "mcu/sse_reader.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { JSON_MAX_BYTES = 64 << 20, CONNECT_TIMEOUT_S = 10, SILENCE_MAX_S = 60, KEEPALIVE_S = 15 };

/* One transfer. */
typedef struct {
  /* borrowed */
  const CtlServer    *server;
  const CtlOperation *operation;
  const CtlCall      *call;
  SseReader          *events;      /* NULL: an answer that ends */
  /* owned */
  CURL               *curl;
  struct curl_slist  *headers;
  char                fault[CURL_ERROR_SIZE];
  GByteArray         *kept;        /* JSON, to be printed whole */
  FILE               *out;         /* NULL: not open yet        */
  /* state */
  bool                is_begun, is_kept, cannot_write, is_too_large;
  guint               n_events;
} Transfer;

static int
exit_code(long status)
{
  return status >= 200 && status < 300 ? EXIT_SUCCESS : (int)(status / 100);
}

/* --- what comes in --- */

static bool
open_output(Transfer *self)
{
  if (self->out != NULL)
    return true;
  self->out = self->call->output != NULL && strcmp(self->call->output, "-") != 0 ? fopen(self->call->output, "wbe") : stdout;
  if (self->out == NULL)
    fprintf(stderr, "diemcau ctl: %s: %s\n", self->call->output, g_strerror(errno));
  self->cannot_write |= self->out == NULL;
  return self->out != NULL;
}

static long
status_of(Transfer *self)
{
  long status = 0;
  curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

static void
begin(Transfer *self)
{
  const char *type = NULL;
  curl_easy_getinfo(self->curl, CURLINFO_CONTENT_TYPE, &type);
  self->is_begun = true;
  self->is_kept = type != NULL && (g_str_has_prefix(type, "application/json") || strstr(type, "+json") != NULL);
}

static size_t
on_bytes(char *bytes, G_GNUC_UNUSED size_t one, size_t n, void *user)
{
  Transfer *self = user;
  if (!self->is_begun)
    begin(self);
  if (self->events != NULL && status_of(self) == 200) {
    self->is_too_large = !sse_reader_feed(self->events, bytes, n);
    bool is_enough = self->call->count > 0 && self->n_events >= self->call->count;
    return self->is_too_large || is_enough || self->cannot_write ? 0 : n;
  }
  if (self->is_kept) {
    self->is_too_large = self->kept->len + n > JSON_MAX_BYTES;
    if (!self->is_too_large)
      g_byte_array_append(self->kept, (const guint8 *)bytes, (guint)n);
    return self->is_too_large ? 0 : n;
  }
  if (!open_output(self))
    return 0;
  self->cannot_write |= fwrite(bytes, 1, n, self->out) != n;
  return self->cannot_write ? 0 : n;
}

/* --- sending --- */

static void
add_header(Transfer *self, const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf("%s: %s", name, value);
  self->headers = curl_slist_append(self->headers, line);
}

static void
set_headers(Transfer *self)
{
  const CtlCall *call = self->call;
  if (self->server->key != NULL) {
    g_autofree char *bearer = g_strconcat("Bearer ", self->server->key, NULL);
    add_header(self, "Authorization", bearer);
  }
  add_header(self, "Accept-Language", self->server->wants_english ? "en" : "vi");
  if (call->content_type != NULL)
    add_header(self, "Content-Type", call->content_type);
  if (self->events != NULL && sse_reader_last_id(self->events)[0] != '\0')
    add_header(self, "Last-Event-ID", sse_reader_last_id(self->events));
  for (guint i = 0; i < call->headers->len; i++)
    self->headers = curl_slist_append(self->headers, g_ptr_array_index(call->headers, i));
  curl_easy_setopt(self->curl, CURLOPT_HTTPHEADER, self->headers);
}

static void
set_server(Transfer *self)
{
  const CtlServer *server = self->server;
  g_autofree char *base = g_strdup(server->url);
  while (g_str_has_suffix(base, "/"))
    base[strlen(base) - 1] = '\0';
  g_autofree char *url = g_strconcat(base, self->call->target, NULL);
  g_autofree char *method = g_ascii_strup(self->operation->method, -1);
  curl_easy_setopt(self->curl, CURLOPT_URL, url);
  curl_easy_setopt(self->curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(self->curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(self->curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(self->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
  if (self->events != NULL) {
    curl_easy_setopt(self->curl, CURLOPT_TCP_KEEPALIVE, 1L);  /* little comes in a quiet room */
    curl_easy_setopt(self->curl, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
    curl_easy_setopt(self->curl, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_S);
  } else {
    curl_easy_setopt(self->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(self->curl, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_MAX_S);
  }
  if (server->ca_file != NULL)
    curl_easy_setopt(self->curl, CURLOPT_CAINFO, server->ca_file);
  if (server->is_insecure) {
    curl_easy_setopt(self->curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(self->curl, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

static CURLcode
perform(Transfer *self)
{
  self->curl = curl_easy_init();
  self->kept = g_byte_array_new();
  set_server(self);
  set_headers(self);
  if (self->call->body != NULL) {
    curl_easy_setopt(self->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)self->call->body_length);
    curl_easy_setopt(self->curl, CURLOPT_POSTFIELDS, self->call->body);
  }
  curl_easy_setopt(self->curl, CURLOPT_ERRORBUFFER, self->fault);
  curl_easy_setopt(self->curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(self->curl, CURLOPT_WRITEDATA, self);
  curl_easy_setopt(self->curl, CURLOPT_NOSIGNAL, 1L);
  return curl_easy_perform(self->curl);
}

static void
transfer_clear(Transfer *self)
{
  curl_slist_free_all(self->headers);
  curl_easy_cleanup(self->curl);
  if (self->kept != NULL)
    g_byte_array_unref(self->kept);
  if (self->out != NULL && self->out != stdout)
    fclose(self->out);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Transfer, transfer_clear)

/* --- telling --- */

static void
say_problem(const Transfer *self, long status, const json_t *problem)
{
  const char *title = json_string_value(json_object_get(problem, "title"));
  const char *detail = json_string_value(json_object_get(problem, "detail"));
  fprintf(stderr, "diemcau ctl: %s: %ld%s%s%s%s\n", self->operation->id, status, title != NULL ? " " : "",
          title != NULL ? title : "", detail != NULL && detail[0] != '\0' ? ": " : "", detail != NULL ? detail : "");
}

static void
print_kept(Transfer *self, const json_t *json)
{
  if (!open_output(self))
    return;
  if (json != NULL)
    self->cannot_write |= json_dumpf(json, self->out, JSON_INDENT(2) | JSON_ENCODE_ANY) != 0 || fputc('\n', self->out) == EOF;
  else
    self->cannot_write |= fwrite(self->kept->data, 1, self->kept->len, self->out) != self->kept->len;
}

static int
tell(Transfer *self, CURLcode result)
{
  long status = status_of(self);
  if (self->cannot_write)
    return EX_CANTCREAT;
  if (self->is_too_large) {
    fprintf(stderr, "diemcau ctl: %s: the answer is too large\n", self->operation->id);
    return EX_UNAVAILABLE;
  }
  if (result != CURLE_OK) {
    fprintf(stderr, "diemcau ctl: %s: %s\n", self->server->url, self->fault[0] != '\0' ? self->fault : curl_easy_strerror(result));
    return EX_UNAVAILABLE;
  }
  json_t *json = self->kept->len > 0
      ? json_loadb((const char *)self->kept->data, self->kept->len, JSON_DECODE_ANY, NULL) : NULL;
  if (exit_code(status) != EXIT_SUCCESS)
    say_problem(self, status, json);
  if (self->kept->len > 0)
    print_kept(self, json);
  json_decref(json);
  if (self->out != NULL && fflush(self->out) != 0)
    self->cannot_write = true;
  return self->cannot_write ? EX_CANTCREAT : exit_code(status);
}

int
ctl_http_run(const CtlServer *server, const CtlOperation *operation, const CtlCall *call)
{
  g_auto(Transfer) transfer = { .server = server, .operation = operation, .call = call };
  return tell(&transfer, perform(&transfer));
}

/* --- event streams --- */

typedef struct {
  Transfer  *transfer;  /* the present one */
  SseReader *reader;
  guint      n_events;
} Following;

static void
on_event(const char *name, const char *data, gpointer user)
{
  Following *self = user;
  Transfer *transfer = self->transfer;
  if (transfer->call->count > 0 && self->n_events >= transfer->call->count)
    return;
  json_t *value = json_loads(data, JSON_DECODE_ANY, NULL);
  json_t *line = json_pack("{s:s, s:s, s:o}", "event", name, "id", sse_reader_last_id(self->reader), "data",
                           value != NULL ? value : json_string(data));
  transfer->n_events = ++self->n_events;
  transfer->cannot_write |= json_dumpf(line, stdout, JSON_COMPACT) != 0 || fputc('\n', stdout) == EOF || fflush(stdout) != 0;
  json_decref(line);
}

/* True if the stream may be had later: it was cut, or the bridge is being started again. */
static bool
is_worth_another(const Transfer *self, CURLcode result, long status)
{
  bool was_refused = status >= 400 && status < 500 && status != 429;
  return !self->cannot_write && !self->is_too_large && !was_refused && (result != CURLE_OK || status == 200 || status == 429 || status == 503);
}

int
ctl_http_follow(const CtlServer *server, const CtlOperation *operation, const CtlCall *call)
{
  Following following = { 0 };
  g_autoptr(SseReader) reader = sse_reader_new(on_event, &following);
  following.reader = reader;
  for (bool was_there = false;;) {
    g_auto(Transfer) transfer = { .server = server, .operation = operation, .call = call, .events = reader,
                                  .n_events = following.n_events };
    following.transfer = &transfer;
    CURLcode result = perform(&transfer);
    long status = status_of(&transfer);
    was_there |= status == 200;
    if (call->count > 0 && following.n_events >= call->count)
      return EXIT_SUCCESS;
    if (!was_there || !is_worth_another(&transfer, result, status))
      return tell(&transfer, result);
    fprintf(stderr, "diemcau ctl: %s: the stream was cut; it is taken up again\n", operation->id);
    sse_reader_restart(reader);
    g_usleep((gulong)sse_reader_retry_ms(reader) * 1000);
  }
}
