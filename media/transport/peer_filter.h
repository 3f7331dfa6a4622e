/* media/transport/peer_filter.h - has the kernel drop what cannot come from the peer.
 *
 * libnice reads a socket until it is empty before anything else on the net thread gets a
 * turn, so a flood from anywhere would hold up every site. A classic BPF program on the
 * socket (no privileges needed) throws away, for next to nothing, exactly what libnice
 * would throw away later:
 *
 *   STUN binding request   passes if its USERNAME begins with our ufrag (RFC 8445 section 7.3)
 *   anything else          passes if it comes from an address of the peer's candidates, or
 *                          while the filter is open: before a pair is chosen
 *
 * Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

enum { PEER_FILTER_PEERS_MAX = 32, PEER_FILTER_UFRAG_BYTES = 4 };

typedef struct {
  bool   is_open;
  guint8 ufrag[PEER_FILTER_UFRAG_BYTES];  /* the first characters of it */
  guint  n_peers;
  struct sockaddr_storage peers[PEER_FILTER_PEERS_MAX];  /* newest last */
} PeerFilter;

/* Adds an IPv4 or IPv6 address with its port; a full list gives up its oldest. Returns:
 * false if it was there already. */
bool peer_filter_add(PeerFilter *self, const struct sockaddr *peer);
/* Puts the filter as it is now on a UDP socket, in place of the last one. A kernel that
 * refuses it leaves the socket without: said once, not an error. */
void peer_filter_attach(const PeerFilter *self, int fd);
