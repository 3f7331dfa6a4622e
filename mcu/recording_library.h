/* mcu/recording_library.h - the closed recordings, for the clerk: index, files, checks, audit.
 *
 *   control: call -> [ queue ] -> library's thread: index, audit log, opening files
 *                                 checker's thread: verify_session(), minutes for a long session
 *
 * The control thread never waits for the recordings' disk. Each call here that blocks says so and
 * is made inside a LibraryJob's `work`. */
#pragma once
#include "media/base/thread_role.h"
#include "mcu/audit_log.h"
#include "recorder/recording_index.h"
#include "recorder/bag_files.h"

typedef struct RecordingLibrary RecordingLibrary;

typedef struct {
  const char *const *directories;   /* NULL-ended: of the recordings, the fallback's last */
  const char *state_dir;            /* the index lies there                               */
  AuditLog   *audit;                /* borrowed, not copied                               */
  const char *trusted_certificate;  /* (nullable) PEM: the signer that a check expects    */
} RecordingLibraryConfig;           /* texts are copied */

/* Opens nothing yet: the first job does, and a later one tries again what failed. */
RecordingLibrary *recording_library_new(const RecordingLibraryConfig *config) ON_CONTROL;
/* Waits for the jobs in hand, not for checks: they end by themselves, and their results are lost.
 * After the HTTP server: calls that still wait get their answer. */
void              recording_library_free(RecordingLibrary *self);

/* @work on the library's thread, then @done on the control thread, in the order of the calls. */
typedef void (*LibraryFunc)(RecordingLibrary *library, gpointer data);
void recording_library_run(RecordingLibrary *self, LibraryFunc work, LibraryFunc done, gpointer data) ON_CONTROL;

/* --- library's thread --- */

/* The index, as the disk is now (looked at no more than once in two seconds). NULL and @error. */
RecordingIndex *recording_library_index(RecordingLibrary *self, GError **error);
AuditLog       *recording_library_audit(RecordingLibrary *self);
/* True if this caller's view of @object is to be written down: the ranges of one viewing in five
 * minutes are one view. */
bool            recording_library_is_new_view(RecordingLibrary *self, const char *key_id, const char *recording, const char *object);

/* The state of a session's check: {"state": "unchecked"|"running"|"intact"|"damaged", "at": text|null,
 * "report": {...}|null} (transfer full). */
json_t *recording_library_check_state(RecordingLibrary *self, const char *id);
/* Starts a check, or leaves the one that runs. */
void    recording_library_start_check(RecordingLibrary *self, const char *id, const char *directory);
