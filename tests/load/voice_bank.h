/* tests/load/voice_bank.h - everything the simulated sites say, Opus-encoded at start.
 *
 *   site's sound:  idle idle [ speech, its turn ] idle [ marker ] idle idle [ marker ] ...
 *
 * Pieces begin and end in silence, so they are joined without a click, and one piece
 * serves many sites. One site, the pilot, hums softly (450 Hz, -44 dBFS) all the time: if
 * the mix falls silent, sound was lost. Built by one thread, then immutable. */
#pragma once
#include "media/base/audio_packet.h"
#include "tests/lib/marker.h"

enum {
  VOICE_MARKER_PACKETS = 6,      /* one of silence, the chirp, silence            */
  VOICE_MARKER_AT_PACKET = 1,    /* the chirp begins with this one                */
  VOICE_SLOT_PACKETS = 6,        /* markers of two sites are this far apart: 120 ms */
};

typedef struct VoiceBank VoiceBank;

/* @n_sites; @pilot: which one hums, or G_MAXUINT; @speech_max_s: longer sentences are cut;
 * 0: nobody speaks.
 * Speaks by espeak-ng; without it sites are silent but for their markers, and a warning
 * says so. Blocks for some seconds, fewer with @n_threads. */
VoiceBank *voice_bank_new(guint n_sites, guint pilot, double speech_max_s, guint n_threads);
void       voice_bank_free(VoiceBank *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VoiceBank, voice_bank_free)

/* Idle is silence, too, but for the pilot. */
typedef enum { VOICE_IDLE = 0, VOICE_SPEECH, VOICE_MARKER, VOICE_SILENCE } VoicePiece;

guint voice_bank_packets(const VoiceBank *self, guint site, VoicePiece piece, guint signature);
/* Returns: (transfer none): packet @i of a piece; its level is set, its time stamp is not. */
const AudioPacket *voice_bank_packet(const VoiceBank *self, guint site, VoicePiece piece,
                                     guint signature, guint i);
/* RFC 6464: -dBov of AUDIO_FRAME_SAMPLES samples. */
guint8 voice_level(const gint16 *frame);
/* Samples at 48 kHz by which a local encode and decode delays a marker. */
double voice_bank_codec_delay(const VoiceBank *self);
