/* recorder/record_lane.c - the picture and sound of one place as a row of segments in one folder. */
#include "recorder/record_lane.h"
#include "recorder/codec_facts.h"
#include "recorder/directory_sync.h"
#include "recorder/session_gaps.h"
#include "recorder/stream_merge.h"
#include <glib/gstdio.h>

enum {
  GAP_US = 100000,            /* shorter than this between two segments is the distance of two frames */
  KEYFRAME_AGAIN_US = 500000,
  BOUNDARY_WAIT_US = 2000000, /* the bridge forces a keyframe at a boundary by itself */
};

typedef struct {
  gint64 time_us;
  int    case_number;
} Boundary;

struct RecordLane {
  RecordLaneConfig config;
  char *directory, *folder;    /* owned */
  StreamMerge *merge;          /* owned */
  SegmentWriter *segment;      /* owned (nullable) */
  char  *file;                 /* owned (nullable): of the segment, relative to the session */
  gint64 from_us;
  guint  width, height, channels;  /* channels: of the last packet, 0: none yet */
  gint64 latest_us;            /* of what was pushed to a segment */
  gint64 end_us;               /* where the last segment ended; -1: not known */
  char  *cause;                /* owned (nullable): of the gap that is open   */
  int    case_number;          /* of the segments from now on; -1 */
  GArray *boundaries;          /* Boundary, in time; not reached yet */
  bool   wants_new;            /* a stream is back that the segment has ended */
  gint64 asked_us;             /* media time of the last request for a keyframe */
  bool   was_late;             /* the last frame of the picture came too late for any segment */
  guint64 finished_bytes;
  RecordLaneTotals totals;
};

static guint
highest_number(const char *path)
{
  guint highest = 0;
  g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
  for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;)
    highest = MAX(highest, (guint)g_ascii_strtoull(name, NULL, 10));
  return highest;
}

RecordLane *
record_lane_new(const RecordLaneConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename(config->directory, config->folder, NULL);
  if (!directory_make(path, error))
    return NULL;
  RecordLane *self = g_new0(RecordLane, 1);
  self->config = *config;
  self->directory = g_strdup(config->directory);
  self->folder = g_strdup(config->folder);
  self->merge = stream_merge_new();
  self->end_us = config->start_us;
  /* what comes now is later than all that came before; a frame's own duration may reach into it */
  self->latest_us = config->is_resumed ? config->start_us - GAP_US : G_MININT64;
  self->cause = config->is_resumed ? g_strdup("crash") : NULL;
  self->case_number = -1;
  self->boundaries = g_array_new(FALSE, FALSE, sizeof(Boundary));
  self->asked_us = G_MININT64 / 2;
  self->totals.segment = MAX(highest_number(path), config->segments_before);
  self->totals.written_us = config->is_resumed ? config->start_us : -1;
  return self;
}

void
record_lane_free(RecordLane *self)
{
  if (self == NULL)
    return;
  segment_writer_free(self->segment);
  stream_merge_free(self->merge);
  g_array_unref(self->boundaries);
  g_free(self->cause);
  g_free(self->file);
  g_free(self->folder);
  g_free(self->directory);
  g_free(self);
}

void
record_lane_set_case(RecordLane *self, gint64 time_us, int case_number)
{
  Boundary boundary = { time_us - time_us % 1000, case_number };  /* as frames have it */
  g_array_append_val(self->boundaries, boundary);
}

static double
seconds(gint64 time_us)
{
  return (double)((time_us + 500) / 1000) / 1000.0;
}

static bool
tell(RecordLane *self, const char *event, gint64 time_us, json_t *fields, GError **error)
{
  return self->config.owner.journal(event, time_us, fields, self->config.owner.data, error);
}

static void
ask_for_keyframe(RecordLane *self, gint64 time_us)
{
  if (time_us - self->asked_us < KEYFRAME_AGAIN_US)
    return;
  self->asked_us = time_us;
  self->config.owner.want_keyframe(self->config.owner.data);
}

static bool
boundary_is_reached(const RecordLane *self, gint64 time_us)
{
  return self->boundaries->len > 0 && g_array_index(self->boundaries, Boundary, 0).time_us <= time_us;
}

static void
pass_boundaries(RecordLane *self, gint64 time_us)
{
  while (boundary_is_reached(self, time_us)) {
    self->case_number = g_array_index(self->boundaries, Boundary, 0).case_number;
    g_array_remove_index(self->boundaries, 0);
  }
}

/* What the segment that has ended lacks of one stream. */
static bool
tell_lack(RecordLane *self, const char *of, guint64 frames, gint64 end_us, GError **error)
{
  if (!self->config.is_composite)
    return true;
  json_t *gap = session_gap_of_stream(of, frames, end_us, self->from_us, self->end_us, "no-media");
  return gap == NULL || tell(self, "gap", self->end_us, gap, error);
}

/* @to_us: where the next segment begins; -1: there is none that follows at once. */
static bool
end_segment(RecordLane *self, gint64 to_us, GError **error)
{
  if (self->segment == NULL)
    return true;
  if (!segment_writer_finish(self->segment, error))
    return false;  /* it may be tried again, with more room on the disk */
  g_autoptr(SegmentWriter) segment = g_steal_pointer(&self->segment);
  g_autofree char *file = g_steal_pointer(&self->file);
  const SegmentTotals *totals = segment_writer_totals(segment);
  bool follows = to_us >= 0 && to_us - totals->end_us < GAP_US;
  self->end_us = follows ? to_us : totals->end_us;
  self->finished_bytes += totals->bytes;
  self->totals.bytes = self->finished_bytes;
  self->totals.written_us = totals->end_us;
  json_t *fields = json_pack("{s:s, s:f, s:f, s:I, s:I, s:I, s:s}", "file", file, "from", seconds(self->from_us), "to",
                             seconds(self->end_us), "videoFrames", (json_int_t)totals->video_frames, "audioPackets",
                             (json_int_t)totals->audio_packets, "bytes", (json_int_t)totals->bytes, "sha256",
                             totals->sha256);
  return tell(self, "segment.close", self->end_us, fields, error)
         && tell_lack(self, "picture", totals->video_frames, totals->video_end_us, error)
         && tell_lack(self, "sound", totals->audio_packets, totals->audio_end_us, error);
}

static bool
tell_gap(RecordLane *self, gint64 from_us, GError **error)
{
  g_autofree char *cause = g_steal_pointer(&self->cause);
  if (self->end_us < 0 || from_us - self->end_us < GAP_US)
    return true;
  self->totals.gaps++;
  if (!self->config.is_composite)
    return true;
  json_t *fields = json_pack("{s:f, s:f, s:s}", "from", seconds(self->end_us), "to", seconds(from_us), "cause",
                             cause != NULL ? cause : "no-media");
  return tell(self, "gap", from_us, fields, error);
}

/* The journal first: so that whatever of the file a crash leaves, its place in time is known. */
static bool
begin_segment(RecordLane *self, gint64 from_us, bool has_video, GError **error)
{
  if (!end_segment(self, from_us, error) || !tell_gap(self, from_us, error))
    return false;
  pass_boundaries(self, from_us);
  bool has_audio = self->channels > 0 && !stream_merge_is_absent(self->merge, SEGMENT_STREAM_AUDIO);
  g_free(self->file);
  self->file = g_strdup_printf("%s/%04u.mkv", self->folder, ++self->totals.segment);
  json_t *fields = json_pack("{s:s, s:f, s:o}", "file", self->file, "from", seconds(from_us), "case",
                             self->case_number >= 0 ? json_integer(self->case_number) : json_null());
  if (!tell(self, "segment.open", from_us, fields, error))
    return false;
  g_autofree char *path = g_build_filename(self->directory, self->file, NULL);
  SegmentSpec spec = {
    .path = path, .from_us = from_us,
    .width = has_video ? self->width : 0, .height = has_video ? self->height : 0,
    .channels = has_audio ? self->channels : 0,
  };
  self->segment = segment_writer_new(&spec, error);
  self->from_us = from_us;
  self->wants_new = false;
  return self->segment != NULL;
}

static bool
takes(const RecordLane *self, SegmentStream stream)
{
  return self->segment != NULL && segment_writer_takes(self->segment, stream);
}

static bool
is_due(const RecordLane *self, gint64 time_us)
{
  return self->wants_new || boundary_is_reached(self, time_us) || time_us - self->from_us >= self->config.segment_us;
}

static bool
take_video(RecordLane *self, const RecordMessage *frame, GError **error)
{
  gint64 time_us = frame->header.time_us;
  gsize length;
  const guint8 *data = g_bytes_get_data(frame->payload, &length);
  Vp8Facts facts;
  if (!vp8_facts_read(&facts, data, length)) {
    self->totals.discarded++;
    return true;
  }
  bool is_new_size = facts.is_keyframe && (facts.width != self->width || facts.height != self->height);
  if (facts.is_keyframe) {
    self->width = facts.width;
    self->height = facts.height;
  }
  bool has_place = takes(self, SEGMENT_STREAM_VIDEO) && time_us >= self->from_us;
  /* earlier than sound that was let through without it: no segment may begin there any more */
  bool is_late = time_us < self->latest_us;
  if (self->was_late && !is_late)
    self->asked_us = G_MININT64 / 2;  /* what was asked for meanwhile came too late, too */
  self->was_late = is_late;
  if (facts.is_keyframe && !is_late && (!has_place || is_new_size || is_due(self, time_us))) {
    if (!begin_segment(self, time_us, true, error))
      return false;
    has_place = true;
  }
  if (!has_place) {
    self->totals.discarded++;
    ask_for_keyframe(self, time_us);
    return true;
  }
  if (self->wants_new || boundary_is_reached(self, time_us - BOUNDARY_WAIT_US)
      || time_us - self->from_us >= self->config.segment_us)
    ask_for_keyframe(self, time_us);
  self->latest_us = time_us;
  segment_writer_push(self->segment, SEGMENT_STREAM_VIDEO, frame->payload, time_us, 0, facts.is_keyframe);
  return true;
}

static bool
take_audio(RecordLane *self, const RecordMessage *packet, bool flush, GError **error)
{
  gint64 time_us = packet->header.time_us;
  gsize length;
  const guint8 *data = g_bytes_get_data(packet->payload, &length);
  OpusFacts facts;
  if (!opus_facts_read(&facts, data, length)) {
    self->totals.discarded++;
    return true;
  }
  /* nothing is waited for any more at a flush: better without its picture than not at all */
  bool is_alone = (flush || stream_merge_is_absent(self->merge, SEGMENT_STREAM_VIDEO)) && !takes(self, SEGMENT_STREAM_VIDEO);
  if (is_alone && time_us >= self->latest_us && (!takes(self, SEGMENT_STREAM_AUDIO) || is_due(self, time_us))
      && !begin_segment(self, time_us, false, error))
    return false;
  if (!takes(self, SEGMENT_STREAM_AUDIO) || time_us < self->from_us) {
    self->totals.discarded++;
    self->wants_new |= self->segment != NULL && !takes(self, SEGMENT_STREAM_AUDIO);
    return true;
  }
  self->latest_us = time_us;
  segment_writer_push(self->segment, SEGMENT_STREAM_AUDIO, packet->payload, time_us, facts.duration_us, true);
  return true;
}

/* A stream that stays away is ended in the segment, so that the muxer goes on with the other. */
static bool
let_go_of_absent(RecordLane *self, SegmentStream stream, gint64 time_us, GError **error)
{
  if (!takes(self, stream) || !stream_merge_is_absent(self->merge, stream))
    return true;
  segment_writer_end_stream(self->segment, stream);
  if (!self->config.is_composite)
    return true;
  const char *what = stream == SEGMENT_STREAM_VIDEO ? "no picture" : "no sound";
  return tell(self, "fault", time_us, json_pack("{s:s}", "what", what), error);
}

static bool
take_all(RecordLane *self, bool flush, GError **error)
{
  SegmentStream stream;
  RecordMessage *next;
  while ((next = stream_merge_pop(self->merge, flush, &stream)) != NULL) {
    g_autoptr(RecordMessage) frame = next;
    bool is_video = stream == SEGMENT_STREAM_VIDEO;
    SegmentStream other = is_video ? SEGMENT_STREAM_AUDIO : SEGMENT_STREAM_VIDEO;
    if (!let_go_of_absent(self, other, frame->header.time_us, error))
      return false;
    if (!(is_video ? take_video(self, frame, error) : take_audio(self, frame, flush, error)))
      return false;
  }
  return true;
}

bool
record_lane_push(RecordLane *self, SegmentStream stream, RecordMessage *frame, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(frame->payload, &length);
  OpusFacts facts;
  if (stream == SEGMENT_STREAM_AUDIO && opus_facts_read(&facts, data, length))
    self->channels = facts.channels;
  stream_merge_push(self->merge, stream, frame);
  return take_all(self, false, error);
}

bool
record_lane_drain(RecordLane *self, gint64 now_us, GError **error)
{
  if (self->segment == NULL)
    return true;
  if (!segment_writer_drain(self->segment, now_us, error))
    return false;
  const SegmentTotals *totals = segment_writer_totals(self->segment);
  self->totals.bytes = self->finished_bytes + totals->bytes;
  self->totals.written_us = totals->end_us;
  return true;
}

bool
record_lane_break(RecordLane *self, gint64 to_us, const char *cause, GError **error)
{
  if (!take_all(self, true, error) || !end_segment(self, -1, error))
    return false;
  g_free(self->cause);
  self->cause = g_strdup(cause);
  ask_for_keyframe(self, to_us);
  return true;
}

bool
record_lane_finish(RecordLane *self, GError **error)
{
  return take_all(self, true, error) && end_segment(self, -1, error);
}

const RecordLaneTotals *
record_lane_totals(const RecordLane *self)
{
  return &self->totals;
}
