/* mcu/webhook.c - tells other systems over HTTP what happens to cases and sessions. */
#include "mcu/webhook.h"
#include "mcu/webhook_spool.h"
#include "media/base/log.h"
#include <curl/curl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  FIRST_WAIT_MS = 1000,
  LONGEST_WAIT_MS = 15 * 60 * 1000,
  GIVE_UP_S = 24 * 3600,
  CONNECT_S = 5,
  ANSWER_S = 15,
  ANSWER_BYTES_MAX = 1 << 20,
  WRITES_WAITING_MAX = 10000,  /* a disk that stands still does not fill the memory */
};

/* One receiver. */
typedef struct {
  /* owned */
  char         *url, *host, *id;
  WebhookSpool *spool;
  GThread      *sender;
  char         *last_error;    /* (nullable) */
  CURL         *curl;          /* sender's thread */
  /* state */
  bool          wants[WEBHOOK_EVENT_SESSION + 1];
  bool          is_retired;    /* configured no longer; its sender ends */
  guint         first_wait_ms, longest_wait_ms, give_up_s;
  GMutex        lock;          /* all below */
  GCond         changed;
  char         *secret;        /* owned */
  bool          is_ending;
  guint64       delivered, failures, given_up;
  gsize         answer_bytes;  /* sender's thread */
} Hook;

struct Webhooks {
  GPtrArray   *hooks;   /* owned, of Hook: those of before, too: what is being written is theirs */
  WebhooksConfig config;  /* its waits, and state_dir (owned) */
  GThreadPool *writer;  /* owned: one thread; takes Writes */
};

typedef struct {
  Hook  *hook;
  char  *body;
  gint64 at_us;
} Write;

char *
webhook_signature(const char *secret, const char *timestamp, const char *body)
{
  g_autofree char *text = g_strconcat(timestamp, ".", body, NULL);
  return g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret), text, -1);
}

/* ---- one try: sender's thread ---- */

static size_t
take_answer(G_GNUC_UNUSED char *data, size_t size, size_t count, void *user)
{
  Hook *self = user;
  self->answer_bytes += size * count;
  return self->answer_bytes <= ANSWER_BYTES_MAX ? size * count : 0;
}

static bool
is_ending(Hook *self)
{
  g_mutex_lock(&self->lock);
  bool ending = self->is_ending;
  g_mutex_unlock(&self->lock);
  return ending;
}

static int
on_progress(void *user, G_GNUC_UNUSED curl_off_t down_total, G_GNUC_UNUSED curl_off_t down, G_GNUC_UNUSED curl_off_t up_total,
            G_GNUC_UNUSED curl_off_t up)
{
  return is_ending(user);
}

static struct curl_slist *
make_fields(Hook *self, const WebhookDelivery *delivery)
{
  g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / G_USEC_PER_SEC);
  g_mutex_lock(&self->lock);
  g_autofree char *secret = g_strdup(self->secret);
  g_mutex_unlock(&self->lock);
  g_autofree char *signature = webhook_signature(secret, timestamp, delivery->body);
  g_autofree char *signed_field = g_strconcat("Diemcau-Signature: sha256=", signature, NULL);
  g_autofree char *time_field = g_strconcat("Diemcau-Timestamp: ", timestamp, NULL);
  g_autofree char *id_field = g_strconcat("Diemcau-Delivery: ", delivery->id, NULL);
  const char *const FIELDS[] = { "Content-Type: application/json", "Expect:", signed_field, time_field, id_field };
  struct curl_slist *fields = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
    fields = curl_slist_append(fields, FIELDS[i]);
  return fields;
}

/* Returns: (transfer full) (nullable): what went wrong; NULL: it was received. */
static char *
send_delivery(Hook *self, const WebhookDelivery *delivery)
{
  struct curl_slist *fields = make_fields(self, delivery);
  CURL *curl = self->curl;
  long status = 0;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, self->url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "diemcau/" DIEMCAU_VERSION);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, delivery->body);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(delivery->body));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, self);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, self);
  self->answer_bytes = 0;
  CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(fields);
  if (code != CURLE_OK)
    return g_strdup(curl_easy_strerror(code));
  return status >= 200 && status < 300 ? NULL : g_strdup_printf("answered %ld", status);
}

/* ---- the sender's loop ---- */

static void
note_failure(Hook *self, const char *fault)
{
  g_mutex_lock(&self->lock);
  self->failures++;
  g_free(self->last_error);
  self->last_error = g_strdup(fault);
  g_mutex_unlock(&self->lock);
  log_limited(G_LOG_LEVEL_WARNING, "webhook %s: %s: it is tried again", self->host, fault);
}

static void
note_end(Hook *self, bool is_delivered)
{
  g_mutex_lock(&self->lock);
  self->delivered += is_delivered;
  self->given_up += !is_delivered;
  if (is_delivered)
    g_clear_pointer(&self->last_error, g_free);
  g_mutex_unlock(&self->lock);
}

/* Until something was added (@wait_ms 0), @wait_ms have passed, or it is ending. */
static void
wait_for_more(Hook *self, guint wait_ms)
{
  gint64 until_us = g_get_monotonic_time() + (gint64)wait_ms * 1000;
  g_mutex_lock(&self->lock);
  if (wait_ms == 0)
    while (!self->is_ending && webhook_spool_count(self->spool) == 0)
      g_cond_wait(&self->changed, &self->lock);
  else
    while (!self->is_ending && g_get_monotonic_time() < until_us)
      g_cond_wait_until(&self->changed, &self->lock, until_us);
  g_mutex_unlock(&self->lock);
}

static bool
is_too_old(const Hook *self, const WebhookDelivery *delivery)
{
  return g_get_real_time() - delivery->at_us > (gint64)self->give_up_s * G_USEC_PER_SEC;
}

static gpointer
run_sender(gpointer data)
{
  Hook *self = data;
  guint wait_ms = 0;
  self->curl = curl_easy_init();
  while (!is_ending(self)) {
    g_autoptr(WebhookDelivery) delivery = webhook_spool_first(self->spool);
    if (delivery == NULL) {
      wait_for_more(self, 0);
      continue;
    }
    if (is_too_old(self, delivery)) {
      log_limited(G_LOG_LEVEL_WARNING, "webhook %s: delivery %s is given up", self->host, delivery->id);
      webhook_spool_remove(self->spool, delivery);
      note_end(self, false);
      continue;
    }
    g_autofree char *fault = send_delivery(self, delivery);
    if (fault == NULL) {
      webhook_spool_remove(self->spool, delivery);
      note_end(self, true);
      wait_ms = 0;
    } else if (!is_ending(self)) {
      note_failure(self, fault);
      wait_ms = wait_ms == 0 ? self->first_wait_ms : MIN(wait_ms * 2, self->longest_wait_ms);
      wait_for_more(self, wait_ms);
    }
  }
  curl_easy_cleanup(self->curl);
  return NULL;
}

/* ---- the writer ---- */

static void
write_delivery(gpointer data, G_GNUC_UNUSED gpointer user)
{
  Write *write = data;
  Hook *hook = write->hook;
  g_autofree char *id = g_uuid_string_random();
  g_autoptr(GError) error = NULL;
  if (!webhook_spool_add(hook->spool, id, write->body, write->at_us, &error))
    log_limited(G_LOG_LEVEL_WARNING, "webhook %s: a delivery is lost: %s", hook->host, error->message);
  g_mutex_lock(&hook->lock);
  g_cond_broadcast(&hook->changed);
  g_mutex_unlock(&hook->lock);
  g_free(write->body);
  g_free(write);
}

/* ---- control thread ---- */

/* For the log and for figures: a path may hold a secret. */
static char *
host_of(const char *url)
{
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
  return g_strdup(uri != NULL && g_uri_get_host(uri) != NULL ? g_uri_get_host(uri) : "?");
}

static void
want_events(Hook *self, const ConfigWebhook *wanted)
{
  self->wants[WEBHOOK_EVENT_CASE] = wanted->wants_cases;
  self->wants[WEBHOOK_EVENT_SESSION] = wanted->wants_sessions;
}

static Hook *
hook_new(const WebhooksConfig *config, const ConfigWebhook *wanted, const char *root)
{
  Hook *self = g_new0(Hook, 1);
  self->url = g_strdup(wanted->url);
  self->secret = g_strdup(wanted->secret);
  self->host = host_of(wanted->url);
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, wanted->url, -1);
  self->id = g_strndup(hash, 16);
  want_events(self, wanted);
  self->first_wait_ms = config->first_wait_ms > 0 ? config->first_wait_ms : FIRST_WAIT_MS;
  self->longest_wait_ms = config->longest_wait_ms > 0 ? config->longest_wait_ms : LONGEST_WAIT_MS;
  self->give_up_s = config->give_up_s > 0 ? config->give_up_s : GIVE_UP_S;
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  g_autofree char *directory = g_build_filename(root, self->id, NULL);
  self->spool = webhook_spool_open(directory);
  self->sender = g_thread_new("webhook", run_sender, self);
  return self;
}

static void
set_ending(Hook *self, bool is_ending_now)
{
  g_mutex_lock(&self->lock);
  self->is_ending = is_ending_now;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
}

static void
hook_free(gpointer data)
{
  Hook *self = data;
  g_thread_join(self->sender);
  webhook_spool_free(self->spool);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  char *texts[] = { self->url, self->secret, self->host, self->id, self->last_error };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_free(self);
}

static bool
is_configured(const Webhooks *self, const char *id)
{
  for (guint i = 0; i < self->hooks->len; i++)
    if (strcmp(((const Hook *)self->hooks->pdata[i])->id, id) == 0)
      return true;
  return false;
}

static void
remove_folder(const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  const char *name;
  guint n = 0;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *file = g_build_filename(path, name, NULL);
    n += g_unlink(file) == 0;
  }
  g_rmdir(path);
  if (n > 0)
    g_message("webhooks: %u deliveries of a hook that is no longer configured are removed", n);
}

static void
remove_others(const Webhooks *self, const char *root)
{
  g_autoptr(GDir) folder = g_dir_open(root, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *path = g_build_filename(root, name, NULL);
    if (strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16 && !is_configured(self, name))
      remove_folder(path);
  }
}

Webhooks *
webhooks_new(const WebhooksConfig *config)
{
  Webhooks *self = g_new0(Webhooks, 1);
  g_autofree char *root = g_build_filename(config->state_dir, "webhooks", NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  self->hooks = g_ptr_array_new_with_free_func(hook_free);
  for (guint i = 0; i < config->n_hooks; i++)
    g_ptr_array_add(self->hooks, hook_new(config, &config->hooks[i], root));
  remove_others(self, root);
  self->writer = g_thread_pool_new(write_delivery, NULL, 1, TRUE, NULL);
  self->config = *config;
  self->config.hooks = NULL;
  self->config.state_dir = g_strdup(config->state_dir);
  return self;
}

/* (nullable) */
static Hook *
find_hook(const Webhooks *self, const char *url)
{
  for (guint i = 0; i < self->hooks->len; i++)
    if (strcmp(((const Hook *)self->hooks->pdata[i])->url, url) == 0)
      return self->hooks->pdata[i];
  return NULL;
}

static void
hook_configure(Hook *self, const ConfigWebhook *wanted)
{
  want_events(self, wanted);
  g_mutex_lock(&self->lock);
  g_free(self->secret);
  self->secret = g_strdup(wanted->secret);
  g_mutex_unlock(&self->lock);
  if (!self->is_retired)
    return;
  /* Its sender was told to end: it breaks off within a moment. */
  g_thread_join(self->sender);
  self->is_retired = false;
  set_ending(self, false);
  self->sender = g_thread_new("webhook", run_sender, self);
}

static void
hook_retire(Hook *self)
{
  memset(self->wants, 0, sizeof self->wants);
  self->is_retired = true;
  set_ending(self, true);
}

void
webhooks_configure(Webhooks *self, const ConfigWebhook *hooks, guint n_hooks)
{
  g_autofree char *root = g_build_filename(self->config.state_dir, "webhooks", NULL);
  for (guint i = 0; i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    bool stays = false;
    for (guint j = 0; j < n_hooks; j++)
      stays |= strcmp(hooks[j].url, hook->url) == 0;
    if (!stays && !hook->is_retired)
      hook_retire(hook);
  }
  for (guint i = 0; i < n_hooks; i++) {
    Hook *hook = find_hook(self, hooks[i].url);
    if (hook != NULL)
      hook_configure(hook, &hooks[i]);
    else
      g_ptr_array_add(self->hooks, hook_new(&self->config, &hooks[i], root));
  }
}

void
webhooks_free(Webhooks *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->writer, FALSE, TRUE);
  for (guint i = 0; i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    set_ending(hook, true);
  }
  g_ptr_array_unref(self->hooks);
  g_free((char *)self->config.state_dir);
  g_free(self);
}

void
webhooks_post(Webhooks *self, WebhookEvent event, json_t *body)
{
  char *text = self != NULL ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
  json_decref(body);
  for (guint i = 0; text != NULL && i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    if (!hook->wants[event])
      continue;
    if (g_thread_pool_unprocessed(self->writer) >= WRITES_WAITING_MAX) {
      note_end(hook, false);
      log_limited(G_LOG_LEVEL_WARNING, "webhook %s: the disk does not keep up: a delivery is lost", hook->host);
      continue;
    }
    Write *write = g_new(Write, 1);
    *write = (Write) { hook, g_strdup(text), g_get_real_time() };
    g_thread_pool_push(self->writer, write, NULL);
  }
  free(text);
}

json_t *
webhooks_stats(Webhooks *self)
{
  json_t *list = json_array();
  for (guint i = 0; self != NULL && i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    if (hook->is_retired)
      continue;
    guint waiting = webhook_spool_count(hook->spool);
    guint64 lost = webhook_spool_lost(hook->spool);
    g_mutex_lock(&hook->lock);
    json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:I, s:I, s:s?}", "host", hook->host, "waiting", (int)waiting,
                                          "delivered", (json_int_t)hook->delivered, "failures", (json_int_t)hook->failures,
                                          "lost", (json_int_t)(lost + hook->given_up), "lastError", hook->last_error));
    g_mutex_unlock(&hook->lock);
  }
  return list;
}
