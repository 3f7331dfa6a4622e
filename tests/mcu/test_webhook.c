/* tests/mcu/test_webhook.c - deliveries to a small server: signed, in order, again after a failure and after a restart. */
#include "mcu/webhook.h"
#include "mcu/webhook_spool.h"
#include "tests/recorder/sample_bag.h"
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 30 };
#define SECRET "mot bi mat that dai"

/* Answers each POST with the next status of `script`, then with 200. */
typedef struct {
  int         fd;
  guint16     port;
  GThread    *thread;
  GMutex      lock;
  GCond       changed;
  GPtrArray  *requests;  /* of char: head and body */
  const guint *script;
  gint        is_ending;  /* atomic */
} Receiver;

static guint
status_for(Receiver *self, guint n)
{
  guint status = 200;
  for (guint i = 0; self->script != NULL && self->script[i] != 0; i++)
    if (i == n)
      status = self->script[i];
  return status;
}

static void
serve_one(Receiver *self, int fd)
{
  g_autoptr(GString) text = g_string_new(NULL);
  char buffer[4096];
  gsize wanted = G_MAXSIZE;
  gssize n;
  while (text->len < wanted && (n = read(fd, buffer, sizeof buffer)) > 0) {
    g_string_append_len(text, buffer, n);
    char *end = strstr(text->str, "\r\n\r\n"), *length = strstr(text->str, "Content-Length: ");
    if (end != NULL)
      wanted = (gsize)(end + 4 - text->str) + (length != NULL ? (gsize)atol(length + 16) : 0);
  }
  if (text->len < wanted)
    return;
  g_mutex_lock(&self->lock);
  guint status = status_for(self, self->requests->len);
  g_ptr_array_add(self->requests, g_strdup(text->str));
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  g_autofree char *answer = g_strdup_printf("HTTP/1.1 %u X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
  if (write(fd, answer, strlen(answer)) < 0)
    g_message("the sender is gone");
}

static gpointer
serve(gpointer data)
{
  Receiver *self = data;
  int fd;
  while ((fd = accept(self->fd, NULL, NULL)) >= 0) {
    if (!g_atomic_int_get(&self->is_ending))
      serve_one(self, fd);
    close(fd);
    if (g_atomic_int_get(&self->is_ending))
      break;
  }
  return NULL;
}

static void
receiver_bind(Receiver *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(self->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(setsockopt(self->fd, SOL_SOCKET, SO_REUSEADDR, &(int) { 1 }, sizeof(int)), ==, 0);
  g_assert_cmpint(bind(self->fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint(getsockname(self->fd, (struct sockaddr *)&address, &length), ==, 0);
  self->port = ntohs(address.sin_port);
}

static Receiver *
receiver_new(const guint *script)
{
  Receiver *self = g_new0(Receiver, 1);
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->requests = g_ptr_array_new_with_free_func(g_free);
  self->script = script;
  receiver_bind(self);
  g_assert_cmpint(listen(self->fd, 16), ==, 0);
  self->thread = g_thread_new("receiver", serve, self);
  return self;
}

static void
receiver_free(Receiver *self)
{
  g_atomic_int_set(&self->is_ending, true);
  shutdown(self->fd, SHUT_RDWR);
  g_thread_join(self->thread);
  close(self->fd);
  g_ptr_array_unref(self->requests);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
}

static void
wait_for(Receiver *self, guint n)
{
  gint64 until_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
  g_mutex_lock(&self->lock);
  while (self->requests->len < n)
    g_assert_true(g_cond_wait_until(&self->changed, &self->lock, until_us));
  g_mutex_unlock(&self->lock);
}

/* (transfer full) */
static char *
field(const Receiver *self, guint i, const char *name)
{
  g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
  const char *at = strstr(self->requests->pdata[i], start);
  g_assert_nonnull(at);
  at += strlen(start);
  return g_strndup(at, strcspn(at, "\r"));
}

static const char *
body(const Receiver *self, guint i)
{
  return strstr(self->requests->pdata[i], "\r\n\r\n") + 4;
}

static Webhooks *
new_hooks(const char *state_dir, guint16 port, bool wants_sessions)
{
  assert_on_control();
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/hook?token=x", port);
  ConfigWebhook hook = { .url = url, .secret = (char *)SECRET, .wants_cases = true, .wants_sessions = wants_sessions };
  WebhooksConfig config = { .hooks = &hook, .n_hooks = 1, .state_dir = state_dir, .first_wait_ms = 10, .longest_wait_ms = 40 };
  return webhooks_new(&config);
}

static void
post(Webhooks *hooks, int number) ON_CONTROL
{
  webhooks_post(hooks, WEBHOOK_EVENT_CASE, json_pack("{s:s, s:i}", "event", "case.start", "n", number));
}

static json_int_t
figure_of(Webhooks *hooks, guint hook, const char *name) ON_CONTROL
{
  json_t *stats = webhooks_stats(hooks);
  json_int_t value = json_integer_value(json_object_get(json_array_get(stats, hook), name));
  json_decref(stats);
  return value;
}

static json_int_t
figure(Webhooks *hooks, const char *name) ON_CONTROL
{
  return figure_of(hooks, 0, name);
}

static void
wait_for_figure_of(Webhooks *hooks, guint hook, const char *name, json_int_t wanted) ON_CONTROL
{
  gint64 until_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
  while (figure_of(hooks, hook, name) < wanted) {
    g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    g_usleep(2000);
  }
}

static void
wait_for_figure(Webhooks *hooks, const char *name, json_int_t wanted) ON_CONTROL
{
  wait_for_figure_of(hooks, 0, name, wanted);
}

static void
test_deliveries_are_signed_and_in_order(void)
{
  assert_on_control();
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver *receiver = receiver_new(NULL);
  Webhooks *hooks = new_hooks(state, receiver->port, false);
  for (int i = 0; i < 20; i++)
    post(hooks, i);
  webhooks_post(hooks, WEBHOOK_EVENT_SESSION, json_object());  /* not wanted */
  wait_for_figure(hooks, "delivered", 20);
  g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_assert_cmpuint(receiver->requests->len, ==, 20);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *wanted = g_strdup_printf("{\"event\":\"case.start\",\"n\":%u}", i);
    g_autofree char *timestamp = field(receiver, i, "Diemcau-Timestamp"), *signature = field(receiver, i, "Diemcau-Signature");
    g_autofree char *kind = field(receiver, i, "Content-Type"), *text = g_strconcat(timestamp, ".", body(receiver, i), NULL);
    g_autofree char *hmac = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)SECRET, strlen(SECRET), text, -1);
    g_assert_cmpstr(body(receiver, i), ==, wanted);
    g_assert_cmpstr(kind, ==, "application/json");
    g_assert_true(g_str_has_prefix(signature, "sha256="));
    g_assert_cmpstr(signature + 7, ==, hmac);
    char *id = field(receiver, i, "Diemcau-Delivery");
    g_assert_true(g_uuid_string_is_valid(id));
    g_assert_true(g_hash_table_add(ids, id));
  }
  g_assert_cmpint(figure(hooks, "waiting"), ==, 0);
  webhooks_free(hooks);
  receiver_free(receiver);
  sample_bag_remove(state);
}

static void
test_a_signature_is_what_others_compute(void)
{
  /* printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'mot bi mat that dai' */
  g_autofree char *signature = webhook_signature(SECRET, "1700000000", "{\"a\":1}");
  g_assert_cmpstr(signature, ==, "8174b5bcd7597d5db9a8ea17fc11e5f8dd7d9547d4031ab91716c02d8451e859");
}

static void
test_a_failure_is_tried_again_with_the_same_id(void)
{
  assert_on_control();
  static const guint SCRIPT[] = { 500, 302, 404, 200, 0 };
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver *receiver = receiver_new(SCRIPT);
  Webhooks *hooks = new_hooks(state, receiver->port, false);
  post(hooks, 1);
  post(hooks, 2);
  wait_for_figure(hooks, "delivered", 2);
  g_assert_cmpuint(receiver->requests->len, ==, 5);
  g_assert_cmpint(figure(hooks, "failures"), ==, 3);
  g_assert_cmpint(figure(hooks, "lost"), ==, 0);
  g_autofree char *first = field(receiver, 0, "Diemcau-Delivery"), *last = field(receiver, 3, "Diemcau-Delivery");
  g_autofree char *next = field(receiver, 4, "Diemcau-Delivery");
  g_assert_cmpstr(first, ==, last);
  g_assert_cmpstr(first, !=, next);
  g_assert_nonnull(strstr(body(receiver, 3), "\"n\":1"));
  g_assert_nonnull(strstr(body(receiver, 4), "\"n\":2"));
  webhooks_free(hooks);
  receiver_free(receiver);
  sample_bag_remove(state);
}

static void
test_a_restart_loses_nothing(void)
{
  assert_on_control();
  static const guint ALWAYS_500[] = { 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 0 };
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver *receiver = receiver_new(ALWAYS_500);
  Webhooks *hooks = new_hooks(state, receiver->port, false);
  for (int i = 0; i < 3; i++)
    post(hooks, i);
  wait_for(receiver, 2);
  wait_for_figure(hooks, "waiting", 3);
  g_autofree char *id = field(receiver, 0, "Diemcau-Delivery");
  webhooks_free(hooks);
  guint before = receiver->requests->len;
  receiver->script = NULL;
  hooks = new_hooks(state, receiver->port, false);
  post(hooks, 3);
  wait_for_figure(hooks, "delivered", 4);
  g_autofree char *same = field(receiver, before, "Diemcau-Delivery");
  g_assert_cmpstr(same, ==, id);
  for (guint i = 0; i < 4; i++) {
    g_autofree char *wanted = g_strdup_printf("\"n\":%u", i);
    g_assert_nonnull(strstr(body(receiver, before + i), wanted));
  }
  webhooks_free(hooks);
  receiver_free(receiver);
  sample_bag_remove(state);
}

static void
test_a_receiver_that_is_away_stops_nobody(void)
{
  assert_on_control();
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver away = { 0 };
  receiver_bind(&away);  /* bound, never listening: refused */
  Receiver *receiver = receiver_new(NULL);
  g_autofree char *first = g_strdup_printf("http://127.0.0.1:%u/", away.port), *second = g_strdup_printf("http://127.0.0.1:%u/", receiver->port);
  ConfigWebhook both[] = { { first, (char *)SECRET, true, true }, { second, (char *)SECRET, true, true } };
  WebhooksConfig config = { .hooks = both, .n_hooks = 2, .state_dir = state, .first_wait_ms = 10, .longest_wait_ms = 40 };
  Webhooks *hooks = webhooks_new(&config);
  post(hooks, 1);
  wait_for(receiver, 1);
  wait_for_figure(hooks, "failures", 2);
  webhooks_free(hooks);
  /* The one that is no longer configured leaves nothing behind. */
  config.hooks = &both[1];
  config.n_hooks = 1;
  webhooks_free(webhooks_new(&config));
  g_autofree char *folder = g_build_filename(state, "webhooks", NULL);
  g_autoptr(GDir) left = g_dir_open(folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name(left) != NULL)
    n++;
  g_assert_cmpuint(n, ==, 1);
  receiver_free(receiver);
  close(away.fd);
  sample_bag_remove(state);
}

static guint
count_hooks(Webhooks *hooks) ON_CONTROL
{
  json_t *stats = webhooks_stats(hooks);
  guint n = (guint)json_array_size(stats);
  json_decref(stats);
  return n;
}

static void
test_hooks_change_while_others_send(void)
{
  assert_on_control();
  static const char OTHER_SECRET[] = "mot bi mat khac han";
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver *receiver = receiver_new(NULL), *second = receiver_new(NULL);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", receiver->port);
  g_autofree char *second_url = g_strdup_printf("http://127.0.0.1:%u/", second->port);
  ConfigWebhook both[] = { { url, (char *)SECRET, true, false }, { second_url, (char *)SECRET, true, false } };
  WebhooksConfig config = { .state_dir = state, .first_wait_ms = 10, .longest_wait_ms = 40 };
  Webhooks *hooks = webhooks_new(&config);
  post(hooks, 0);  /* nobody is told */
  webhooks_configure(hooks, both, 2);
  g_assert_cmpuint(count_hooks(hooks), ==, 2);
  post(hooks, 1);
  wait_for_figure_of(hooks, 0, "delivered", 1);
  wait_for_figure_of(hooks, 1, "delivered", 1);
  /* The first has another secret, the second goes. */
  both[0].secret = (char *)OTHER_SECRET;
  webhooks_configure(hooks, both, 1);
  g_assert_cmpuint(count_hooks(hooks), ==, 1);
  post(hooks, 2);
  wait_for(receiver, 2);
  wait_for_figure(hooks, "delivered", 2);
  g_autofree char *timestamp = field(receiver, 1, "Diemcau-Timestamp"), *signature = field(receiver, 1, "Diemcau-Signature");
  g_autofree char *wanted = webhook_signature(OTHER_SECRET, timestamp, body(receiver, 1));
  g_assert_cmpstr(signature + strlen("sha256="), ==, wanted);
  /* The second is back. */
  webhooks_configure(hooks, both, 2);
  post(hooks, 3);
  wait_for(receiver, 3);
  wait_for(second, 2);
  g_assert_nonnull(strstr(body(second, 1), "\"n\":3"));
  webhooks_free(hooks);
  receiver_free(receiver);
  receiver_free(second);
  sample_bag_remove(state);
}

static void
test_what_is_too_old_is_given_up_and_counted(void)
{
  assert_on_control();
  g_autofree char *state = g_dir_make_tmp("diemcau-hook-XXXXXX", NULL);
  Receiver *receiver = receiver_new(NULL);
  webhooks_free(new_hooks(state, receiver->port, false));
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/hook?token=x", receiver->port);
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, url, -1), *id = g_strndup(hash, 16);
  g_autofree char *folder = g_build_filename(state, "webhooks", id, NULL);
  WebhookSpool *spool = webhook_spool_open(folder);
  g_assert_true(webhook_spool_add(spool, "old", "{}", g_get_real_time() - (gint64)25 * 3600 * G_USEC_PER_SEC, NULL));
  webhook_spool_free(spool);
  Webhooks *hooks = new_hooks(state, receiver->port, false);
  post(hooks, 1);
  wait_for_figure(hooks, "delivered", 1);
  g_assert_cmpint(figure(hooks, "lost"), ==, 1);
  g_assert_cmpuint(receiver->requests->len, ==, 1);
  webhooks_free(hooks);
  receiver_free(receiver);
  sample_bag_remove(state);
}

static void
test_the_spool_keeps_order_and_caps(void)
{
  g_autofree char *top = g_dir_make_tmp("diemcau-spool-XXXXXX", NULL), *folder = g_build_filename(top, "a", NULL);
  WebhookSpool *spool = webhook_spool_open(folder);
  g_autofree char *large = g_strnfill(WEBHOOK_SPOOL_BYTES_MAX / 4, 'x');
  for (guint i = 0; i < 6; i++) {
    g_autofree char *id = g_strdup_printf("%u", i);
    g_assert_true(webhook_spool_add(spool, id, large, 1, NULL));
  }
  g_assert_cmpuint(webhook_spool_count(spool), ==, 3);  /* with its frame each is a little more than a quarter */
  g_assert_cmpuint(webhook_spool_lost(spool), ==, 3);
  webhook_spool_free(spool);
  g_autofree char *broken = g_build_filename(folder, "0000000000000000.json", NULL), *other = g_build_filename(folder, "notes.txt", NULL);
  g_assert_true(g_file_set_contents(broken, "{", -1, NULL) && g_file_set_contents(other, "{", -1, NULL));
  spool = webhook_spool_open(folder);
  g_assert_cmpuint(webhook_spool_count(spool), ==, 4);
  for (guint i = 3; i < 6; i++) {
    g_autofree char *id = g_strdup_printf("%u", i);
    g_autoptr(WebhookDelivery) delivery = webhook_spool_first(spool);
    g_assert_cmpstr(delivery->id, ==, id);
    webhook_spool_remove(spool, delivery);
    webhook_spool_remove(spool, delivery);  /* once is enough */
  }
  g_assert_null(webhook_spool_first(spool));
  g_assert_cmpuint(webhook_spool_lost(spool), ==, 1);
  webhook_spool_free(spool);
  sample_bag_remove(top);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);  /* failures are told to the log on purpose */
  thread_role_enter(THREAD_ROLE_CONTROL);
#define ADD(name) g_test_add_func("/mcu/webhook/" #name, test_##name)
  ADD(deliveries_are_signed_and_in_order);
  ADD(a_signature_is_what_others_compute);
  ADD(a_failure_is_tried_again_with_the_same_id);
  ADD(a_restart_loses_nothing);
  ADD(a_receiver_that_is_away_stops_nobody);
  ADD(hooks_change_while_others_send);
  ADD(what_is_too_old_is_given_up_and_counted);
  ADD(the_spool_keeps_order_and_caps);
  return g_test_run();
}
