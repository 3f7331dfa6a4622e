/* tests/fuzz/fuzz_dtls.c - datagrams of an unknown peer at a DTLS association that is not yet made.
 *
 * Input: one byte for our role (odd: server), then datagrams, each after two bytes of length. */
#include "media/base/bytes.h"
#include "media/transport/demux.h"
#include "media/transport/dtls_transport.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEND_BYTES_MAX = 1 << 20 };

static void
swallow(G_GNUC_UNUSED const guint8 *datagram, gsize length, gpointer user)
{
  gsize *sent = user;
  g_assert_cmpuint(length, <=, DTLS_MTU_BYTES);
  *sent += length;
  g_assert_cmpuint(*sent, <, SEND_BYTES_MAX);
}

static void
say_nothing(G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level,
            G_GNUC_UNUSED const char *message, G_GNUC_UNUSED gpointer user)
{
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  assert_on_net();
  static DtlsIdentity *identity;
  if (identity == NULL) {
    g_log_set_default_handler(say_nothing, NULL);
    identity = dtls_identity_new(NULL);
  }
  ByteReader reader = byte_reader(data, size);
  guint8 fingerprint[DTLS_FINGERPRINT_BYTES] = { 0 };
  gsize sent = 0;
  DtlsRole role = byte_reader_u8(&reader) % 2 == 1 ? DTLS_ROLE_PASSIVE : DTLS_ROLE_ACTIVE;
  g_autoptr(DtlsTransport) dtls = dtls_transport_new(identity, role, fingerprint, swallow, &sent);
  dtls_transport_start(dtls);
  while (byte_reader_remaining(&reader) > 2) {
    gsize length = byte_reader_u16(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    const guint8 *datagram = byte_reader_take(&reader, length);
    if (demux_datagram(datagram, length) == DATAGRAM_DTLS)
      dtls_transport_receive(dtls, datagram, length);
  }
  dtls_transport_poll(dtls, 1);
  PacketKeys keys;
  g_assert_false(dtls_transport_export_keys(dtls, &keys));
  return 0;
}
