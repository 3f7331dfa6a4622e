/* tests/media/transport/test_packet_crypto.c - SRTP against the RFCs' figures.
 *
 * The RFCs give vectors for the pieces (key derivation, one packet under session keys),
 * packet_crypto takes master keys. So the pieces are built here a second time with
 * OpenSSL, checked against the RFCs, and then put together and compared. */
#include "media/base/bytes.h"
#include "media/transport/packet_crypto.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define TEST_PATH "/media/transport/packet_crypto/"

enum { KEY_BYTES = 16, GCM_SALT_BYTES = 12, CM_SALT_BYTES = 14, RTP_HEADER = 12 };

static gsize
from_hex(const char *hex, guint8 *out)
{
  gsize n = 0;
  for (; *hex != '\0'; hex++) {
    if (*hex == ' ')
      continue;
    out[n++] = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    hex++;
  }
  return n;
}

#define ASSERT_HEX(data, length, hex)                                   \
  G_STMT_START {                                                        \
    guint8 expected_[512];                                              \
    gsize expected_length_ = from_hex((hex), expected_);                \
    g_assert_cmpmem((data), (length), expected_, expected_length_);     \
  } G_STMT_END

/* ---- the second building of it ---- */

static void
aes_ctr(const guint8 *key, const guint8 *iv, const guint8 *in, guint8 *out, gsize length)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int n = 0;
  g_assert_cmpint(EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, key, iv), ==, 1);
  g_assert_cmpint(EVP_EncryptUpdate(context, out, &n, in, (int)length), ==, 1);
  g_assert_cmpint(n, ==, length);
  EVP_CIPHER_CTX_free(context);
}

/* RFC 3711 section 4.3.1, key derivation rate 0: AES-CM over salt XOR label << 48. */
static void
derive(const guint8 *key, const guint8 *salt, gsize salt_bytes, guint8 label, guint8 *out,
       gsize length)
{
  guint8 iv[16] = { 0 }, zeros[32] = { 0 };
  memcpy(iv, salt, salt_bytes);
  iv[7] ^= label;
  aes_ctr(key, iv, zeros, out, length);
}

/* RFC 3711 section 4.1.1 and 4.2: @out gets length + 10 bytes. */
static gsize
build_cm(const guint8 *key, const guint8 *salt, const guint8 *auth_key, const guint8 *rtp,
         gsize length, guint8 *out)
{
  guint8 iv[16] = { 0 }, trailer[4] = { 0 }, digest[EVP_MAX_MD_SIZE];
  memcpy(iv, salt, CM_SALT_BYTES);
  for (int i = 0; i < 4; i++)
    iv[4 + i] ^= rtp[8 + i];  /* SSRC */
  iv[12] ^= rtp[2];           /* SEQ; the ROC is 0 */
  iv[13] ^= rtp[3];
  memcpy(out, rtp, RTP_HEADER);
  aes_ctr(key, iv, rtp + RTP_HEADER, out + RTP_HEADER, length - RTP_HEADER);
  guint8 authenticated[512];
  memcpy(authenticated, out, length);
  memcpy(authenticated + length, trailer, sizeof trailer);
  unsigned int digest_length = 0;
  HMAC(EVP_sha1(), auth_key, 20, authenticated, length + sizeof trailer, digest, &digest_length);
  memcpy(out + length, digest, 10);
  return length + 10;
}

/* RFC 7714 section 8: @out gets length + 16 bytes. */
static gsize
build_gcm(const guint8 *key, const guint8 *salt, const guint8 *rtp, gsize length, guint8 *out)
{
  guint8 iv[12] = { 0, 0, rtp[8], rtp[9], rtp[10], rtp[11], 0, 0, 0, 0, rtp[2], rtp[3] };
  for (int i = 0; i < 12; i++)
    iv[i] ^= salt[i];
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int n = 0;
  memcpy(out, rtp, RTP_HEADER);
  g_assert_cmpint(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, key, iv), ==, 1);
  EVP_EncryptUpdate(context, NULL, &n, rtp, RTP_HEADER);
  EVP_EncryptUpdate(context, out + RTP_HEADER, &n, rtp + RTP_HEADER, (int)length - RTP_HEADER);
  EVP_EncryptFinal_ex(context, out + length, &n);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out + length);
  EVP_CIPHER_CTX_free(context);
  return length + 16;
}

static const char MASTER_KEY[] = "E1F97A0D3E018BE0D64FA32C06DE4139";  /* RFC 3711 B.3 */
static const char MASTER_SALT[] = "0EC675AD498AFEEBB6960B3AABE6";
static const char RTP[]
    = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e6973206469766973612069"
      "6e207061727465732074726573"; /* RFC 7714 16.1 */

static PacketKeys
rfc_keys(PacketCipher cipher)
{
  PacketKeys keys = { .cipher = cipher };
  guint8 salt[CM_SALT_BYTES];
  from_hex(MASTER_KEY, keys.send);
  from_hex(MASTER_SALT, salt);
  memcpy(keys.send + KEY_BYTES, salt, packet_cipher_key_bytes(cipher) - KEY_BYTES);
  memcpy(keys.receive, keys.send, sizeof keys.receive);
  return keys;
}

static Packet *
packet_from(const guint8 *data, gsize length)
{
  Packet *packet = packet_new();
  memcpy(packet->data, data, length);
  packet->length = length;
  return packet;
}

static Packet *
packet_from_hex(const char *hex)
{
  guint8 data[512];
  return packet_from(data, from_hex(hex, data));
}

static void
test_key_derivation_here_is_rfc3711(void)
{
  guint8 key[16], salt[14], out[32];
  from_hex(MASTER_KEY, key);
  from_hex(MASTER_SALT, salt);
  derive(key, salt, sizeof salt, 0, out, 16);
  ASSERT_HEX(out, 16, "C61E7A93744F39EE10734AFE3FF7A087");
  derive(key, salt, sizeof salt, 2, out, 14);
  ASSERT_HEX(out, 14, "30CBBC08863D8C85D49DB34A9AE1");
  derive(key, salt, sizeof salt, 1, out, 20);
  ASSERT_HEX(out, 20, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
}

static void
test_gcm_packet_here_is_rfc7714(void)
{
  guint8 key[16], salt[12], rtp[64], out[96];
  from_hex("000102030405060708090a0b0c0d0e0f", key);
  from_hex("517569642070726f2071756f", salt);
  gsize length = build_gcm(key, salt, rtp, from_hex(RTP, rtp), out);
  ASSERT_HEX(
      out, length,
      "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36"
      "de3adf8833899d7f27beb16a9152cf765ee4390cce");
}

static void
test_aes_cm_packet_is_the_rfcs(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AES_CM_128_SHA1_80);
  guint8 key[16], auth[20], salt[14], rtp[64], expected[96];
  derive(keys.send, keys.send + 16, 14, 0, key, sizeof key);
  derive(keys.send, keys.send + 16, 14, 1, auth, sizeof auth);
  derive(keys.send, keys.send + 16, 14, 2, salt, sizeof salt);
  gsize length = build_cm(key, salt, auth, rtp, from_hex(RTP, rtp), expected);

  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  g_autoptr(Packet) packet = packet_from_hex(RTP);
  g_assert_cmpint(packet_crypto_protect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  g_assert_cmpmem(packet->data, packet->length, expected, length);
  g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  ASSERT_HEX(packet->data, packet->length, RTP);
}

static void
test_gcm_packet_is_the_rfcs(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM);
  guint8 key[16], salt[12], rtp[64], expected[96];
  derive(keys.send, keys.send + 16, 12, 0, key, sizeof key);
  derive(keys.send, keys.send + 16, 12, 2, salt, sizeof salt);
  gsize length = build_gcm(key, salt, rtp, from_hex(RTP, rtp), expected);

  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  g_autoptr(Packet) packet = packet_from_hex(RTP);
  g_assert_cmpint(packet_crypto_protect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  g_assert_cmpmem(packet->data, packet->length, expected, length);
  g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  ASSERT_HEX(packet->data, packet->length, RTP);
}

/* ---- what may arrive ---- */

static const PacketCipher BOTH[]
    = { PACKET_CIPHER_AEAD_AES_128_GCM, PACKET_CIPHER_AES_CM_128_SHA1_80 };

static Packet *
rtp_packet(guint32 ssrc, guint16 seq)
{
  guint8 data[200] = { 0x80, 96 };
  ByteWriter writer = byte_writer(data + 2, 10);
  byte_writer_u16(&writer, seq);
  byte_writer_u32(&writer, 0);
  byte_writer_u32(&writer, ssrc);
  return packet_from(data, sizeof data);
}

static Packet *
protected_rtp(PacketCrypto *crypto, guint32 ssrc, guint16 seq)
{
  assert_on_net();
  Packet *packet = rtp_packet(ssrc, seq);
  g_assert_cmpint(packet_crypto_protect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  return packet;
}

static PacketCryptoResult
receive_copy(PacketCrypto *crypto, const Packet *packet)
{
  assert_on_net();
  g_autoptr(Packet) copy = packet_from(packet->data, packet->length);
  return packet_crypto_unprotect_rtp(crypto, copy);
}

static void
test_replays_and_too_old_packets_are_told_apart_from_forgeries(void)
{
  assert_on_net();
  for (gsize i = 0; i < G_N_ELEMENTS(BOTH); i++) {
    PacketKeys keys = rfc_keys(BOTH[i]);
    g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
    g_autoptr(Packet) first = protected_rtp(crypto, 7, 10), second = protected_rtp(crypto, 7, 11);
    g_assert_cmpint(receive_copy(crypto, first), ==, PACKET_CRYPTO_OK);
    g_assert_cmpint(receive_copy(crypto, first), ==, PACKET_CRYPTO_REPLAYED);
    second->data[second->length - 1] ^= 0x80;
    g_assert_cmpint(receive_copy(crypto, second), ==, PACKET_CRYPTO_AUTH_FAILED);
    second->data[second->length - 1] ^= 0x80;
    second->data[13] ^= 1;
    g_assert_cmpint(receive_copy(crypto, second), ==, PACKET_CRYPTO_AUTH_FAILED);
    second->data[13] ^= 1;
    g_assert_cmpint(receive_copy(crypto, second), ==, PACKET_CRYPTO_OK);
  }
}

static void
test_window_spans_1024_packets(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM);
  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  g_autoptr(Packet) inside = protected_rtp(crypto, 7, 1001),
                    outside = protected_rtp(crypto, 7, 1000);
  g_autoptr(Packet) newest = protected_rtp(crypto, 7, 1001 + 1023);
  g_assert_cmpint(receive_copy(crypto, newest), ==, PACKET_CRYPTO_OK);
  g_assert_cmpint(receive_copy(crypto, inside), ==, PACKET_CRYPTO_OK);
  g_assert_cmpint(receive_copy(crypto, outside), ==, PACKET_CRYPTO_REPLAYED);
}

static void
test_sequence_may_wrap(void)
{
  assert_on_net();
  for (gsize i = 0; i < G_N_ELEMENTS(BOTH); i++) {
    PacketKeys keys = rfc_keys(BOTH[i]);
    g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
    for (guint32 seq = 32000; seq < 67000; seq += seq < 65000 ? 500 : 1) {
      g_autoptr(Packet) packet = protected_rtp(crypto, 7, (guint16)seq);
      if (seq % 100 < 90)  /* some are lost, around the wrap too */
        g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
    }
  }
}

static void
test_a_packet_may_be_sent_twice(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM);
  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  g_autoptr(Packet) first = protected_rtp(crypto, 7, 10), later = protected_rtp(crypto, 7, 11);
  g_autoptr(Packet) again = protected_rtp(crypto, 7, 10);
  g_assert_cmpuint(later->length, ==, first->length);
  g_assert_cmpmem(first->data, first->length, again->data, again->length);
}

static void
test_a_peer_opens_no_more_than_64_streams(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM);
  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  for (guint32 ssrc = 1; ssrc <= PACKET_SSRCS_IN_MAX; ssrc++) {
    g_autoptr(Packet) packet = protected_rtp(crypto, ssrc, 1);
    g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, packet), ==, PACKET_CRYPTO_OK);
  }
  g_autoptr(Packet) surplus = protected_rtp(crypto, 1000, 1), known = protected_rtp(crypto, 1, 2);
  g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, surplus), ==, PACKET_CRYPTO_MALFORMED);
  g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, known), ==, PACKET_CRYPTO_OK);
}

static void
test_forged_streams_take_no_place(void)
{
  assert_on_net();
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM);
  g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
  for (guint32 ssrc = 0; ssrc < 10 * PACKET_SSRCS_IN_MAX; ssrc++) {
    g_autoptr(Packet) forged = rtp_packet(ssrc, 1);
    g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, forged), ==, PACKET_CRYPTO_AUTH_FAILED);
  }
  g_autoptr(Packet) true_one = protected_rtp(crypto, 99999, 1);
  g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, true_one), ==, PACKET_CRYPTO_OK);
}

static void
test_rtcp_round_trip(void)
{
  assert_on_net();
  for (gsize i = 0; i < G_N_ELEMENTS(BOTH); i++) {
    PacketKeys keys = rfc_keys(BOTH[i]);
    g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
    g_autoptr(Packet) packet = packet_from_hex("80c9000100000007");
    g_assert_cmpint(packet_crypto_protect_rtcp(crypto, packet), ==, PACKET_CRYPTO_OK);
    g_autoptr(Packet) copy = packet_from(packet->data, packet->length);
    g_assert_cmpint(packet_crypto_unprotect_rtcp(crypto, packet), ==, PACKET_CRYPTO_OK);
    ASSERT_HEX(packet->data, packet->length, "80c9000100000007");
    g_assert_cmpint(packet_crypto_unprotect_rtcp(crypto, copy), ==, PACKET_CRYPTO_REPLAYED);
  }
}

static void
test_halves_and_oddities_are_malformed(void)
{
  assert_on_net();
  for (gsize i = 0; i < G_N_ELEMENTS(BOTH); i++) {
    PacketKeys keys = rfc_keys(BOTH[i]);
    g_autoptr(PacketCrypto) crypto = packet_crypto_new(&keys);
    guint8 data[PACKET_DATA_MAX];
    memset(data, 0xff, sizeof data);
    data[0] = 0x9f;  /* 15 CSRCs and an extension of 65535 words that are not there */
    for (gsize length = 0; length < 100; length++) {
      g_autoptr(Packet) rtp = packet_from(data, length), rtcp = packet_from(data, length);
      g_autoptr(Packet) out = packet_from(data, length);
      g_assert_cmpint(packet_crypto_unprotect_rtp(crypto, rtp), !=, PACKET_CRYPTO_OK);
      g_assert_cmpint(packet_crypto_unprotect_rtcp(crypto, rtcp), !=, PACKET_CRYPTO_OK);
      g_assert_cmpint(packet_crypto_protect_rtp(crypto, out), ==, PACKET_CRYPTO_MALFORMED);
    }
    g_autoptr(Packet) full = rtp_packet(1, 1);
    full->length = PACKET_DATA_MAX;
    g_assert_cmpint(packet_crypto_protect_rtp(crypto, full), ==, PACKET_CRYPTO_OK);
    g_autoptr(Packet) over = rtp_packet(1, 2);
    over->length = PACKET_DATA_MAX + 1;
    g_assert_cmpint(packet_crypto_protect_rtp(crypto, over), ==, PACKET_CRYPTO_MALFORMED);
  }
}

static void
test_keys_are_wiped(void)
{
  PacketKeys keys = rfc_keys(PACKET_CIPHER_AEAD_AES_128_GCM), zero = { 0 };
  packet_keys_wipe(&keys);
  g_assert_cmpmem(&keys, sizeof keys, &zero, sizeof zero);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func(TEST_PATH "key_derivation_here_is_rfc3711", test_key_derivation_here_is_rfc3711);
  g_test_add_func(TEST_PATH "gcm_packet_here_is_rfc7714", test_gcm_packet_here_is_rfc7714);
  g_test_add_func(TEST_PATH "aes_cm_packet_is_the_rfcs", test_aes_cm_packet_is_the_rfcs);
  g_test_add_func(TEST_PATH "gcm_packet_is_the_rfcs", test_gcm_packet_is_the_rfcs);
  g_test_add_func(TEST_PATH "replays_and_too_old_packets_are_told_apart_from_forgeries",
                  test_replays_and_too_old_packets_are_told_apart_from_forgeries);
  g_test_add_func(TEST_PATH "window_spans_1024_packets", test_window_spans_1024_packets);
  g_test_add_func(TEST_PATH "sequence_may_wrap", test_sequence_may_wrap);
  g_test_add_func(TEST_PATH "a_packet_may_be_sent_twice", test_a_packet_may_be_sent_twice);
  g_test_add_func(TEST_PATH "a_peer_opens_no_more_than_64_streams",
                  test_a_peer_opens_no_more_than_64_streams);
  g_test_add_func(TEST_PATH "forged_streams_take_no_place", test_forged_streams_take_no_place);
  g_test_add_func(TEST_PATH "rtcp_round_trip", test_rtcp_round_trip);
  g_test_add_func(TEST_PATH "halves_and_oddities_are_malformed",
                  test_halves_and_oddities_are_malformed);
  g_test_add_func(TEST_PATH "keys_are_wiped", test_keys_are_wiped);
  return g_test_run();
}
