/* tests/bench/feed_log.c - what a recorder was fed, and whether a file holds just that. */
#include "tests/bench/feed_log.h"
#include "recorder/matroska_reader.h"
#include <string.h>

void
feed_log_init(FeedLog *self)
{
  self->pictures = g_array_new(FALSE, FALSE, sizeof(Fed));
  self->sounds = g_array_new(FALSE, FALSE, sizeof(Fed));
  self->marks = g_array_new(FALSE, FALSE, sizeof(FedMark));
  self->boundaries = g_array_new(FALSE, FALSE, sizeof(FedBoundary));
}

void
feed_log_clear(FeedLog *self)
{
  g_array_unref(self->pictures);
  g_array_unref(self->sounds);
  g_array_unref(self->marks);
  g_array_unref(self->boundaries);
}

static gint64
first_us(const FeedLog *self)
{
  return self->pictures->len > 0 ? g_array_index(self->pictures, Fed, 0).time_us : 0;
}

/* One track of a file against what was fed of it. */
typedef struct {
  const GArray *fed;
  guint   found, different;
  gint64  error_min_us, error_max_us, end_us;
} Track;

static void
take_block(Track *self, const MatroskaBlock *block, gint64 base_us)
{
  guint i = self->found++;
  self->end_us = block->time_us;
  if (i >= self->fed->len) {
    self->different++;
    return;
  }
  const Fed *fed = &g_array_index(self->fed, Fed, i);
  self->different += block->frame_bytes != fed->length || memcmp(block->frame, fed->bytes, fed->length) != 0;
  gint64 error_us = block->time_us - (fed->time_us - base_us);
  self->error_min_us = i == 0 ? error_us : MIN(self->error_min_us, error_us);
  self->error_max_us = i == 0 ? error_us : MAX(self->error_max_us, error_us);
}

static json_t *
track_json(const Track *self)
{
  return json_pack("{s:i, s:i, s:i, s:i, s:{s:f, s:f}, s:f}", "fed", (int)self->fed->len, "found", (int)self->found,
                   "different", (int)self->different,
                   "missing", self->found < self->fed->len ? (int)(self->fed->len - self->found) : 0,
                   "time_error_ms", "min", (double)self->error_min_us / 1e3, "max", (double)self->error_max_us / 1e3,
                   "last_s", (double)self->end_us / 1e6);
}

json_t *
feed_log_compare(const FeedLog *self, const char *path, GError **error)
{
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, error);
  if (reader == NULL)
    return NULL;
  Track pictures = { .fed = self->pictures }, sounds = { .fed = self->sounds };
  MatroskaBlock block;
  while (matroska_reader_next(reader, &block))
    take_block(block.kind == MATROSKA_TRACK_VIDEO ? &pictures : &sounds, &block, first_us(self));
  return json_pack("{s:o, s:o}", "frames", track_json(&pictures), "packets", track_json(&sounds));
}

/* Index of the first keyframe at or after @time_us; all if there is none. */
static guint
cut_at(const FeedLog *self, gint64 time_us)
{
  guint i = 0;
  for (; i < self->pictures->len; i++) {
    const Fed *fed = &g_array_index(self->pictures, Fed, i);
    if (fed->time_us >= time_us && fed->is_keyframe)
      break;
  }
  return i;
}

static guint
packets_before(const FeedLog *self, gint64 time_us)
{
  guint n = 0;
  while (n < self->sounds->len && g_array_index(self->sounds, Fed, n).time_us < time_us)
    n++;
  return n;
}

json_t *
feed_log_cases(const FeedLog *self)
{
  json_t *cases = json_array();
  for (guint i = 0; i + 1 < self->boundaries->len; i++) {
    const FedBoundary *start = &g_array_index(self->boundaries, FedBoundary, i);
    const FedBoundary *end = &g_array_index(self->boundaries, FedBoundary, i + 1);
    if (!start->starts)
      continue;
    guint from = cut_at(self, start->time_us), to = cut_at(self, end->time_us);
    gint64 from_us = g_array_index(self->pictures, Fed, from).time_us, to_us = g_array_index(self->pictures, Fed, to).time_us;
    json_array_append_new(cases, json_pack("{s:i, s:f, s:f, s:i, s:i}", "number", start->number, "from", (double)from_us / 1e6,
                                           "to", (double)to_us / 1e6, "frames", (int)(to - from), "packets",
                                           (int)(packets_before(self, to_us) - packets_before(self, from_us))));
  }
  return cases;
}

json_t *
feed_log_marks(const FeedLog *self)
{
  json_t *marks = json_array();
  for (guint i = 0; i < self->marks->len; i++) {
    const FedMark *mark = &g_array_index(self->marks, FedMark, i);
    if (mark->picture_us >= 0 && mark->sound_us >= 0)
      json_array_append_new(marks, json_pack("{s:f, s:f}", "picture", (double)(mark->picture_us - first_us(self)) / 1e6,
                                             "sound", (double)(mark->sound_us - first_us(self)) / 1e6));
  }
  return marks;
}
