/* mcu/join_links.h - where each site goes to join, with its key: for `--join-links` and `diemcau key`. */
#pragma once
#include "config/config.h"

/* Waits up to 10 s for the bridge of @config to answer on this machine, then prints a table
 * to standard output. Returns: false, and @error, if there is no bridge or no keys file. */
bool        join_links_print(const Config *config, GError **error);

/* "https://192.0.2.7:8443": where this machine is reached from elsewhere, as far as it knows. (transfer full) */
char       *join_links_base(const Config *config);
/* @page: "", or "kiosk". (transfer full): the link that joins by itself. The key stands behind '#', so no server
 * and no proxy log sees it. */
char       *join_link(const char *base, const char *page, const char *key);
/* Returns: (nullable): what people call the site @id. */
const char *join_links_site_name(const Config *config, const char *id);
