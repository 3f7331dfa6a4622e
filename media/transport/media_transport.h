/* media/transport/media_transport.h - ICE, DTLS and SRTP of one peer, joined.
 *
 *   datagram -> ice -> demux (RFC 7983) -> dtls
 *                                       -> packet_crypto -> on_rtp / on_rtcp (plain)
 *   send_rtp / send_rtcp (plain) -> packet_crypto -> ice -> datagram
 *
 * States: NEW -> CONNECTING -> CONNECTED <-> UNSTABLE -> CLOSED (from any).
 * CONNECTED means: ICE has a pair, DTLS is done, the peer's certificate matched the
 * fingerprint, the SRTP keys are in. UNSTABLE: nothing valid from the peer for 6.5 s.
 * CLOSED with a reason: after 30 s of that, a DTLS failure, or media_transport_close().
 * A wrong fingerprint closes at once, before any key is installed: no packet ever
 * leaves or enters. Everything runs on the net thread. */
#pragma once
#include "media/base/loop.h"
#include "media/base/packet.h"
#include "media/media_plan.h"

typedef struct DtlsIdentity DtlsIdentity;     /* media/transport/dtls_identity.h: P-256 certificate + SSL_CTX */
typedef struct MediaTransport MediaTransport;

typedef enum {
  TRANSPORT_STATE_NONE = 0,
  TRANSPORT_STATE_NEW,
  TRANSPORT_STATE_CONNECTING,
  TRANSPORT_STATE_CONNECTED,
  TRANSPORT_STATE_UNSTABLE,
  TRANSPORT_STATE_CLOSED,
} TransportState;

typedef enum {
  TRANSPORT_CLOSE_NONE = 0,
  TRANSPORT_CLOSE_LOCAL,             /* media_transport_close()                 */
  TRANSPORT_CLOSE_TIMEOUT,           /* 30 s without a valid packet or check    */
  TRANSPORT_CLOSE_DTLS_FAILED,
  TRANSPORT_CLOSE_WRONG_FINGERPRINT,
  TRANSPORT_CLOSE_PEER,              /* close_notify                            */
  TRANSPORT_CLOSE_NO_PORT,           /* the UDP port range is used up           */
} TransportCloseReason;

/* What every transport of a process shares. All borrowed, all outlive the transports. */
typedef struct {
  Loop         *loop;           /* the net thread's                                         */
  DtlsIdentity *identity;
  guint16       port_min, port_max;  /* UDP ports for host candidates; 0, 0: any            */
  const char *const *addresses; /* NULL-ended local IPs to use; NULL or empty: every non-loopback one */
  const char *const *advertised; /* NULL-ended IPs put into candidates instead (1:1 NAT); may be NULL */
  const char   *stun_server;    /* "host:port" or NULL                                      */
} TransportEnv;

typedef enum {
  ICE_SIDE_NONE = 0,
  ICE_SIDE_CONTROLLED,   /* the answerer: the bridge        */
  ICE_SIDE_CONTROLLING,  /* the offerer: load tool, tests   */
} IceSide;

typedef struct {
  guint64 packets_in, bytes_in, packets_out, bytes_out;  /* datagrams, UDP payload bytes    */
  guint64 demux_dropped;      /* unknown first byte, oversize, before keys                  */
  guint64 srtp_auth_failures; /* wrong key or altered                                       */
  guint64 srtp_replays;       /* seen before or too old                                     */
  guint64 send_failures;
  gint64  last_valid_us;
  char    srtp_profile[32];   /* "AEAD_AES_128_GCM"; "" before the handshake                */
  char    pair[128];          /* "192.0.2.2:40000 -> 192.0.2.9:51000 prflx"                 */
} TransportStats;

typedef struct {
  /* The callbacks run on the net thread and may call anything of this header except
   * media_transport_free(). */
  void (*state_changed)(TransportState state, TransportCloseReason reason, gpointer user);
  void (*rtp)(Packet *packet /* transfer full, decrypted */, gpointer user);
  void (*rtcp)(Packet *packet /* transfer full, decrypted */, gpointer user);
  /* Each datagram of any kind but STUN, as it leaves or comes in, before anything else is
   * done with it. @wire_bytes: IP and UDP headers included. May be NULL. */
  void (*datagram)(bool is_sent, gsize wire_bytes, gpointer user);
} TransportEvents;

/* Opens sockets and gathers host candidates, with no waiting.
 * @with_loopback: also offer 127.0.0.1 (the peer speaks to us over loopback). */
MediaTransport *media_transport_new(const TransportEnv *env, IceSide side, bool with_loopback,
                                    const TransportEvents *events, gpointer user) ON_NET;
/* Fills our ufrag, password, fingerprint and candidates. false: no usable port (the
 * transport is then CLOSED with NO_PORT). */
bool media_transport_local(MediaTransport *self, MediaLocal *out) ON_NET;
/* Starts ICE, then DTLS, with what the peer told. Once. */
void media_transport_start(MediaTransport *self, const MediaPlan *plan) ON_NET;
/* RFC 8840: one more remote candidate, "candidate:..."; unusable ones are ignored. */
void media_transport_add_candidate(MediaTransport *self, const char *candidate) ON_NET;
/* ICE restart with the peer's new credentials; media flows on over the old pair until the
 * new one works; DTLS and SRTP are kept. @out: our new credentials and candidates.
 * The offerer calls it twice: first with NULL for both, to have new credentials to offer,
 * then with the answer's (@out is then the same again). The answerer calls it once.
 * Returns: false if closed or not started, or if the credentials are not RFC 8839's. */
bool media_transport_restart(MediaTransport *self, const char *ufrag, const char *password,
                             MediaLocal *out) ON_NET;
/* Encrypts in place and sends. @packet: (transfer full): plain RTP or RTCP. Before CONNECTED,
 * or when the socket is full, it is dropped and counted. Never blocks. */
void media_transport_send_rtp(MediaTransport *self, Packet *packet) ON_NET;
void media_transport_send_rtcp(MediaTransport *self, Packet *packet) ON_NET;
void media_transport_poll(MediaTransport *self, gint64 now_us) ON_NET;  /* every ~20 ms: DTLS timers, liveness */
TransportState media_transport_state(const MediaTransport *self) ON_NET;
void media_transport_stats(MediaTransport *self, TransportStats *out) ON_NET;
void media_transport_close(MediaTransport *self) ON_NET;  /* close_notify, state CLOSED; idempotent */
void media_transport_free(MediaTransport *self) ON_NET;
