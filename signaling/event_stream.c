/* signaling/event_stream.c - server-sent events of one room, resumable. */
#include "signaling/event_stream.h"
#include "media/base/clock.h"
#include "signaling/event_history.h"
#include "signaling/http_fields.h"
#include "signaling/http_stream.h"
#include <string.h>

enum {
  HEARTBEAT_MS = 15000,
  IDS_PER_SECOND_BITS = 20,  /* ids of two runs overlap only above a million events a second */
  REPLAY_MAX_BYTES = HTTP_STREAM_WAITING_MAX_BYTES / 2,
};

struct EventStream {
  EventStateFunc state;
  gpointer       user;
  EventHistory  *history;
  GHashTable    *uplinks;    /* site -> JSON text of its last "uplink" */
  GQueue         clients;    /* of Client */
  GSource       *heartbeat;
  GBytes        *hello, *comment;
};

typedef struct {
  EventStream *owner;
  GList        link;
  HttpStream  *stream;
  Identity     identity;
} Client;

static gboolean
on_heartbeat(gpointer user)
{
  assert_on_control();
  EventStream *self = user;
  gint64 now_us = clock_now_us();
  for (GList *l = self->clients.head, *next; l != NULL; l = next) {
    Client *client = l->data;
    next = l->next;
    if (http_stream_is_authorized(client->stream, now_us)) {
      http_stream_write(client->stream, self->comment);
    } else {
      http_stream_close(client->stream);
      g_queue_unlink(&self->clients, &client->link);
      g_free(client);
    }
  }
  return G_SOURCE_CONTINUE;
}

void
event_stream_set_heartbeat_ms(EventStream *self, guint interval_ms)
{
  if (self->heartbeat != NULL) {
    g_source_destroy(self->heartbeat);
    g_source_unref(self->heartbeat);
  }
  self->heartbeat = g_timeout_source_new(interval_ms);
  g_source_set_callback(self->heartbeat, on_heartbeat, self, NULL);
  g_source_attach(self->heartbeat, g_main_context_get_thread_default());
}

EventStream *
event_stream_new(EventStateFunc state, gpointer user)
{
  static const char HELLO[] = "retry: 1000\n\n", COMMENT[] = ":\n\n";
  EventStream *self = g_new0(EventStream, 1);
  self->state = state;
  self->user = user;
  guint64 wall_s = clock_ntp_from_us(clock_now_us()) >> 32;
  self->history = event_history_new(wall_s << IDS_PER_SECOND_BITS);
  self->uplinks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free);
  self->hello = g_bytes_new_static(HELLO, strlen(HELLO));
  self->comment = g_bytes_new_static(COMMENT, strlen(COMMENT));
  g_queue_init(&self->clients);
  event_stream_set_heartbeat_ms(self, HEARTBEAT_MS);
  return self;
}

void
event_stream_free(EventStream *self)
{
  assert_on_control();
  if (self == NULL)
    return;
  while (self->clients.head != NULL) {
    Client *client = g_queue_pop_head_link(&self->clients)->data;
    http_stream_close(client->stream);
    g_free(client);
  }
  g_source_destroy(self->heartbeat);
  g_source_unref(self->heartbeat);
  event_history_free(self->history);
  g_hash_table_unref(self->uplinks);
  g_bytes_unref(self->hello);
  g_bytes_unref(self->comment);
  g_free(self);
}

static void
on_closed(G_GNUC_UNUSED HttpStream *stream, gpointer user)
{
  Client *client = user;
  g_queue_unlink(&client->owner->clients, &client->link);
  g_free(client);
}

static void
write_frame(Client *client, guint64 id, const char *name, const char *json) ON_CONTROL
{
  g_autoptr(GBytes) frame = event_frame_new(id, name, json);
  http_stream_write(client->stream, frame);
}

static void
send_state(EventStream *self, Client *client) ON_CONTROL
{
  json_t *state = self->state != NULL ? self->state(&client->identity, self->user) : NULL;
  if (state != NULL) {
    char *json = json_dumps(state, JSON_COMPACT);
    json_decref(state);
    write_frame(client, event_history_newest(self->history), "room", json);
    free(json);
  }
  const char *uplink = g_hash_table_lookup(self->uplinks, client->identity.site);
  if (uplink != NULL)
    write_frame(client, 0, "uplink", uplink);
}

/* Returns: false if what the client missed is no longer here, or so much that the state is
 * the shorter way. */
static bool
replay(EventStream *self, Client *client, guint64 last_id) ON_CONTROL
{
  if (!event_history_reaches(self->history, last_id))
    return false;
  const char *site = client->identity.site;
  const HistoryEvent *event;
  gsize total = 0;
  for (guint64 id = last_id; (event = event_history_next(self->history, id, site)) != NULL; id = event->id)
    total += g_bytes_get_size(event->frame);
  if (total > REPLAY_MAX_BYTES)
    return false;
  for (guint64 id = last_id; (event = event_history_next(self->history, id, site)) != NULL; id = event->id)
    http_stream_write(client->stream, event->frame);
  return true;
}

void
event_stream_attach(EventStream *self, HttpRequest *request)
{
  Client *client = g_new0(Client, 1);
  client->owner = self;
  client->link.data = client;
  client->identity = *http_request_identity(request);
  guint64 last_id;
  bool is_resumed = http_field_event_id(http_request_header(request, "Last-Event-ID"), &last_id);
  client->stream = http_stream_open(request, "text/event-stream", on_closed, client);
  if (client->stream == NULL) {
    g_free(client);
    return;
  }
  g_queue_push_tail_link(&self->clients, &client->link);
  http_stream_write(client->stream, self->hello);
  if (!is_resumed || !replay(self, client, last_id))
    send_state(self, client);
}

void
event_stream_publish(EventStream *self, const char *site, const char *name, json_t *data)
{
  char *json = json_dumps(data, JSON_COMPACT);
  json_decref(data);
  g_return_if_fail(json != NULL);
  const HistoryEvent *event = event_history_add(self->history, site, name, json);
  for (GList *l = self->clients.head; l != NULL; l = l->next) {
    Client *client = l->data;
    if (site == NULL || strcmp(site, client->identity.site) == 0)
      http_stream_write(client->stream, event->frame);
  }
  if (site != NULL && strcmp(name, "uplink") == 0)
    g_hash_table_replace(self->uplinks, g_strdup(site), json);
  else
    free(json);
}

void
event_stream_tell(EventStream *self, guint roles, const char *name, const char *json)
{
  g_autoptr(GBytes) frame = event_frame_new(0, name, json);
  for (GList *l = self->clients.head; l != NULL; l = l->next) {
    Client *client = l->data;
    if ((client->identity.role & roles) != 0)
      http_stream_write(client->stream, frame);
  }
}

guint
event_stream_listeners(const EventStream *self, guint roles)
{
  guint n = 0;
  for (GList *l = self->clients.head; l != NULL; l = l->next)
    n += (((const Client *)l->data)->identity.role & roles) != 0;
  return n;
}

guint
event_stream_clients(EventStream *self, const char *site)
{
  guint n = 0;
  for (GList *l = self->clients.head; l != NULL; l = l->next)
    n += site == NULL || strcmp(site, ((const Client *)l->data)->identity.site) == 0;
  return n;
}
