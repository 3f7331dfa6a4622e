/* tests/media/transport/test_peer_filter.c - what the kernel lets through to a media socket. */
#include "media/base/bytes.h"
#include "media/transport/peer_filter.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#define TEST_PATH "/media/transport/peer_filter/"

typedef struct {
  int family;
  int receiver, peer, stranger;  /* sockets */
  struct sockaddr_storage receiver_address, peer_address;
} Sockets;

static int
open_socket(int family, struct sockaddr_storage *address)
{
  int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
  int result = family == AF_INET ? bind(fd, (struct sockaddr *)&ipv4, sizeof ipv4)
                                 : bind(fd, (struct sockaddr *)&ipv6, sizeof ipv6);
  socklen_t length = sizeof *address;
  if (result != 0 || getsockname(fd, (struct sockaddr *)address, &length) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static bool
sockets_open(Sockets *self, int family)
{
  struct sockaddr_storage ignored;
  self->family = family;
  self->receiver = open_socket(family, &self->receiver_address);
  self->peer = open_socket(family, &self->peer_address);
  self->stranger = open_socket(family, &ignored);
  return self->receiver >= 0 && self->peer >= 0 && self->stranger >= 0;
}

static void
sockets_close(Sockets *self)
{
  close(self->receiver);
  close(self->peer);
  close(self->stranger);
}

/* Loopback delivers within the call to send: what is not there at once was dropped. */
static bool
passes(const Sockets *self, int from, const guint8 *data, gsize length)
{
  socklen_t address_length
      = self->family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
  g_assert_cmpint(sendto(from, data, length, 0, (const struct sockaddr *)&self->receiver_address,
                         address_length),
                  ==, length);
  guint8 got[2048];
  ssize_t n = recv(self->receiver, got, sizeof got, 0);
  if (n < 0)
    return false;
  g_assert_cmpmem(got, (gsize)n, data, length);
  return true;
}

/* A STUN message with @n_before attributes of growing sizes before its USERNAME. */
static gsize
stun(guint16 type, guint n_before, const char *username, guint8 *out)
{
  ByteWriter writer = byte_writer(out, 512);
  byte_writer_u16(&writer, type);
  byte_writer_u16(&writer, 0);
  byte_writer_u32(&writer, 0x2112a442);
  byte_writer_bytes(&writer, "transaction.", 12);
  for (guint i = 0; i < n_before; i++) {
    byte_writer_u16(&writer, 0x8022);
    byte_writer_u16(&writer, (guint16)(i + 1));
    byte_writer_bytes(&writer, "softwaresoftware", (i + 4) / 4 * 4);
  }
  if (username != NULL) {
    byte_writer_u16(&writer, 0x0006);
    byte_writer_u16(&writer, (guint16)strlen(username));
    byte_writer_bytes(&writer, username, strlen(username));
    byte_writer_bytes(&writer, "\0\0\0", (4 - strlen(username) % 4) % 4);
  }
  g_assert_false(writer.failed);
  out[2] = (guint8)((writer.length - 20) >> 8);
  out[3] = (guint8)(writer.length - 20);
  return writer.length;
}

static const PeerFilter OURS = { .mode = PEER_FILTER_GUARDED, .ufrag = "Ab+/" };

static void
check_requests(Sockets *sockets, PeerFilterMode mode)
{
  PeerFilter filter = OURS;
  guint8 data[512];
  filter.mode = mode;
  peer_filter_attach(&filter, sockets->receiver);
  for (guint n_before = 0; n_before < 10; n_before++) {
    g_assert_true(passes(sockets, sockets->stranger, data, stun(1, n_before, "Ab+/:theirs", data)));
    g_assert_false(
        passes(sockets, sockets->stranger, data, stun(1, n_before, "Ab+x:theirs", data)));
    g_assert_false(passes(sockets, sockets->stranger, data, stun(1, n_before, "Ab", data)));
    g_assert_false(passes(sockets, sockets->stranger, data, stun(1, n_before, NULL, data)));
  }
  gsize length = stun(1, 3, "Ab+/:theirs", data);
  for (gsize cut = 8; cut < 52; cut++)  /* ends before or within the ufrag */
    g_assert_false(passes(sockets, sockets->stranger, data, cut));
  data[22] = 0xff;  /* the first attribute's length leads far beyond */
  g_assert_false(passes(sockets, sockets->stranger, data, length));
}

static const guint8 RTP[20] = { 0x80, 96 }, DTLS[20] = { 22, 254, 253 }, TINY[3] = { 0x80 },
                    ODD[20] = { 100 };

static void
check_sources(Sockets *sockets)
{
  PeerFilter filter = OURS;
  guint8 data[512];
  g_assert_true(peer_filter_add(&filter, (struct sockaddr *)&sockets->peer_address));
  g_assert_false(peer_filter_add(&filter, (struct sockaddr *)&sockets->peer_address));
  static const PeerFilterMode MODES[]
      = { PEER_FILTER_OPEN, PEER_FILTER_GUARDED, PEER_FILTER_SEALED };
  for (gsize m = 0; m < G_N_ELEMENTS(MODES); m++) {
    bool open = MODES[m] == PEER_FILTER_OPEN;
    filter.mode = MODES[m];
    peer_filter_attach(&filter, sockets->receiver);
    const guint8 *const datagrams[] = { RTP, DTLS, ODD };
    for (gsize i = 0; i < G_N_ELEMENTS(datagrams); i++) {
      g_assert_true(passes(sockets, sockets->peer, datagrams[i], sizeof RTP));
      g_assert_cmpint(passes(sockets, sockets->stranger, datagrams[i], sizeof RTP), ==, open);
    }
    /* Short ones too: the peer's are counted as garbage further up. */
    g_assert_true(passes(sockets, sockets->peer, TINY, sizeof TINY));
    g_assert_cmpint(passes(sockets, sockets->stranger, TINY, sizeof TINY), ==, open);
    /* Responses and indications have no USERNAME. */
    g_assert_true(passes(sockets, sockets->peer, data, stun(0x0101, 2, NULL, data)));
    g_assert_cmpint(passes(sockets, sockets->stranger, data, stun(0x0101, 2, NULL, data)), ==,
                    open);
    g_assert_cmpint(passes(sockets, sockets->stranger, data, stun(0x0011, 0, NULL, data)), ==,
                    open);
    if (filter.mode == PEER_FILTER_SEALED) {
      g_assert_true(passes(sockets, sockets->peer, data, stun(1, 2, "Ab+/:theirs", data)));
      g_assert_false(passes(sockets, sockets->stranger, data, stun(1, 2, "Ab+/:theirs", data)));
    }
  }
}

static void
check_full_list(Sockets *sockets)
{
  PeerFilter filter = OURS;
  struct sockaddr_in other = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201) };
  struct sockaddr_in6 other6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
  peer_filter_add(&filter, (struct sockaddr *)&sockets->peer_address);
  for (guint16 i = 1; i < PEER_FILTER_PEERS_MAX; i++) {
    other.sin_port = htons(i);
    other6.sin6_port = htons(i);
    peer_filter_add(&filter, i % 2 == 0 ? (struct sockaddr *)&other : (struct sockaddr *)&other6);
  }
  g_assert_cmpuint(filter.n_peers, ==, PEER_FILTER_PEERS_MAX);
  peer_filter_attach(&filter, sockets->receiver);
  g_assert_true(passes(sockets, sockets->peer, RTP, sizeof RTP));

  other.sin_port = htons(60000);
  g_assert_true(peer_filter_add(&filter, (struct sockaddr *)&other));  /* the oldest has to go */
  g_assert_cmpuint(filter.n_peers, ==, PEER_FILTER_PEERS_MAX);
  peer_filter_attach(&filter, sockets->receiver);
  g_assert_false(passes(sockets, sockets->peer, RTP, sizeof RTP));
  peer_filter_add(&filter, (struct sockaddr *)&sockets->peer_address);
  peer_filter_attach(&filter, sockets->receiver);
  g_assert_true(passes(sockets, sockets->peer, RTP, sizeof RTP));
}

static void
check_family(int family)
{
  Sockets sockets;
  if (!sockets_open(&sockets, family)) {
    g_test_skip("no such loopback address here");
    return;
  }
  check_requests(&sockets, PEER_FILTER_OPEN);
  check_requests(&sockets, PEER_FILTER_GUARDED);
  check_sources(&sockets);
  check_full_list(&sockets);
  sockets_close(&sockets);
}

static void
test_ipv4_strangers_are_heard_only_with_our_ufrag(void)
{
  check_family(AF_INET);
}

static void
test_ipv6_strangers_are_heard_only_with_our_ufrag(void)
{
  check_family(AF_INET6);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func(TEST_PATH "ipv4_strangers_are_heard_only_with_our_ufrag",
                  test_ipv4_strangers_are_heard_only_with_our_ufrag);
  g_test_add_func(TEST_PATH "ipv6_strangers_are_heard_only_with_our_ufrag",
                  test_ipv6_strangers_are_heard_only_with_our_ufrag);
  return g_test_run();
}
