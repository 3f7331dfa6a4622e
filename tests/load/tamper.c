/* tests/load/tamper.c - somebody on the way who records a site's datagrams and sends forged ones. */
#include "tests/load/tamper.h"
#include "media/transport/packet_crypto.h"
#include "tests/lib/random_stream.h"
#include <string.h>

enum {
  KEPT = 256,           /* datagrams                                             */
  EVERY = 4,            /* one of his for so many of the site's                  */
  FORGED_PAYLOAD = 400,
  SEQ_AHEAD = 300,      /* of a forged packet: not a replay                      */
};

struct Tamper {
  Relay        *relay;   /* borrowed */
  TamperKind    kind;
  RandomStream  random;
  Packet       *kept[KEPT];  /* owned */
  guint         n_kept, n_seen;
  PacketCrypto *crypto;  /* owned */
  guint64       sent;
};

/* RFC 7983: 128 to 191 is RTP or RTCP; RFC 5761: packet types 192 to 223 are RTCP. */
static bool
is_media(const guint8 *data, gsize length)
{
  return length >= 12 && length <= PACKET_DATA_MAX && data[0] >= 128 && data[0] <= 191;
}

static bool
is_rtp(const Packet *packet)
{
  return packet->data[1] < 192 || packet->data[1] > 223;
}

static void
inject(Tamper *self, const guint8 *data, gsize length)
{
  if (relay_inject(self->relay, data, length))
    self->sent++;
}

static void
replay(Tamper *self)
{
  const Packet *old = self->kept[random_stream_below(&self->random, MIN(self->n_kept, KEPT))];
  inject(self, old->data, old->length);
}

/* RFC 3550 section 5.1 and 5.3.1. */
static gsize
header_bytes(const Packet *packet)
{
  gsize length = 12 + 4 * (gsize)(packet->data[0] & 15);
  if ((packet->data[0] & 16) != 0 && packet->length >= length + 4)
    length += 4 + 4 * (gsize)(packet->data[length + 2] << 8 | packet->data[length + 3]);
  return length;
}

static void
forge(Tamper *self, const Packet *model) ON_NET
{
  gsize header = header_bytes(model);
  if (!is_rtp(model) || header + FORGED_PAYLOAD > PACKET_DATA_MAX || header > model->length)
    return;
  g_autoptr(Packet) packet = packet_new();
  memcpy(packet->data, model->data, header);
  guint seq = (guint)(packet->data[2] << 8 | packet->data[3]) + SEQ_AHEAD + random_stream_below(&self->random, 100);
  packet->data[2] = (guint8)(seq >> 8);
  packet->data[3] = (guint8)seq;
  for (gsize i = 0; i < FORGED_PAYLOAD; i++)
    packet->data[header + i] = (guint8)random_stream_next(&self->random);
  packet->length = header + FORGED_PAYLOAD;
  if (packet_crypto_protect_rtp(self->crypto, packet) == PACKET_CRYPTO_OK)
    inject(self, packet->data, packet->length);
}

static void
on_datagram(RelayDirection direction, const guint8 *data, gsize length, gpointer user)
{
  assert_on_net();
  Tamper *self = user;
  if (direction != RELAY_TO_SERVER || !is_media(data, length))
    return;
  Packet *packet = packet_new();
  memcpy(packet->data, data, length);
  packet->length = length;
  guint at = self->n_kept++ % KEPT;
  packet_unref(self->kept[at]);
  self->kept[at] = packet;
  if (self->n_seen++ % EVERY != 0)
    return;
  if (self->kind == TAMPER_REPLAY)
    replay(self);
  else
    forge(self, packet);
}

Tamper *
tamper_new(Relay *relay, TamperKind kind, guint64 seed)
{
  Tamper *self = g_new0(Tamper, 1);
  self->relay = relay;
  self->kind = kind;
  self->random = random_stream(seed);
  PacketKeys keys = { .cipher = PACKET_CIPHER_AEAD_AES_128_GCM };
  for (gsize i = 0; i < PACKET_KEY_BYTES_MAX; i++) {
    keys.send[i] = (guint8)random_stream_next(&self->random);
    keys.receive[i] = (guint8)random_stream_next(&self->random);
  }
  self->crypto = packet_crypto_new(&keys);
  relay_set_tap(relay, on_datagram, self);
  return self;
}

void
tamper_free(Tamper *self)
{
  if (self == NULL)
    return;
  relay_set_tap(self->relay, NULL, NULL);
  for (guint i = 0; i < KEPT; i++)
    packet_unref(self->kept[i]);
  packet_crypto_free(self->crypto);
  g_free(self);
}

guint64
tamper_sent(const Tamper *self)
{
  return self->sent;
}
