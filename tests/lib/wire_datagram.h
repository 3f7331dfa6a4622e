/* tests/lib/wire_datagram.h - ports and length of a UDP datagram as it is on the wire. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  guint16 source_port, destination_port;
  gsize   ip_bytes;      /* IP header, UDP header and payload */
} WireDatagram;

enum { WIRE_HEAD_BYTES = 64 };  /* as many are enough: IPv4 with all options, or IPv6 */

/* @data begins with the IP header; it may be cut off after WIRE_HEAD_BYTES.
 * Returns: false if it is not UDP over IPv4 or IPv6, or a fragment without ports. */
bool wire_datagram_read(const guint8 *data, gsize length, WireDatagram *out);
