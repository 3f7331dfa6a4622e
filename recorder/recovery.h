/* recorder/recovery.h - what a crash has left is made into a whole session again.
 *
 * The bytes as found are kept (moved to data/original/) and hashed; a recovered copy with index
 * and duration is made beside the other segments; both are in the journal and the manifest; what
 * is missing is stated as a gap. Media time plus gaps equals wall time. */
#pragma once
#include "recorder/journal.h"
#include "recorder/package.h"
#include <glib.h>
#include <stdbool.h>

/* Makes a segment of each "*.part" below @directory (a session's), and states in @journal a
 * segment.close for each segment that has none. For the session's own recorder: after a respawn,
 * before its first new segment, and before package_close(). Gaps need not be journaled for what
 * a killed recorder lost: they follow from the segments' times.
 * @recovered: (out) (optional) how many segments were. Blocks: it reads and writes each of them. */
bool recovery_adopt_parts(const char *directory, Journal *journal, guint *recovered, GError **error);

/* Finalises one session's directory, whatever state it is in; nothing if its bag is complete.
 * Errors: RECORDER_ERROR_BUSY: a living recorder holds its lock. */
bool recovery_session(const char *directory, const PackageOptions *options, GError **error);

/* All unfinished sessions below @recordings, but for the one named by @except_id (nullable) and
 * those that a living recorder holds. One that fails is told in the log and does not hold up
 * the others. Returns: false if any failed. */
bool recovery_run(const char *recordings, const char *except_id, const PackageOptions *options, GError **error);
