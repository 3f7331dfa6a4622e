/* signaling/sdp_candidate.c - checks one a=candidate value (RFC 8839 section 5.1, 6544). */
#include "signaling/sdp_candidate.h"
#include <arpa/inet.h>
#include <string.h>

static const char PREFIX[] = "candidate:";

static bool
is_ip_address(SdpSpan span)
{
  char text[INET6_ADDRSTRLEN];
  guint8 address[16];
  return sdp_span_copy(span, text, sizeof text)
         && (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1);
}

/* What follows "typ TYPE": name and value pairs, all visible ASCII. */
static bool
is_pairs(SdpSpan rest)
{
  while (rest.length > 0) {
    SdpSpan name = sdp_span_cut(&rest, ' ');
    SdpSpan value = sdp_span_cut(&rest, ' ');
    if (!sdp_span_is_of(name, SDP_CHARS_VISIBLE) || !sdp_span_is_of(value, SDP_CHARS_VISIBLE))
      return false;
  }
  return true;
}

SdpCandidateVerdict
sdp_candidate_check(SdpSpan value)
{
  SdpSpan rest = value;
  SdpSpan foundation = sdp_span_cut(&rest, ' ');
  SdpSpan component_text = sdp_span_cut(&rest, ' ');
  SdpSpan transport = sdp_span_cut(&rest, ' ');
  SdpSpan priority_text = sdp_span_cut(&rest, ' ');
  SdpSpan address = sdp_span_cut(&rest, ' ');
  SdpSpan port_text = sdp_span_cut(&rest, ' ');
  SdpSpan typ = sdp_span_cut(&rest, ' ');
  SdpSpan type = sdp_span_cut(&rest, ' ');
  guint32 component, priority, port;
  if (value.length + sizeof PREFIX > SDP_CANDIDATE_SIZE
      || !sdp_span_is_of(foundation, SDP_CHARS_ICE) || foundation.length > 32
      || !sdp_span_number(component_text, 256, &component) || component == 0
      || !sdp_span_is_of(transport, SDP_CHARS_TOKEN)
      || !sdp_span_number(priority_text, G_MAXUINT32, &priority)
      || !sdp_span_is_of(address, SDP_CHARS_VISIBLE)
      || !sdp_span_number(port_text, G_MAXUINT16, &port)
      || !sdp_span_equals(typ, "typ") || !sdp_span_is_of(type, SDP_CHARS_TOKEN)
      || !is_pairs(rest))
    return SDP_CANDIDATE_MALFORMED;
  if (component != 1 || port == 0 || !sdp_span_equals_nocase(transport, "udp")
      || !is_ip_address(address))
    return SDP_CANDIDATE_UNUSABLE;
  return SDP_CANDIDATE_USABLE;
}

bool
sdp_candidate_add(SdpSpan value, char list[][SDP_CANDIDATE_SIZE], guint *n)
{
  SdpCandidateVerdict verdict = sdp_candidate_check(value);
  if (verdict != SDP_CANDIDATE_USABLE)
    return verdict == SDP_CANDIDATE_UNUSABLE;
  const gsize prefix_length = sizeof PREFIX - 1;
  for (guint i = 0; i < *n; i++)
    if (sdp_span_equals(value, list[i] + prefix_length))
      return true;
  if (*n == MEDIA_CANDIDATES_MAX)
    return true;
  memcpy(list[*n], PREFIX, prefix_length);
  sdp_span_copy(value, list[*n] + prefix_length, SDP_CANDIDATE_SIZE - prefix_length);
  (*n)++;
  return true;
}
