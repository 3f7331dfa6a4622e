/* recorder/record_part.c - one directory that a session is being written to: lock, journal, lanes. */
#include "recorder/record_part.h"
#include "media/base/clock.h"
#include "recorder/closing_room.h"
#include "recorder/directory_sync.h"
#include "recorder/journal.h"
#include "recorder/record_past.h"
#include "recorder/recorder_error.h"
#include "recorder/recovery.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_TRIES = 50, LOCK_AGAIN_US = 20000, TRAILING_GAP_US = 1000000 };

typedef struct {
  RecordPart *part;
  guint stream;     /* of its picture */
  RecordLane *lane;
} Place;

struct RecordPart {
  RecordPartConfig config;
  char    *directory;
  int      lock;
  Journal *journal;
  Place   *composite;
  GHashTable *sites;   /* owned site id -> owned Place */
  RecordPast past;
  bool     is_resumed, is_closed;
};

static bool
take_lock(RecordPart *self, GError **error)
{
  g_autofree char *path = g_build_filename(self->directory, ".lock", NULL);
  self->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (self->lock < 0)
    return recorder_error_set_errno(error, path);
  for (guint i = 0; i < LOCK_TRIES; i++) {
    if (flock(self->lock, LOCK_EX | LOCK_NB) == 0)
      return true;
    g_usleep(LOCK_AGAIN_US);  /* the one before may be dying */
  }
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_BUSY, "%s is held by another recorder", self->directory);
  return false;
}

/* What the journal of a resumed session says of it. */
static void
read_past(RecordPart *self, const char *journal)
{
  guint broken = 0;
  json_t *lines = journal_read(journal, &broken, NULL);
  self->is_resumed = json_array_size(lines) > 0;
  record_past_read(&self->past, lines);
  json_decref(lines);
}

/* Nothing is begun where there is no room to end it; what was begun goes on. */
static bool
keep_room(RecordPart *self, const char *journal, GError **error)
{
  g_autoptr(GError) local = NULL;
  if (closing_room_keep(self->directory, &local))
    return true;
  if (!g_file_test(journal, G_FILE_TEST_EXISTS)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
  }
  g_warning("recorder: %s", local->message);
  return true;
}

static bool
open_journal(RecordPart *self, GError **error)
{
  g_autofree char *path = g_build_filename(self->directory, "data", "journal.jsonl", NULL);
  if (!keep_room(self, path, error))
    return false;
  self->journal = journal_open(path, error);
  if (self->journal == NULL)
    return false;
  read_past(self, path);
  self->is_closed = self->past.is_closed;
  if (self->is_closed)
    return true;
  if (self->is_resumed && !recovery_adopt_parts(self->directory, self->journal, NULL, error))
    return false;
  if (self->is_resumed)
    read_past(self, path);
  if (!self->is_resumed && !journal_append(self->journal, "session.open", 0, json_deep_copy(self->config.session), error))
    return false;
  gint64 now_us = self->is_resumed ? clock_now_us() - self->config.open->origin_us - self->config.offset_us : 0;
  return journal_append(self->journal, "recorder.started", now_us, json_pack("{s:b}", "resumed", self->is_resumed), error);
}

static bool
journal_for_lane(const char *event, gint64 media_time_us, json_t *fields, gpointer data, GError **error)
{
  return journal_append(((Place *)data)->part->journal, event, media_time_us, fields, error);
}

static void
keyframe_for_lane(gpointer data)
{
  Place *place = data;
  place->part->config.want_keyframe(place->stream, place->part->config.data);
}

static void
place_free(gpointer data)
{
  Place *place = data;
  if (place == NULL)
    return;
  record_lane_free(place->lane);
  g_free(place);
}

static Place *
place_new(RecordPart *self, const char *folder, bool is_composite, gint64 start_us, GError **error)
{
  Place *place = g_new0(Place, 1);
  place->part = self;
  guint taken;
  gint64 end_us;
  bool goes_on = record_past_folder(&self->past, folder, &taken, &end_us);
  RecordLaneConfig config = {
    .directory = self->directory, .folder = folder, .start_us = goes_on ? end_us : start_us, .segments_before = taken,
    .is_resumed = goes_on || (is_composite && self->is_resumed), .segment_us = self->config.open->segment_us, .is_composite = is_composite,
    .owner = { journal_for_lane, keyframe_for_lane, place },
  };
  place->lane = record_lane_new(&config, error);
  if (place->lane == NULL)
    g_clear_pointer(&place, place_free);
  return place;
}

RecordPart *
record_part_new(const RecordPartConfig *config, GError **error)
{
  g_autoptr(RecordPart) self = g_new0(RecordPart, 1);
  self->config = *config;
  self->lock = -1;
  self->directory = g_build_filename(config->base, config->name, NULL);
  self->sites = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, place_free);
  g_autofree char *data = g_build_filename(self->directory, "data", NULL);
  if (!directory_make(data, error) || !take_lock(self, error) || !open_journal(self, error))
    return NULL;
  if (!self->is_closed) {
    self->composite = place_new(self, "data/composite", true, 0, error);
    if (self->composite == NULL)
      return NULL;
  }
  self->config.base = self->config.name = NULL;  /* the caller's, no longer needed */
  self->config.session = NULL;
  return g_steal_pointer(&self);
}

void
record_part_free(RecordPart *self)
{
  if (self == NULL)
    return;
  place_free(self->composite);
  g_hash_table_unref(self->sites);
  journal_close(self->journal);
  record_past_clear(&self->past);
  if (self->lock >= 0)
    close(self->lock);
  g_free(self->directory);
  g_free(self);
}

static Place *
place_of(RecordPart *self, const char *site, guint stream, gint64 time_us, SegmentStream kind, GError **error)
{
  if (site == NULL)
    return self->composite;
  Place *place = g_hash_table_lookup(self->sites, site);
  if (place == NULL) {
    g_autofree char *folder = g_build_filename("data/sites", site, NULL);
    place = place_new(self, folder, false, time_us, error);
    if (place == NULL)
      return NULL;
    g_hash_table_insert(self->sites, g_strdup(site), place);
  }
  if (kind == SEGMENT_STREAM_VIDEO)
    place->stream = stream;
  return place;
}

bool
record_part_frame(RecordPart *self, const char *site, guint stream, SegmentStream kind, RecordMessage *frame,
                  GError **error)
{
  frame->header.time_us -= self->config.offset_us;
  if (frame->header.time_us < 0 || self->is_closed) {
    record_message_free(frame);
    return true;
  }
  Place *place = place_of(self, site, stream, frame->header.time_us, kind, error);
  if (place == NULL) {
    record_message_free(frame);
    return false;
  }
  return record_lane_push(place->lane, kind, frame, error);
}

bool
record_part_tell(RecordPart *self, const char *event, gint64 time_us, json_t *fields, GError **error)
{
  if (!self->is_closed)
    return journal_append(self->journal, event, MAX(time_us - self->config.offset_us, 0), fields, error);
  json_decref(fields);
  return true;
}

void
record_part_set_case(RecordPart *self, gint64 time_us, int case_number)
{
  if (self->composite != NULL)
    record_lane_set_case(self->composite->lane, time_us - self->config.offset_us, case_number);
}

typedef bool (*PlaceFunc)(Place *place, gpointer data, GError **error);

static bool
for_each_place(RecordPart *self, PlaceFunc func, gpointer data, GError **error)
{
  if (self->composite != NULL && !func(self->composite, data, error))
    return false;
  GHashTableIter iter;
  gpointer place;
  g_hash_table_iter_init(&iter, self->sites);
  while (g_hash_table_iter_next(&iter, NULL, &place)) {
    if (!func(place, data, error))
      return false;
  }
  return true;
}

typedef struct {
  gint64 time_us;
  const char *cause;
} Break;

static bool
break_place(Place *place, gpointer data, GError **error)
{
  const Break *what = data;
  return record_lane_break(place->lane, what->time_us, what->cause, error);
}

bool
record_part_break(RecordPart *self, gint64 to_us, const char *cause, GError **error)
{
  Break what = { to_us - self->config.offset_us, cause };
  return for_each_place(self, break_place, &what, error);
}

static bool
drain_place(Place *place, gpointer data, GError **error)
{
  return record_lane_drain(place->lane, *(gint64 *)data, error);
}

bool
record_part_drain(RecordPart *self, gint64 now_us, GError **error)
{
  return for_each_place(self, drain_place, &now_us, error) && journal_sync(self->journal, error);
}

static bool
finish_place(Place *place, gpointer data, GError **error)
{
  (void)data;
  return record_lane_finish(place->lane, error);
}

static double
seconds(gint64 time_us)
{
  return (double)(time_us / 1000) / 1000.0;
}

bool
record_part_finish(RecordPart *self, gint64 close_us, GError **error)
{
  if (self->is_closed)
    return true;
  if (!for_each_place(self, finish_place, NULL, error))
    return false;
  gint64 end_us = record_part_written_us(self);
  bool has_gap = close_us - end_us > TRAILING_GAP_US;
  gint64 end_media_us = (has_gap ? close_us : end_us) - self->config.offset_us;
  if (has_gap) {
    json_t *gap = json_pack("{s:f, s:f, s:s}", "from", seconds(end_us - self->config.offset_us), "to",
                            seconds(end_media_us), "cause", "no-media");
    if (!journal_append(self->journal, "gap", end_media_us, gap, error))
      return false;
  }
  if (!journal_append(self->journal, "recorder.stopped", end_media_us, NULL, error)
      || !journal_append(self->journal, "session.close", end_media_us, NULL, error))
    return false;
  self->is_closed = true;
  return true;
}

bool
record_part_move_out(RecordPart *self, const char *why, GError **error)
{
  closing_room_give_half(self->directory);
  return record_part_tell(self, "fault", record_part_written_us(self), json_pack("{s:s}", "what", why), error)
         && for_each_place(self, finish_place, NULL, error)
         && recovery_adopt_parts(self->directory, self->journal, NULL, error)  /* a segment that was never begun */
         && record_part_finish(self, -1, error);
}

const char *record_part_directory(const RecordPart *self) { return self->directory; }
bool record_part_is_resumed(const RecordPart *self) { return self->is_resumed; }
guint64 record_part_acknowledged(const RecordPart *self) { return self->past.acknowledged; }
json_t *record_part_open_case(const RecordPart *self) { return self->past.open_case; }

static const RecordLaneTotals *
composite_totals(const RecordPart *self)
{
  static const RecordLaneTotals NOTHING = { .written_us = -1 };
  return self->composite != NULL ? record_lane_totals(self->composite->lane) : &NOTHING;
}

gint64
record_part_written_us(const RecordPart *self)
{
  return self->config.offset_us + MAX(composite_totals(self)->written_us, 0);
}

static bool
add_bytes(Place *place, gpointer data, GError **error)
{
  (void)error;
  *(guint64 *)data += record_lane_totals(place->lane)->bytes;
  return true;
}

guint64
record_part_bytes(const RecordPart *self)
{
  guint64 bytes = 0;
  for_each_place((RecordPart *)self, add_bytes, &bytes, NULL);
  return bytes;
}

guint record_part_gaps(const RecordPart *self) { return composite_totals(self)->gaps; }
guint record_part_segment(const RecordPart *self) { return composite_totals(self)->segment; }
