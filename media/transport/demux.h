/* media/transport/demux.h - what a datagram on a bundled port is, by its first bytes (RFC 7983). */
#pragma once
#include <glib.h>

typedef enum {
  DATAGRAM_UNKNOWN = 0,
  DATAGRAM_STUN,
  DATAGRAM_DTLS,
  DATAGRAM_RTP,
  DATAGRAM_RTCP,  /* RFC 5761 section 4 */
} DatagramKind;

/* Any thread; a pure function. ZRTP and TURN channel data count as unknown. */
DatagramKind demux_datagram(const guint8 *data, gsize length);
