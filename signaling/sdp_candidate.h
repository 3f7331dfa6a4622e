/* signaling/sdp_candidate.h - checks one a=candidate value (RFC 8839 section 5.1, 6544). */
#pragma once
#include "media/media_plan.h"
#include "signaling/sdp_span.h"

enum { SDP_CANDIDATE_SIZE = sizeof((MediaPlan *)NULL)->candidates[0] };

typedef enum {
  SDP_CANDIDATE_MALFORMED = 0,
  SDP_CANDIDATE_UNUSABLE,  /* in order, but not UDP, not component 1, or its address is a
                              name (mDNS): no peer makes this server resolve names        */
  SDP_CANDIDATE_USABLE,
} SdpCandidateVerdict;

/* Checks what follows "candidate:". */
SdpCandidateVerdict sdp_candidate_check(SdpSpan value);

/* Adds "candidate:@value" to @list of @n, unless it is unusable, there already, or the list
 * is full (MEDIA_CANDIDATES_MAX).
 * Returns: false if it is malformed. */
bool sdp_candidate_add(SdpSpan value, char list[][SDP_CANDIDATE_SIZE], guint *n);
