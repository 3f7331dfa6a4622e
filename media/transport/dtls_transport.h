/* media/transport/dtls_transport.h - one DTLS 1.2 association, for its SRTP keys only.
 *
 *   NEW -> HANDSHAKING -> CONNECTED -> CLOSED_BY_PEER
 *              |              |
 *              +-> WRONG_FINGERPRINT, FAILED
 *
 * CONNECTED means: the peer's certificate has the signalled fingerprint and an SRTP
 * profile is agreed. Datagrams go out through a function, none over DTLS_MTU_BYTES.
 * RFC 6347, 5764, 8122. Net thread. */
#pragma once
#include "media/media_plan.h"
#include "media/transport/dtls_identity.h"
#include "media/transport/packet_crypto.h"

enum { DTLS_MTU_BYTES = 1200 };  /* of UDP payload: passes tunnels over 1280-byte paths */

typedef enum {
  DTLS_STATE_NONE = 0,
  DTLS_STATE_NEW,
  DTLS_STATE_HANDSHAKING,
  DTLS_STATE_CONNECTED,
  DTLS_STATE_CLOSED_BY_PEER,     /* close_notify                                         */
  DTLS_STATE_WRONG_FINGERPRINT,
  DTLS_STATE_FAILED,             /* alert, no common SRTP profile, not done after 30 s   */
} DtlsState;

typedef struct DtlsTransport DtlsTransport;

/* Sends one datagram; it may be lost. Called from within the functions below. */
typedef void (*DtlsSendFunc)(const guint8 *datagram, gsize length, gpointer user);

/* @identity: borrowed, outlives the transport.
 * @fingerprint: DTLS_FINGERPRINT_BYTES bytes, the SHA-256 the peer signalled (copied). */
DtlsTransport *dtls_transport_new(const DtlsIdentity *identity, DtlsRole our_role,
                                  const guint8 *fingerprint, DtlsSendFunc send,
                                  gpointer user) ON_NET;
void           dtls_transport_free(DtlsTransport *self);  /* sends nothing; NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsTransport, dtls_transport_free)

/* Once datagrams can be sent. The active side says hello. */
void dtls_transport_start(DtlsTransport *self) ON_NET;
/* One datagram as received: any number of records, or anything else a peer may send. */
void dtls_transport_receive(DtlsTransport *self, const guint8 *datagram, gsize length) ON_NET;
/* Repeats lost flights (after 100 ms, 200, 400 ... 4000) and ends a handshake 30 s after
 * the first poll that saw it. Every 20 ms or so while HANDSHAKING. */
void dtls_transport_poll(DtlsTransport *self, gint64 now_us) ON_NET;
DtlsState dtls_transport_state(const DtlsTransport *self) ON_NET;
/* Fills @out for our role. Returns: false unless CONNECTED. Wipe @out after use. */
bool dtls_transport_export_keys(DtlsTransport *self, PacketKeys *out) ON_NET;
/* Sends close_notify if the handshake was done; the state stays. Idempotent. */
void dtls_transport_close(DtlsTransport *self) ON_NET;
