/* tests/load/voice_player.h - what one simulated site says in its n-th 20 ms.
 *
 * Sites take turns in speaking; markers come one a period, in a slot of the site's own,
 * except while it speaks. Pure logic. */
#pragma once
#include "tests/load/voice_bank.h"

typedef struct {
  const VoiceBank *bank;     /* borrowed */
  guint site, n_sites;
  guint turns;               /* of more sites some speak together; 0: 9 */
  bool  with_markers;
  guint gap_packets;         /* of silence between two turns */
} VoicePlayer;

typedef struct {
  const AudioPacket *packet; /* (transfer none) */
  bool  begins_marker;       /* a marker begins with this packet */
  guint signature;
  bool  is_speech;
} VoiceMoment;

VoiceMoment voice_player_at(const VoicePlayer *self, guint64 n);
/* Packets between two markers of one site. */
guint       voice_player_marker_period(guint n_sites);
guint       voice_player_signature(guint site);
