/* media/transport/peer_filter.h - has the kernel drop what cannot come from the peer.
 *
 * libnice reads a socket until it is empty before anything else on the net thread gets a
 * turn, so a flood from anywhere would hold up every site. A classic BPF program on the
 * socket (no privileges needed) throws away, for next to nothing, exactly what libnice
 * would throw away later:
 *
 *                          OPEN               GUARDED            SEALED
 *   STUN binding request   with our ufrag     with our ufrag     from known address
 *   anything else          passes             from known address from known address
 *
 * where our ufrag is what the USERNAME begins with (RFC 8445 section 7.3) and known
 * addresses are those of the peer's candidates, told or learnt.
 *
 * Net thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

enum { PEER_FILTER_PEERS_MAX = 32, PEER_FILTER_UFRAG_BYTES = 4 };

typedef enum {
  PEER_FILTER_NONE = 0,
  PEER_FILTER_OPEN,     /* before a pair is chosen: the peer may come from anywhere        */
  PEER_FILTER_GUARDED,
  PEER_FILTER_SEALED,   /* the peer has come from more addresses than an honest one would  */
} PeerFilterMode;

typedef struct {
  PeerFilterMode mode;
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
