/* tests/lib/wire_meter_main.c - diemcau-wire-meter: what a bridge has on the wire, in every window of 100 ms.
 *
 * Looks at the loopback interface by a packet socket (root), with the kernel's time stamps.
 * "cap N" on standard input begins a new phase with another cap. One JSON object at the end. */
#include "tests/lib/wire_datagram.h"
#include "tests/lib/wire_window.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <jansson.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#  define PACKET_IGNORE_OUTGOING 23
#endif

enum { BATCH = 64, BUFFER_BYTES = 16 * 1024 * 1024, ETHERNET_MTU = 1500 };

typedef struct {
  char      *interface;
  int        port_min, port_max, seconds;
  double     cap_kbps;
  /* state */
  int        fd;
  GMainLoop *loop;      /* owned */
  WireWindow *window;   /* owned */
  guint64    both, oversize;
} Meter;

/* IPv4 or IPv6 with UDP, cut to the headers; the data begins at the IP header. */
static struct sock_filter FILTER[] = {
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),         BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 2),  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
  BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 3),
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 1),
  BPF_STMT(BPF_RET | BPF_K, WIRE_HEAD_BYTES),    BPF_STMT(BPF_RET | BPF_K, 0),
};

static bool
fail(const char *what)
{
  g_printerr("%s: %s%s\n", what, g_strerror(errno),
             errno == EPERM ? " (a packet socket needs root, or the capability CAP_NET_RAW)" : "");
  return false;
}

static bool
open_socket(Meter *self)
{
  int on = 1, bytes = BUFFER_BYTES;
  struct sock_fprog program = { G_N_ELEMENTS(FILTER), FILTER };
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
  address.sll_ifindex = (int)if_nametoindex(self->interface);
  if (address.sll_ifindex == 0)
    return fail(self->interface);
  self->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    return fail("a packet socket");
  /* What leaves over loopback comes in again: one of the two is enough. */
  if (setsockopt(self->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0
      || setsockopt(self->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0
      || setsockopt(self->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0)
    return fail("options of the packet socket");
  if (setsockopt(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return bind(self->fd, (struct sockaddr *)&address, sizeof address) == 0 || fail(self->interface);
}

static gint64
time_us(struct msghdr *message)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec at;
      memcpy(&at, CMSG_DATA(c), sizeof at);
      return (gint64)at.tv_sec * G_USEC_PER_SEC + at.tv_nsec / 1000;
    }
  return g_get_real_time();
}

static bool
is_ours(const Meter *self, guint16 port)
{
  return port >= self->port_min && port <= self->port_max;
}

static void
take(Meter *self, const guint8 *data, gsize length, gint64 now_us)
{
  WireDatagram datagram;
  if (!wire_datagram_read(data, length, &datagram))
    return;
  bool is_from = is_ours(self, datagram.source_port), is_to = is_ours(self, datagram.destination_port);
  if (!is_from && !is_to)
    return;
  self->both += is_from && is_to;
  self->oversize += datagram.ip_bytes > ETHERNET_MTU;
  wire_window_datagram(self->window, now_us, is_from ? WIRE_UP : WIRE_DOWN, datagram.ip_bytes);
}

static gboolean
on_datagrams(gint fd, G_GNUC_UNUSED GIOCondition condition, gpointer user)
{
  guint8 data[BATCH][WIRE_HEAD_BYTES], control[BATCH][64];
  struct mmsghdr messages[BATCH];
  struct iovec pieces[BATCH];
  for (guint i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec) { data[i], WIRE_HEAD_BYTES };
    messages[i].msg_hdr = (struct msghdr) { .msg_iov = &pieces[i], .msg_iovlen = 1, .msg_control = control[i],
                                            .msg_controllen = sizeof control[i] };
  }
  int n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++)
    take(user, data[i], messages[i].msg_len, time_us(&messages[i].msg_hdr));
  return G_SOURCE_CONTINUE;
}

/* "cap 10000": from now on. */
static gboolean
on_line(GIOChannel *channel, G_GNUC_UNUSED GIOCondition condition, gpointer user)
{
  Meter *self = user;
  g_autofree char *line = NULL;
  double cap_kbps;
  if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    return G_SOURCE_REMOVE;
  if (sscanf(line, "cap %lf", &cap_kbps) == 1)
    wire_window_cap(self->window, g_get_real_time(), cap_kbps);
  return G_SOURCE_CONTINUE;
}

static gboolean
quit(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

static json_t *
way_json(const WirePhase *phase, WireWay way)
{
  json_t *json = json_pack("{s:f, s:f}", "meanKbps", round(phase->mean_kbps[way]), "maxKbps", round(phase->max_kbps[way]));
  if (phase->cap_kbps > 0)
    json_object_set_new(json, "maxShare", json_real(round(phase->max_kbps[way] / phase->cap_kbps * 10000) / 10000));
  return json;
}

static void
print_figures(Meter *self)
{
  struct tpacket_stats socket_stats = { 0 };
  socklen_t length = sizeof socket_stats;
  getsockopt(self->fd, SOL_PACKET, PACKET_STATISTICS, &socket_stats, &length);
  g_autoptr(GArray) phases = wire_window_phases(self->window, g_get_real_time());
  json_t *list = json_array();
  for (guint i = 0; i < phases->len; i++) {
    const WirePhase *phase = &g_array_index(phases, WirePhase, i);
    json_array_append_new(list, json_pack("{s:f, s:f, s:I, s:I, s:o, s:o, s:o}", "capKbps", phase->cap_kbps, "seconds", phase->seconds,
                                          "datagrams", (json_int_t)phase->datagrams, "windowsAbove", (json_int_t)phase->datagrams_above,
                                          "up", way_json(phase, WIRE_UP), "down", way_json(phase, WIRE_DOWN), "sum", way_json(phase, WIRE_SUM)));
  }
  json_t *json = json_pack("{s:i, s:[i, i], s:I, s:I, s:I, s:o}", "windowMs", WIRE_WINDOW_US / 1000, "ports", self->port_min, self->port_max,
                           "missedByTheMeter", (json_int_t)socket_stats.tp_drops, "bothPortsInRange", (json_int_t)self->both,
                           "oversize", (json_int_t)self->oversize, "phases", list);
  json_dumpf(json, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
  printf("\n");
  json_decref(json);
}

static void
run(Meter *self)
{
  self->loop = g_main_loop_new(NULL, FALSE);
  self->window = wire_window_new(self->cap_kbps);
  GIOChannel *input = g_io_channel_unix_new(STDIN_FILENO);
  g_unix_fd_add(self->fd, G_IO_IN, on_datagrams, self);
  g_io_add_watch(input, G_IO_IN | G_IO_HUP, on_line, self);
  g_unix_signal_add(SIGINT, quit, self->loop);
  g_unix_signal_add(SIGTERM, quit, self->loop);
  if (self->seconds > 0)
    g_timeout_add((guint)self->seconds * 1000, quit, self->loop);
  g_printerr("measuring\n");
  g_main_loop_run(self->loop);
  print_figures(self);
  g_io_channel_unref(input);
  g_main_loop_unref(self->loop);
  wire_window_free(self->window);
  close(self->fd);
}

int
main(int argc, char **argv)
{
  Meter self = { .port_min = 40000, .port_max = 40999 };
  GOptionEntry entries[] = {
    { "interface", 0, 0, G_OPTION_ARG_STRING, &self.interface, "where to look (lo)", "NAME" },
    { "port-min", 0, 0, G_OPTION_ARG_INT, &self.port_min, "first of the bridge's media ports (40000)", "N" },
    { "port-max", 0, 0, G_OPTION_ARG_INT, &self.port_max, "the last (40999)", "N" },
    { "cap-kbps", 0, 0, G_OPTION_ARG_DOUBLE, &self.cap_kbps, "of both directions together", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_INT, &self.seconds, "end by itself", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- what a bridge has on the wire, IP headers included");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("%s\n", error->message);
    return 64;
  }
  if (self.interface == NULL)
    self.interface = g_strdup("lo");
  bool ok = open_socket(&self);
  if (ok)
    run(&self);
  g_free(self.interface);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
