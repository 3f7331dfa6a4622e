/* recorder/verify.h - is a session's bag what was closed? Names what is wrong, missing, extra or reordered.
 *
 *   signature -> tagmanifest -> manifest -> files -> journal's chain -> segments named in it -> session.json
 *
 * Each arrow is checked by itself, so that a forger who recomputes one is found by the next.
 * No GStreamer, no network. Any thread; blocks while it hashes. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef enum {
  VERIFY_FINDING_NONE = 0,
  VERIFY_FINDING_ALTERED,    /* is there, is not what it was                */
  VERIFY_FINDING_MISSING,
  VERIFY_FINDING_EXTRA,      /* is there, is listed nowhere                 */
  VERIFY_FINDING_REORDERED,  /* holds what another place should hold        */
  VERIFY_FINDING_INVALID,    /* a signature, a stamp, a line that says nonsense */
  VERIFY_FINDING_UNFINISHED, /* the bag was never closed                    */
} VerifyFindingKind;

typedef struct {
  VerifyFindingKind kind;
  char *subject;             /* path inside the bag                         */
  guint line;                /* of the journal or a manifest; 0: the whole  */
  char *text;                /* for people                                  */
} VerifyFinding;

typedef struct {
  GPtrArray *findings;       /* of VerifyFinding*; empty: intact            */
  bool     is_signed, is_stamped;
  bool     is_trusted;       /* the signer is @trusted_certificate          */
  char    *signer;           /* (nullable) subject of the certificate       */
  char    *fingerprint;      /* (nullable) SHA-256 of it, hex               */
  char    *stamped_at;       /* (nullable) RFC 3339                         */
  guint    files, journal_lines, segments;
  guint64  bytes;
} VerifyReport;

/* @trusted_certificate: (nullable) PEM path: the signature must be there and be its owner's. A
 * PEM file of several is a chain or a set of authorities; any of them may vouch.
 * Returns: (transfer full), never NULL: a directory that cannot be read is a finding. */
VerifyReport *verify_session(const char *directory, const char *trusted_certificate);
void          verify_report_free(VerifyReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyReport, verify_report_free)

bool        verify_report_is_intact(const VerifyReport *report);
const char *verify_finding_kind_name(VerifyFindingKind kind);  /* "altered"... */

/* {"intact","signed","trusted","signer","fingerprint","stampedAt","files","bytes","journalLines",
 * "segments","findings":[{"kind","subject","line","text"}]} (transfer full). */
json_t *verify_report_json(const VerifyReport *report);
