/* signaling/key_rows.h - the rows of state/credentials.json and state/keys.json. Any thread.
 *
 * credentials.json: [{"site", "role", "sha256", and where they apply "room", "label",
 * "restricted": true, "breakGlass": true, "made", "ends", "revoked" (RFC 3339)}, ...].
 * keys.json: [{"site", "role", "key"}, ...]. One row a line, mode 0600, replaced atomically
 * (temporary file, fsync, rename). */
#pragma once
#include "signaling/http_server.h"
#include "signaling/key_text.h"

enum { KEY_ROWS_MAX = 2048, KEY_LABEL_MAX = 161 };

typedef struct {
  Role   role;
  char   site[64];              /* "" for those without a seat                            */
  char   room[64];              /* "": every room                                         */
  char   key_id[KEY_ID_MAX];
  guint8 hash[KEY_HASH_BYTES];
  char   label[KEY_LABEL_MAX];  /* for people: "máy phụ Tiên Du"                          */
  bool   may_see_restricted, is_break_glass;
  gint64 made_s, ends_s, revoked_s;  /* wall time, since 1970; 0: unknown, never, never   */
  /* the running bridge's, see credentials.h; not in the file */
  bool   is_active;             /* its site, role and room are configured, it has not ended */
  gint64 ends_us;               /* monotonic; 0: never                                    */
} StoredKey;

/* Returns: (transfer full): an empty array if @path is not there. NULL and @error: not readable,
 * or no array. */
json_t *key_rows_read(const char *path, GError **error);
bool    key_rows_write(const char *path, const json_t *rows, GError **error);

/* Appends each row of @rows as a StoredKey to @keys. @path: for the error. */
bool    key_rows_parse(const json_t *rows, const char *path, GArray *keys, GError **error);
json_t *key_rows_from_keys(const GArray *keys);  /* (transfer full) */
/* Returns: "2026-12-10T00:30:00Z" (transfer full). @wall_s: since 1970. */
char   *key_time_text(gint64 wall_s);
