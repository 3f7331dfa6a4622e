/* signaling/role.c - the names of the roles, as in keys.json and in answers. */
#include "signaling/role.h"

static const struct {
  Role        role;
  const char *text;
} NAMES[] = {
  { ROLE_CHAIR, "chair" }, { ROLE_SITE, "site" },     { ROLE_TECHNICIAN, "technician" },
  { ROLE_CLERK, "clerk" }, { ROLE_VIEWER, "viewer" },   { ROLE_QUEUE, "queue" },
};

const char *
role_to_text(Role role)
{
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
    if (NAMES[i].role == role)
      return NAMES[i].text;
  return "";
}

Role
role_from_text(const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
    if (g_strcmp0(NAMES[i].text, text) == 0)
      return NAMES[i].role;
  return ROLE_NONE;
}
