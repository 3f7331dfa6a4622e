/* tests/lib/relay.h - a UDP relay in user space that makes a good line bad.
 *
 *   client --> [ relay's port ] -- up LinkModel --> [ a socket of its own per client address ] --> server
 *          <--                  <- down LinkModel --
 *
 * Works below ICE, DTLS and SRTP like a NAT: put the relay's address in place of the
 * candidates of the server's answer (relay_answer.h) and offer no candidates; the
 * server learns the relay as a peer-reflexive candidate. One relay a client. Runs on the
 * thread of its GMainContext. Deterministic by seed as far as arrival times are. */
#pragma once
#include "tests/lib/link_schedule.h"

typedef struct Relay Relay;

typedef enum { RELAY_NOWHERE = 0, RELAY_TO_SERVER, RELAY_TO_CLIENT } RelayDirection;

enum { RTP_PAYLOAD_TYPES = 128 };

/* What only the relay can count, of one direction. */
typedef struct {
  guint64 rtp_offered[RTP_PAYLOAD_TYPES], rtp_lost[RTP_PAYLOAD_TYPES];  /* lost: for whatever reason   */
  gint64  held_us;          /* all datagrams that left, from their coming to their leaving: their delay,
                               and what this process was late                                          */
  guint64 n_held;
} RelayCounts;

typedef struct {
  LinkStats up, down;
  RelayCounts up_counts, down_counts;
  guint64   injected, send_failures, refused_flows;
  guint     flows;          /* client addresses seen */
} RelayStats;

/* Sees each datagram as it comes in, before the line's faults. */
typedef void (*RelayTap)(RelayDirection direction, const guint8 *data, gsize length, gpointer user);

/* Listens on @listen_address (IPv4; @listen_port 0: any) and passes on to @server_address.
 * Errors: G_IO_ERROR. */
Relay *relay_new(GMainContext *context, const char *listen_address, guint16 listen_port,
                 const char *server_address, guint16 server_port, const LinkConfig *up,
                 const LinkConfig *down, GError **error);
void   relay_free(Relay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

guint16 relay_port(const Relay *self);
void    relay_configure(Relay *self, const LinkConfig *up, const LinkConfig *down);
/* The line changes by itself. @start_us: of both schedules, on the monotonic clock, in the
 * past or the future; G_MAXINT64: their first steps hold until relay_start(). */
void    relay_schedule(Relay *self, const LinkSchedule *up, const LinkSchedule *down, gint64 start_us);
void    relay_start(Relay *self, gint64 start_us);
/* All counts but that of the flows begin anew, and so do the meters. */
void    relay_begin(Relay *self, gint64 now_us);
void    relay_set_tap(Relay *self, RelayTap tap, gpointer user);
/* Sends @data to the server at once, from the address at which the server knows the client
 * (the one that sent last). Returns: false if no client has sent yet, or it failed. */
bool    relay_inject(Relay *self, const void *data, gsize length);
void    relay_stats(const Relay *self, RelayStats *out);
/* Returns: (transfer none): queue and utilisation over time. */
LinkMeter *relay_meter(Relay *self, RelayDirection direction);
