/* tests/lib/relay_answer.h - puts a relay into an SDP answer. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Finds where the server of this SDP answer can be reached over UDP and IPv4: loopback if
 * it is offered, else the first host candidate. @address: at least 16 bytes. */
bool  relay_answer_target(const char *answer, char address[16], guint16 *port);
/* Returns: (transfer full): @answer with one candidate in place of all: @address and @port. */
char *relay_rewrite_answer(const char *answer, const char *address, guint16 port);
