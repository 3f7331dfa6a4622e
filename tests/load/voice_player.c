/* tests/load/voice_player.c - what one simulated site says in its n-th 20 ms. */
#include "tests/load/voice_player.h"

enum {
  SLOTS_MIN = 9,      /* a marker a second or so where there are few sites */
  TURNS_USUAL = 9,
};

guint
voice_player_marker_period(guint n_sites)
{
  /* A whole number of rounds of all signatures: equal ones are always equally far apart. */
  guint slots = (MAX(n_sites, SLOTS_MIN) + MARKER_SIGNATURES - 1) / MARKER_SIGNATURES * MARKER_SIGNATURES;
  return slots * VOICE_SLOT_PACKETS;
}

guint
voice_player_signature(guint site)
{
  return site % MARKER_SIGNATURES;
}

/* One turn is as long as the longest sentence. */
static guint
turn_packets(const VoicePlayer *self)
{
  guint longest = 0;
  for (guint site = 0; site < self->n_sites; site++)
    longest = MAX(longest, voice_bank_packets(self->bank, site, VOICE_SPEECH, 0));
  return longest + self->gap_packets;
}

static bool
find_speech(const VoicePlayer *self, guint64 n, guint *at)
{
  guint turn = turn_packets(self), turns = MIN(self->n_sites, self->turns != 0 ? self->turns : TURNS_USUAL);
  guint spoken = voice_bank_packets(self->bank, self->site, VOICE_SPEECH, 0);
  if (turn == 0)
    return false;
  guint in_round = (guint)(n % ((guint64)turn * turns)), begin = self->site % turns * turn;
  if (in_round < begin || in_round - begin >= spoken)
    return false;
  *at = in_round - begin;
  return true;
}

/* A marker is played whole or not at all: not where a turn to speak begins or ends. */
static bool
find_marker(const VoicePlayer *self, guint64 n, guint *at)
{
  guint in_period = (guint)(n % voice_player_marker_period(self->n_sites));
  guint slot = self->site * VOICE_SLOT_PACKETS, unused;
  if (!self->with_markers || in_period < slot || in_period >= slot + VOICE_MARKER_PACKETS)
    return false;
  *at = in_period - slot;
  guint64 begin = n - *at;
  return !find_speech(self, begin, &unused) && !find_speech(self, begin + VOICE_MARKER_PACKETS - 1, &unused);
}

VoiceMoment
voice_player_at(const VoicePlayer *self, guint64 n)
{
  VoiceMoment moment = { .signature = voice_player_signature(self->site) };
  guint at;
  if (find_marker(self, n, &at)) {
    moment.packet = voice_bank_packet(self->bank, self->site, VOICE_MARKER, moment.signature, at);
    moment.begins_marker = at == VOICE_MARKER_AT_PACKET;
  } else if (find_speech(self, n, &at)) {
    moment.packet = voice_bank_packet(self->bank, self->site, VOICE_SPEECH, 0, at);
    moment.is_speech = true;
  } else {
    moment.packet = voice_bank_packet(self->bank, self->site, VOICE_IDLE, 0, (guint)(n % G_MAXUINT));
  }
  return moment;
}
