/* recorder/session_gaps.c - what a session's record lacks: all of it for a time, or its picture or its sound alone. */
#include "recorder/session_gaps.h"
#include "recorder/session_facts.h"
#include <stdbool.h>

enum {
  HOLE_US = 100000,         /* between two segments: less is the last frame's own duration        */
  STREAM_HOLE_US = 1000000, /* of one stream: a picture of few frames a second is no lack of one  */
};

typedef struct {
  gint64 from_us, to_us;
  const char *of, *cause;   /* borrowed; of (nullable): all */
} Gap;

struct SessionGaps {
  GArray *gaps, *of_streams;  /* owned, of Gap */
};

SessionGaps *
session_gaps_new(void)
{
  SessionGaps *self = g_new0(SessionGaps, 1);
  self->gaps = g_array_new(FALSE, FALSE, sizeof(Gap));
  self->of_streams = g_array_new(FALSE, FALSE, sizeof(Gap));
  return self;
}

void
session_gaps_free(SessionGaps *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->gaps);
  g_array_unref(self->of_streams);
  g_free(self);
}

void
session_gaps_take(SessionGaps *self, const json_t *line)
{
  Gap gap = {
    facts_time_us(line, "from"), facts_time_us(line, "to"), json_string_value(json_object_get(line, "of")),
    json_string_value(json_object_get(line, "cause")),
  };
  if (gap.to_us > gap.from_us)
    g_array_append_val(gap.of != NULL ? self->of_streams : self->gaps, gap);
}

static bool
has_frames(const json_t *segment)
{
  return json_integer_value(json_object_get(segment, "videoFrames"))
    + json_integer_value(json_object_get(segment, "audioPackets")) > 0;
}

static int
compare_gaps(gconstpointer a, gconstpointer b)
{
  gint64 left = ((const Gap *)a)->from_us, right = ((const Gap *)b)->from_us;
  return left < right ? -1 : left > right;
}

static void
add_hole(SessionGaps *self, gint64 from_us, gint64 to_us)
{
  Gap hole = { from_us, to_us, NULL, "no-media" };
  if (to_us - from_us > HOLE_US)
    g_array_append_val(self->gaps, hole);
}

static void
add_uncovered(SessionGaps *self, const json_t *segments, gint64 end_us)
{
  gint64 covered_us = 0;
  gsize i;
  json_t *segment;
  json_array_foreach(segments, i, segment) {
    if (!has_frames(segment))
      continue;
    add_hole(self, covered_us, facts_time_us(segment, "from"));
    covered_us = MAX(covered_us, facts_time_us(segment, "to"));
  }
  add_hole(self, covered_us, end_us);
}

/* Returns: the gap at *@i with all that overlap it; moves *@i on. */
static Gap
next_merged(const SessionGaps *self, guint *i)
{
  Gap gap = g_array_index(self->gaps, Gap, (*i)++);
  for (; *i < self->gaps->len && g_array_index(self->gaps, Gap, *i).from_us <= gap.to_us; (*i)++) {
    const Gap *next = &g_array_index(self->gaps, Gap, *i);
    gap.to_us = MAX(gap.to_us, next->to_us);
    if (g_strcmp0(gap.cause, "no-media") == 0 || gap.cause == NULL)
      gap.cause = next->cause;
  }
  return gap;
}

json_t *
session_gaps_all(SessionGaps *self, const json_t *segments, gint64 end_us)
{
  add_uncovered(self, segments, end_us);
  g_array_sort(self->gaps, compare_gaps);
  json_t *out = json_array();
  for (guint i = 0; i < self->gaps->len;) {
    Gap gap = next_merged(self, &i);
    json_array_append_new(out, json_pack("{s:o, s:o, s:s?}", "from", facts_seconds(gap.from_us), "to",
                                         facts_seconds(gap.to_us), "cause", gap.cause));
  }
  return out;
}

json_t *
session_gaps_of_streams(const SessionGaps *self)
{
  json_t *out = self->of_streams->len > 0 ? json_array() : NULL;
  for (guint i = 0; i < self->of_streams->len; i++) {
    const Gap *gap = &g_array_index(self->of_streams, Gap, i);
    json_array_append_new(out, json_pack("{s:o, s:o, s:s, s:s?}", "from", facts_seconds(gap->from_us), "to",
                                         facts_seconds(gap->to_us), "of", gap->of, "cause", gap->cause));
  }
  return out;
}

json_t *
session_gap_of_stream(const char *of, guint64 frames, gint64 end_us, gint64 from_us, gint64 to_us, const char *cause)
{
  gint64 since_us = frames > 0 ? end_us : from_us;
  if (to_us - since_us < (frames > 0 ? STREAM_HOLE_US : HOLE_US))
    return NULL;
  return json_pack("{s:o, s:o, s:s, s:s}", "from", facts_seconds(since_us), "to", facts_seconds(to_us), "of", of,
                   "cause", cause);
}
