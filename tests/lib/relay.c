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
  gint64         deliver_us;
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
  GSource      *source, *timer;
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

static void
deliver(Relay *self, const Flow *flow, RelayDirection direction, const guint8 *data, gsize length)
{
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
  for (guint i = 0; i < n_copies; i++) {
    if (deliver_us[i] <= now_us && g_queue_is_empty(&self->waiting)) {
      deliver(self, flow, direction, data, length);
      continue;
    }
    Waiting *item = g_malloc(sizeof *item + length);
    *item = (Waiting) { deliver_us[i], flow, direction, length };
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
    deliver(self, item->flow, item->direction, item->data, item->length);
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
  self->timer = g_source_new(&TIMER_FUNCS, sizeof(GSource));
  g_source_set_callback(self->timer, NULL, self, NULL);
  g_source_set_ready_time(self->timer, -1);
  g_source_attach(self->timer, context);
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
  link_model_configure(self->up, up);
  link_model_configure(self->down, down);
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

/* --- SDP --- */

static const char CANDIDATE[] = "a=candidate:";

/* RFC 8839 section 5.1: foundation component transport priority address port "typ" type. */
static bool
read_candidate(const char *line, char address[16], guint16 *port)
{
  g_auto(GStrv) words = g_strsplit(line + strlen(CANDIDATE), " ", 9);
  struct in_addr parsed;
  guint64 number;
  if (g_strv_length(words) < 8 || strcmp(words[1], "1") != 0 || g_ascii_strcasecmp(words[2], "udp") != 0
      || strcmp(words[7], "host") != 0 || inet_pton(AF_INET, words[4], &parsed) != 1
      || !g_ascii_string_to_unsigned(words[5], 10, 1, G_MAXUINT16, &number, NULL))
    return false;
  g_strlcpy(address, words[4], 16);
  *port = (guint16)number;
  return true;
}

bool
relay_answer_target(const char *answer, char address[16], guint16 *port)
{
  bool found = false;
  g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    char candidate[16];
    guint16 candidate_port;
    g_strchomp(lines[i]);
    if (!g_str_has_prefix(lines[i], CANDIDATE) || !read_candidate(lines[i], candidate, &candidate_port))
      continue;
    bool is_loopback = g_str_has_prefix(candidate, "127.");
    if (found && !is_loopback)
      continue;
    g_strlcpy(address, candidate, 16);
    *port = candidate_port;
    found = true;
    if (is_loopback)
      break;
  }
  return found;
}

char *
relay_rewrite_answer(const char *answer, const char *address, guint16 port)
{
  GString *text = g_string_new(NULL);
  bool written = false;
  g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_strchomp(lines[i]);
    if (!g_str_has_prefix(lines[i], CANDIDATE)) {
      if (*lines[i] != '\0')
        g_string_append_printf(text, "%s\r\n", lines[i]);
    } else if (!written) {
      g_string_append_printf(text, "%s1 1 udp 2130706431 %s %u typ host\r\n", CANDIDATE, address, port);
      written = true;
    }
  }
  return g_string_free(text, FALSE);
}
