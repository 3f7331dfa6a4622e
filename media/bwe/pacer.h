/* media/bwe/pacer.h - the one gate through which all media of a receiver leaves.
 *
 *   sound --------------------------------------------------> wire     at once
 *   RTX   -> [ bounded ] --\
 *   video -> [ frames ] ----> leaky bucket -> turn on the line -> wire   at the pace
 *   probe -> [ padding ] --/
 *
 * Frames, not packets, wait here: a frame that is dropped before its first packet left has
 * had no sequence number or PictureID yet, so the receiver sees no hole. When more than
 * FRAME_QUEUE_MAX_US of video waits (at the target rate), droppable frames go first, then
 * everything up to the next keyframe; the owner should then choose a smaller tier. RTX may use
 * PACER_RTX_SHARE of what was sent. Sound, and what must leave with it, is sent by the owner
 * and told with pacer_on_unpaced(). Pure logic; net thread. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include "media/bwe/line_bucket.h"
#include "media/media_plan.h"

enum {
  PACER_RTX_SHARE_PERCENT = 30,
  PACER_PACE_PERCENT = 250,           /* of the target                                   */
  PACER_KEYFRAME_PACE_PERCENT = 120,  /* of it, while a keyframe or what waited for it leaves */
  PACER_DATAGRAM_MAX = 1300,          /* wire bytes that the line is asked for a packet  */
};

typedef struct Pacer Pacer;

typedef struct {
  /* Sends packet @packet (0, 1, ...) of @frame. Sets *is_last with the frame's last one.
   * Returns: bytes put on the wire. */
  gsize (*send_video)(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user);
  /* Sends @seq of @track again. Returns: bytes; 0 if it is not kept any more. */
  gsize (*send_rtx)(guint track, guint16 seq, gpointer user);
  /* Sends one packet of at most about @bytes that the receiver will not miss: a recent one again,
   * as RTX. Returns: bytes; 0 if there is none, which ends the probe. NULL: never. */
  gsize (*send_padding)(gsize bytes, gpointer user);
} PacerEvents;

typedef struct {
  guint64 frames_dropped[MEDIA_TRACKS_MAX];
  guint64 overflows;       /* times that everything up to a keyframe was given up          */
  guint64 rtx_refused;     /* retransmissions beyond the share                             */
  gsize   queued_bytes;
  gint64  queue_us;        /* what waits, at the target rate (keyframes included)          */
  guint64 droppable_dropped;  /* frames of upper temporal layers given up for room         */
  guint64 refused_suspended;  /* frames while suspended                                   */
  guint64 padding_bytes;
  guint64 probes_sent, probes_aborted;
  guint64 line_waits;      /* times that the line, not the pace, held a packet back        */
} PacerStats;

Pacer *pacer_new(const PacerEvents *events, gpointer user);
void   pacer_free(Pacer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pacer, pacer_free)

/* What the receiver's network carries, sound included: the pace and the queue's limit follow.
 * 0: a pace that lets each frame leave within about 8 ms. */
void pacer_set_target(Pacer *self, guint bps) ON_NET;
/* The pace itself, instead of a multiple of the target. 0: back to that. */
void pacer_set_pace(Pacer *self, guint bps) ON_NET;
/* At this part of the target itself, 0..1, while a queue in the network drains; 1: as ever. */
void pacer_set_share(Pacer *self, double share) ON_NET;
/* @line: borrowed until replaced; NULL: no line is shared. Again with the same line: another
 * priority. */
void pacer_set_line(Pacer *self, LineBucket *line, LinePriority priority) ON_NET;
/* A receiver too poor for pictures: video and its RTX are refused and what waits is dropped;
 * sound goes on, and its RTX, and probes. Afterwards a keyframe is needed. */
void pacer_set_suspended(Pacer *self, bool is_suspended) ON_NET;
bool pacer_is_suspended(const Pacer *self) ON_NET;

/* Too much is under way to the receiver (rate_estimator_is_congested()): video, RTX and padding
 * wait until that is over. */
void pacer_set_congested(Pacer *self, bool is_congested) ON_NET;

/* Takes a reference to @frame, unless it is dropped. Returns: false if it was. */
bool pacer_push_video(Pacer *self, guint track, EncodedFrame *frame, gint64 now_us) ON_NET;
/* How much of what is sent RTX may be; PACER_RTX_SHARE_PERCENT at first. */
void pacer_set_rtx_share(Pacer *self, guint percent) ON_NET;
/* Returns: false if RTX had its share. */
bool pacer_push_rtx(Pacer *self, guint track, guint16 seq, gsize bytes) ON_NET;
/* Tells of @bytes that left at once (sound): the pace counts them. */
void pacer_on_unpaced(Pacer *self, gsize bytes) ON_NET;
/* Sends at @rate_bps, with padding where media does not suffice, until @bytes and @packets have
 * left. A probe under way is given up for it. Call pacer_poll() soon.
 * Returns: false if there is no padding to send. */
bool pacer_start_probe(Pacer *self, int cluster, guint rate_bps, gsize bytes, guint packets) ON_NET;
/* In a callback: the probe that the packet belongs to; 0: none. */
int  pacer_probe_cluster(const Pacer *self) ON_NET;
/* Drops all that waits and needs a keyframe again. */
void pacer_clear(Pacer *self) ON_NET;

/* True until a keyframe of @track was accepted, from the start or since an overflow; false
 * while suspended. */
bool pacer_needs_keyframe(const Pacer *self, guint track) ON_NET;

/* Sends what is due. Returns: when to call again, G_MAXINT64 if nothing waits. */
gint64 pacer_poll(Pacer *self, gint64 now_us) ON_NET;
void   pacer_stats(const Pacer *self, PacerStats *out) ON_NET;
