/* signaling/key_text.h - a key as text: made of random bits, hashed, named. Any thread. */
#pragma once
#include <glib.h>

enum { KEY_TEXT_MAX = 27, KEY_HASH_BYTES = 32, KEY_ID_MAX = 17 };

/* 128 random bits in 26 characters of RFC 4648's base32, small letters. */
void key_text_make(char out[KEY_TEXT_MAX]);
/* SHA-256 of the key as people may type it: capitals and '-' do not matter. */
void key_hash(const char *key, guint8 hash[KEY_HASH_BYTES]);
/* The key's name: the first 8 bytes of its hash, in hex. May be logged. */
void key_id_of_hash(const guint8 hash[KEY_HASH_BYTES], char out[KEY_ID_MAX]);
