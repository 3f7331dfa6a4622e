/* tests/media/transport/test_demux.c - unit tests of media/transport/demux. */
#include "media/transport/demux.h"

typedef struct {
  guint8 first, second;
  gsize  length;
  DatagramKind kind;
} Case;

static const Case CASES[] = {
  /* RFC 7983 section 7: both ends of each range, and their neighbours */
  { 0, 1, 20, DATAGRAM_STUN },
  { 3, 1, 20, DATAGRAM_STUN },
  { 4, 1, 100, DATAGRAM_UNKNOWN },
  { 16, 0, 100, DATAGRAM_UNKNOWN },
  { 19, 0, 100, DATAGRAM_UNKNOWN },
  { 20, 254, 13, DATAGRAM_DTLS },
  { 63, 254, 13, DATAGRAM_DTLS },
  { 64, 0, 100, DATAGRAM_UNKNOWN },
  { 79, 0, 100, DATAGRAM_UNKNOWN },
  { 127, 0, 100, DATAGRAM_UNKNOWN },
  { 128, 96, 12, DATAGRAM_RTP },
  { 191, 96, 12, DATAGRAM_RTP },
  { 192, 96, 100, DATAGRAM_UNKNOWN },
  { 255, 96, 100, DATAGRAM_UNKNOWN },
  /* RFC 5761 section 4 */
  { 128, 191, 12, DATAGRAM_RTP },
  { 128, 192, 8, DATAGRAM_RTCP },
  { 128, 200, 28, DATAGRAM_RTCP },
  { 128, 223, 8, DATAGRAM_RTCP },
  { 128, 224, 12, DATAGRAM_RTP },
  { 0x90, 0xe0, 12, DATAGRAM_RTP },
  /* too short for a header */
  { 0, 1, 19, DATAGRAM_UNKNOWN },
  { 22, 254, 12, DATAGRAM_UNKNOWN },
  { 128, 96, 11, DATAGRAM_UNKNOWN },
  { 128, 200, 7, DATAGRAM_UNKNOWN },
  { 128, 200, 0, DATAGRAM_UNKNOWN },
};

static void
test_first_bytes_decide(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    guint8 data[100] = { CASES[i].first, CASES[i].second };
    g_test_message("case %zu", i);
    g_assert_cmpint(demux_datagram(data, CASES[i].length), ==, CASES[i].kind);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/transport/demux/first_bytes_decide", test_first_bytes_decide);
  return g_test_run();
}
