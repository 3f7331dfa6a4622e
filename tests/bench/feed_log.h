/* tests/bench/feed_log.h - what a recorder was fed, and whether a file holds just that.
 *
 * One thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
  gint64        time_us;      /* session media time                     */
  const guint8 *bytes;        /* borrowed: alive as long as the media   */
  guint32       length;
  bool          is_keyframe;  /* of the picture                         */
} Fed;

typedef struct {
  gint64 picture_us, sound_us;  /* the first white frame, the first packet of the tone; -1: not yet */
} FedMark;

typedef struct {
  gint64 time_us;
  int    number;
  bool   starts;
} FedBoundary;

typedef struct {
  GArray *pictures, *sounds;  /* of Fed, in their order */
  GArray *marks;              /* of FedMark             */
  GArray *boundaries;         /* of FedBoundary         */
} FeedLog;

void feed_log_init(FeedLog *self);
void feed_log_clear(FeedLog *self);

/* Compares block by block: number, order, bytes, times. Returns: (transfer full): {"frames": {...},
 * "packets": {...}}, each with "fed", "found", "different", "missing" and "time_error_ms" {min, max}. Errors: as
 * matroska_reader_new(). */
json_t *feed_log_compare(const FeedLog *self, const char *path, GError **error);
/* (transfer full): of each case, what lies between the keyframes at its two ends. */
json_t *feed_log_cases(const FeedLog *self);
/* (transfer full): of each mark, seconds from the first picture. */
json_t *feed_log_marks(const FeedLog *self);
