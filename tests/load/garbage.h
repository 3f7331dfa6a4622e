/* tests/load/garbage.h - what a broken or malicious client might send. Pure logic, by seed. */
#pragma once
#include "media/base/packet.h"
#include "media/media_plan.h"
#include "tests/lib/random_stream.h"

typedef enum {
  GARBAGE_NONE = 0,
  GARBAGE_RTP,       /* plain RTP with faults, to be encrypted with the valid key  */
  GARBAGE_RTCP,      /* plain RTCP with faults, likewise                           */
  GARBAGE_DATAGRAM,  /* to be sent as it is: like STUN, DTLS, SRTP, or nothing     */
} GarbageKind;

/* Returns: (transfer full): the next one. @plan: whose SSRCs and payload types it borrows. */
Packet *garbage_next(RandomStream *random, const MediaPlan *plan, GarbageKind *kind);
