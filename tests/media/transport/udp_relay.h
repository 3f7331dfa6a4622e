/* tests/media/transport/udp_relay.h - stands between two UDP peers; may drop, alter, repeat, add.
 *
 *   client <-> [ client side | server side ] <-> server
 *
 * The client is told the relay's address for the server's; the server sees the relay as
 * the client. Runs on a GMainContext; one thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct UdpRelay UdpRelay;

/* How many copies of the datagram to pass on (0: drop). It may alter @data in place.
 * @index: from 0, counted in each direction. */
typedef guint (*UdpRelayFilter)(bool to_server, guint index, guint8 *data, gsize length,
                                gpointer user);

/* Between 127.0.0.1 ports. @filter: may be NULL. */
UdpRelay *udp_relay_new(GMainContext *context, guint16 server_port, UdpRelayFilter filter,
                        gpointer user);
void      udp_relay_free(UdpRelay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UdpRelay, udp_relay_free)

guint16 udp_relay_port(UdpRelay *self);  /* for the client */
/* Sends @data to the server as if the client had, past the filter. */
void udp_relay_inject(UdpRelay *self, const guint8 *data, gsize length);
