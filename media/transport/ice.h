/* media/transport/ice.h - finds a working UDP path to one peer and carries datagrams over it.
 *
 * Full ICE for one bundled component (RFC 8445), no TCP. Host candidates are there as soon
 * as the object is; the peer's are learnt from its checks too, so none need be told.
 * Names no library: a second implementation may take this one's place. Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "media/media_plan.h"

enum { ICE_DATAGRAM_BYTES_MAX = 65535 };

typedef struct Ice Ice;

typedef struct {
  GMainContext *context;             /* borrowed: the net thread's, shared by all                */
  bool          is_controlling;      /* the offerer                                              */
  bool          with_loopback;       /* also use 127.0.0.1                                       */
  guint16       port_min, port_max;  /* 0, 0: any                                                */
  const char *const *addresses;      /* NULL-ended local IPs; NULL, empty: local_addresses_list() */
  const char *const *advertised;     /* NULL-ended IPs to tell the peer instead (1:1 NAT); NULL or
                                      * empty: none. As many as addresses: each for its own; else
                                      * each for every socket of its family                      */
  const char   *stun_server;         /* "host", "host:port", "[ipv6]:port" or NULL                */
} IceConfig;

typedef struct {
  /* Both run on the net thread and may call anything but ice_free(). */
  void (*pair_selected)(gpointer user);  /* the first time and at each change: ice_send() works */
  /* Anything that is not STUN, from an address that has passed an authenticated check. */
  void (*datagram)(const guint8 *data /* borrowed */, gsize length, gpointer user);
} IceEvents;

/* @config and @events are copied as needed. Returns: (nullable): NULL when no port of the
 * range is free on any address. Never waits. */
Ice *ice_new(const IceConfig *config, const IceEvents *events, gpointer user) ON_NET;
void ice_free(Ice *self);  /* not from within an event; NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ice, ice_free)

/* Fills ufrag, password and candidates of @out. */
void ice_local(Ice *self, MediaLocal *out) ON_NET;
/* Begins checking with the peer's credentials. Returns: false if they are not RFC 8839's. */
bool ice_start(Ice *self, const char *ufrag, const char *password) ON_NET;
/* Adds "candidate:..." of the peer. Returns: false for one that is of no use here: TCP, mDNS,
 * another component, an address nobody can have, or one more than the peer may tell. */
bool ice_add_candidate(Ice *self, const char *candidate) ON_NET;
/* RFC 8445 section 9: new credentials of ours, the peer's new ones, new checks. Datagrams
 * flow over the old pair until a new one is selected. With NULL for both only ours are
 * made; the next call then adds the peer's. Returns: as ice_start(). */
bool ice_restart(Ice *self, const char *ufrag, const char *password) ON_NET;
bool ice_has_pair(const Ice *self) ON_NET;
/* Returns: false if there is no pair yet or the socket is full. Never blocks. */
bool ice_send(Ice *self, const guint8 *data, gsize length) ON_NET;
/* "192.0.2.2:40000 -> 192.0.2.9:51000 prflx", or "". */
const char *ice_pair_text(const Ice *self) ON_NET;
/* IP and UDP headers of a datagram on the selected pair; IPv4's before there is one. */
gsize ice_header_bytes(const Ice *self) ON_NET;
/* Stops everything and gives the ports back. No event comes after it. Idempotent. */
void ice_close(Ice *self) ON_NET;
