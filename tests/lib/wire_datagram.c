/* tests/lib/wire_datagram.c - ports and length of a UDP datagram as it is on the wire. */
#include "tests/lib/wire_datagram.h"
#include <netinet/in.h>

enum { IPV6_HEADER = 40, FRAGMENT_OFFSET_MASK = 0x1fff };

static guint16
read_u16(const guint8 *at)
{
  return (guint16)(at[0] << 8 | at[1]);
}

/* RFC 791 section 3.1. */
static gsize
ipv4_header(const guint8 *data, gsize length, gsize *ip_bytes)
{
  if (length < 20 || data[9] != IPPROTO_UDP || (read_u16(data + 6) & FRAGMENT_OFFSET_MASK) != 0)
    return 0;
  *ip_bytes = read_u16(data + 2);
  return (gsize)(data[0] & 15) * 4;
}

/* RFC 8200 section 3. */
static gsize
ipv6_header(const guint8 *data, gsize length, gsize *ip_bytes)
{
  if (length < IPV6_HEADER || data[6] != IPPROTO_UDP)
    return 0;
  *ip_bytes = IPV6_HEADER + (gsize)read_u16(data + 4);
  return IPV6_HEADER;
}

bool
wire_datagram_read(const guint8 *data, gsize length, WireDatagram *out)
{
  *out = (WireDatagram) { 0 };
  gsize header = 0;
  if (length > 0 && data[0] >> 4 == 4)
    header = ipv4_header(data, length, &out->ip_bytes);
  else if (length > 0 && data[0] >> 4 == 6)
    header = ipv6_header(data, length, &out->ip_bytes);
  if (header < 20 || length < header + 8)
    return false;
  out->source_port = read_u16(data + header);
  out->destination_port = read_u16(data + header + 2);
  return true;
}
