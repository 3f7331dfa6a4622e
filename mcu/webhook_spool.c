/* mcu/webhook_spool.c - deliveries that wait for one webhook, a file each, oldest first. */
#include "mcu/webhook_spool.h"
#include "mcu/state_file.h"
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_DIGITS = 16 };

typedef struct {
  char *name;
  gsize bytes;
} Entry;

struct WebhookSpool {
  char   *directory;  /* owned */
  GMutex  lock;       /* all below */
  GQueue  entries;    /* of Entry, oldest first */
  gsize   bytes;
  guint64 next, lost;
};

static void
entry_free(Entry *self)
{
  g_free(self->name);
  g_free(self);
}

void
webhook_delivery_free(WebhookDelivery *self)
{
  if (self == NULL)
    return;
  g_free(self->name);
  g_free(self->id);
  g_free(self->body);
  g_free(self);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "0000000000000012.json" */
static bool
is_ours(const char *name)
{
  return strspn(name, "0123456789") == NAME_DIGITS && strcmp(name + NAME_DIGITS, ".json") == 0;
}

static void
push(WebhookSpool *self, const char *name, gsize bytes)
{
  Entry *entry = g_new(Entry, 1);
  *entry = (Entry) { g_strdup(name), bytes };
  g_queue_push_tail(&self->entries, entry);
  self->bytes += bytes;
}

static void
drop_first(WebhookSpool *self)
{
  Entry *entry = g_queue_pop_head(&self->entries);
  g_autofree char *path = g_build_filename(self->directory, entry->name, NULL);
  g_unlink(path);
  self->bytes -= entry->bytes;
  entry_free(entry);
}

static void
keep_caps(WebhookSpool *self)
{
  while (self->entries.length > WEBHOOK_SPOOL_FILES_MAX || (self->entries.length > 1 && self->bytes > WEBHOOK_SPOOL_BYTES_MAX)) {
    drop_first(self);
    self->lost++;
  }
}

WebhookSpool *
webhook_spool_open(const char *directory)
{
  WebhookSpool *self = g_new0(WebhookSpool, 1);
  self->directory = g_strdup(directory);
  g_mutex_init(&self->lock);
  g_queue_init(&self->entries);
  g_mkdir_with_parents(directory, 0700);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
    if (is_ours(name))
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, by_name);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename(directory, names->pdata[i], NULL);
    GStatBuf status;
    push(self, names->pdata[i], g_stat(path, &status) == 0 ? (gsize)status.st_size : 0);
  }
  if (names->len > 0)
    self->next = g_ascii_strtoull(names->pdata[names->len - 1], NULL, 10) + 1;
  keep_caps(self);
  return self;
}

void
webhook_spool_free(WebhookSpool *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full(&self->entries, (GDestroyNotify)entry_free);
  g_mutex_clear(&self->lock);
  g_free(self->directory);
  g_free(self);
}

bool
webhook_spool_add(WebhookSpool *self, const char *id, const char *body, gint64 at_us, GError **error)
{
  json_t *file = json_pack("{s:s, s:s, s:I}", "id", id, "body", body, "at", (json_int_t)at_us);
  char *text = json_dumps(file, JSON_COMPACT);
  json_decref(file);
  g_mutex_lock(&self->lock);
  g_autofree char *name = g_strdup_printf("%0*" G_GUINT64_FORMAT ".json", NAME_DIGITS, self->next++);
  g_mutex_unlock(&self->lock);
  g_autofree char *path = g_build_filename(self->directory, name, NULL);
  bool ok = state_file_write(path, text, error);
  g_mutex_lock(&self->lock);
  if (ok)
    push(self, name, strlen(text));
  else
    self->lost++;
  keep_caps(self);
  g_mutex_unlock(&self->lock);
  free(text);
  return ok;
}

static WebhookDelivery *
read_delivery(const WebhookSpool *self, const char *name)
{
  g_autofree char *path = g_build_filename(self->directory, name, NULL);
  json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  const char *id = json_string_value(json_object_get(file, "id")), *body = json_string_value(json_object_get(file, "body"));
  WebhookDelivery *delivery = NULL;
  if (id != NULL && body != NULL) {
    delivery = g_new0(WebhookDelivery, 1);
    *delivery = (WebhookDelivery) { g_strdup(name), g_strdup(id), g_strdup(body),
                                    json_integer_value(json_object_get(file, "at")) };
  }
  json_decref(file);
  return delivery;
}

/* (transfer full) (nullable) */
static char *
first_name(WebhookSpool *self)
{
  g_mutex_lock(&self->lock);
  const Entry *entry = g_queue_peek_head(&self->entries);
  char *name = entry != NULL ? g_strdup(entry->name) : NULL;
  g_mutex_unlock(&self->lock);
  return name;
}

/* Nothing, if the caps have taken it meanwhile. */
static void
remove_name(WebhookSpool *self, const char *name, guint lost)
{
  g_mutex_lock(&self->lock);
  const Entry *entry = g_queue_peek_head(&self->entries);
  if (entry != NULL && strcmp(entry->name, name) == 0) {
    drop_first(self);
    self->lost += lost;
  }
  g_mutex_unlock(&self->lock);
}

WebhookDelivery *
webhook_spool_first(WebhookSpool *self)
{
  for (;;) {
    g_autofree char *name = first_name(self);
    WebhookDelivery *delivery = name != NULL ? read_delivery(self, name) : NULL;
    if (name == NULL || delivery != NULL)
      return delivery;
    remove_name(self, name, 1);
  }
}

void
webhook_spool_remove(WebhookSpool *self, const WebhookDelivery *delivery)
{
  remove_name(self, delivery->name, 0);
}

guint
webhook_spool_count(WebhookSpool *self)
{
  g_mutex_lock(&self->lock);
  guint n = self->entries.length;
  g_mutex_unlock(&self->lock);
  return n;
}

guint64
webhook_spool_lost(WebhookSpool *self)
{
  g_mutex_lock(&self->lock);
  guint64 lost = self->lost;
  g_mutex_unlock(&self->lock);
  return lost;
}
