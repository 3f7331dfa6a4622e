/* recorder/record_past.h - what the journal of a session that a killed recorder has left says to the next one. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
  guint64     acknowledged;  /* highest "message"                             */
  json_t     *open_case;     /* owned (nullable): case.start without its end  */
  bool        is_closed;
  GHashTable *folders;       /* owned: of segments, name -> what is known of it */
} RecordPast;

/* @lines: all, recovery_adopt_parts()'s as well. */
void record_past_read(RecordPast *self, const json_t *lines);
void record_past_clear(RecordPast *self);

/* Of the segments in @folder ("data/composite").
 * @segment: (out) highest number that was ever given; @end_us: (out) media time where the last frame ends.
 * Returns: false if it holds no frame; @segment counts all the same. */
bool record_past_folder(const RecordPast *self, const char *folder, guint *segment, gint64 *end_us);
