/* media/rtp/rtp_demux.h - which track an SSRC belongs to (RFC 8843 section 9.2).
 *
 * Known from the plan (announced SSRCs), else learnt from the MID extension, else from a
 * payload type that only one track uses. The table is bounded: a peer that invents SSRCs
 * only pushes out its own. Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "media/media_plan.h"

enum { RTP_DEMUX_SSRCS_MAX = 16 };

typedef struct {
  guint32 ssrc;
  guint8  track;
  bool    is_rtx;
  bool    is_announced;   /* in the plan: never pushed out */
  guint   order;          /* learnt later: larger; announced: 0 */
  gint64  last_us;
} RtpDemuxEntry;

typedef struct {
  const MediaPlan *plan;  /* borrowed */
  guint            n_entries;
  RtpDemuxEntry    entries[RTP_DEMUX_SSRCS_MAX];
  guint            n_learnt;
  guint            last;  /* index of the entry found last: packets come in runs */
} RtpDemux;

void rtp_demux_init(RtpDemux *self, const MediaPlan *plan) ON_NET;

/* @mid: may be NULL; not ended by 0.
 * Returns: (nullable): NULL if the packet belongs to no track. The entry is valid until
 * the next call. */
const RtpDemuxEntry *rtp_demux_find(RtpDemux *self, guint32 ssrc, guint8 payload_type, const char *mid,
                                    gsize mid_length, gint64 now_us) ON_NET;
/* For RTCP: never learns. */
const RtpDemuxEntry *rtp_demux_lookup(const RtpDemux *self, guint32 ssrc) ON_NET;
