/* media/transport/local_addresses.h - the machine's own addresses that can take media. */
#pragma once
#include <glib.h>

/* Returns: (transfer full): NULL-ended IPs of the interfaces that are up, without loopback
 * and IPv6 link-local ones; IPv4 first. Any thread; asks the kernel. */
char **local_addresses_list(void);
