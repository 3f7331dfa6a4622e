/* media/transport/packet_crypto.c - SRTP and SRTCP of one transport, in place. */
#include "media/transport/packet_crypto.h"
#include "media/base/bytes.h"
#include <srtp2/srtp.h>

enum {
  /* Packets of one SSRC that may arrive out of order: 1024 are 0.8 s of 1.2 Mbit/s video. */
  REPLAY_WINDOW_PACKETS = 1024,
  RTP_HEADER_BYTES = 12,
  RTCP_HEADER_BYTES = 8,
  TRAILER_BYTES_MAX = SRTP_MAX_TRAILER_LEN + 4,  /* SRTCP adds its index */
};

G_STATIC_ASSERT((int)PACKET_TAILROOM >= (int)TRAILER_BYTES_MAX);

typedef struct {
  PacketCipher   cipher;
  const char    *name;
  srtp_profile_t profile;
  gsize          key_bytes;
} CipherInfo;

static const CipherInfo CIPHERS[] = {
  { PACKET_CIPHER_NONE, "", srtp_profile_reserved, 0 },
  { PACKET_CIPHER_AEAD_AES_128_GCM, "AEAD_AES_128_GCM", srtp_profile_aead_aes_128_gcm, 28 },
  { PACKET_CIPHER_AES_CM_128_SHA1_80, "AES_CM_128_HMAC_SHA1_80", srtp_profile_aes128_cm_sha1_80,
    30 },
};

struct PacketCrypto {
  /* owned */
  srtp_t send, receive;

  /* state */
  gsize   n_ssrcs;
  guint32 ssrcs[PACKET_SSRCS_IN_MAX];  /* authenticated ones */
};

static const CipherInfo *
cipher_info(PacketCipher cipher)
{
  return &CIPHERS[cipher < G_N_ELEMENTS(CIPHERS) ? cipher : PACKET_CIPHER_NONE];
}

gsize
packet_cipher_key_bytes(PacketCipher cipher)
{
  return cipher_info(cipher)->key_bytes;
}

const char *
packet_cipher_name(PacketCipher cipher)
{
  return cipher_info(cipher)->name;
}

void
packet_keys_wipe(PacketKeys *keys)
{
  explicit_bzero(keys, sizeof *keys);
}

static gpointer
start_library(G_GNUC_UNUSED gpointer data)
{
  srtp_err_status_t status = srtp_init();
  if (status != srtp_err_status_ok)
    g_error("libsrtp does not start: %d", (int)status);
  return NULL;
}

static srtp_t
session_new(const CipherInfo *info, srtp_ssrc_type_t direction, const guint8 *key)
{
  guint8 key_copy[PACKET_KEY_BYTES_MAX];
  memcpy(key_copy, key, info->key_bytes);
  srtp_policy_t policy = {
    .ssrc = { .type = direction },
    .key = key_copy,
    .window_size = REPLAY_WINDOW_PACKETS,
    .allow_repeat_tx = 1,
  };
  srtp_t session = NULL;
  if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, info->profile) != srtp_err_status_ok
      || srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, info->profile)
             != srtp_err_status_ok
      || srtp_create(&session, &policy) != srtp_err_status_ok)
    session = NULL;
  explicit_bzero(key_copy, sizeof key_copy);
  return session;
}

PacketCrypto *
packet_crypto_new(const PacketKeys *keys)
{
  static GOnce once = G_ONCE_INIT;
  g_once(&once, start_library, NULL);
  const CipherInfo *info = cipher_info(keys->cipher);
  g_return_val_if_fail(info->cipher != PACKET_CIPHER_NONE, NULL);

  g_autoptr(PacketCrypto) self = g_new0(PacketCrypto, 1);
  self->send = session_new(info, ssrc_any_outbound, keys->send);
  self->receive = session_new(info, ssrc_any_inbound, keys->receive);
  if (self->send == NULL || self->receive == NULL)
    return NULL;
  return g_steal_pointer(&self);
}

void
packet_crypto_free(PacketCrypto *self)
{
  if (self == NULL)
    return;
  if (self->send != NULL)
    srtp_dealloc(self->send);
  if (self->receive != NULL)
    srtp_dealloc(self->receive);
  g_free(self);
}

typedef srtp_err_status_t (*CryptoFunc)(srtp_t session, void *packet, int *length);

static bool
has_room_for_trailer(const Packet *packet)
{
  const guint8 *end = packet->buffer + sizeof packet->buffer;
  return packet->data >= packet->buffer && packet->data <= end
         && packet->length + TRAILER_BYTES_MAX <= (gsize)(end - packet->data);
}

static PacketCryptoResult
protect(srtp_t session, Packet *packet, gsize header_bytes, CryptoFunc func)
{
  if (packet->length < header_bytes || !has_room_for_trailer(packet))
    return PACKET_CRYPTO_MALFORMED;
  int length = (int)packet->length;
  if (func(session, packet->data, &length) != srtp_err_status_ok)
    return PACKET_CRYPTO_MALFORMED;
  packet->length = (gsize)length;
  return PACKET_CRYPTO_OK;
}

PacketCryptoResult
packet_crypto_protect_rtp(PacketCrypto *self, Packet *packet)
{
  return protect(self->send, packet, RTP_HEADER_BYTES, srtp_protect);
}

PacketCryptoResult
packet_crypto_protect_rtcp(PacketCrypto *self, Packet *packet)
{
  return protect(self->send, packet, RTCP_HEADER_BYTES, srtp_protect_rtcp);
}

static bool
is_known_ssrc(const PacketCrypto *self, guint32 ssrc)
{
  for (gsize i = 0; i < self->n_ssrcs; i++) {
    if (self->ssrcs[i] == ssrc)
      return true;
  }
  return false;
}

static PacketCryptoResult
unprotect(PacketCrypto *self, Packet *packet, gsize ssrc_offset, gsize header_bytes,
          CryptoFunc func)
{
  if (packet->length < header_bytes)
    return PACKET_CRYPTO_MALFORMED;
  /* The library keeps a context for each authenticated SSRC: a peer must not open more
   * than a few. Old ones are never forgotten, that would make their packets replayable. */
  ByteReader reader = byte_reader(packet->data + ssrc_offset, packet->length - ssrc_offset);
  guint32 ssrc = byte_reader_u32(&reader);
  bool is_known = is_known_ssrc(self, ssrc);
  if (!is_known && self->n_ssrcs == PACKET_SSRCS_IN_MAX)
    return PACKET_CRYPTO_MALFORMED;

  int length = (int)packet->length;
  switch (func(self->receive, packet->data, &length)) {
  case srtp_err_status_ok:
    break;
  case srtp_err_status_auth_fail:
  case srtp_err_status_cipher_fail:  /* the library's NSS backend, for some of the same */
    return PACKET_CRYPTO_AUTH_FAILED;
  case srtp_err_status_replay_fail:
  case srtp_err_status_replay_old:
    return PACKET_CRYPTO_REPLAYED;
  default:
    return PACKET_CRYPTO_MALFORMED;
  }
  packet->length = (gsize)length;
  if (!is_known)
    self->ssrcs[self->n_ssrcs++] = ssrc;
  return PACKET_CRYPTO_OK;
}

PacketCryptoResult
packet_crypto_unprotect_rtp(PacketCrypto *self, Packet *packet)
{
  return unprotect(self, packet, 8, RTP_HEADER_BYTES, srtp_unprotect);
}

PacketCryptoResult
packet_crypto_unprotect_rtcp(PacketCrypto *self, Packet *packet)
{
  return unprotect(self, packet, 4, RTCP_HEADER_BYTES, srtp_unprotect_rtcp);
}
