/* recorder/package.h - closes a session's directory: session.json, chapters, cases, master, bag, signature.
 *
 * Everything is derived from the journal and the segments; nothing is re-encoded; nothing that
 * is there is altered. May be called again after a crash in the middle: it begins anew. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
  const char *certificate;       /* (nullable) PEM path                         */
  const char *key;               /* (nullable) PEM path or "pkcs11:" URI        */
  const char *timestamp_server;  /* (nullable) URL, RFC 3161                    */
  bool        is_recovered;      /* closed by recovery, not by the chair        */
} PackageOptions;

/* @directory: of the session, with a journal whose segments are all closed. Blocks for as long
 * as it takes to copy and hash the session; the recorder process only. */
bool package_close(const char *directory, const PackageOptions *options, GError **error);
