/* recorder/session_gaps.h - what a session's record lacks: all of it for a time, or its picture or its sound alone.
 *
 *   segments  |--picture and sound--|           |--sound--|--picture and sound--|
 *   gaps                            |-----------|
 *   streamGaps                                  |-picture-|
 *
 * A gap is stated by a line "gap" of the journal, or follows from the times that no segment covers; one of a single
 * stream ("of": "picture" or "sound") only by its line. Media time and gaps make up the whole; those of a single
 * stream lie within media time. Pure; one thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

typedef struct SessionGaps SessionGaps;

SessionGaps *session_gaps_new(void);
void         session_gaps_free(SessionGaps *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionGaps, session_gaps_free)

/* @line: a "gap" of the journal, which outlives @self. */
void    session_gaps_take(SessionGaps *self, const json_t *line);
/* Returns: (transfer full) [{from, to, cause}], in time, without overlap: those stated, and what @segments of a
 * session that ends at @end_us do not cover. */
json_t *session_gaps_all(SessionGaps *self, const json_t *segments, gint64 end_us);
/* Returns: (transfer full) [{from, to, of, cause}] as stated; (nullable) none. */
json_t *session_gaps_of_streams(const SessionGaps *self);

/* What a segment of frames from @from_us to @to_us lacks of one stream.
 * @of: "picture" or "sound". @frames: how many it has of it, @end_us: where the last of them ends.
 * Returns: (transfer full) (nullable) the fields of a line "gap": it has none at all, or none for a second at its end. */
json_t *session_gap_of_stream(const char *of, guint64 frames, gint64 end_us, gint64 from_us, gint64 to_us, const char *cause);
