/* recorder/verify_private.h - for the files of verify alone. */
#pragma once
#include "recorder/verify.h"

VerifyReport *verify_report_new(void);
void verify_report_add(VerifyReport *report, VerifyFindingKind kind, const char *subject, guint line,
                       const char *format, ...) G_GNUC_PRINTF(5, 6);

/* The journal's chain, its segments against @hashes (path -> SHA-256 of the files as they are), and
 * data/session.json against what the journal says. */
void verify_journal(VerifyReport *report, const char *directory, GHashTable *hashes);
