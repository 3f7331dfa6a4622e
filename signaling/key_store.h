/* signaling/key_store.h - the hashes of the keys on disk, and the keys themselves once.
 *
 * Both files are written atomically with mode 0600, keys.json first: a crash between the
 * two leaves a key that nobody has seen, which the next start replaces. Control thread. */
#pragma once
#include "signaling/credentials.h"

enum { KEY_TEXT_MAX = 27, KEY_HASH_BYTES = 32 };

typedef struct {
  Role   role;
  char   site[64];
  char   key_id[17];              /* the first 8 bytes of the hash: may be logged        */
  guint8 hash[KEY_HASH_BYTES];
  bool   is_active;               /* its site and role are configured                    */
} StoredKey;

/* Reads the files of @state_dir (made if missing), adds a key for each seed that has none.
 * Returns: (transfer full): array of StoredKey. NULL and @error: nothing was overwritten. */
GArray *key_store_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error) ON_CONTROL;

/* SHA-256 of the key as people may type it: capitals and '-' do not matter. */
void    key_hash(const char *key, guint8 hash[KEY_HASH_BYTES]);
