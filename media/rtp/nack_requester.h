/* media/rtp/nack_requester.h - decides which lost packets to ask for again (TRANSPORT C1).
 *
 * Pure logic on unwrapped sequence numbers: the caller feeds arrivals, tells below which
 * number nothing is of use any more, and gets back what to put into a Generic NACK
 * (RFC 4585 section 6.2.1). The list is bounded; when it overflows, asking for single
 * packets is pointless and the caller asks for a keyframe. Net thread. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct NackRequester NackRequester;

typedef struct {
  gint64 reorder_wait_us;  /* a gap is asked for after this long     */
  guint  retries_max;      /* requests sent for one packet           */
  guint  missing_max;      /* at most 1000; more: overflow           */
  gint64 age_max_packets;  /* gaps further behind are given up       */
} NackConfig;

typedef enum {
  NACK_ARRIVAL_NONE = 0,
  NACK_ARRIVAL_IN_ORDER,
  NACK_ARRIVAL_GAP,        /* packets before it are missing                        */
  NACK_ARRIVAL_RECOVERED,  /* it had been asked for                                */
  NACK_ARRIVAL_LATE,       /* reordered, or not missing                            */
  NACK_ARRIVAL_OVERFLOW,   /* too many missing: the list was cleared; use a keyframe */
} NackArrival;

/* @config: copied; NULL: the constants of TRANSPORT C1. Returns: (transfer full): never NULL. */
NackRequester *nack_requester_new(const NackConfig *config);
void           nack_requester_free(NackRequester *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NackRequester, nack_requester_free)

NackArrival nack_requester_on_packet(NackRequester *self, gint64 seq, gint64 now_us) ON_NET;
/* Nothing below @seq is worth asking for. */
void nack_requester_drop_before(NackRequester *self, gint64 seq) ON_NET;
/* Nothing that was found missing before @since_us is worth asking for. */
void nack_requester_drop_older(NackRequester *self, gint64 since_us) ON_NET;
/* On a line that loses much, requests are lost as well: each is then said twice, a little
 * apart. The sender does not answer twice within a round trip. */
void nack_requester_set_lossy(NackRequester *self, bool is_lossy) ON_NET;
/* Forgets everything: the next packet is the first. */
void nack_requester_reset(NackRequester *self) ON_NET;

/* Writes into @out the packets to ask for now, oldest first, and notes that they were.
 * @rtt_us: a packet is not asked for again before an answer could have come.
 * Returns: the number written, at most @out_max. */
guint nack_requester_poll(NackRequester *self, gint64 now_us, gint64 rtt_us, guint16 *out,
                          guint out_max) ON_NET;
guint nack_requester_n_missing(const NackRequester *self) ON_NET;
