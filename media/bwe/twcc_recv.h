/* media/bwe/twcc_recv.h - notes arrivals by transport-wide number and reports them back.
 *
 * A sender without these reports believes the line is dead and cuts its rate (TRANSPORT,
 * section 0, 10), so they go out at a steady interval as long as packets come. A packet that was reported
 * missing and comes late is reported once more, with what followed it. Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include "media/bwe/twcc_feedback.h"

enum { TWCC_INTERVAL_US = 50 * 1000 };

typedef struct TwccRecv TwccRecv;

TwccRecv *twcc_recv_new(void);
void      twcc_recv_free(TwccRecv *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TwccRecv, twcc_recv_free)

void twcc_recv_on_packet(TwccRecv *self, guint16 transport_seq, gint64 arrival_us) ON_NET;

/* True if a report is due and there is something to report. Call once a poll; then call
 * twcc_recv_next() until it returns false. */
bool twcc_recv_is_due(TwccRecv *self, gint64 now_us) ON_NET;
/* Fills @out with the next report of this round: below 950 bytes on the wire.
 * Returns: false if all is reported. */
bool twcc_recv_next(TwccRecv *self, TwccFeedback *out) ON_NET;
