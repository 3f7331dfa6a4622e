/* recorder/record_part.h - one directory that a session is being written to: lock, journal, lanes.
 *
 * Most sessions have one. When a disk is full or fails, the session goes on in a second one, a bag of
 * its own with its own media time 0. One thread: the writer's. Errors: of the disk. */
#pragma once
#include "recorder/record_lane.h"
#include "recorder/record_open.h"

typedef struct RecordPart RecordPart;

typedef struct {
  const RecordOpen *open;      /* borrowed                                                */
  const char *base, *name;     /* the directory is BASE/NAME                              */
  gint64 offset_us;            /* session media time of this part's media time 0          */
  json_t *session;             /* borrowed: what session.open states                      */
  void (*want_keyframe)(guint stream, gpointer data);
  gpointer data;
} RecordPartConfig;

/* Makes the directory and states session.open; or, if its journal is there, goes on with it: what a crash
 * left is adopted first. */
RecordPart *record_part_new(const RecordPartConfig *config, GError **error);
/* Lets go of all as it is. NULL is accepted. */
void        record_part_free(RecordPart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordPart, record_part_free)

/* All times below are session media time. */
bool record_part_frame(RecordPart *self, const char *site, guint stream, SegmentStream kind, RecordMessage *frame,
                       GError **error);  /* @frame: (transfer full); @site: NULL for picture and mix */
bool record_part_tell(RecordPart *self, const char *event, gint64 time_us, json_t *fields, GError **error);
void record_part_set_case(RecordPart *self, gint64 time_us, int case_number);
bool record_part_break(RecordPart *self, gint64 to_us, const char *cause, GError **error);
bool record_part_drain(RecordPart *self, gint64 now_us, GError **error);
/* Ends all lanes and the journal; @close_us: session media time of the end, -1: where media ends. */
bool record_part_finish(RecordPart *self, gint64 close_us, GError **error);
/* Ends all lanes and states that the rest is elsewhere. A disk that is full has room for that (closing_room.h). */
bool record_part_move_out(RecordPart *self, const char *why, GError **error);

const char *record_part_directory(const RecordPart *self);
bool     record_part_is_resumed(const RecordPart *self);
guint64  record_part_acknowledged(const RecordPart *self);   /* highest "message" that its journal had at opening */
json_t  *record_part_open_case(const RecordPart *self);      /* borrowed (nullable): case.start without its end, at opening */
gint64   record_part_written_us(const RecordPart *self);     /* session media time; offset_us if nothing yet */
guint64  record_part_bytes(const RecordPart *self);
guint    record_part_gaps(const RecordPart *self);
guint    record_part_segment(const RecordPart *self);
