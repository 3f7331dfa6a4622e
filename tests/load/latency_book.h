/* tests/load/latency_book.h - when each numbered frame and each marker left, and how late it was seen.
 *
 * The net thread writes departures, measuring threads ask. A number comes back after one
 * turn of the clip, so a latency of a whole turn could not be told from none: the clip
 * lasts some seconds. Any thread. */
#pragma once
#include <glib.h>

typedef struct LatencyBook LatencyBook;

/* @n_numbers: frames of a clip. */
LatencyBook *latency_book_new(guint n_sites, guint n_numbers);
void         latency_book_free(LatencyBook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LatencyBook, latency_book_free)

void   latency_book_frame_sent(LatencyBook *self, guint site, guint number, gint64 now_us);
/* Returns: ms since frame @number of @site was sent; negative: it was not. */
double latency_book_frame_seen(LatencyBook *self, guint site, guint number, gint64 now_us);

void   latency_book_marker_sent(LatencyBook *self, guint site, guint signature, gint64 now_us);
/* A marker was heard at @now_us by site @listener, which does not hear itself. Takes the
 * newest marker of this signature that could be it and was not taken by this listener.
 * @site: whose it was.
 * Returns: ms; negative: no marker fits. */
double latency_book_marker_heard(LatencyBook *self, guint listener, guint signature, gint64 now_us,
                                 guint *site);
/* How many markers of other sites than @listener left in this time. */
guint  latency_book_markers_sent(LatencyBook *self, guint listener, gint64 from_us, gint64 to_us);
