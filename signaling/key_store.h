/* signaling/key_store.h - the keys on disk: who may change them, and how.
 *
 * state/credentials.json keeps the hashes (signaling/key_rows.h); state/keys.json gets a key
 * once, when it is made. Both are replaced atomically, keys.json first: a crash between the two
 * leaves a key that nobody has seen, and the next start or `diemcau key add` makes another.
 *
 * One writer at a time: whoever changes the files, the bridge at its start or `diemcau key` at
 * any time, holds flock() on state/keys.lock from reading to renaming, so no change is lost. The
 * running bridge never writes them: it reads again when the file was replaced (mcu/key_watch.h),
 * and needs no lock for that, since a rename shows it the old or the new file, never half of one.
 * Functions block on the disk, and on a change under way. Any thread. */
#pragma once
#include "signaling/credentials.h"
#include "signaling/key_rows.h"

/* Reads the files of @state_dir (made if missing), adds a key for each seed that has none (a
 * revoked one counts: nobody is let in again by a restart).
 * Returns: (transfer full): array of StoredKey. NULL and @error: nothing was overwritten. */
GArray *key_store_open(const char *state_dir, const CredentialSeed *seeds, guint n_seeds, GError **error);
/* Only reads. (transfer full) */
GArray *key_store_read(const char *state_dir, GError **error);

/* Makes a key. @wanted: role, site, room, label, rights and ends_s count; on return it is whole.
 * @key: gets the text. A break-glass key is not put into keys.json: it is shown once. */
bool    key_store_add(const char *state_dir, StoredKey *wanted, gint64 wall_s, char key[KEY_TEXT_MAX], GError **error);
/* Ends a key at @wall_s for good, and takes its text from keys.json. @key_id: its id, or the
 * beginning of it that no other has. @out: the row. Errors: no or several such keys, revoked before. */
bool    key_store_revoke(const char *state_dir, const char *key_id, gint64 wall_s, StoredKey *out, GError **error);
/* Returns: (transfer full): the text of @key_id (as above), while keys.json still has it. @out: its row. */
char   *key_store_find_text(const char *state_dir, const char *key_id, StoredKey *out, GError **error);
