/* media/transport/packet_crypto.h - SRTP and SRTCP of one transport, in place.
 *
 * One direction, one key: every SSRC we send uses the first, every SSRC of the peer the
 * second (RFC 3711, RFC 7714). Net thread. */
#pragma once
#include "media/base/packet.h"
#include "media/base/thread_role.h"

enum {
  PACKET_KEY_BYTES_MAX = 30,   /* AES-128 master key and 14 bytes of salt                   */
  PACKET_SSRCS_IN_MAX = 64,    /* streams a peer may open: each costs memory until the end  */
};

typedef enum {
  PACKET_CIPHER_NONE = 0,
  PACKET_CIPHER_AEAD_AES_128_GCM,     /* RFC 7714: 16 + 12 bytes */
  PACKET_CIPHER_AES_CM_128_SHA1_80,   /* RFC 3711: 16 + 14 bytes */
} PacketCipher;

/* Master keys, each followed by its salt. Wipe with packet_keys_wipe() after use. */
typedef struct {
  PacketCipher cipher;
  guint8 send[PACKET_KEY_BYTES_MAX];
  guint8 receive[PACKET_KEY_BYTES_MAX];
} PacketKeys;

typedef enum {
  PACKET_CRYPTO_NONE = 0,
  PACKET_CRYPTO_OK,
  PACKET_CRYPTO_AUTH_FAILED,  /* wrong key or altered                                  */
  PACKET_CRYPTO_REPLAYED,     /* seen before, or older than the window of 1024 packets */
  PACKET_CRYPTO_MALFORMED,    /* no RTP or RTCP, one SSRC too many, no room for a tag  */
} PacketCryptoResult;

typedef struct PacketCrypto PacketCrypto;

/* Bytes of @cipher's master key and salt together. */
gsize packet_cipher_key_bytes(PacketCipher cipher);
/* As RFC 5764 and RFC 7714 call it; "" for NONE. */
const char *packet_cipher_name(PacketCipher cipher);
void packet_keys_wipe(PacketKeys *keys);

/* @keys: copied. Returns: (nullable): NULL if the library refuses them. */
PacketCrypto *packet_crypto_new(const PacketKeys *keys) ON_NET;
void          packet_crypto_free(PacketCrypto *self);  /* NULL is accepted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PacketCrypto, packet_crypto_free)

/* All four change @packet in place; after a failure its content is undefined.
 * A packet may be sent twice (RTX is another SSRC; a repeat must be byte for byte the same). */
PacketCryptoResult packet_crypto_protect_rtp(PacketCrypto *self, Packet *packet) ON_NET;
PacketCryptoResult packet_crypto_protect_rtcp(PacketCrypto *self, Packet *packet) ON_NET;
PacketCryptoResult packet_crypto_unprotect_rtp(PacketCrypto *self, Packet *packet) ON_NET;
PacketCryptoResult packet_crypto_unprotect_rtcp(PacketCrypto *self, Packet *packet) ON_NET;
