/* media/transport/local_addresses.c - the machine's own addresses that can take media. */
#include "media/transport/local_addresses.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

static bool
is_usable(const struct ifaddrs *entry, int family)
{
  if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != family
      || (entry->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING)
      || (entry->ifa_flags & IFF_LOOPBACK) != 0)
    return false;
  return family != AF_INET6
         || !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr);
}

static void
add_family(GPtrArray *list, const struct ifaddrs *entries, int family)
{
  for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next) {
    char text[INET6_ADDRSTRLEN];
    if (!is_usable(entry, family))
      continue;
    const void *address
        = family == AF_INET6
              ? (const void *)&((const struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr
              : (const void *)&((const struct sockaddr_in *)entry->ifa_addr)->sin_addr;
    if (inet_ntop(family, address, text, sizeof text) != NULL
        && !g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
      g_ptr_array_add(list, g_strdup(text));
  }
}

char **
local_addresses_list(void)
{
  GPtrArray *list = g_ptr_array_new();
  struct ifaddrs *entries = NULL;
  if (getifaddrs(&entries) == 0) {
    add_family(list, entries, AF_INET);
    add_family(list, entries, AF_INET6);
    freeifaddrs(entries);
  }
  g_ptr_array_add(list, NULL);
  return (char **)g_ptr_array_free(list, FALSE);
}
