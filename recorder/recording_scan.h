/* recorder/recording_scan.h - what the index keeps of one session's directory.
 *
 * A directory is a session's if its name is `<when>_<room>_<uuid>`; everything else below a
 * recording directory is left alone. A session without session.json is still open, or waits for
 * its recovery; one whose session.json cannot be read is listed as damaged, never left out.
 * Blocks on the disk; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum { RECORDING_ID_BYTES = 37 };  /* a UUID and its NUL */

/* Returns: false if @name is no session's. */
bool recording_scan_id(const char *name, char id[RECORDING_ID_BYTES]);

/* A number that changes when the session's session.json does; 0: there is none yet. */
gint64 recording_scan_stamp(const char *directory);

typedef struct {
  gint64  opened_s;   /* UNIX time                                                    */
  char    day[11];    /* of the opening, on the clock of the place: "2026-12-10"      */
  json_t *recording;  /* room, roomName, openedAt, closedAt, duration, state, gaps (count), cases
                       * (count), signature, continues; state: "closed", "recovered", "open",
                       * "damaged"                                                     */
  json_t *cases;      /* array: the objects of session.json                            */
  json_t *sites;      /* array of {"id", "name"}                                       */
} RecordingSummary;

/* @name: the directory's own name. Never fails: what is not known is null. */
void recording_scan_read(const char *directory, const char *name, RecordingSummary *out);
void recording_summary_clear(RecordingSummary *self);
