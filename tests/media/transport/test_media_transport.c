/* tests/media/transport/test_media_transport.c - two transports over loopback. */
#include "peers.h"
#include "media/base/clock.h"

static void
test_peers_connect_and_exchange(gconstpointer data)
{
  DtlsRole role = (DtlsRole)GPOINTER_TO_INT(data);
  g_autoptr(Peers) peers = peers_new(NULL);
  gint64 t0 = clock_now_us();
  peers_start(peers, role);
  g_assert_true(peers_run(peers, peers_are_connected));
  g_test_message("connected after %.1f ms", (double)(clock_now_us() - t0) / 1000);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/media/transport/media_transport/passive", GINT_TO_POINTER(DTLS_ROLE_PASSIVE), test_peers_connect_and_exchange);
  g_test_add_data_func("/media/transport/media_transport/active", GINT_TO_POINTER(DTLS_ROLE_ACTIVE), test_peers_connect_and_exchange);
  return g_test_run();
}
