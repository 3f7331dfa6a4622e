/* tests/media/transport/peers.h - two MediaTransports in one process, joined over loopback. */
#pragma once
#include "media/transport/dtls_identity.h"
#include "media/transport/media_transport.h"

typedef struct {
  MediaTransport *transport;
  TransportEnv    env;
  MediaLocal      local;
  /* what its events have told */
  TransportState       state;
  TransportCloseReason reason;
  guint       n_closed;
  GPtrArray  *rtp, *rtcp;      /* of Packet */
  bool        close_on_rtp;
  bool        close_on_connect;
} Peer;

typedef struct {
  GMainContext *context;
  Loop         *loop;
  DtlsIdentity *identity[2];
  Peer          bridge, client;  /* controlled, controlling */
} Peers;

/* Both opened; nothing started. @setup may change an env before it is used (NULL: none). */
Peers *peers_new(void (*setup)(Peers *peers));
void   peers_free(Peers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peers, peers_free)

/* A plan with what @other told, candidates included. */
void peers_plan(const Peer *other, DtlsRole our_role, MediaPlan *out);
/* Starts both. The bridge is told no candidates; the client the bridge's, or if
 * @relay_port is not 0, that port of 127.0.0.1 in their place. */
void peers_start(Peers *self, DtlsRole bridge_role, guint16 relay_port);
/* The port of the bridge's first candidate. */
guint16 peers_bridge_port(const Peers *self);
/* Runs the loop and polls both in real time until @until, or 20 s are over. Returns:
 * @until's last word. */
bool peers_run(Peers *self, bool (*until)(Peers *peers));
/* As peers_run(), for a fixed time: only to see that something does not happen. */
void peers_run_for(Peers *self, gint64 duration_us);
bool peers_are_connected(Peers *self);

Packet *peers_rtp(guint32 ssrc, guint16 seq, gsize payload_bytes);
Packet *peers_rtcp(guint32 ssrc);
