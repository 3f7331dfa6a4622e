/* mixer/test_signal.h - what the sites hear while they are tested before a session: bursts like speech, of tones.
 *
 *   _/\__/\/\____/\_/\__     syllables of 120 to 240 ms, each of a tone and its octave, at -16 to -24 dBov;
 *   |<- phrase ->|            gaps between them, and a pause after each phrase
 *
 * No part of it repeats within seconds, so that an echo of it is told from anything else at any lag, and
 * enough of it is loud for EchoWatch. It begins with a syllable, and is the same at each beginning.
 * Pure logic, counts ticks of 20 ms; no lock, no clock. Audio tick. */
#pragma once
#include "media/base/audio_packet.h"

typedef struct {
  guint32 random;
  guint   n_syllables;       /* left in the phrase                         */
  guint   length, at;        /* of the syllable and of its gap, in samples */
  guint   gap;               /* in samples, behind it                      */
  double  hz, amplitude;
} TestSignal;

void test_signal_init(TestSignal *self);
/* The next AUDIO_FRAME_SAMPLES of @out. */
void test_signal_next(TestSignal *self, gint16 *out);
