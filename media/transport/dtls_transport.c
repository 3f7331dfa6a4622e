/* media/transport/dtls_transport.c - one DTLS 1.2 association, for its SRTP keys only. */
#include "media/transport/dtls_transport.h"
#include "media/base/log.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
  FIRST_TIMEOUT_US = 100 * 1000,  /* OpenSSL's own second would be a second of joining      */
  LAST_TIMEOUT_US = 4 * 1000 * 1000,
  HANDSHAKE_LIMIT_US = 30 * 1000 * 1000,
  APP_DATA_BYTES = 2048,          /* at a time; all of it is thrown away                    */
  IP_UDP_OVERHEAD_BYTES = 48,
  /* RFC 6347 section 4.1, of a record: */
  RECORD_HEADER_BYTES = 13, RECORD_VERSION_AT = 1, RECORD_EPOCH_AT = 3, RECORD_LENGTH_AT = 11,
};

static const char EXPORTER_LABEL[] = "EXTRACTOR-dtls_srtp";  /* RFC 5764 section 4.2 */

struct DtlsTransport {
  /* owned */
  SSL *ssl;

  /* state */
  DtlsState    state;
  DtlsRole     role;
  guint8       fingerprint[DTLS_FINGERPRINT_BYTES];
  gint64       limit_us;     /* 0: no poll yet                        */
  bool         is_closed;    /* close_notify sent                     */
  const guint8 *in;          /* borrowed: the datagram to read, or NULL */
  gsize        in_length;

  /* borrowed */
  DtlsSendFunc send;
  gpointer     user;
};

/* OpenSSL's view of the network: a read takes one whole datagram, a write sends one. With
 * memory BIOs instead records of two datagrams run together, and OpenSSL 3.0 has no
 * datagram memory BIO. */
static int
bio_write(BIO *bio, const char *data, int length)
{
  DtlsTransport *self = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (length > 0)
    self->send((const guint8 *)data, (gsize)length, self->user);
  return length;
}

static int
bio_read(BIO *bio, char *out, int size)
{
  DtlsTransport *self = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (self->in == NULL || size <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  gsize length = MIN(self->in_length, (gsize)size);
  memcpy(out, self->in, length);
  self->in = NULL;
  return (int)length;
}

static long
bio_ctrl(G_GNUC_UNUSED BIO *bio, int command, G_GNUC_UNUSED long number,
         G_GNUC_UNUSED void *pointer)
{
  switch (command) {
  case BIO_CTRL_FLUSH:
    return 1;
  case BIO_CTRL_DGRAM_QUERY_MTU:
  case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
    return DTLS_MTU_BYTES;
  case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
    return IP_UDP_OVERHEAD_BYTES;
  default:
    return 0;
  }
}

static gpointer
make_bio_method(G_GNUC_UNUSED gpointer data)
{
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram");
  if (method == NULL || BIO_meth_set_write(method, bio_write) != 1
      || BIO_meth_set_read(method, bio_read) != 1 || BIO_meth_set_ctrl(method, bio_ctrl) != 1)
    g_error("OpenSSL has no memory for a BIO method");
  return method;
}

static unsigned int
next_timeout_us(G_GNUC_UNUSED SSL *ssl, unsigned int last_us)
{
  return last_us == 0 ? FIRST_TIMEOUT_US : MIN(2 * last_us, (unsigned int)LAST_TIMEOUT_US);
}

DtlsTransport *
dtls_transport_new(const DtlsIdentity *identity, DtlsRole our_role, const guint8 *fingerprint,
                   DtlsSendFunc send, gpointer user)
{
  g_return_val_if_fail(our_role == DTLS_ROLE_ACTIVE || our_role == DTLS_ROLE_PASSIVE, NULL);
  static GOnce once = G_ONCE_INIT;
  const BIO_METHOD *method = g_once(&once, make_bio_method, NULL);

  DtlsTransport *self = g_new0(DtlsTransport, 1);
  self->state = DTLS_STATE_NEW;
  self->role = our_role;
  self->send = send;
  self->user = user;
  memcpy(self->fingerprint, fingerprint, sizeof self->fingerprint);
  self->ssl = SSL_new(dtls_identity_context(identity));
  BIO *bio = BIO_new(method);
  if (self->ssl == NULL || bio == NULL)
    g_error("OpenSSL has no memory");  /* as GLib does */
  BIO_set_data(bio, self);
  BIO_set_init(bio, 1);
  SSL_set_bio(self->ssl, bio, bio);
  SSL_set_app_data(self->ssl, self->fingerprint);
  SSL_set_mtu(self->ssl, DTLS_MTU_BYTES);
  DTLS_set_timer_cb(self->ssl, next_timeout_us);
  if (our_role == DTLS_ROLE_ACTIVE)
    SSL_set_connect_state(self->ssl);
  else
    SSL_set_accept_state(self->ssl);
  return self;
}

void
dtls_transport_free(DtlsTransport *self)
{
  if (self == NULL)
    return;
  SSL_free(self->ssl);
  g_free(self);
}

static void
fail(DtlsTransport *self, const char *where)
{
  bool is_rejected = SSL_get_verify_result(self->ssl) == X509_V_ERR_CERT_REJECTED;
  char text[256] = "given up";
  unsigned long error = ERR_peek_last_error();
  if (error != 0)
    ERR_error_string_n(error, text, sizeof text);
  ERR_clear_error();
  log_limited(G_LOG_LEVEL_MESSAGE, "DTLS %s: %s", where,
              is_rejected ? "the peer's certificate is not the signalled one" : text);
  self->state = is_rejected ? DTLS_STATE_WRONG_FINGERPRINT : DTLS_STATE_FAILED;
}

static PacketCipher
agreed_cipher(const DtlsTransport *self)
{
  const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(self->ssl);
  if (profile == NULL)
    return PACKET_CIPHER_NONE;
  switch (profile->id) {
  case SRTP_AEAD_AES_128_GCM:
    return PACKET_CIPHER_AEAD_AES_128_GCM;
  case SRTP_AES128_CM_SHA1_80:
    return PACKET_CIPHER_AES_CM_128_SHA1_80;
  default:
    return PACKET_CIPHER_NONE;
  }
}

/* The comparison that everything rests on. verify_peer() in dtls_identity.c has made it
 * already, so that the peer hears an alert; it is made again here, where the keys are
 * about to come out, in both roles and whatever way the handshake took. */
static void
finish_handshake(DtlsTransport *self)
{
  X509 *certificate = SSL_get1_peer_certificate(self->ssl);
  bool is_right = dtls_identity_matches(certificate, self->fingerprint);
  X509_free(certificate);
  if (!is_right)
    self->state = DTLS_STATE_WRONG_FINGERPRINT;
  else if (agreed_cipher(self) == PACKET_CIPHER_NONE)
    fail(self, "handshake without an SRTP profile");
  else
    self->state = DTLS_STATE_CONNECTED;
}

static void
shake_hands(DtlsTransport *self)
{
  ERR_clear_error();
  int done = SSL_do_handshake(self->ssl);
  if (done == 1) {
    finish_handshake(self);
    return;
  }
  int reason = SSL_get_error(self->ssl, done);
  if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
    fail(self, "handshake");
}

/* Nothing is carried here, but reading handles alerts and repeats a lost last flight. */
static void
read_records(DtlsTransport *self)
{
  guint8 discarded[APP_DATA_BYTES];
  int length;
  do {
    ERR_clear_error();
    length = SSL_read(self->ssl, discarded, sizeof discarded);
  } while (length > 0);
  switch (SSL_get_error(self->ssl, length)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    break;
  case SSL_ERROR_ZERO_RETURN:
    self->state = DTLS_STATE_CLOSED_BY_PEER;
    break;
  default:
    fail(self, "association");
  }
}

void
dtls_transport_start(DtlsTransport *self)
{
  if (self->state != DTLS_STATE_NEW)
    return;
  self->state = DTLS_STATE_HANDSHAKING;
  shake_hands(self);
}

/* The least that an encrypted record has: nonce and tag, or what a block cipher makes of nothing. G_MAXUINT: no
 * cipher is agreed on, so there can be none yet. */
static guint
sealed_bytes_min(const DtlsTransport *self)
{
  const SSL_CIPHER *cipher = SSL_get_current_cipher(self->ssl);
  if (cipher == NULL)
    cipher = SSL_get_pending_cipher(self->ssl);
  if (cipher == NULL)
    return G_MAXUINT;
  switch (SSL_CIPHER_get_cipher_nid(cipher)) {
  case NID_aes_128_gcm:
  case NID_aes_256_gcm:
    return 8 + 16;
  case NID_chacha20_poly1305:
    return 16;
  default:  /* AES-CBC with SHA-1: a block of nonce, two of the MAC and its padding */
    return 3 * 16;
  }
}

/* Whether OpenSSL takes or drops the record at @record as a whole. What is too short for being encrypted ends the
 * association in OpenSSL 3.0; of one whose version or length it dislikes it drops the header alone and takes what
 * follows for the next record. */
static bool
is_record_sound(const DtlsTransport *self, const guint8 *record, gsize left)
{
  if (left < RECORD_HEADER_BYTES)
    return false;
  guint version = (guint)record[RECORD_VERSION_AT] << 8 | record[RECORD_VERSION_AT + 1];
  guint epoch = (guint)record[RECORD_EPOCH_AT] << 8 | record[RECORD_EPOCH_AT + 1];
  guint bytes = (guint)record[RECORD_LENGTH_AT] << 8 | record[RECORD_LENGTH_AT + 1];
  bool may_be_hello = self->state == DTLS_STATE_HANDSHAKING && epoch == 0;
  return (version == DTLS1_2_VERSION || (version == DTLS1_VERSION && may_be_hello))
         && bytes <= MIN(left - RECORD_HEADER_BYTES, (gsize)SSL3_RT_MAX_ENCRYPTED_LENGTH)
         && (epoch == 0 || bytes >= sealed_bytes_min(self));
}

/* Whoever knows the peer's address can send anything: a datagram ends where its records do. */
static gsize
sound_bytes(const DtlsTransport *self, const guint8 *datagram, gsize length)
{
  gsize at = 0;
  while (is_record_sound(self, datagram + at, length - at))
    at += RECORD_HEADER_BYTES + ((gsize)datagram[at + RECORD_LENGTH_AT] << 8 | datagram[at + RECORD_LENGTH_AT + 1]);
  return at;
}

void
dtls_transport_receive(DtlsTransport *self, const guint8 *datagram, gsize length)
{
  length = sound_bytes(self, datagram, length);
  if (length == 0)
    return;
  self->in = datagram;
  self->in_length = length;
  if (self->state == DTLS_STATE_HANDSHAKING)
    shake_hands(self);
  if (self->state == DTLS_STATE_CONNECTED)
    read_records(self);
  self->in = NULL;
}

void
dtls_transport_poll(DtlsTransport *self, gint64 now_us)
{
  if (self->state != DTLS_STATE_HANDSHAKING)
    return;
  if (self->limit_us == 0)
    self->limit_us = now_us + HANDSHAKE_LIMIT_US;
  ERR_clear_error();
  if (now_us >= self->limit_us || DTLSv1_handle_timeout(self->ssl) < 0)
    fail(self, "handshake without an end");
}

DtlsState
dtls_transport_state(const DtlsTransport *self)
{
  return self->state;
}

bool
dtls_transport_export_keys(DtlsTransport *self, PacketKeys *out)
{
  if (self->state != DTLS_STATE_CONNECTED)
    return false;
  enum { KEY = 16 };
  PacketCipher cipher = agreed_cipher(self);
  gsize salt = packet_cipher_key_bytes(cipher) - KEY;
  /* client key | server key | client salt | server salt */
  guint8 material[2 * PACKET_KEY_BYTES_MAX];
  bool is_exported = SSL_export_keying_material(self->ssl, material, 2 * (KEY + salt),
                                                EXPORTER_LABEL, strlen(EXPORTER_LABEL), NULL, 0, 0)
                     == 1;
  if (is_exported) {
    bool is_client = self->role == DTLS_ROLE_ACTIVE;
    guint8 *client = is_client ? out->send : out->receive;
    guint8 *server = is_client ? out->receive : out->send;
    memcpy(client, material, KEY);
    memcpy(server, material + KEY, KEY);
    memcpy(client + KEY, material + 2 * KEY, salt);
    memcpy(server + KEY, material + 2 * KEY + salt, salt);
    out->cipher = cipher;
  }
  explicit_bzero(material, sizeof material);
  return is_exported;
}

void
dtls_transport_close(DtlsTransport *self)
{
  if (self->state != DTLS_STATE_CONNECTED || self->is_closed)
    return;
  self->is_closed = true;
  ERR_clear_error();
  SSL_shutdown(self->ssl);
}
