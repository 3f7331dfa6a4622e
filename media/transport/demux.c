/* media/transport/demux.c - what a datagram on a bundled port is, by its first bytes. */
#include "media/transport/demux.h"

enum {
  STUN_HEADER_BYTES = 20,
  DTLS_RECORD_HEADER_BYTES = 13,
  RTP_HEADER_BYTES = 12,
  RTCP_HEADER_BYTES = 8,
};

DatagramKind
demux_datagram(const guint8 *data, gsize length)
{
  if (length < RTCP_HEADER_BYTES)  /* the shortest of all */
    return DATAGRAM_UNKNOWN;
  guint8 first = data[0];
  if (first <= 3)
    return length >= STUN_HEADER_BYTES ? DATAGRAM_STUN : DATAGRAM_UNKNOWN;
  if (first >= 20 && first <= 63)
    return length >= DTLS_RECORD_HEADER_BYTES ? DATAGRAM_DTLS : DATAGRAM_UNKNOWN;
  if (first < 128 || first > 191)
    return DATAGRAM_UNKNOWN;
  /* RTCP packet types 192 to 223 are RTP's marker bit with payload types 64 to 95, which
   * RFC 5761 keeps free of RTP. */
  if (data[1] >= 192 && data[1] <= 223)
    return DATAGRAM_RTCP;
  return length >= RTP_HEADER_BYTES ? DATAGRAM_RTP : DATAGRAM_UNKNOWN;
}
