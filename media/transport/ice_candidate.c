/* media/transport/ice_candidate.c - reads one candidate that a peer told. */
#include "media/transport/ice_candidate.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum {
  TEXT_BYTES_MAX = 255,
  TOKENS_MAX = 64,
  COMPONENT = 1,
};

/* The fixed part: foundation component transport priority address port "typ" type */
enum { FOUNDATION, COMPONENT_ID, TRANSPORT, PRIORITY, ADDRESS, PORT, TYP, TYPE, FIXED_TOKENS };

static IceCandidateType
read_type(const char *text)
{
  if (strcmp(text, "host") == 0)
    return ICE_CANDIDATE_HOST;
  if (strcmp(text, "srflx") == 0)
    return ICE_CANDIDATE_SRFLX;
  if (strcmp(text, "relay") == 0)
    return ICE_CANDIDATE_RELAY;
  return ICE_CANDIDATE_NONE;
}

static bool
read_number(const char *text, guint64 min, guint64 max, guint64 *out)
{
  return g_ascii_string_to_unsigned(text, 10, min, max, out, NULL);
}

static bool
read_foundation(const char *text, IceCandidate *out)
{
  gsize length = strlen(text);
  if (length == 0 || length >= sizeof out->foundation)
    return false;
  for (const char *c = text; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && *c != '+' && *c != '/')
      return false;
  }
  memcpy(out->foundation, text, length + 1);
  return true;
}

/* Not to be made to send checks where no peer can be. */
static bool
read_address(const char *text, guint16 port, IceCandidate *out)
{
  struct sockaddr_in *ipv4 = (struct sockaddr_in *)&out->address;
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&out->address;
  memset(&out->address, 0, sizeof out->address);
  if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
    guint32 ip = ntohl(ipv4->sin_addr.s_addr);
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = htons(port);
    return ip >> 24 != 0 && ip < 0xe0000000u;  /* this network; multicast and above */
  }
  if (inet_pton(AF_INET6, text, &ipv6->sin6_addr) != 1)
    return false;
  ipv6->sin6_family = AF_INET6;
  ipv6->sin6_port = htons(port);
  return !IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr) && !IN6_IS_ADDR_MULTICAST(&ipv6->sin6_addr)
         && !IN6_IS_ADDR_LINKLOCAL(&ipv6->sin6_addr)  /* of what link, it cannot say */
         && !IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr);
}

static bool
read_tokens(char **tokens, IceCandidate *out)
{
  guint64 component, priority, port;
  if (!read_foundation(tokens[FOUNDATION], out) || g_ascii_strcasecmp(tokens[TRANSPORT], "udp") != 0
      || strcmp(tokens[TYP], "typ") != 0
      || !read_number(tokens[COMPONENT_ID], COMPONENT, COMPONENT, &component)
      || !read_number(tokens[PRIORITY], 1, G_MAXUINT32, &priority)
      || !read_number(tokens[PORT], 1, G_MAXUINT16, &port)
      || !read_address(tokens[ADDRESS], (guint16)port, out))
    return false;
  out->priority = (guint32)priority;
  out->type = read_type(tokens[TYPE]);
  return out->type != ICE_CANDIDATE_NONE;
}

bool
ice_candidate_parse(const char *text, IceCandidate *out)
{
  static const char PREFIX[] = "candidate:";
  if (!g_str_has_prefix(text, PREFIX) || strlen(text) > TEXT_BYTES_MAX)
    return false;
  /* What follows the type (raddr, rport, generation ...) says nothing that is needed here. */
  g_auto(GStrv) tokens = g_strsplit(text + strlen(PREFIX), " ", TOKENS_MAX);
  return g_strv_length(tokens) >= FIXED_TOKENS && read_tokens(tokens, out);
}

bool
ice_candidate_is_loopback(const IceCandidate *self)
{
  const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&self->address;
  const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&self->address;
  return self->address.ss_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr)
                                             : ntohl(ipv4->sin_addr.s_addr) >> 24 == 127;
}
