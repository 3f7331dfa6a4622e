/* signaling/tls_names.c - what the machine is called, for its certificate. */
#include "signaling/tls_certificate.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

enum { IFA_FLAG_TEMPORARY = 0x01 };  /* of /proc/net/if_inet6: privacy addresses, changed daily */

static bool
is_temporary(const struct in6_addr *address)
{
  FILE *list = fopen("/proc/net/if_inet6", "re");
  if (list == NULL)
    return false;
  bool found = false;
  char hex[33], wanted[33];
  guint flags;
  for (int i = 0; i < 16; i++)
    g_snprintf(wanted + 2 * i, 3, "%02x", address->s6_addr[i]);
  while (!found && fscanf(list, "%32s %*x %*x %*x %x %*s", hex, &flags) == 2)
    found = strcmp(hex, wanted) == 0 && (flags & IFA_FLAG_TEMPORARY) != 0;
  fclose(list);
  return found;
}

/* Returns: (transfer full) (nullable): NULL for one that nobody types into a browser. */
static char *
address_text(const struct sockaddr *address)
{
  char text[INET6_ADDRSTRLEN];
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    return g_strdup(text);
  }
  if (address->sa_family != AF_INET6)
    return NULL;
  const struct in6_addr *ip6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(ip6) || is_temporary(ip6))
    return NULL;
  inet_ntop(AF_INET6, ip6, text, sizeof text);
  return g_strdup(text);
}

static void
add_once(GPtrArray *list, char *text /* transfer full */)
{
  if (g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
    g_free(text);
  else
    g_ptr_array_add(list, text);
}

void
tls_names_of_machine(TlsNames *out)
{
  GPtrArray *addresses = g_ptr_array_new(), *names = g_ptr_array_new();
  add_once(names, g_strdup("localhost"));
  const char *host = g_get_host_name();
  if (host[0] != '\0' && strspn(host, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-.") == strlen(host))
    add_once(names, g_ascii_strdown(host, -1));
  add_once(addresses, g_strdup("127.0.0.1"));
  add_once(addresses, g_strdup("::1"));
  struct ifaddrs *list = NULL;
  if (getifaddrs(&list) == 0) {
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
      char *text = i->ifa_addr != NULL && (i->ifa_flags & IFF_UP) != 0 ? address_text(i->ifa_addr)
                                                                       : NULL;
      if (text != NULL)
        add_once(addresses, text);
    }
    freeifaddrs(list);
  }
  g_ptr_array_add(names, NULL);
  g_ptr_array_add(addresses, NULL);
  out->names = (char **)g_ptr_array_free(names, FALSE);
  out->addresses = (char **)g_ptr_array_free(addresses, FALSE);
}

void
tls_names_clear(TlsNames *self)
{
  g_clear_pointer(&self->names, g_strfreev);
  g_clear_pointer(&self->addresses, g_strfreev);
}
