/* tests/media/transport/test_media_transport.c - two transports over loopback, and what may go
 * wrong. */
#include "media/base/clock.h"
#include "media/transport/packet_crypto.h"
#include "tests/media/transport/peers.h"
#include "tests/media/transport/udp_relay.h"

#define TEST_PATH "/media/transport/media_transport/"

enum { PACKETS = 50, PAYLOAD_BYTES = 1000, SSRC_CLIENT = 0x11111111, SSRC_BRIDGE = 0x22222222 };

static void
send_both_ways(Peers *peers, guint16 first_seq, guint n)
{
  assert_on_net();
  for (guint i = 0; i < n; i++) {
    guint16 seq = (guint16)(first_seq + i);
    media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, seq, PAYLOAD_BYTES));
    media_transport_send_rtp(peers->bridge.transport, peers_rtp(SSRC_BRIDGE, seq, PAYLOAD_BYTES));
  }
  media_transport_send_rtcp(peers->client.transport, peers_rtcp(SSRC_CLIENT));
  media_transport_send_rtcp(peers->bridge.transport, peers_rtcp(SSRC_BRIDGE));
}

static guint wanted;

static bool
both_have_wanted(Peers *peers)
{
  return peers->bridge.rtp->len >= wanted && peers->client.rtp->len >= wanted
         && peers->bridge.rtcp->len > 0 && peers->client.rtcp->len > 0;
}

static bool
bridge_has_wanted(Peers *peers)
{
  return peers->bridge.rtp->len >= wanted;
}

static bool
bridge_is_closed(Peers *peers)
{
  return peers->bridge.state == TRANSPORT_STATE_CLOSED;
}

static bool
client_is_closed(Peers *peers)
{
  return peers->client.state == TRANSPORT_STATE_CLOSED;
}

static bool
both_are_closed(Peers *peers)
{
  return bridge_is_closed(peers) && client_is_closed(peers);
}

static TransportStats
stats_of(Peer *peer)
{
  assert_on_net();
  TransportStats stats;
  media_transport_stats(peer->transport, &stats);
  return stats;
}

/* ---- the common case ---- */

static void
test_peers_exchange_rtp_and_rtcp(gconstpointer data)
{
  g_autoptr(Peers) peers = peers_new(NULL);
  gint64 start_us = clock_now_us();
  peers_start(peers, (DtlsRole)GPOINTER_TO_INT(data), 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  g_test_message("connected after %.1f ms", (double)(clock_now_us() - start_us) / 1000);

  send_both_ways(peers, 100, PACKETS);
  wanted = PACKETS;
  g_assert_true(peers_run(peers, both_have_wanted));
  for (guint i = 0; i < PACKETS; i++) {
    g_autoptr(Packet) sent = peers_rtp(SSRC_CLIENT, (guint16)(100 + i), PAYLOAD_BYTES);
    const Packet *got = peers->bridge.rtp->pdata[i];
    g_assert_cmpmem(got->data, got->length, sent->data, sent->length);
    g_assert_cmpint(got->arrival_us, >=, start_us);
  }
  g_autoptr(Packet) sent = peers_rtcp(SSRC_BRIDGE);
  const Packet *got = peers->client.rtcp->pdata[0];
  g_assert_cmpmem(got->data, got->length, sent->data, sent->length);

  TransportStats stats = stats_of(&peers->bridge);
  g_assert_cmpstr(stats.srtp_profile, ==, "AEAD_AES_128_GCM");
  g_assert_nonnull(strstr(stats.pair, " -> 127.0.0.1:"));
  g_assert_true(g_str_has_suffix(stats.pair, " prflx"));  /* it was told no candidate */
  g_assert_cmpuint(stats.packets_in, >=, PACKETS + 3);    /* and the handshake */
  g_assert_cmpuint(stats.bytes_in, >, PACKETS * PAYLOAD_BYTES);
  g_assert_cmpuint(stats.demux_dropped + stats.srtp_auth_failures + stats.srtp_replays, ==, 0);
  g_assert_cmpuint(stats.send_failures, ==, 0);
}

static void
test_close_tells_the_peer(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  media_transport_close(peers->client.transport);
  media_transport_close(peers->client.transport);
  g_assert_true(peers_run(peers, both_are_closed));
  g_assert_cmpint(peers->client.reason, ==, TRANSPORT_CLOSE_LOCAL);
  g_assert_cmpint(peers->bridge.reason, ==, TRANSPORT_CLOSE_PEER);
  g_assert_cmpuint(peers->client.n_closed, ==, 1);
  g_assert_cmpuint(peers->bridge.n_closed, ==, 1);

  media_transport_send_rtp(peers->client.transport, peers_rtp(1, 1, 10));
  g_assert_cmpuint(stats_of(&peers->client).send_failures, ==, 1);
  MediaLocal local;
  g_assert_false(media_transport_local(peers->client.transport, &local));
  g_assert_false(
      media_transport_restart(peers->client.transport, "abcd", "0123456789012345678901", &local));
}

static void
test_closing_within_an_event_is_safe(void)
{
  g_autoptr(Peers) peers = peers_new(NULL);
  peers->bridge.close_on_rtp = true;
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  send_both_ways(peers, 0, PACKETS);  /* all lie in the bridge's socket when it closes */
  g_assert_true(peers_run(peers, both_are_closed));
  g_assert_cmpuint(peers->bridge.rtp->len, ==, 1);

  g_autoptr(Peers) others = peers_new(NULL);
  others->client.close_on_connect = true;
  peers_start(others, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(others, client_is_closed));
}

/* The owner may free while datagrams, timers and name look-ups are on their way. */
static void
test_free_at_any_moment_is_safe(void)
{
  assert_on_net();
  for (guint steps = 0; steps < 40; steps++) {
    g_autoptr(Peers) peers = peers_new(NULL);
    peers_start(peers, steps % 2 == 0 ? DTLS_ROLE_PASSIVE : DTLS_ROLE_ACTIVE, 0);
    for (guint i = 0; i < steps; i++) {
      g_main_context_iteration(peers->context, TRUE);
      media_transport_poll(peers->bridge.transport, clock_now_us());
    }
    send_both_ways(peers, 0, 3);
  }
}

static void
use_a_stun_server(Peers *peers)
{
  peers->bridge.env.stun_server = "localhost:9";
  peers->client.env.stun_server = "[::1]:9";
}

static void
test_a_dead_stun_server_delays_nothing(void)
{
  g_autoptr(Peers) peers = peers_new(use_a_stun_server);
  g_assert_cmpuint(peers->bridge.local.n_candidates, ==, 1);
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
}

/* ---- ICE restart ---- */

enum { RESTART_PACKETS = 400 };

static guint n_sent;

static bool
all_were_sent(Peers *peers)
{
  if (n_sent < RESTART_PACKETS)
    send_both_ways(peers, (guint16)n_sent++, 1);
  wanted = RESTART_PACKETS;
  return both_have_wanted(peers);
}

/* The first path is a relay, the second none: the client is told the direct one. */
static void
check_ice_restart(DtlsRole bridge_role)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  g_autoptr(UdpRelay) relay = udp_relay_new(peers->context, peers_bridge_port(peers), NULL, NULL);
  peers_start(peers, bridge_role, udp_relay_port(relay));
  g_assert_true(peers_run(peers, peers_are_connected));
  n_sent = 0;
  for (guint i = 0; i < 20; i++)
    send_both_ways(peers, (guint16)n_sent++, 1);
  TransportStats before = stats_of(&peers->client);

  MediaLocal old = peers->client.local, *offer = &peers->client.local,
             *answer = &peers->bridge.local, again;
  g_assert_true(media_transport_restart(peers->client.transport, NULL, NULL, offer));
  g_assert_cmpstr(offer->ufrag, !=, old.ufrag);
  g_assert_cmpstr(offer->password, !=, old.password);
  g_assert_cmpmem(offer->fingerprint_sha256, 32, old.fingerprint_sha256, 32);
  send_both_ways(peers, (guint16)n_sent++, 1);
  g_assert_false(media_transport_restart(peers->bridge.transport, "abc", offer->password, answer));
  g_assert_false(
      media_transport_restart(peers->bridge.transport, offer->ufrag, "too short", answer));
  g_assert_true(
      media_transport_restart(peers->bridge.transport, offer->ufrag, offer->password, answer));
  send_both_ways(peers, (guint16)n_sent++, 1);
  g_assert_true(
      media_transport_restart(peers->client.transport, answer->ufrag, answer->password, &again));
  g_assert_cmpstr(offer->ufrag, ==, again.ufrag);
  media_transport_add_candidate(peers->client.transport, answer->candidates[0]);

  g_assert_true(peers_run(peers, all_were_sent));
  g_assert_cmpuint(peers->bridge.rtp->len, ==, RESTART_PACKETS);
  g_assert_cmpuint(peers->client.rtp->len, ==, RESTART_PACKETS);
  TransportStats after = stats_of(&peers->client);
  g_assert_cmpstr(before.pair, !=, after.pair);
  g_autofree char *direct = g_strdup_printf("-> 127.0.0.1:%u ", peers_bridge_port(peers));
  g_assert_null(strstr(before.pair, direct));
  g_assert_nonnull(strstr(after.pair, direct));
  g_assert_true(peers_are_connected(peers));
  g_assert_cmpuint(stats_of(&peers->bridge).srtp_auth_failures + after.srtp_auth_failures, ==, 0);
}

static void
test_ice_restart_keeps_the_session(void)
{
  check_ice_restart(DTLS_ROLE_PASSIVE);
  check_ice_restart(DTLS_ROLE_ACTIVE);
}

/* ---- on a real net thread ---- */

typedef struct {
  Loop           *loop;
  DtlsIdentity   *identity;
  MediaTransport *transports[2];
  gint            connected, packets;  /* atomic */
} Threaded;

static void
note_state(TransportState state, G_GNUC_UNUSED TransportCloseReason reason, gpointer user)
{
  Threaded *self = user;
  thread_role_check(THREAD_ROLE_NET);
  if (state == TRANSPORT_STATE_CONNECTED)
    g_atomic_int_inc(&self->connected);
}

static void
note_packet(Packet *packet, gpointer user)
{
  Threaded *self = user;
  thread_role_check(THREAD_ROLE_NET);
  packet_unref(packet);
  g_atomic_int_inc(&self->packets);
}

static void
open_threaded(gpointer data)
{
  assert_on_net();
  static const TransportEvents EVENTS = { .state_changed = note_state, .rtp = note_packet };
  static const char *const ADDRESSES[] = { "127.0.0.1", NULL };
  Threaded *self = data;
  TransportEnv env = { .loop = self->loop, .identity = self->identity, .addresses = ADDRESSES };
  Peer peers[2];
  MediaPlan plan;
  for (int i = 0; i < 2; i++) {
    IceSide side = i == 0 ? ICE_SIDE_CONTROLLED : ICE_SIDE_CONTROLLING;
    self->transports[i] = media_transport_new(&env, side, true, &EVENTS, self);
    g_assert_true(media_transport_local(self->transports[i], &peers[i].local));
  }
  for (int i = 0; i < 2; i++) {
    peers_plan(&peers[1 - i], i == 0 ? DTLS_ROLE_PASSIVE : DTLS_ROLE_ACTIVE, &plan);
    media_transport_start(self->transports[i], &plan);
  }
}

static void
poll_threaded(gpointer data)
{
  assert_on_net();
  Threaded *self = data;
  for (int i = 0; i < 2; i++) {
    media_transport_poll(self->transports[i], clock_now_us());
    media_transport_send_rtp(self->transports[i],
                             peers_rtp((guint32)i, (guint16)g_random_int(), 100));
  }
}

static void
free_threaded(gpointer data)
{
  assert_on_net();
  Threaded *self = data;
  media_transport_free(self->transports[0]);
  media_transport_free(self->transports[1]);
}

static void
test_all_events_come_on_the_net_thread(void)
{
  Threaded self = { .loop = loop_new_thread(THREAD_ROLE_NET), .identity = dtls_identity_new(NULL) };
  loop_call(self.loop, open_threaded, &self);
  for (int i = 0; i < 2000 && g_atomic_int_get(&self.packets) < 10; i++) {
    loop_call(self.loop, poll_threaded, &self);
    g_usleep(5000);
  }
  g_assert_cmpint(g_atomic_int_get(&self.connected), ==, 2);
  g_assert_cmpint(g_atomic_int_get(&self.packets), >=, 10);
  loop_call(self.loop, free_threaded, &self);
  loop_free(self.loop);
  dtls_identity_free(self.identity);
}

/* ---- who may speak ---- */

typedef struct {
  Peers *peers;
  guint  media_datagrams;  /* seen on the wire */
  guint  repeat, alter;    /* how many of the first media datagrams */
  guint  drop_at;          /* index of the DTLS datagram to lose, 1 .. */
  guint  dtls_datagrams;
} Wire;

static bool
is_media(const guint8 *data, gsize length)
{
  return length > 0 && data[0] >= 128 && data[0] <= 191;
}

static guint
watch_wire(G_GNUC_UNUSED bool to_server, G_GNUC_UNUSED guint index, guint8 *data, gsize length,
           gpointer user)
{
  Wire *wire = user;
  if (data[0] >= 20 && data[0] <= 63)
    return ++wire->dtls_datagrams == wire->drop_at ? 0 : 1;
  if (!is_media(data, length))
    return 1;
  wire->media_datagrams++;
  if (wire->media_datagrams <= wire->alter)
    data[length - 1] ^= 1;
  return wire->media_datagrams <= wire->repeat ? 2 : 1;
}

static bool
send_until_both_closed(Peers *peers)
{
  send_both_ways(peers, 0, 1);
  return both_are_closed(peers);
}

static void
check_wrong_fingerprint(DtlsRole bridge_role, bool is_bridge_wrong)
{
  g_autoptr(Peers) peers = peers_new(NULL);
  Wire wire = { .peers = peers };
  g_autoptr(UdpRelay) relay
      = udp_relay_new(peers->context, peers_bridge_port(peers), watch_wire, &wire);
  Peer *wrong = is_bridge_wrong ? &peers->bridge : &peers->client;
  Peer *other = is_bridge_wrong ? &peers->client : &peers->bridge;
  other->local.fingerprint_sha256[31] ^= 1;  /* what is signalled is not what it has */
  peers_start(peers, bridge_role, udp_relay_port(relay));
  g_assert_true(peers_run(peers, send_until_both_closed));
  g_assert_cmpint(wrong->reason, ==, TRANSPORT_CLOSE_WRONG_FINGERPRINT);
  g_assert_cmpint(other->reason, !=, TRANSPORT_CLOSE_WRONG_FINGERPRINT);
  send_both_ways(peers, 1, 3);
  peers_run_for(peers, 50 * 1000);
  g_assert_cmpstr(stats_of(wrong).srtp_profile, ==, "");
  g_assert_cmpuint(peers->bridge.rtp->len + peers->bridge.rtcp->len, ==, 0);
  g_assert_cmpuint(peers->client.rtp->len + peers->client.rtcp->len, ==, 0);
  g_assert_cmpuint(wire.media_datagrams, ==, 0);  /* nor did anything leave */
}

static void
test_wrong_fingerprint_passes_nothing(void)
{
  for (int wrong_bridge = 0; wrong_bridge < 2; wrong_bridge++) {
    check_wrong_fingerprint(DTLS_ROLE_PASSIVE, wrong_bridge);
    check_wrong_fingerprint(DTLS_ROLE_ACTIVE, wrong_bridge);
  }
}

static void
test_replays_and_altered_packets_are_counted_and_dropped(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  Wire wire = { .peers = peers, .repeat = 20 };
  g_autoptr(UdpRelay) relay
      = udp_relay_new(peers->context, peers_bridge_port(peers), watch_wire, &wire);
  peers_start(peers, DTLS_ROLE_PASSIVE, udp_relay_port(relay));
  g_assert_true(peers_run(peers, peers_are_connected));
  for (guint16 i = 0; i < 20; i++)
    media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, i, 100));
  wanted = 20;
  g_assert_true(peers_run(peers, bridge_has_wanted));
  peers_run_for(peers, 20 * 1000);
  g_assert_cmpuint(stats_of(&peers->bridge).srtp_replays, ==, 20);
  g_assert_cmpuint(stats_of(&peers->bridge).srtp_auth_failures, ==, 0);
  g_assert_cmpuint(peers->bridge.rtp->len, ==, 20);

  wire = (Wire) { .peers = peers, .alter = 10 };
  for (guint16 i = 20; i < 40; i++)
    media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, i, 100));
  wanted = 30;
  g_assert_true(peers_run(peers, bridge_has_wanted));
  peers_run_for(peers, 20 * 1000);
  g_assert_cmpuint(stats_of(&peers->bridge).srtp_auth_failures, ==, 10);
  g_assert_cmpuint(peers->bridge.rtp->len, ==, 30);
}

static void
test_foreign_keys_and_garbage_are_counted_and_dropped(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  g_autoptr(UdpRelay) relay = udp_relay_new(peers->context, peers_bridge_port(peers), NULL, NULL);
  peers_start(peers, DTLS_ROLE_PASSIVE, udp_relay_port(relay));
  g_assert_true(peers_run(peers, peers_are_connected));

  PacketKeys keys = { .cipher = PACKET_CIPHER_AEAD_AES_128_GCM,
                      .send = "not the right key",
                      .receive = "nor this" };
  g_autoptr(PacketCrypto) foreign = packet_crypto_new(&keys);
  for (guint16 i = 0; i < 10; i++) {
    g_autoptr(Packet) rtp = peers_rtp(SSRC_CLIENT, i, 100), rtcp = peers_rtcp(SSRC_CLIENT);
    packet_crypto_protect_rtp(foreign, rtp);
    packet_crypto_protect_rtcp(foreign, rtcp);
    udp_relay_inject(relay, rtp->data, rtp->length);
    udp_relay_inject(relay, rtcp->data, rtcp->length);
  }
  g_autoptr(GRand) rand = g_rand_new_with_seed(7983);
  static guint8 garbage[4000];
  for (guint i = 0; i < sizeof garbage; i++)
    garbage[i] = (guint8)g_rand_int(rand);
  garbage[0] = 100;
  udp_relay_inject(relay, garbage, 200);   /* nothing of RFC 7983 */
  garbage[0] = 0x80;
  udp_relay_inject(relay, garbage, 1501);  /* longer than a packet may be */
  udp_relay_inject(relay, garbage, sizeof garbage);
  udp_relay_inject(relay, garbage, 7);
  garbage[0] = 22;
  for (gsize length = 13; length < 1500; length += 97)
    udp_relay_inject(relay, garbage, length);  /* as if DTLS */

  media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, 0, 100));
  wanted = 1;
  g_assert_true(peers_run(peers, bridge_has_wanted));
  TransportStats stats = stats_of(&peers->bridge);
  g_assert_cmpuint(stats.srtp_auth_failures, ==, 20);
  g_assert_cmpuint(stats.demux_dropped, ==, 4);
  g_assert_cmpuint(peers->bridge.rtcp->len, ==, 0);
  g_assert_true(peers_are_connected(peers));
}

/* libnice alone would read them all, and as long as more come, before anything else. */
static void
test_a_full_socket_leaves_others_their_turn(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  for (guint16 i = 0; i < 150; i++)  /* as many as fit a socket of the usual size */
    media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, i, 100));
  guint seen = 0, turns = 0;
  while (peers->bridge.rtp->len < 150) {
    g_main_context_iteration(peers->context, TRUE);
    g_assert_cmpuint(peers->bridge.rtp->len - seen, <=, 64);
    turns += peers->bridge.rtp->len != seen;
    seen = peers->bridge.rtp->len;
  }
  g_assert_cmpuint(turns, >=, 3);
}

static void
test_strangers_are_not_heard(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  g_autoptr(UdpRelay) stranger
      = udp_relay_new(peers->context, peers_bridge_port(peers), NULL, NULL);
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  TransportStats before = stats_of(&peers->bridge);
  g_autoptr(Packet) rtp = peers_rtp(SSRC_CLIENT, 1, 100);
  for (guint i = 0; i < 10; i++)
    udp_relay_inject(stranger, rtp->data, rtp->length);
  media_transport_send_rtp(peers->client.transport, peers_rtp(SSRC_CLIENT, 0, 100));
  wanted = 1;
  g_assert_true(peers_run(peers, bridge_has_wanted));
  g_assert_cmpuint(stats_of(&peers->bridge).packets_in, ==, before.packets_in + 1);
}

static void
test_lost_handshake_datagrams_are_sent_again(void)
{
  for (guint drop_at = 1; drop_at <= 4; drop_at++) {
    g_autoptr(Peers) peers = peers_new(NULL);
    Wire wire = { .peers = peers, .drop_at = drop_at };
    g_autoptr(UdpRelay) relay
        = udp_relay_new(peers->context, peers_bridge_port(peers), watch_wire, &wire);
    peers_start(peers, drop_at % 2 == 0 ? DTLS_ROLE_PASSIVE : DTLS_ROLE_ACTIVE,
                udp_relay_port(relay));
    g_assert_true(peers_run(peers, peers_are_connected));
    g_assert_cmpuint(wire.dtls_datagrams, >, drop_at);
  }
}

/* ---- liveness, in virtual time ---- */

static void
test_silence_makes_unstable_then_closed(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  peers_start(peers, DTLS_ROLE_PASSIVE, 0);
  g_assert_true(peers_run(peers, peers_are_connected));
  peers_run_for(peers, 20 * 1000);
  gint64 valid_us = stats_of(&peers->bridge).last_valid_us;

  media_transport_poll(peers->bridge.transport, valid_us + 6499999);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_CONNECTED);
  media_transport_poll(peers->bridge.transport, valid_us + 6500000);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_UNSTABLE);

  media_transport_send_rtcp(peers->client.transport, peers_rtcp(SSRC_CLIENT));
  while (peers->bridge.rtcp->len == 0)
    g_main_context_iteration(peers->context, TRUE);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_CONNECTED);

  valid_us = stats_of(&peers->bridge).last_valid_us;
  media_transport_poll(peers->bridge.transport, valid_us + 29999999);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_UNSTABLE);
  media_transport_poll(peers->bridge.transport, valid_us + 31000000);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_CLOSED);
  g_assert_cmpint(peers->bridge.reason, ==, TRANSPORT_CLOSE_TIMEOUT);
  media_transport_poll(peers->bridge.transport, valid_us + 90000000);
  g_assert_cmpuint(peers->bridge.n_closed, ==, 1);
}

static void
test_replays_do_not_keep_a_dead_peer_alive(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  Wire wire = { .peers = peers, .repeat = 1 };
  g_autoptr(UdpRelay) relay
      = udp_relay_new(peers->context, peers_bridge_port(peers), watch_wire, &wire);
  peers_start(peers, DTLS_ROLE_PASSIVE, udp_relay_port(relay));
  g_assert_true(peers_run(peers, peers_are_connected));
  media_transport_send_rtcp(peers->client.transport, peers_rtcp(SSRC_CLIENT));
  while (stats_of(&peers->bridge).srtp_replays == 0)
    g_main_context_iteration(peers->context, TRUE);
  const Packet *packet = peers->bridge.rtcp->pdata[0];
  g_assert_cmpint(stats_of(&peers->bridge).last_valid_us, ==, packet->arrival_us);
}

static void
test_a_peer_that_never_comes_is_given_up_after_30_s(void)
{
  assert_on_net();
  g_autoptr(Peers) peers = peers_new(NULL);
  MediaPlan plan;
  peers_plan(&peers->client, DTLS_ROLE_PASSIVE, &plan);
  plan.n_candidates = 0;
  gint64 now_us = clock_now_us();
  media_transport_start(peers->bridge.transport, &plan);
  media_transport_poll(peers->bridge.transport, now_us);
  media_transport_poll(peers->bridge.transport, now_us + 29999999);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_CONNECTING);
  media_transport_poll(peers->bridge.transport, now_us + 30000000);
  g_assert_cmpint(peers->bridge.state, ==, TRANSPORT_STATE_CLOSED);
  g_assert_cmpint(peers->bridge.reason, ==, TRANSPORT_CLOSE_TIMEOUT);
}

/* ---- ports ---- */

static guint16
free_port(void)
{
  g_autoptr(Peers) peers = peers_new(NULL);
  return peers_bridge_port(peers);
}

static guint16 only_port;

static void
allow_one_port(Peers *peers)
{
  peers->bridge.env.port_min = peers->bridge.env.port_max = only_port;
  peers->client.env.port_min = peers->client.env.port_max = only_port;
}

static void
test_used_up_port_range_closes_with_no_port(void)
{
  assert_on_net();
  only_port = free_port();
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*no UDP port*");
  g_autoptr(Peers) peers = peers_new(allow_one_port);
  g_test_assert_expected_messages();
  g_assert_cmpuint(peers_bridge_port(peers), ==, only_port);
  g_assert_cmpint(peers->client.state, ==, TRANSPORT_STATE_CLOSED);
  g_assert_cmpint(peers->client.reason, ==, TRANSPORT_CLOSE_NO_PORT);
  MediaLocal local;
  g_assert_false(media_transport_local(peers->client.transport, &local));
  g_assert_cmpuint(peers->client.n_closed, ==, 1);
  MediaPlan plan;
  peers_plan(&peers->bridge, DTLS_ROLE_ACTIVE, &plan);
  media_transport_start(peers->client.transport, &plan);
  media_transport_add_candidate(peers->client.transport, plan.candidates[0]);
  media_transport_poll(peers->client.transport, clock_now_us());
  media_transport_close(peers->client.transport);
  g_assert_cmpuint(peers->client.n_closed, ==, 1);

  /* A closed transport gives its port back although it is not freed yet. */
  media_transport_close(peers->bridge.transport);
  while (g_main_context_iteration(peers->context, FALSE))
    ;
  TransportEvents none = { 0 };
  MediaTransport *next
      = media_transport_new(&peers->bridge.env, ICE_SIDE_CONTROLLED, true, &none, NULL);
  g_assert_cmpint(media_transport_state(next), ==, TRANSPORT_STATE_NEW);
  media_transport_free(next);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func(TEST_PATH "dtls_server_exchanges_rtp_and_rtcp",
                       GINT_TO_POINTER(DTLS_ROLE_PASSIVE), test_peers_exchange_rtp_and_rtcp);
  g_test_add_data_func(TEST_PATH "dtls_client_exchanges_rtp_and_rtcp",
                       GINT_TO_POINTER(DTLS_ROLE_ACTIVE), test_peers_exchange_rtp_and_rtcp);
  g_test_add_func(TEST_PATH "close_tells_the_peer", test_close_tells_the_peer);
  g_test_add_func(TEST_PATH "closing_within_an_event_is_safe",
                  test_closing_within_an_event_is_safe);
  g_test_add_func(TEST_PATH "free_at_any_moment_is_safe", test_free_at_any_moment_is_safe);
  g_test_add_func(TEST_PATH "a_dead_stun_server_delays_nothing",
                  test_a_dead_stun_server_delays_nothing);
  g_test_add_func(TEST_PATH "ice_restart_keeps_the_session", test_ice_restart_keeps_the_session);
  g_test_add_func(TEST_PATH "all_events_come_on_the_net_thread",
                  test_all_events_come_on_the_net_thread);
  g_test_add_func(TEST_PATH "wrong_fingerprint_passes_nothing",
                  test_wrong_fingerprint_passes_nothing);
  g_test_add_func(TEST_PATH "replays_and_altered_packets_are_counted_and_dropped",
                  test_replays_and_altered_packets_are_counted_and_dropped);
  g_test_add_func(TEST_PATH "foreign_keys_and_garbage_are_counted_and_dropped",
                  test_foreign_keys_and_garbage_are_counted_and_dropped);
  g_test_add_func(TEST_PATH "a_full_socket_leaves_others_their_turn",
                  test_a_full_socket_leaves_others_their_turn);
  g_test_add_func(TEST_PATH "strangers_are_not_heard", test_strangers_are_not_heard);
  g_test_add_func(TEST_PATH "lost_handshake_datagrams_are_sent_again",
                  test_lost_handshake_datagrams_are_sent_again);
  g_test_add_func(TEST_PATH "silence_makes_unstable_then_closed",
                  test_silence_makes_unstable_then_closed);
  g_test_add_func(TEST_PATH "replays_do_not_keep_a_dead_peer_alive",
                  test_replays_do_not_keep_a_dead_peer_alive);
  g_test_add_func(TEST_PATH "a_peer_that_never_comes_is_given_up_after_30_s",
                  test_a_peer_that_never_comes_is_given_up_after_30_s);
  g_test_add_func(TEST_PATH "used_up_port_range_closes_with_no_port",
                  test_used_up_port_range_closes_with_no_port);
  return g_test_run();
}
