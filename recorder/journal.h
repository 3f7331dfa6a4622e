/* recorder/journal.h - a session's journal: every event one line, each with the hash of the line before.
 *
 * A line is one JSON object, keys sorted, compact, UTF-8, LF. Fields of every line: "event",
 * "time" (wall clock, RFC 3339 with ms and offset), "mediaTime" (s), "seq" (from 1), "previous"
 * (SHA-256, hex, of the line before without its LF; 64 zeros for the first). A half-written last
 * line, of a crash, is set aside when the journal is opened again (renamed bytes are kept). */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct Journal Journal;

/* Opens for appending, made if it is not there; goes on with the chain that is there.
 * Errors: the file cannot be had, or its chain is broken (then nothing is appended). */
Journal *journal_open(const char *path, GError **error);
void     journal_close(Journal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_close)

/* Appends and syncs to the disk before it returns. One thread. @fields: (transfer full)
 * (nullable) an object; its own "event", "time", "seq", "previous" are overwritten.
 * @media_time_us: session media time. Event "speaker" alone may wait up to 200 ms for its sync:
 * the next append or journal_sync() brings it. Errors: of the disk; the file is then as before. */
bool journal_append(Journal *self, const char *event, gint64 media_time_us, json_t *fields, GError **error);

/* Syncs what waits for it; nothing if nothing does. */
bool journal_sync(Journal *self, GError **error);

/* Reads all lines. (transfer full) an array of objects. @broken_line: 0, or the first line
 * whose chain, number or syntax is wrong; the array then ends before it. NULL: no file. */
json_t  *journal_read(const char *path, guint *broken_line, GError **error);

/* Milliseconds since 1970 of a "time" of the journal; -1: it is none. */
gint64 journal_time_ms(const char *rfc3339);
