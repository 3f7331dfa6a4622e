/* media/transport/peer_filter.c - has the kernel drop what cannot come from the peer. */
#include "media/transport/peer_filter.h"
#include "media/base/log.h"
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>

enum {
  /* The program sees the datagram from its UDP header on. */
  SOURCE_PORT = 0,
  PAYLOAD = 8,
  STUN_ATTRIBUTES = PAYLOAD + 20,
  IPV4_SOURCE = 12,  /* in the IP header */
  IPV6_SOURCE = 8,

  STUN_LAST_FIRST_BYTE = 3,  /* RFC 7983 */
  STUN_HEADER_TO_COOKIE_BYTES = 8,
  STUN_BINDING_REQUEST = 0x0001,
  STUN_USERNAME = 0x0006,
  ATTRIBUTES_MAX = 12,  /* looked at in search of USERNAME; agents put two to eight before it */

  IPV6_ENTRY = 11,  /* instructions of the longer kind of entry */
  PROGRAM_MAX = 17 + IPV6_ENTRY * PEER_FILTER_PEERS_MAX + 9 * ATTRIBUTES_MAX + 8,
};

static const guint32 STUN_COOKIE = 0x2112a442, PASS = 0xffff, DROP = 0;

typedef struct {
  struct sock_filter code[PROGRAM_MAX];
  gsize length;
} Program;

static void
emit(Program *self, guint16 operation, guint8 if_true, guint8 if_false, guint32 k)
{
  g_assert(self->length < PROGRAM_MAX);
  self->code[self->length++] = (struct sock_filter) { operation, if_true, if_false, k };
}

static void
emit_load(Program *self, guint16 size, guint32 offset)
{
  emit(self, BPF_LD | BPF_ABS | size, 0, 0, offset);
}

/* Goes on if A is @k, else jumps over @skip instructions. */
static void
emit_unless_equal_skip(Program *self, guint32 k, guint8 skip)
{
  emit(self, BPF_JMP | BPF_JEQ | BPF_K, 0, skip, k);
}

static void
emit_return(Program *self, guint32 verdict)
{
  emit(self, BPF_RET | BPF_K, 0, 0, verdict);
}

static void
emit_peer(Program *self, const struct sockaddr_storage *peer)
{
  emit_load(self, BPF_H, SOURCE_PORT);
  if (peer->ss_family == AF_INET) {
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)peer;
    emit_unless_equal_skip(self, ntohs(ipv4->sin_port), 3);
    emit_load(self, BPF_W, (guint32)SKF_NET_OFF + IPV4_SOURCE);
    emit_unless_equal_skip(self, ntohl(ipv4->sin_addr.s_addr), 1);
  } else {
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)peer;
    emit_unless_equal_skip(self, ntohs(ipv6->sin6_port), IPV6_ENTRY - 2);
    for (guint8 i = 0; i < 4; i++) {
      guint32 word;
      memcpy(&word, ipv6->sin6_addr.s6_addr + 4 * i, sizeof word);
      emit_load(self, BPF_W, (guint32)SKF_NET_OFF + IPV6_SOURCE + 4u * i);
      emit_unless_equal_skip(self, ntohl(word), (guint8)(7 - 2 * i));
    }
  }
  emit_return(self, PASS);
}

/* Walks the attributes to USERNAME. A load beyond the end drops the datagram. */
static void
emit_request_check(Program *self, const PeerFilter *filter)
{
  enum { STEP = 8 };  /* instructions a turn */
  guint32 ufrag = (guint32)filter->ufrag[0] << 24 | (guint32)filter->ufrag[1] << 16
                  | (guint32)filter->ufrag[2] << 8 | filter->ufrag[3];
  emit(self, BPF_LDX | BPF_W | BPF_IMM, 0, 0, STUN_ATTRIBUTES);
  for (guint32 i = 0; i < ATTRIBUTES_MAX; i++) {
    emit(self, BPF_LD | BPF_H | BPF_IND, 0, 0, 0);
    emit_unless_equal_skip(self, STUN_USERNAME, 1);
    emit(self, BPF_JMP | BPF_JA, 0, 0, (ATTRIBUTES_MAX - 1 - i) * STEP + STEP - 3 + 1);
    emit(self, BPF_LD | BPF_H | BPF_IND, 0, 0, 2);
    emit(self, BPF_ALU | BPF_ADD | BPF_K, 0, 0, 4 + 3);  /* header, and padding to four */
    emit(self, BPF_ALU | BPF_AND | BPF_K, 0, 0, ~3u);
    emit(self, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
    emit(self, BPF_MISC | BPF_TAX, 0, 0, 0);
  }
  emit_return(self, DROP);
  emit(self, BPF_LD | BPF_W | BPF_IND, 0, 0, 4);
  emit_unless_equal_skip(self, ufrag, 1);
  emit_return(self, PASS);
  emit_return(self, DROP);
}

static void
build(const PeerFilter *filter, Program *out)
{
  enum { SOURCE_CHECK = 9 };  /* how far behind the start it is */
  bool is_open = filter->mode == PEER_FILTER_OPEN;
  out->length = 0;
  if (filter->mode == PEER_FILTER_SEALED)
    emit(out, BPF_JMP | BPF_JA, 0, 0, SOURCE_CHECK);
  gsize start = out->length;
  emit(out, BPF_LD | BPF_W | BPF_LEN, 0, 0, 0);
  emit(out, BPF_JMP | BPF_JGE | BPF_K, 0, SOURCE_CHECK - 2, PAYLOAD + STUN_HEADER_TO_COOKIE_BYTES);
  emit_load(out, BPF_B, PAYLOAD);
  emit(out, BPF_JMP | BPF_JGT | BPF_K, SOURCE_CHECK - 4, 0, STUN_LAST_FIRST_BYTE);
  emit_load(out, BPF_W, PAYLOAD + 4);
  emit_unless_equal_skip(out, STUN_COOKIE, SOURCE_CHECK - 6);
  emit_load(out, BPF_H, PAYLOAD);
  emit_unless_equal_skip(out, STUN_BINDING_REQUEST, SOURCE_CHECK - 8);
  gsize jump = out->length;
  emit(out, BPF_JMP | BPF_JA, 0, 0, 0);
  g_assert(out->length == start + SOURCE_CHECK);

  for (guint i = 0; i < filter->n_peers && !is_open; i++)
    emit_peer(out, &filter->peers[i]);
  emit_return(out, is_open ? PASS : DROP);
  out->code[jump].k = (guint32)(out->length - jump - 1);
  emit_request_check(out, filter);
}

static bool
is_same(const struct sockaddr_storage *a, const struct sockaddr *b)
{
  if (a->ss_family != b->sa_family)
    return false;
  if (b->sa_family == AF_INET) {
    const struct sockaddr_in *x = (const struct sockaddr_in *)a, *y = (const struct sockaddr_in *)b;
    return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
  }
  const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a,
                            *y = (const struct sockaddr_in6 *)b;
  return x->sin6_port == y->sin6_port
         && memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

bool
peer_filter_add(PeerFilter *self, const struct sockaddr *peer)
{
  if (peer->sa_family != AF_INET && peer->sa_family != AF_INET6)
    return false;
  for (guint i = 0; i < self->n_peers; i++) {
    if (is_same(&self->peers[i], peer))
      return false;
  }
  if (self->n_peers == PEER_FILTER_PEERS_MAX) {
    self->n_peers--;
    memmove(&self->peers[0], &self->peers[1], self->n_peers * sizeof self->peers[0]);
  }
  struct sockaddr_storage *slot = &self->peers[self->n_peers++];
  memset(slot, 0, sizeof *slot);
  memcpy(slot, peer,
         peer->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
  return true;
}

void
peer_filter_attach(const PeerFilter *self, int fd)
{
  Program program;
  build(self, &program);
  struct sock_fprog argument = { .len = (guint16)program.length, .filter = program.code };
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &argument, sizeof argument) != 0)
    log_limited(G_LOG_LEVEL_WARNING, "no packet filter on a media socket: %s", g_strerror(errno));
}
