/* media/rtp/send_history.h - what was sent lately, in case it is asked for again (TRANSPORT C2).
 *
 * A packet is kept as a slice of its frame, by reference, with the few header fields that
 * are this receiver's own: nine receivers of one encoder share the bytes.
 *
 *   ring [ seq % SEND_HISTORY_PACKETS ] -> SentPacket -> EncodedFrame or AudioPacket
 *
 * Net thread. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"
#include "media/base/thread_role.h"

enum { SEND_HISTORY_PREFIX_MAX = 6 };

typedef struct {
  /* owned: exactly one, or neither if the slot is empty */
  EncodedFrame *frame;
  AudioPacket  *audio;
  /* state */
  guint32 offset;                           /* of the slice, in the frame                 */
  guint16 length;
  guint16 seq;
  guint32 rtp_timestamp;
  guint8  prefix[SEND_HISTORY_PREFIX_MAX];  /* payload descriptor, in front of the slice  */
  guint8  prefix_length;
  bool    marker, had_mid;
  guint8  payload_type;
  guint8  temporal_id;
  guint16 transport_seq;                    /* as first sent: an exact repeat needs them  */
  guint32 abs_send_time;
  gint64  sent_us;
  gint64  resent_us;                        /* 0: never                                   */
  bool    is_received;                      /* as feedback says, the first time or again  */
  guint8  n_resent;                         /* transmissions beyond the first             */
  guint8  n_lost;                           /* transmissions reported lost                */
  bool    is_copy_due;                      /* the next one answers nobody                */
} SentPacket;

typedef struct SendHistory SendHistory;

/* @n_packets: a power of two. */
SendHistory *send_history_new(guint n_packets);
void         send_history_free(SendHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SendHistory, send_history_free)

/* Returns: an empty slot for @seq, the successor of the last one; the caller fills it. */
SentPacket *send_history_add(SendHistory *self, guint16 seq) ON_NET;
/* Returns: (nullable): NULL if it is no longer kept. */
SentPacket *send_history_find(SendHistory *self, guint16 seq) ON_NET;
/* True unless it was resent less than a round trip ago, which the request cannot know of. */
bool send_history_may_resend(const SentPacket *packet, gint64 now_us, gint64 rtt_us) ON_NET;
/* Lets go of what was sent before @oldest_us, but never of the newest packet: copies of it
 * fill a probe after a pause. */
void send_history_expire(SendHistory *self, gint64 oldest_us) ON_NET;
