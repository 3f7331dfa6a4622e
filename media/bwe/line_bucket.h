/* media/bwe/line_bucket.h - the one line that many sessions share, and its cap.
 *
 *   every datagram in and out ----> 1 ms buckets -> sum of the last 100 ms -> cap
 *   Pacer: may I send? -> turn (who was served least, by weight) -> rate -> window -> yes, or when
 *
 * Guarantee: no 100 ms, wherever they begin, hold more wire bytes (IP and UDP headers
 * included) than the cap, as long as what is not paced (sound, RTCP, DTLS, and in shared mode
 * what comes in) keeps to the reserve. What is not paced is counted, never held back; the
 * reserve rises by itself with the largest amount seen lately. LINE_MARGIN_PERCENT of the cap
 * stays free for the clock's distance from the wire.
 * Paced packets leave at an even rate besides, so that copies of one keyframe for many
 * receivers interleave instead of leaving in one burst.
 * Pure logic, virtual time; net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum {
  LINE_WINDOW_MS = 100,
  LINE_MARGIN_PERCENT = 3,
  LINE_OVERHEAD_IPV4 = 28,   /* IP and UDP headers of a datagram: add to its payload */
  LINE_OVERHEAD_IPV6 = 48,
};

typedef struct {
  guint64 up_bps, down_bps;  /* each way; 0: no limit; or */
  guint64 shared_bps;        /* the sum of both ways; 0: the two above count             */
} LineConfig;

/* Whose paced packets get the larger share when there is not room for all: 4 to 2 to 1. */
typedef enum {
  LINE_PRIORITY_NONE = 0,
  LINE_PRIORITY_FLOOR,      /* who has the floor, and the hub */
  LINE_PRIORITY_DOCUMENT,
  LINE_PRIORITY_REST,
} LinePriority;

typedef struct {
  guint64 cap_window_bytes;      /* of the limiting direction(s): up, or shared                */
  guint64 peak_window_bytes;     /* most in 100 ms since line_bucket_reset_peaks(): of what is
                                  * capped: up, or the sum in shared mode                      */
  guint64 peak_up_window_bytes, peak_down_window_bytes;
  guint64 used_up_bps, used_down_bps;  /* over the last second                               */
  guint64 up_bytes, down_bytes;        /* since the start                                    */
  guint64 unpaced_reserve_bytes;       /* kept free in each window                           */
  guint64 refusals;                    /* times a pacer had to wait                          */
  guint   n_members, n_waiting;
} LineStats;

typedef struct LineBucket LineBucket;
typedef struct LineMember LineMember;  /* one pacer's place */

LineBucket *line_bucket_new(const LineConfig *config);
void        line_bucket_free(LineBucket *self);  /* after its members left */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineBucket, line_bucket_free)

/* The line became another (a schedule, a failover): holds from the next question on. */
void line_bucket_configure(LineBucket *self, const LineConfig *config) ON_NET;
/* Expected rates of what is not paced, in wire bits: the sound, RTCP included, of all
 * sessions; and, for a shared cap, what the sites may send at most. */
void line_bucket_set_reserve(LineBucket *self, guint64 audio_bps, guint64 uplink_bps) ON_NET;

/* Counts a datagram on the line, whatever it is. Between line_member_begin_paced() and
 * line_member_end_paced() it counts as paced. */
void line_bucket_on_sent(LineBucket *self, gsize wire_bytes, gint64 now_us) ON_NET;
void line_bucket_on_received(LineBucket *self, gsize wire_bytes, gint64 now_us) ON_NET;

/* For Pacer. (transfer full): end with line_member_leave(). */
LineMember *line_bucket_join(LineBucket *self, LinePriority priority) ON_NET;
void        line_member_leave(LineMember *self);  /* net thread; NULL is accepted */
void        line_member_set_priority(LineMember *self, LinePriority priority) ON_NET;
/* May a paced datagram of up to @wire_bytes leave now? Returns: 0 if so; else when to ask
 * again. Who was refused waits in turn until it was served, withdraws, or does not ask for
 * some milliseconds. */
gint64 line_member_may_send(LineMember *self, gsize wire_bytes, gint64 now_us) ON_NET;
void   line_member_withdraw(LineMember *self) ON_NET;
void   line_member_begin_paced(LineMember *self) ON_NET;
void   line_member_end_paced(LineMember *self) ON_NET;

void line_bucket_stats(LineBucket *self, gint64 now_us, LineStats *out) ON_NET;
void line_bucket_reset_peaks(LineBucket *self) ON_NET;
