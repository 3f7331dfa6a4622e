/* tests/media/transport/test_dtls_transport.c - handshakes over a network that loses, splits and
 * lies. */
#include "media/base/clock.h"
#include "media/transport/dtls_transport.h"
#include <openssl/ssl.h>

#define TEST_PATH "/media/transport/dtls_transport/"

enum { RECORD_HEADER = 13, HANDSHAKE_HEADER = 12, RUN_LIMIT_US = 20 * 1000 * 1000 };

typedef struct Net Net;

typedef struct {
  Net           *net;
  DtlsIdentity  *identity;
  DtlsTransport *dtls;
  GQueue         inbox;  /* of GBytes */
} End;

struct Net {
  End   client, server;
  guint n_sent;
  guint biggest;
  guint n_split;  /* ClientHello records made of one, so far */
  /* what the network does to the datagram it is given: */
  void (*carry)(Net *net, End *to, GBytes *datagram);
  guint drop_at;          /* 1: the first */
  guint loss_percent;
  GRand *rand;
};

static void
carry_faithfully(G_GNUC_UNUSED Net *net, End *to, GBytes *datagram)
{
  g_queue_push_tail(&to->inbox, g_bytes_ref(datagram));
}

static void
send_datagram(const guint8 *data, gsize length, gpointer user)
{
  End *from = user;
  Net *net = from->net;
  g_autoptr(GBytes) datagram = g_bytes_new(data, length);
  net->biggest = MAX(net->biggest, (guint)length);
  net->n_sent++;
  net->carry(net, from == &net->client ? &net->server : &net->client, datagram);
}

static void
end_open(Net *net, End *self)
{
  g_autoptr(GError) error = NULL;
  self->net = net;
  self->identity = dtls_identity_new(&error);
  g_assert_no_error(error);
  g_queue_init(&self->inbox);
}

static void
end_close(End *self)
{
  dtls_transport_free(self->dtls);
  dtls_identity_free(self->identity);
  g_queue_clear_full(&self->inbox, (GDestroyNotify)g_bytes_unref);
}

static Net *
net_new(void)
{
  Net *net = g_new0(Net, 1);
  net->carry = carry_faithfully;
  net->rand = g_rand_new_with_seed(6347);
  end_open(net, &net->client);
  end_open(net, &net->server);
  return net;
}

static void
net_free(Net *net)
{
  end_close(&net->client);
  end_close(&net->server);
  g_rand_free(net->rand);
  g_free(net);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Net, net_free)

/* @lie: flips a bit of the fingerprint that the named end expects. */
typedef enum { LIE_NONE = 0, LIE_TO_CLIENT, LIE_TO_SERVER } Lie;

static void
net_start(Net *net, Lie lie)
{
  assert_on_net();
  guint8 client[DTLS_FINGERPRINT_BYTES], server[DTLS_FINGERPRINT_BYTES];
  memcpy(client, dtls_identity_fingerprint(net->client.identity), sizeof client);
  memcpy(server, dtls_identity_fingerprint(net->server.identity), sizeof server);
  server[0] ^= lie == LIE_TO_CLIENT;
  client[0] ^= lie == LIE_TO_SERVER;
  net->client.dtls = dtls_transport_new(net->client.identity, DTLS_ROLE_ACTIVE, server,
                                        send_datagram, &net->client);
  net->server.dtls = dtls_transport_new(net->server.identity, DTLS_ROLE_PASSIVE, client,
                                        send_datagram, &net->server);
  dtls_transport_start(net->server.dtls);
  dtls_transport_start(net->client.dtls);
}

static bool
deliver_one(End *self)
{
  assert_on_net();
  g_autoptr(GBytes) datagram = g_queue_pop_head(&self->inbox);
  if (datagram == NULL)
    return false;
  gsize length;
  const guint8 *data = g_bytes_get_data(datagram, &length);
  dtls_transport_receive(self->dtls, data, length);
  return true;
}

static void
deliver_all(Net *net)
{
  while (deliver_one(&net->server) || deliver_one(&net->client))
    ;
}

static bool
is_shaking(const End *self)
{
  assert_on_net();
  return dtls_transport_state(self->dtls) == DTLS_STATE_HANDSHAKING;
}

/* In real time: OpenSSL's retransmission timers know no other. */
static void
net_run(Net *net)
{
  assert_on_net();
  gint64 end_us = clock_now_us() + RUN_LIMIT_US;
  while ((is_shaking(&net->client) || is_shaking(&net->server)) && clock_now_us() < end_us) {
    deliver_all(net);
    g_usleep(2000);
    dtls_transport_poll(net->client.dtls, clock_now_us());
    dtls_transport_poll(net->server.dtls, clock_now_us());
  }
  deliver_all(net);
}

static void
assert_states(const Net *net, DtlsState client, DtlsState server)
{
  assert_on_net();
  g_assert_cmpint(dtls_transport_state(net->client.dtls), ==, client);
  g_assert_cmpint(dtls_transport_state(net->server.dtls), ==, server);
}

static void
assert_keys_fit(const Net *net, PacketCipher cipher)
{
  assert_on_net();
  PacketKeys client = { 0 }, server = { 0 };
  assert_states(net, DTLS_STATE_CONNECTED, DTLS_STATE_CONNECTED);
  g_assert_true(dtls_transport_export_keys(net->client.dtls, &client));
  g_assert_true(dtls_transport_export_keys(net->server.dtls, &server));
  g_assert_cmpint(client.cipher, ==, cipher);
  g_assert_cmpint(server.cipher, ==, cipher);
  gsize length = packet_cipher_key_bytes(cipher);
  g_assert_cmpmem(client.send, length, server.receive, length);
  g_assert_cmpmem(client.receive, length, server.send, length);
  g_assert_cmpint(memcmp(client.send, client.receive, length), !=, 0);
  g_assert_cmpint(memcmp(client.send + 16, client.receive + 16, length - 16), !=, 0);
}

/* ---- what goes well ---- */

static void
test_both_roles_get_fitting_gcm_keys(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  net_start(net, LIE_NONE);
  net_run(net);
  assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
  g_assert_cmpuint(net->biggest, <=, DTLS_MTU_BYTES);
  g_assert_cmpuint(net->n_sent, <=, 6);  /* whole flights, not a datagram a record */
}

static void
test_aes_cm_is_used_with_a_peer_that_has_no_gcm(void)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr(Net) net = net_new();
    SSL_CTX_set_tlsext_use_srtp(
        dtls_identity_context(i == 0 ? net->client.identity : net->server.identity),
        "SRTP_AES128_CM_SHA1_80");
    net_start(net, LIE_NONE);
    net_run(net);
    assert_keys_fit(net, PACKET_CIPHER_AES_CM_128_SHA1_80);
  }
}

static void
test_close_notify_reaches_the_peer(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  net_start(net, LIE_NONE);
  dtls_transport_close(net->client.dtls);  /* nothing to close yet */
  net_run(net);
  guint before = net->n_sent;
  dtls_transport_close(net->client.dtls);
  dtls_transport_close(net->client.dtls);
  g_assert_cmpuint(net->n_sent, ==, before + 1);
  deliver_all(net);
  assert_states(net, DTLS_STATE_CONNECTED, DTLS_STATE_CLOSED_BY_PEER);
}

/* Whoever knows the address can send it; the association lives, and the real peer is heard after it. */
static void
test_a_forged_short_record_ends_nothing(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  net_start(net, LIE_NONE);
  net_run(net);
  /* application data of epoch 1, 5 bytes: less than a nonce and a tag; with a scrap after it */
  guint8 forged[47] = { 0x17, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0xFF, 0x17, 0, 0, 5 };
  for (guint length = 1; length <= sizeof forged; length++) {
    dtls_transport_receive(net->server.dtls, forged, length);
    dtls_transport_receive(net->client.dtls, forged, length);
  }
  /* the same inside of records that OpenSSL drops by their header: of another version, and longer than the datagram */
  for (guint i = 0; i < 2; i++) {
    guint8 wrapped[13 + sizeof forged] = { 0x16, 0xFE, i == 0 ? 0xFF : 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, i == 0 ? 0 : 0x91, sizeof forged };
    memcpy(wrapped + 13, forged, sizeof forged);
    dtls_transport_receive(net->server.dtls, wrapped, sizeof wrapped);
    dtls_transport_receive(net->client.dtls, wrapped, sizeof wrapped);
  }
  assert_states(net, DTLS_STATE_CONNECTED, DTLS_STATE_CONNECTED);
  dtls_transport_close(net->client.dtls);
  deliver_all(net);
  assert_states(net, DTLS_STATE_CONNECTED, DTLS_STATE_CLOSED_BY_PEER);
}

/* ---- a ClientHello as browsers with post-quantum keys send it ---- */

enum { BIG_EXTENSION = 65000 };

static int
add_big_extension(G_GNUC_UNUSED SSL *ssl, G_GNUC_UNUSED unsigned int type,
                  const unsigned char **out, size_t *length, G_GNUC_UNUSED int *alert, void *size)
{
  *length = GPOINTER_TO_SIZE(size);
  *out = g_malloc0(*length);
  return 1;
}

static void
free_big_extension(G_GNUC_UNUSED SSL *ssl, G_GNUC_UNUSED unsigned int type,
                   const unsigned char *out, G_GNUC_UNUSED void *size)
{
  g_free((gpointer)out);
}

static void
test_client_hello_over_one_datagram_is_put_together(void)
{
  assert_on_net();
  static const gsize SIZES[] = { 1200, 4000, 12000 };
  for (gsize i = 0; i < G_N_ELEMENTS(SIZES); i++) {
    g_autoptr(Net) net = net_new();
    SSL_CTX_add_client_custom_ext(dtls_identity_context(net->client.identity), BIG_EXTENSION,
                                  add_big_extension, free_big_extension, GSIZE_TO_POINTER(SIZES[i]),
                                  NULL, NULL);
    net_start(net, LIE_NONE);
    g_assert_cmpuint(net->n_sent, >=, 1 + SIZES[i] / DTLS_MTU_BYTES);
    net_run(net);
    assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
    g_assert_cmpuint(net->biggest, <=, DTLS_MTU_BYTES);
  }
}

static void
write_be(guint8 *out, guint32 value, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8)(value >> (8 * (n - 1 - i)));
}

/* Splits the ClientHello in records of @piece bytes; two to a datagram, the later first. */
static void
carry_in_pieces(Net *net, End *to, GBytes *datagram)
{
  enum { PIECE = 20 };
  gsize length;
  const guint8 *data = g_bytes_get_data(datagram, &length);
  bool is_hello = to == &net->server && length > RECORD_HEADER + HANDSHAKE_HEADER && data[0] == 22
                  && data[RECORD_HEADER] == 1 && net->n_split == 0;
  if (!is_hello) {
    g_autofree guint8 *copy = g_memdup2(data, length);
    /* The record numbers that the pieces took are gone: later ones move up. Those of
     * epoch 0 are under no seal. */
    for (gsize at = 0; to == &net->server && at + RECORD_HEADER <= length;
         at += RECORD_HEADER + (gsize)(copy[at + 11] << 8 | copy[at + 12])) {
      if (copy[at + 3] == 0 && copy[at + 4] == 0)
        write_be(copy + at + 7, (guint32)(copy[at + 9] << 8 | copy[at + 10]) + net->n_split, 4);
    }
    g_queue_push_tail(&to->inbox, g_bytes_new(copy, length));
    return;
  }
  const guint8 *body = data + RECORD_HEADER + HANDSHAKE_HEADER;
  gsize body_length = length - RECORD_HEADER - HANDSHAKE_HEADER;
  g_autoptr(GByteArray) pair = g_byte_array_new();
  for (gsize offset = 0; offset < body_length; offset += PIECE) {
    guint8 record[RECORD_HEADER + HANDSHAKE_HEADER + PIECE];
    gsize n = MIN((gsize)PIECE, body_length - offset);
    memcpy(record, data, RECORD_HEADER + HANDSHAKE_HEADER);
    write_be(record + 7, net->n_split++, 4);
    write_be(record + 11, (guint32)(HANDSHAKE_HEADER + n), 2);
    write_be(record + RECORD_HEADER + 6, (guint32)offset, 3);
    write_be(record + RECORD_HEADER + 9, (guint32)n, 3);
    memcpy(record + RECORD_HEADER + HANDSHAKE_HEADER, body + offset, n);
    g_byte_array_prepend(pair, record, (guint)(RECORD_HEADER + HANDSHAKE_HEADER + n));
    if (net->n_split % 2 == 0 || offset + n == body_length) {
      g_queue_push_tail(&to->inbox, g_bytes_new(pair->data, pair->len));
      g_byte_array_set_size(pair, 0);
    }
  }
}

static void
test_client_hello_in_small_disordered_records_is_put_together(void)
{
  g_autoptr(Net) net = net_new();
  net->carry = carry_in_pieces;
  net_start(net, LIE_NONE);
  g_assert_cmpuint(net->n_split, >=, 8);
  net_run(net);
  assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
}

/* ---- a network that loses ---- */

static void
carry_all_but_one(Net *net, End *to, GBytes *datagram)
{
  if (net->n_sent != net->drop_at)
    carry_faithfully(net, to, datagram);
}

static void
test_any_lost_datagram_is_made_up_for(void)
{
  assert_on_net();
  for (guint drop_at = 1; drop_at <= 4; drop_at++) {
    g_autoptr(Net) net = net_new();
    net->carry = carry_all_but_one;
    net->drop_at = drop_at;
    net_start(net, LIE_NONE);
    net_run(net);
    g_test_message("dropped %u of %u", drop_at, net->n_sent);
    assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
  }
}

static void
carry_with_luck(Net *net, End *to, GBytes *datagram)
{
  if (g_rand_int_range(net->rand, 0, 100) < (int)net->loss_percent)
    return;
  if (g_rand_int_range(net->rand, 0, 100) < 20)
    carry_faithfully(net, to, datagram);
  g_queue_push_head(&to->inbox, g_bytes_ref(datagram));  /* overtakes */
}

static void
test_loss_repetition_and_disorder_are_survived(void)
{
  for (guint32 seed = 1; seed <= 4; seed++) {
    g_autoptr(Net) net = net_new();
    g_rand_set_seed(net->rand, seed);
    g_test_message("seed %u", seed);
    net->carry = carry_with_luck;
    net->loss_percent = 25;
    net_start(net, LIE_NONE);
    net_run(net);
    assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
  }
}

static void
test_silence_is_given_up_after_30_s(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  net_start(net, LIE_NONE);
  gint64 now_us = clock_now_us();
  dtls_transport_poll(net->server.dtls, now_us);
  dtls_transport_poll(net->server.dtls, now_us + 29999999);
  g_assert_true(is_shaking(&net->server));
  dtls_transport_poll(net->server.dtls, now_us + 30000000);
  g_assert_cmpint(dtls_transport_state(net->server.dtls), ==, DTLS_STATE_FAILED);
}

static void
carry_with_garbage(Net *net, End *to, GBytes *datagram)
{
  for (guint i = 0; i < 20; i++) {
    guint8 garbage[600];
    for (gsize j = 0; j < sizeof garbage; j++)
      garbage[j] = (guint8)g_rand_int(net->rand);
    static const guint8 TYPES[] = { 20, 22, 23, 24, 63 };
    garbage[0] = TYPES[i % G_N_ELEMENTS(TYPES)];
    if (i % 2 == 0) {  /* a sound header, but no epoch of ours */
      write_be(garbage + 1, 0xfefd, 2);
      write_be(garbage + 3, 7, 2);
      write_be(garbage + 11, sizeof garbage - RECORD_HEADER, 2);
    }
    gsize length = (gsize)g_rand_int_range(net->rand, 1, sizeof garbage);
    g_queue_push_tail(&to->inbox, g_bytes_new(garbage, length));
  }
  carry_faithfully(net, to, datagram);
}

static void
test_garbage_between_the_flights_does_no_harm(void)
{
  g_autoptr(Net) net = net_new();
  net->carry = carry_with_garbage;
  net_start(net, LIE_NONE);
  net_run(net);
  assert_keys_fit(net, PACKET_CIPHER_AEAD_AES_128_GCM);
}

/* ---- who is refused ---- */

static void
assert_no_keys(const Net *net)
{
  assert_on_net();
  PacketKeys keys = { 0 }, zero = { 0 };
  g_assert_false(dtls_transport_export_keys(net->client.dtls, &keys));
  g_assert_false(dtls_transport_export_keys(net->server.dtls, &keys));
  g_assert_cmpmem(&keys, sizeof keys, &zero, sizeof zero);
}

static void
test_wrong_fingerprint_gives_neither_side_a_key(void)
{
  g_autoptr(Net) first = net_new();
  net_start(first, LIE_TO_CLIENT);
  net_run(first);
  assert_states(first, DTLS_STATE_WRONG_FINGERPRINT, DTLS_STATE_FAILED);
  assert_no_keys(first);
  g_autoptr(Net) second = net_new();
  net_start(second, LIE_TO_SERVER);
  net_run(second);
  assert_states(second, DTLS_STATE_FAILED, DTLS_STATE_WRONG_FINGERPRINT);
  assert_no_keys(second);
}

static int
accept_anybody(G_GNUC_UNUSED X509_STORE_CTX *store, G_GNUC_UNUSED void *arg)
{
  return 1;
}

/* The second comparison stands even if the first one did not. */
static void
test_fingerprint_is_compared_again_before_the_keys(void)
{
  assert_on_net();
  for (Lie lie = LIE_TO_CLIENT; lie <= LIE_TO_SERVER; lie++) {
    g_autoptr(Net) net = net_new();
    End *deceived = lie == LIE_TO_CLIENT ? &net->client : &net->server;
    SSL_CTX_set_cert_verify_callback(dtls_identity_context(deceived->identity), accept_anybody,
                                     NULL);
    net_start(net, lie);
    net_run(net);
    PacketKeys keys = { 0 };
    g_assert_cmpint(dtls_transport_state(deceived->dtls), ==, DTLS_STATE_WRONG_FINGERPRINT);
    g_assert_false(dtls_transport_export_keys(deceived->dtls, &keys));
  }
}

static int
forget_certificate(SSL *ssl, G_GNUC_UNUSED void *arg)
{
  SSL_certs_clear(ssl);
  return 1;
}

static void
test_client_without_a_certificate_is_refused(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  SSL_CTX_set_cert_cb(dtls_identity_context(net->client.identity), forget_certificate, NULL);
  net_start(net, LIE_NONE);
  net_run(net);
  g_assert_cmpint(dtls_transport_state(net->server.dtls), ==, DTLS_STATE_FAILED);
  assert_no_keys(net);
}

static void
test_peer_without_a_common_srtp_profile_is_refused(void)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr(Net) net = net_new();
    SSL_CTX_set_tlsext_use_srtp(
        dtls_identity_context(i == 0 ? net->client.identity : net->server.identity),
        "SRTP_AEAD_AES_256_GCM");
    net_start(net, LIE_NONE);
    net_run(net);
    assert_states(net, DTLS_STATE_FAILED, DTLS_STATE_FAILED);
    assert_no_keys(net);
  }
}

static void
test_old_protocol_versions_are_refused(void)
{
  assert_on_net();
  g_autoptr(Net) net = net_new();
  SSL_CTX *context = dtls_identity_context(net->client.identity);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, DTLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, DTLS1_VERSION);
  net_start(net, LIE_NONE);
  net_run(net);
  g_assert_cmpint(dtls_transport_state(net->server.dtls), ==, DTLS_STATE_FAILED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func(TEST_PATH "both_roles_get_fitting_gcm_keys",
                  test_both_roles_get_fitting_gcm_keys);
  g_test_add_func(TEST_PATH "aes_cm_is_used_with_a_peer_that_has_no_gcm",
                  test_aes_cm_is_used_with_a_peer_that_has_no_gcm);
  g_test_add_func(TEST_PATH "close_notify_reaches_the_peer", test_close_notify_reaches_the_peer);
  g_test_add_func(TEST_PATH "a_forged_short_record_ends_nothing", test_a_forged_short_record_ends_nothing);
  g_test_add_func(TEST_PATH "client_hello_over_one_datagram_is_put_together",
                  test_client_hello_over_one_datagram_is_put_together);
  g_test_add_func(TEST_PATH "client_hello_in_small_disordered_records_is_put_together",
                  test_client_hello_in_small_disordered_records_is_put_together);
  g_test_add_func(TEST_PATH "any_lost_datagram_is_made_up_for",
                  test_any_lost_datagram_is_made_up_for);
  g_test_add_func(TEST_PATH "loss_repetition_and_disorder_are_survived",
                  test_loss_repetition_and_disorder_are_survived);
  g_test_add_func(TEST_PATH "silence_is_given_up_after_30_s", test_silence_is_given_up_after_30_s);
  g_test_add_func(TEST_PATH "garbage_between_the_flights_does_no_harm",
                  test_garbage_between_the_flights_does_no_harm);
  g_test_add_func(TEST_PATH "wrong_fingerprint_gives_neither_side_a_key",
                  test_wrong_fingerprint_gives_neither_side_a_key);
  g_test_add_func(TEST_PATH "fingerprint_is_compared_again_before_the_keys",
                  test_fingerprint_is_compared_again_before_the_keys);
  g_test_add_func(TEST_PATH "client_without_a_certificate_is_refused",
                  test_client_without_a_certificate_is_refused);
  g_test_add_func(TEST_PATH "peer_without_a_common_srtp_profile_is_refused",
                  test_peer_without_a_common_srtp_profile_is_refused);
  g_test_add_func(TEST_PATH "old_protocol_versions_are_refused",
                  test_old_protocol_versions_are_refused);
  return g_test_run();
}
