/* tests/lib/relay.c - a UDP relay in user space that makes a good line bad. */
#include "tests/lib/relay.h"
#include "media/base/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

enum {
  FLOWS_MAX = 16,         /* a client has a few addresses, and checks from each */
  BATCH_MAX = 64,
  DATAGRAM_MAX = 2048,
  SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
};

/* One address of the client, and the socket that stands for it before the server. */
typedef struct {
  Relay             *relay;    /* borrowed */
  struct sockaddr_in client;
  int                fd;       /* owned, connected to the server */
  GSource           *source;   /* owned */
} Flow;

typedef struct {
  gint64         came_us, deliver_us;
  Flow          *flow;         /* borrowed */
  RelayDirection direction;
  gsize          length;
  guint8         data[];
} Waiting;

struct Relay {
  /* owned */
  GMainContext *context;
  LinkModel    *up, *down;
  int           fd;
  GSource      *source, *timer, *changes;
  Flow         *flows[FLOWS_MAX];
  GQueue        waiting;       /* of Waiting, earliest first */
  /* borrowed */
  RelayTap      tap;
  gpointer      tap_user;
  /* state */
  struct sockaddr_in server;
  guint16       port;
  Flow         *last_flow;
  RelayStats    stats;
  LinkSchedule  schedule_up, schedule_down;
  gint64        start_us;      /* of the schedules; G_MAXINT64: not yet */
};

/* --- sockets --- */

static bool
fail(GError **error, const char *what)
{
  int code = errno;
  g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(code), "%s: %s", what, g_strerror(code));
  return false;
}

static int
open_socket(void)
{
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int bytes = SOCKET_BUFFER_BYTES;
  if (fd >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  return fd;
}

static bool
make_address(const char *text, guint16 port, struct sockaddr_in *out)
{
  *out = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons(port) };
  return inet_pton(AF_INET, text, &out->sin_addr) == 1;
}

static GSource *
watch(Relay *self, int fd, GUnixFDSourceFunc func, gpointer user)
{
  GSource *source = g_unix_fd_source_new(fd, G_IO_IN);
  g_source_set_callback(source, G_SOURCE_FUNC(func), user, NULL);
  g_source_attach(source, self->context);
  return source;
}

static void
unwatch(GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy(*source);
  g_clear_pointer(source, g_source_unref);
}

/* --- passing on --- */

static RelayCounts *
counts(Relay *self, RelayDirection direction)
{
  return direction == RELAY_TO_SERVER ? &self->stats.up_counts : &self->stats.down_counts;
}

/* RFC 5761 section 4: RTP and not RTCP. */
static bool
is_rtp(const guint8 *data, gsize length)
{
  return length >= 12 && data[0] >> 6 == 2 && (data[1] < 192 || data[1] > 223);
}

static void
count_rtp(RelayCounts *self, const guint8 *data, gsize length, bool is_lost)
{
  if (!is_rtp(data, length))
    return;
  guint payload_type = data[1] & 0x7f;
  self->rtp_offered[payload_type]++;
  self->rtp_lost[payload_type] += is_lost;
}

static void
deliver(Relay *self, const Flow *flow, RelayDirection direction, const guint8 *data, gsize length, gint64 held_us)
{
  RelayCounts *own = counts(self, direction);
  own->held_us += held_us;
  own->n_held++;
  ssize_t sent = direction == RELAY_TO_SERVER
                   ? send(flow->fd, data, length, 0)
                   : sendto(self->fd, data, length, 0, (const struct sockaddr *)&flow->client,
                            sizeof flow->client);
  if (sent < 0)
    self->stats.send_failures++;
}

static gint
later(gconstpointer a, gconstpointer b, G_GNUC_UNUSED gpointer user)
{
  const Waiting *x = a, *y = b;
  return x->deliver_us < y->deliver_us ? -1 : x->deliver_us > y->deliver_us;
}

/* Almost always the newest is the last to leave: looked for from the end. */
static void
enqueue(Relay *self, Waiting *item)
{
  GList *link = self->waiting.tail;
  while (link != NULL && later(link->data, item, NULL) > 0)
    link = link->prev;
  if (link == NULL)
    g_queue_push_head(&self->waiting, item);
  else
    g_queue_insert_after(&self->waiting, link, item);
}

static void
arm_timer(Relay *self)
{
  const Waiting *next = g_queue_peek_head(&self->waiting);
  g_source_set_ready_time(self->timer, next != NULL ? next->deliver_us : -1);
}

static void
pass_on(Relay *self, Flow *flow, RelayDirection direction, const guint8 *data, gsize length)
{
  if (self->tap != NULL)
    self->tap(direction, data, length, self->tap_user);
  gint64 now_us = clock_now_us(), deliver_us[LINK_COPIES_MAX];
  LinkModel *link = direction == RELAY_TO_SERVER ? self->up : self->down;
  guint n_copies = link_model_offer(link, now_us, length, deliver_us);
  count_rtp(counts(self, direction), data, length, n_copies == 0);
  for (guint i = 0; i < n_copies; i++) {
    if (deliver_us[i] <= now_us && g_queue_is_empty(&self->waiting)) {
      deliver(self, flow, direction, data, length, 0);
      continue;
    }
    Waiting *item = g_malloc(sizeof *item + length);
    *item = (Waiting) { now_us, deliver_us[i], flow, direction, length };
    memcpy(item->data, data, length);
    enqueue(self, item);
  }
  arm_timer(self);
}

static gboolean
on_timer(GSource *source, G_GNUC_UNUSED GSourceFunc callback, gpointer user)
{
  Relay *self = user;
  gint64 now_us = g_source_get_time(source);
  const Waiting *next;
  while ((next = g_queue_peek_head(&self->waiting)) != NULL && next->deliver_us <= now_us) {
    g_autofree Waiting *item = g_queue_pop_head(&self->waiting);
    deliver(self, item->flow, item->direction, item->data, item->length, clock_now_us() - item->came_us);
  }
  arm_timer(self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs TIMER_FUNCS = { .dispatch = on_timer };

static gboolean
on_server_datagram(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer user)
{
  Flow *flow = user;
  guint8 data[DATAGRAM_MAX];
  ssize_t length;
  for (guint i = 0; i < BATCH_MAX && (length = recv(fd, data, sizeof data, 0)) >= 0; i++)
    pass_on(flow->relay, flow, RELAY_TO_CLIENT, data, (gsize)length);
  return G_SOURCE_CONTINUE;
}

static Flow *
add_flow(Relay *self, guint at, const struct sockaddr_in *client)
{
  int fd = open_socket();
  if (fd < 0 || connect(fd, (const struct sockaddr *)&self->server, sizeof self->server) < 0) {
    if (fd >= 0)
      close(fd);
    return NULL;
  }
  Flow *flow = g_new0(Flow, 1);
  *flow = (Flow) { .relay = self, .client = *client, .fd = fd };
  flow->source = watch(self, fd, on_server_datagram, flow);
  self->flows[at] = flow;
  self->stats.flows++;
  return flow;
}

static Flow *
find_flow(Relay *self, const struct sockaddr_in *client)
{
  guint i = 0;
  for (; i < FLOWS_MAX && self->flows[i] != NULL; i++) {
    const struct sockaddr_in *known = &self->flows[i]->client;
    if (known->sin_port == client->sin_port && known->sin_addr.s_addr == client->sin_addr.s_addr)
      return self->flows[i];
  }
  Flow *flow = i < FLOWS_MAX ? add_flow(self, i, client) : NULL;
  if (flow == NULL)
    self->stats.refused_flows++;
  return flow;
}

static gboolean
on_client_datagram(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer user)
{
  Relay *self = user;
  guint8 data[DATAGRAM_MAX];
  for (guint i = 0; i < BATCH_MAX; i++) {
    struct sockaddr_in from = { 0 };
    socklen_t from_length = sizeof from;
    ssize_t length = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &from_length);
    if (length < 0)
      break;
    Flow *flow = find_flow(self, &from);
    if (flow == NULL)
      continue;
    self->last_flow = flow;
    pass_on(self, flow, RELAY_TO_SERVER, data, (gsize)length);
  }
  return G_SOURCE_CONTINUE;
}

/* --- the line over time --- */

static void
apply_schedules(Relay *self, gint64 now_us)
{
  gint64 elapsed_us = self->start_us == G_MAXINT64 ? 0 : now_us - self->start_us, next_us = -1;
  LinkConfig config;
  link_schedule_at(&self->schedule_up, elapsed_us, &config);
  link_model_configure_at(self->up, now_us, &config);
  link_schedule_at(&self->schedule_down, elapsed_us, &config);
  link_model_configure_at(self->down, now_us, &config);
  if (self->start_us != G_MAXINT64) {
    gint64 up_us = link_schedule_next_us(&self->schedule_up, elapsed_us);
    gint64 down_us = link_schedule_next_us(&self->schedule_down, elapsed_us);
    next_us = up_us < 0 || (down_us >= 0 && down_us < up_us) ? down_us : up_us;
  }
  g_source_set_ready_time(self->changes, next_us < 0 ? -1 : self->start_us + next_us);
}

static gboolean
on_change(G_GNUC_UNUSED GSource *source, G_GNUC_UNUSED GSourceFunc callback, gpointer user)
{
  apply_schedules(user, clock_now_us());
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs CHANGE_FUNCS = { .dispatch = on_change };

void
relay_schedule(Relay *self, const LinkSchedule *up, const LinkSchedule *down, gint64 start_us)
{
  self->schedule_up = *up;
  self->schedule_down = *down;
  relay_start(self, start_us);
}

void
relay_start(Relay *self, gint64 start_us)
{
  self->start_us = start_us;
  apply_schedules(self, clock_now_us());
}

bool
relay_inject(Relay *self, const void *data, gsize length)
{
  if (self->last_flow == NULL || send(self->last_flow->fd, data, length, 0) < 0)
    return false;
  self->stats.injected++;
  return true;
}

/* --- life --- */

static bool
listen_on(Relay *self, const char *address, guint16 port, GError **error)
{
  struct sockaddr_in local;
  if (!make_address(address, port, &local)) {
    errno = EINVAL;
    return fail(error, address);
  }
  self->fd = open_socket();
  socklen_t length = sizeof local;
  if (self->fd < 0 || bind(self->fd, (struct sockaddr *)&local, sizeof local) < 0
      || getsockname(self->fd, (struct sockaddr *)&local, &length) < 0)
    return fail(error, "a port for the relay");
  self->port = ntohs(local.sin_port);
  return true;
}

static GSource *
add_timer(Relay *self, GSourceFuncs *funcs)
{
  GSource *timer = g_source_new(funcs, sizeof(GSource));
  g_source_set_callback(timer, NULL, self, NULL);
  g_source_set_ready_time(timer, -1);
  g_source_attach(timer, self->context);
  return timer;
}

Relay *
relay_new(GMainContext *context, const char *listen_address, guint16 listen_port,
          const char *server_address, guint16 server_port, const LinkConfig *up,
          const LinkConfig *down, GError **error)
{
  g_autoptr(Relay) self = g_new0(Relay, 1);
  self->fd = -1;
  self->context = g_main_context_ref(context);
  if (!make_address(server_address, server_port, &self->server)) {
    errno = EINVAL;
    fail(error, server_address);
    return NULL;
  }
  if (!listen_on(self, listen_address, listen_port, error))
    return NULL;
  self->up = link_model_new(up);
  self->down = link_model_new(down);
  self->timer = add_timer(self, &TIMER_FUNCS);
  self->changes = add_timer(self, &CHANGE_FUNCS);
  relay_configure(self, up, down);
  self->source = watch(self, self->fd, on_client_datagram, self);
  return g_steal_pointer(&self);
}

void
relay_free(Relay *self)
{
  if (self == NULL)
    return;
  unwatch(&self->source);
  unwatch(&self->timer);
  unwatch(&self->changes);
  for (guint i = 0; i < FLOWS_MAX && self->flows[i] != NULL; i++) {
    unwatch(&self->flows[i]->source);
    close(self->flows[i]->fd);
    g_free(self->flows[i]);
  }
  g_queue_clear_full(&self->waiting, g_free);
  if (self->fd >= 0)
    close(self->fd);
  link_model_free(self->up);
  link_model_free(self->down);
  g_main_context_unref(self->context);
  g_free(self);
}

guint16
relay_port(const Relay *self)
{
  return self->port;
}

void
relay_configure(Relay *self, const LinkConfig *up, const LinkConfig *down)
{
  LinkSchedule schedule_up, schedule_down;
  link_schedule_constant(&schedule_up, up);
  link_schedule_constant(&schedule_down, down);
  relay_schedule(self, &schedule_up, &schedule_down, G_MAXINT64);
}

void
relay_begin(Relay *self, gint64 now_us)
{
  self->stats = (RelayStats) { .flows = self->stats.flows };
  link_model_begin(self->up, now_us);
  link_model_begin(self->down, now_us);
}

void
relay_set_tap(Relay *self, RelayTap tap, gpointer user)
{
  self->tap = tap;
  self->tap_user = user;
}

void
relay_stats(const Relay *self, RelayStats *out)
{
  *out = self->stats;
  link_model_stats(self->up, &out->up);
  link_model_stats(self->down, &out->down);
}

LinkMeter *
relay_meter(Relay *self, RelayDirection direction)
{
  return link_model_meter(direction == RELAY_TO_SERVER ? self->up : self->down);
}
