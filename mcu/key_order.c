/* mcu/key_order.c - what a new key is to be for: the command line's wish against the configuration. */
#include "mcu/key_order.h"
#include "signaling/role.h"
#include <string.h>

G_DEFINE_QUARK(diemcau-key-order-error, key_order_error)

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
fail(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, KEY_ORDER_ERROR, 0, text);
  return false;
}

static const ConfigRoom *
find_room(const Config *config, const char *id, GError **error)
{
  if (id == NULL && config->n_rooms == 1)
    return &config->rooms[0];
  for (guint i = 0; id != NULL && i < config->n_rooms; i++)
    if (strcmp(config->rooms[i].id, id) == 0)
      return &config->rooms[i];
  if (id == NULL)
    fail(error, "--room is needed: there are %u rooms", config->n_rooms);
  else
    fail(error, "no room '%s' is configured", id);
  return NULL;
}

static const ConfigSite *
hub_of(const ConfigRoom *room)
{
  guint i = 0;
  while (i + 1 < room->n_sites && !room->sites[i].is_hub)
    i++;
  return &room->sites[i];
}

static const ConfigSite *
find_site(const ConfigRoom *room, const char *id)
{
  for (guint i = 0; i < room->n_sites; i++)
    if (strcmp(room->sites[i].id, id) == 0)
      return &room->sites[i];
  return NULL;
}

static bool
resolve_chair(const KeyOrder *order, const Config *config, StoredKey *out, GError **error)
{
  for (guint i = 0; order->room == NULL && order->site != NULL && i < config->n_rooms; i++)
    if (strcmp(hub_of(&config->rooms[i])->id, order->site) == 0) {
      g_strlcpy(out->site, order->site, sizeof out->site);
      return true;
    }
  const ConfigRoom *room = find_room(config, order->room, error);
  if (room == NULL)
    return false;
  if (order->site != NULL && strcmp(hub_of(room)->id, order->site) != 0)
    return fail(error, "the chair sits at the hub, %s, not at '%s'", hub_of(room)->id, order->site);
  g_strlcpy(out->site, hub_of(room)->id, sizeof out->site);
  if (order->room != NULL)
    g_strlcpy(out->room, room->id, sizeof out->room);
  return true;
}

static bool
resolve_site(const KeyOrder *order, const Config *config, StoredKey *out, GError **error)
{
  if (order->site == NULL)
    return fail(error, "--role site needs --site");
  if (order->room != NULL && find_room(config, order->room, error) == NULL)
    return false;
  for (guint i = 0; i < config->n_rooms; i++) {
    const ConfigRoom *room = &config->rooms[i];
    const ConfigSite *site = find_site(room, order->site);
    if (site == NULL || (order->room != NULL && strcmp(room->id, order->room) != 0))
      continue;
    if (site->is_hub)
      return fail(error, "%s is the hub of room %s: --role chair", site->id, room->id);
    g_strlcpy(out->site, site->id, sizeof out->site);
    g_strlcpy(out->room, order->room != NULL ? room->id : "", sizeof out->room);
    return true;
  }
  return fail(error, "no site '%s' is configured%s%s", order->site, order->room != NULL ? " in room " : "",
              order->room != NULL ? order->room : "");
}

static bool
resolve_seatless(const KeyOrder *order, const Config *config, StoredKey *out, GError **error)
{
  bool is_of_room = out->role == ROLE_QUEUE || out->role == ROLE_VIEWER;
  if (order->site != NULL)
    return fail(error, "--role %s has no site", order->role);
  if (order->room != NULL && !is_of_room)
    return fail(error, "--role %s is of every room: no --room", order->role);
  if (out->role != ROLE_QUEUE && order->room == NULL)
    return true;
  const ConfigRoom *room = find_room(config, order->room, error);
  if (room == NULL)
    return false;
  g_strlcpy(out->room, room->id, sizeof out->room);
  return true;
}

static bool
take_label(const char *label, StoredKey *out, GError **error)
{
  if (label == NULL)
    return true;
  if (!g_utf8_validate(label, -1, NULL))
    return fail(error, "--label is not UTF-8");
  for (const char *at = label; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at))
      return fail(error, "--label has a control character");
  if (g_strlcpy(out->label, label, sizeof out->label) >= sizeof out->label)
    return fail(error, "--label has more than %d bytes", KEY_LABEL_MAX - 1);
  return true;
}

bool
key_order_resolve(const KeyOrder *order, const Config *config, StoredKey *out, GError **error)
{
  *out = (StoredKey) { .role = role_from_text(order->role), .may_see_restricted = order->is_restricted };
  if (out->role == ROLE_NONE)
    return fail(error, "--role is chair, site, technician, clerk, viewer or queue");
  if (order->is_restricted && out->role != ROLE_CLERK)
    return fail(error, "--restricted is a clerk's right");
  if (!take_label(order->label, out, error))
    return false;
  switch (out->role) {
  case ROLE_CHAIR:
    return resolve_chair(order, config, out, error);
  case ROLE_SITE:
    return resolve_site(order, config, out, error);
  default:
    return resolve_seatless(order, config, out, error);
  }
}
