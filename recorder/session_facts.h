/* recorder/session_facts.h - what a journal says of its session: the object of data/session.json.
 *
 * A pure function of the journal's lines, so that closing, recovery and verification come to the
 * same. Holds version, id, room, roomName, openedAt, closedAt, software, state, continues, duration,
 * sites, segments (of the composed picture), siteSegments, gaps, cases, faults; part, disk, streamGaps if stated. Not in it, for they
 * are of the bag: master, masterDuration, signature, signatureNote, notes. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* @lines: as journal_read() returns them. Returns: (transfer full). "masterFrom" is the position
 * in the master, whose 0 is the first segment's begin; a case without any frame has no "clip". */
json_t *session_facts(const json_t *lines);

/* Seconds of a field, as whole milliseconds in microseconds; 0 if it is not there. */
gint64 facts_time_us(const json_t *object, const char *key);
json_t *facts_seconds(gint64 time_us);
