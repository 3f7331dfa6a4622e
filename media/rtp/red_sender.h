/* media/rtp/red_sender.h - decides when sound is sent with copies of the packets before it.
 *
 *   reported loss (smoothed)   > 5 %: the packet before   > 15 %: the two before
 *                              < 2 %: none                < 10 %: one
 *
 * Copies cost bandwidth that a congested line does not have: whoever knows the line may limit
 * them. Nothing is done where RED was not agreed. Net thread. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/thread_role.h"

enum { RED_SENDER_COPIES_MAX = 2 };

typedef struct {
  /* owned */
  AudioPacket *sent[RED_SENDER_COPIES_MAX];  /* the latest first; NULL: none */
  /* state */
  guint32 timestamps[RED_SENDER_COPIES_MAX];
  guint8  payload_type;   /* of the blocks; 0: RED was not agreed */
  guint   payload_max;    /* bytes                                */
  guint   copies_max;     /* as limited                           */
  guint   copies;         /* wanted now                           */
  double  loss;           /* smoothed, 0..1; negative: no report  */
} RedSender;

/* @payload_type: of the sound itself; 0: never any copies. @payload_max: of a RED payload. */
void red_sender_init(RedSender *self, guint8 payload_type, guint payload_max);
void red_sender_clear(RedSender *self);

/* @loss_fraction: of the last interval, as the peer reports, 0..1. */
void red_sender_on_report(RedSender *self, double loss_fraction) ON_NET;
/* At most @copies from now on, RED_SENDER_COPIES_MAX at first. */
void red_sender_limit(RedSender *self, guint copies) ON_NET;

/* Remembers @audio, which leaves now with @rtp_timestamp.
 * Returns: (transfer full) (nullable): the RED payload to be sent in its place, with @audio's
 * level; NULL: send @audio as it is. */
AudioPacket *red_sender_wrap(RedSender *self, AudioPacket *audio, guint32 rtp_timestamp) ON_NET;
