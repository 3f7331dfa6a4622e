/* tests/fuzz/fuzz_media_transport.c - datagrams at a connected transport, from its peer's address.
 */
#include "tests/media/transport/peers.h"
#include "tests/media/transport/udp_relay.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DATAGRAM_BYTES_MAX = 2000 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  assert_on_net();
  static Peers *peers;
  static UdpRelay *relay;
  if (peers == NULL) {
    peers = peers_new(NULL);
    relay = udp_relay_new(peers->context, peers_bridge_port(peers), NULL, NULL);
    peers_start(peers, DTLS_ROLE_PASSIVE, udp_relay_port(relay));
    g_assert_true(peers_run(peers, peers_are_connected));
  }
  udp_relay_inject(relay, data, MIN(size, (size_t)DATAGRAM_BYTES_MAX));
  while (g_main_context_iteration(peers->context, FALSE))
    ;
  g_assert_cmpint(media_transport_state(peers->bridge.transport), ==, TRANSPORT_STATE_CONNECTED);
  g_assert_cmpuint(peers->bridge.rtp->len + peers->bridge.rtcp->len, ==,
                   0); /* nobody has the keys */
  return 0;
}
