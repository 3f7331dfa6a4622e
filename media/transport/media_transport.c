/* media/transport/media_transport.c - ICE, DTLS and SRTP of one peer, joined. */
#include "media/transport/media_transport.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include "media/transport/demux.h"
#include "media/transport/dtls_identity.h"
#include "media/transport/dtls_transport.h"
#include "media/transport/ice.h"
#include "media/transport/packet_crypto.h"
#include <string.h>

enum {
  UNSTABLE_AFTER_US = 6500 * 1000,
  CLOSED_AFTER_US = 30 * 1000 * 1000,
  /* A fast peer says hello while our own check of the pair is still on its way: what it
   * says is kept until we can answer, which saves a retransmission. */
  EARLY_DATAGRAMS_MAX = 8,
};

struct MediaTransport {
  /* borrowed */
  DtlsIdentity   *identity;
  TransportEvents events;
  gpointer        user;

  /* owned */
  Ice           *ice;     /* NULL: no port           */
  DtlsTransport *dtls;    /* from start on           */
  PacketCrypto  *crypto;  /* from the handshake on   */
  Packet        *early[EARLY_DATAGRAMS_MAX];
  guint          n_early;

  /* state */
  TransportState       state;
  TransportCloseReason reason;
  guint                id;          /* for the log */
  gint64               started_us;  /* 0: not yet polled since the start */
  bool                 is_report_due;  /* closed before anybody could be told */
  TransportStats       stats;
};

static const char *const STATE_NAMES[] = {
  [TRANSPORT_STATE_NONE] = "none",           [TRANSPORT_STATE_NEW] = "new",
  [TRANSPORT_STATE_CONNECTING] = "connecting", [TRANSPORT_STATE_CONNECTED] = "connected",
  [TRANSPORT_STATE_UNSTABLE] = "unstable",   [TRANSPORT_STATE_CLOSED] = "closed",
};

static const char *const REASON_NAMES[] = {
  [TRANSPORT_CLOSE_NONE] = "",
  [TRANSPORT_CLOSE_LOCAL] = "by us",
  [TRANSPORT_CLOSE_TIMEOUT] = "nothing valid from the peer for too long",
  [TRANSPORT_CLOSE_DTLS_FAILED] = "DTLS failed",
  [TRANSPORT_CLOSE_WRONG_FINGERPRINT] = "the peer's certificate is not the signalled one",
  [TRANSPORT_CLOSE_PEER] = "by the peer",
  [TRANSPORT_CLOSE_NO_PORT] = "no UDP port is free",
};

static const guint8 ALLOWED_NEXT[] = {
#define TO(state) (1u << TRANSPORT_STATE_##state)
  [TRANSPORT_STATE_NONE] = TO(NEW),
  [TRANSPORT_STATE_NEW] = TO(CONNECTING) | TO(CLOSED),
  [TRANSPORT_STATE_CONNECTING] = TO(CONNECTED) | TO(CLOSED),
  [TRANSPORT_STATE_CONNECTED] = TO(UNSTABLE) | TO(CLOSED),
  [TRANSPORT_STATE_UNSTABLE] = TO(CONNECTED) | TO(CLOSED),
  [TRANSPORT_STATE_CLOSED] = 0,
#undef TO
};

static void
set_state(MediaTransport *self, TransportState state)
{
  g_return_if_fail((ALLOWED_NEXT[self->state] & 1u << state) != 0);
  g_debug("transport %u: %s -> %s%s%s", self->id, STATE_NAMES[self->state], STATE_NAMES[state],
          state == TRANSPORT_STATE_CLOSED ? ": " : "", REASON_NAMES[self->reason]);
  self->state = state;
  if (state != TRANSPORT_STATE_NEW && self->events.state_changed != NULL)
    self->events.state_changed(state, self->reason, self->user);
}

static void
close_with(MediaTransport *self, TransportCloseReason reason) ON_NET
{
  if (self->state == TRANSPORT_STATE_CLOSED)
    return;
  if (self->dtls != NULL)
    dtls_transport_close(self->dtls);
  if (self->ice != NULL)
    ice_close(self->ice);
  self->reason = reason;
  set_state(self, TRANSPORT_STATE_CLOSED);
}

static bool
is_up(const MediaTransport *self)
{
  return self->state == TRANSPORT_STATE_CONNECTED || self->state == TRANSPORT_STATE_UNSTABLE;
}

/* ---- out ---- */

static void
send_datagram(MediaTransport *self, const guint8 *data, gsize length) ON_NET
{
  if (self->ice == NULL || !ice_send(self->ice, data, length)) {
    self->stats.send_failures++;
    return;
  }
  self->stats.packets_out++;
  self->stats.bytes_out += length;
  if (self->events.datagram != NULL)
    self->events.datagram(true, length + ice_header_bytes(self->ice), self->user);
}

static void
on_dtls_send(const guint8 *datagram, gsize length, gpointer user)
{
  assert_on_net();
  send_datagram(user, datagram, length);
}

typedef PacketCryptoResult (*ProtectFunc)(PacketCrypto *crypto, Packet *packet);

static void
send_packet(MediaTransport *self, Packet *packet, ProtectFunc protect) ON_NET
{
  if (!is_up(self) || protect(self->crypto, packet) != PACKET_CRYPTO_OK)
    self->stats.send_failures++;
  else
    send_datagram(self, packet->data, packet->length);
  packet_unref(packet);
}

void
media_transport_send_rtp(MediaTransport *self, Packet *packet)
{
  send_packet(self, packet, packet_crypto_protect_rtp);
}

void
media_transport_send_rtcp(MediaTransport *self, Packet *packet)
{
  send_packet(self, packet, packet_crypto_protect_rtcp);
}

/* ---- in ---- */

static void
note_valid(MediaTransport *self, gint64 now_us) ON_NET
{
  self->stats.last_valid_us = now_us;
  if (self->state == TRANSPORT_STATE_UNSTABLE)
    set_state(self, TRANSPORT_STATE_CONNECTED);
}

static bool
install_keys(MediaTransport *self) ON_NET
{
  PacketKeys keys = { 0 };
  if (dtls_transport_export_keys(self->dtls, &keys))
    self->crypto = packet_crypto_new(&keys);
  g_strlcpy(self->stats.srtp_profile, packet_cipher_name(keys.cipher),
            sizeof self->stats.srtp_profile);
  packet_keys_wipe(&keys);
  return self->crypto != NULL;
}

/* Follows what the DTLS association has come to. */
static void
follow_dtls(MediaTransport *self, gint64 now_us) ON_NET
{
  switch (dtls_transport_state(self->dtls)) {
  case DTLS_STATE_NONE:
  case DTLS_STATE_NEW:
  case DTLS_STATE_HANDSHAKING:
    break;
  case DTLS_STATE_CONNECTED:
    if (self->state != TRANSPORT_STATE_CONNECTING)
      break;
    if (!install_keys(self)) {
      close_with(self, TRANSPORT_CLOSE_DTLS_FAILED);
      break;
    }
    note_valid(self, now_us);
    set_state(self, TRANSPORT_STATE_CONNECTED);
    break;
  case DTLS_STATE_CLOSED_BY_PEER:
    close_with(self, TRANSPORT_CLOSE_PEER);
    break;
  case DTLS_STATE_WRONG_FINGERPRINT:
    close_with(self, TRANSPORT_CLOSE_WRONG_FINGERPRINT);
    break;
  case DTLS_STATE_FAILED:
    close_with(self, TRANSPORT_CLOSE_DTLS_FAILED);
    break;
  }
}

static void
receive_dtls(MediaTransport *self, const guint8 *data, gsize length, gint64 now_us) ON_NET
{
  if (self->dtls != NULL && dtls_transport_state(self->dtls) != DTLS_STATE_NEW) {
    dtls_transport_receive(self->dtls, data, length);
    follow_dtls(self, now_us);
  } else if (self->n_early < EARLY_DATAGRAMS_MAX) {
    Packet *packet = packet_new();
    memcpy(packet->data, data, length);
    packet->length = length;
    packet->arrival_us = now_us;
    self->early[self->n_early++] = packet;
  } else {
    self->stats.demux_dropped++;
  }
}

static void
receive_media(MediaTransport *self, DatagramKind kind, const guint8 *data, gsize length,
              gint64 now_us) ON_NET
{
  if (!is_up(self)) {
    self->stats.demux_dropped++;
    return;
  }
  g_autoptr(Packet) packet = packet_new();
  memcpy(packet->data, data, length);
  packet->length = length;
  packet->arrival_us = now_us;
  PacketCryptoResult result = kind == DATAGRAM_RTP
                                  ? packet_crypto_unprotect_rtp(self->crypto, packet)
                                  : packet_crypto_unprotect_rtcp(self->crypto, packet);
  switch (result) {
  case PACKET_CRYPTO_OK:
    break;
  case PACKET_CRYPTO_AUTH_FAILED:
    self->stats.srtp_auth_failures++;
    return;
  case PACKET_CRYPTO_REPLAYED:
    self->stats.srtp_replays++;
    return;
  default:
    self->stats.demux_dropped++;
    return;
  }
  note_valid(self, now_us);
  void (*deliver)(Packet *, gpointer) = kind == DATAGRAM_RTP ? self->events.rtp : self->events.rtcp;
  if (deliver != NULL && is_up(self))
    deliver(g_steal_pointer(&packet), self->user);
}

static void
on_datagram(const guint8 *data, gsize length, gpointer user)
{
  MediaTransport *self = user;
  assert_on_net();
  gint64 now_us = clock_now_us();
  self->stats.packets_in++;
  self->stats.bytes_in += length;
  if (self->events.datagram != NULL)
    self->events.datagram(false, length + ice_header_bytes(self->ice), self->user);
  DatagramKind kind = length <= PACKET_DATA_MAX ? demux_datagram(data, length) : DATAGRAM_UNKNOWN;
  switch (kind) {
  case DATAGRAM_DTLS:
    receive_dtls(self, data, length, now_us);
    break;
  case DATAGRAM_RTP:
  case DATAGRAM_RTCP:
    receive_media(self, kind, data, length, now_us);
    break;
  case DATAGRAM_STUN:  /* libnice keeps those that are sound */
  case DATAGRAM_UNKNOWN:
    self->stats.demux_dropped++;
    break;
  }
}

static void
start_dtls(MediaTransport *self) ON_NET
{
  if (self->state != TRANSPORT_STATE_CONNECTING
      || dtls_transport_state(self->dtls) != DTLS_STATE_NEW)
    return;
  dtls_transport_start(self->dtls);
  for (guint i = 0; i < self->n_early && self->state == TRANSPORT_STATE_CONNECTING; i++)
    receive_dtls(self, self->early[i]->data, self->early[i]->length, self->early[i]->arrival_us);
}

static void
on_pair_selected(gpointer user)
{
  MediaTransport *self = user;
  assert_on_net();
  g_debug("transport %u: %s", self->id, ice_pair_text(self->ice));
  start_dtls(self);
}

/* ---- life ---- */

MediaTransport *
media_transport_new(const TransportEnv *env, IceSide side, bool with_loopback,
                    const TransportEvents *events, gpointer user)
{
  static guint last_id;
  MediaTransport *self = g_new0(MediaTransport, 1);
  self->identity = env->identity;
  self->events = *events;
  self->user = user;
  self->id = ++last_id;
  set_state(self, TRANSPORT_STATE_NEW);
  IceConfig config = {
    .context = loop_context(env->loop),
    .is_controlling = side == ICE_SIDE_CONTROLLING,
    .with_loopback = with_loopback,
    .port_min = env->port_min,
    .port_max = env->port_max,
    .addresses = env->addresses,
    .advertised = env->advertised,
    .stun_server = env->stun_server,
  };
  static const IceEvents ICE_EVENTS
      = { .pair_selected = on_pair_selected, .datagram = on_datagram };
  self->ice = ice_new(&config, &ICE_EVENTS, self);
  if (self->ice == NULL) {
    /* The caller has no pointer yet: it is told as soon as it asks for anything. */
    self->state = TRANSPORT_STATE_CLOSED;
    self->reason = TRANSPORT_CLOSE_NO_PORT;
    self->is_report_due = true;
    log_limited(G_LOG_LEVEL_WARNING, "no UDP port is free between %u and %u", env->port_min,
                env->port_max);
  }
  return self;
}

static void
report_close(MediaTransport *self)
{
  if (self->is_report_due && self->events.state_changed != NULL) {
    self->is_report_due = false;
    self->events.state_changed(self->state, self->reason, self->user);
  }
}

bool
media_transport_local(MediaTransport *self, MediaLocal *out)
{
  memset(out, 0, sizeof *out);
  report_close(self);
  if (self->state == TRANSPORT_STATE_CLOSED)
    return false;
  ice_local(self->ice, out);
  memcpy(out->fingerprint_sha256, dtls_identity_fingerprint(self->identity),
         sizeof out->fingerprint_sha256);
  return true;
}

void
media_transport_start(MediaTransport *self, const MediaPlan *plan)
{
  if (self->state != TRANSPORT_STATE_NEW)
    return;
  self->dtls = dtls_transport_new(self->identity, plan->our_dtls_role, plan->fingerprint_sha256,
                                  on_dtls_send, self);
  set_state(self, TRANSPORT_STATE_CONNECTING);
  if (self->state != TRANSPORT_STATE_CONNECTING)
    return;
  if (!ice_start(self->ice, plan->ufrag, plan->password))
    log_limited(G_LOG_LEVEL_MESSAGE, "transport %u: the peer's ICE credentials are unusable",
                self->id);
  for (guint i = 0; i < plan->n_candidates && i < MEDIA_CANDIDATES_MAX; i++)
    ice_add_candidate(self->ice, plan->candidates[i]);
  if (ice_has_pair(self->ice))
    start_dtls(self);
}

void
media_transport_add_candidate(MediaTransport *self, const char *candidate)
{
  if (self->state != TRANSPORT_STATE_CLOSED)
    ice_add_candidate(self->ice, candidate);
}

bool
media_transport_restart(MediaTransport *self, const char *ufrag, const char *password,
                        MediaLocal *out)
{
  if (self->state == TRANSPORT_STATE_CLOSED || self->state == TRANSPORT_STATE_NEW
      || !ice_restart(self->ice, ufrag, password))
    return false;
  return media_transport_local(self, out);
}

/* Liveness rests on authenticated RTP and RTCP: a live peer sends RTCP every second or so,
 * and libnice keeps the checks it answers to itself. */
static void
check_liveness(MediaTransport *self, gint64 now_us) ON_NET
{
  gint64 silence_us = now_us - (is_up(self) ? self->stats.last_valid_us : self->started_us);
  if (silence_us >= CLOSED_AFTER_US)
    close_with(self, TRANSPORT_CLOSE_TIMEOUT);
  else if (self->state == TRANSPORT_STATE_CONNECTED && silence_us >= UNSTABLE_AFTER_US)
    set_state(self, TRANSPORT_STATE_UNSTABLE);
}

void
media_transport_poll(MediaTransport *self, gint64 now_us)
{
  report_close(self);
  if (self->state == TRANSPORT_STATE_NEW || self->state == TRANSPORT_STATE_CLOSED)
    return;
  if (self->started_us == 0)
    self->started_us = now_us;
  dtls_transport_poll(self->dtls, now_us);
  follow_dtls(self, now_us);
  if (self->state != TRANSPORT_STATE_CLOSED)
    check_liveness(self, now_us);
}

TransportState
media_transport_state(const MediaTransport *self)
{
  return self->state;
}

void
media_transport_stats(MediaTransport *self, TransportStats *out)
{
  *out = self->stats;
  if (self->ice != NULL)
    g_strlcpy(out->pair, ice_pair_text(self->ice), sizeof out->pair);
}

void
media_transport_close(MediaTransport *self)
{
  close_with(self, TRANSPORT_CLOSE_LOCAL);
}

void
media_transport_free(MediaTransport *self)
{
  if (self == NULL)
    return;
  media_transport_close(self);
  ice_free(self->ice);
  dtls_transport_free(self->dtls);
  packet_crypto_free(self->crypto);
  for (guint i = 0; i < self->n_early; i++)
    packet_unref(self->early[i]);
  g_free(self);
}
