/* signaling/role.h - the names of the roles, as in keys.json and in answers. Any thread. */
#pragma once
#include "signaling/http_server.h"

/* Returns: "chair", "site", "technician", "clerk", "viewer", "queue"; "" for anything else. */
const char *role_to_text(Role role);
/* Returns: ROLE_NONE if @text (nullable) is no role's name. */
Role        role_from_text(const char *text);
