/* mcu/join_links.c - where each site goes to join, with its key. */
#include "mcu/join_links.h"
#include <arpa/inet.h>
#include <gio/gio.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_TRIES = 100, WAIT_STEP_US = 100 * 1000 };

static bool
wait_for_bridge(const Config *config, GError **error)
{
  g_autoptr(GSocketClient) client = g_socket_client_new();
  for (int i = 0; i < WAIT_TRIES; i++) {
    g_autoptr(GSocketConnection) connection =
      g_socket_client_connect_to_host(client, config->http_address, config->http_port, NULL, NULL);
    if (connection != NULL)
      return true;
    g_usleep(WAIT_STEP_US);
  }
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "no bridge answers on %s port %u",
              config->http_address, config->http_port);
  return false;
}

/* Returns: (transfer full): the first IPv4 address that others can reach, or "ADDRESS". */
static char *
own_address(void)
{
  struct ifaddrs *list = NULL;
  char text[INET_ADDRSTRLEN] = "ADDRESS";
  if (getifaddrs(&list) != 0)
    return g_strdup(text);
  for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
    if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET || (i->ifa_flags & IFF_LOOPBACK)
        || !(i->ifa_flags & IFF_UP))
      continue;
    inet_ntop(AF_INET, &((struct sockaddr_in *)i->ifa_addr)->sin_addr, text, sizeof text);
    break;
  }
  freeifaddrs(list);
  return g_strdup(text);
}

const char *
join_links_site_name(const Config *config, const char *id)
{
  for (guint r = 0; r < config->n_rooms; r++)
    for (guint s = 0; s < config->rooms[r].n_sites; s++)
      if (strcmp(config->rooms[r].sites[s].id, id) == 0)
        return config->rooms[r].sites[s].name;
  return NULL;
}

char *
join_link(const char *base, const char *page, const char *key)
{
  return g_strdup_printf("%s/%s#key=%s", base, page, key);
}

char *
join_links_base(const Config *config)
{
  g_autofree char *address = own_address();
  return g_strdup_printf("https://%s:%u", address, config->https_port);
}

static void
print_links(const Config *config, json_t *keys)
{
  g_autofree char *elsewhere = join_links_base(config);
  g_autofree char *here = g_strdup_printf("http://localhost:%u", config->http_port);
  printf("\nOn this machine:  %s/\nElsewhere:        %s/\n"
         "(the certificate was made by this machine: a browser asks once)\n\n", here, elsewhere);
  gsize i;
  json_t *entry;
  json_array_foreach(keys, i, entry) {
    const char *site = json_string_value(json_object_get(entry, "site"));
    const char *role = json_string_value(json_object_get(entry, "role"));
    const char *key = json_string_value(json_object_get(entry, "key"));
    if (site == NULL || role == NULL || key == NULL || strcmp(role, "queue") == 0)
      continue;
    const char *name = join_links_site_name(config, site);
    g_autofree char *link = join_link(here, "", key);
    printf("%-11s %s  %s\n", role, link, name != NULL ? name : "");
  }
  printf("\n");
}

bool
join_links_print(const Config *config, GError **error)
{
  if (!wait_for_bridge(config, error))
    return false;
  g_autofree char *path = g_build_filename(config->state_dir, "keys.json", NULL);
  json_error_t fault;
  json_t *keys = json_load_file(path, 0, &fault);
  if (keys == NULL) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: %s", path, fault.text);
    return false;
  }
  print_links(config, keys);
  json_decref(keys);
  return true;
}
