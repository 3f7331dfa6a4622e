/* tests/load/keys_file.h - the keys that the bridge wrote at its first start (DESIGN.md 7). */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  char *site, *key;  /* owned */
  bool  is_chair;
} SiteKey;

/* Returns: (transfer full): the seats (roles chair and site) in the order of the file,
 * elements of SiteKey; NULL with @error if it cannot be read. */
GPtrArray *keys_file_load(const char *path, GError **error);
