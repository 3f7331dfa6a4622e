/* media/bwe/pacer.h - the one gate through which all media of a receiver leaves.
 *
 *   sound --------------------------------> wire     at once
 *   RTX   -> [ bounded ] --\
 *   video -> [ frames ] ----> leaky bucket -> wire   at the pace
 *
 * Frames, not packets, wait here: a frame that is dropped before its first packet left has
 * had no sequence number or PictureID yet, so the receiver sees no hole. When more than
 * PACER_QUEUE_MAX_US of video waits, droppable frames go first, then everything up to the
 * next keyframe. RTX may use PACER_RTX_SHARE of what was sent. Pure logic; net thread. */
#pragma once
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"
#include "media/media_plan.h"

enum {
  PACER_QUEUE_MAX_US = 250 * 1000,
  PACER_RTX_SHARE_PERCENT = 30,
};

typedef struct Pacer Pacer;

typedef struct {
  /* Sends packet @packet (0, 1, ...) of @frame. Sets *is_last with the frame's last one.
   * Returns: bytes put on the wire. */
  gsize (*send_video)(guint track, EncodedFrame *frame, guint packet, bool *is_last, gpointer user);
  /* Sends @seq of @track again. Returns: bytes; 0 if it is not kept any more. */
  gsize (*send_rtx)(guint track, guint16 seq, gpointer user);
} PacerEvents;

typedef struct {
  guint64 frames_dropped[MEDIA_TRACKS_MAX];
  guint64 overflows;      /* times that everything up to a keyframe was given up */
  guint64 rtx_refused;    /* retransmissions beyond the share                    */
  gsize   queued_bytes;
} PacerStats;

Pacer *pacer_new(const PacerEvents *events, gpointer user);
void   pacer_free(Pacer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pacer, pacer_free)

/* 0: a pace that lets each frame leave within about 8 ms. */
void pacer_set_pace(Pacer *self, guint bps) ON_NET;

/* Takes a reference to @frame, unless it is dropped. Returns: false if it was. */
bool pacer_push_video(Pacer *self, guint track, EncodedFrame *frame) ON_NET;
/* Returns: false if RTX had its share. */
bool pacer_push_rtx(Pacer *self, guint track, guint16 seq, gsize bytes) ON_NET;
/* Tells of @bytes that left at once (sound): the pace counts them. */
void pacer_on_unpaced(Pacer *self, gsize bytes) ON_NET;
/* Drops all that waits and needs a keyframe again. */
void pacer_clear(Pacer *self) ON_NET;

/* True until a keyframe of @track was accepted, from the start or since an overflow. */
bool pacer_needs_keyframe(const Pacer *self, guint track) ON_NET;

/* Sends what is due. Returns: when to call again, G_MAXINT64 if nothing waits. */
gint64 pacer_poll(Pacer *self, gint64 now_us) ON_NET;
void   pacer_stats(const Pacer *self, PacerStats *out) ON_NET;
