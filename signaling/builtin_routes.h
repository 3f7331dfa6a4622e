/* signaling/builtin_routes.h - what the server answers by itself: login, the API's
 * description, the problems' descriptions, and whether it lives. Control thread. */
#pragma once
#include "signaling/http_server.h"

/* Ended by a row with method NULL. The handlers' user is the server's Credentials. */
extern const HttpRoute BUILTIN_ROUTES[];

/* The text of openapi.json, which is part of the program. (transfer none) */
const char *builtin_openapi(gsize *length);
