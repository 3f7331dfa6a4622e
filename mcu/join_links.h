/* mcu/join_links.h - prints where each site goes to join, with its key, for `--join-links`. */
#pragma once
#include "config/config.h"

/* Waits up to 10 s for the bridge of @config to answer on this machine, then prints a table
 * to standard output. Returns: false, and @error, if there is no bridge or no keys file. */
bool join_links_print(const Config *config, GError **error);
