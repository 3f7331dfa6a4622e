/* signaling/key_text.c - a key as text: made of random bits, hashed, named. */
#include "signaling/key_text.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

enum { KEY_RANDOM_BYTES = 16, KEY_ID_BYTES = 8 };

void
key_text_make(char out[KEY_TEXT_MAX])
{
  static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyz234567";
  guint8 random[KEY_RANDOM_BYTES];
  if (RAND_bytes(random, sizeof random) != 1)
    g_error("no random numbers for keys");
  guint bits = 0, n_bits = 0;
  gsize used = 0;
  for (gsize i = 0; i < sizeof random; i++) {
    bits = bits << 8 | random[i];
    for (n_bits += 8; n_bits >= 5; n_bits -= 5)
      out[used++] = ALPHABET[bits >> (n_bits - 5) & 31];
  }
  out[used++] = ALPHABET[bits << (5 - n_bits) & 31];
  out[used] = '\0';
  OPENSSL_cleanse(random, sizeof random);
}

void
key_hash(const char *key, guint8 hash[KEY_HASH_BYTES])
{
  char plain[2 * KEY_TEXT_MAX] = "";
  gsize used = 0;
  for (; *key != '\0' && used < sizeof plain - 1; key++)
    if (*key != '-')
      plain[used++] = g_ascii_tolower(*key);
  SHA256((const guchar *)plain, used, hash);
  OPENSSL_cleanse(plain, sizeof plain);
}

void
key_id_of_hash(const guint8 hash[KEY_HASH_BYTES], char out[KEY_ID_MAX])
{
  for (int i = 0; i < KEY_ID_BYTES; i++)
    g_snprintf(out + 2 * i, 3, "%02x", hash[i]);
}
