/* signaling/management_server.h - a few pages for the machines that watch over the bridge.
 *
 * On an address of its own and a thread of its own: it answers while every other thread stands still. GET and HEAD
 * of fixed paths; no key is asked for, so no page may give a secret. Whoever reaches the address may hold
 * MANAGEMENT_CONNECTIONS_MAX connections, each for some seconds. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum { MANAGEMENT_CONNECTIONS_MAX = 32 };

typedef struct ManagementServer ManagementServer;

typedef struct {
  const char *path;          /* "/healthz" */
  const char *content_type;
  /* Runs on the server's thread; must not wait for another. @body: (out) (transfer full).
   * Returns: the HTTP status. */
  guint     (*render)(char **body, gpointer user);
} ManagementPage;

/* @pages: ended by a row with path NULL; borrowed. @port 0: a free one. NULL and @error: the port is not to be had. */
ManagementServer *management_server_new(const char *address, guint16 port, const ManagementPage *pages, gpointer user,
                                        GError **error) ON_CONTROL;
/* Waits for the answer under way. */
void              management_server_free(ManagementServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ManagementServer, management_server_free)
guint16           management_server_port(const ManagementServer *self);
