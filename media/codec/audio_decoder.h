/* media/codec/audio_decoder.h - one Opus stream to 48 kHz mono, 20 ms at a time. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/thread_role.h"

typedef struct AudioDecoder AudioDecoder;

AudioDecoder *audio_decoder_new(void);
void          audio_decoder_free(AudioDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioDecoder, audio_decoder_free)

/* Decodes @packet (any legal Opus duration, mono or stereo). Returns: samples written to @out, at
 * most @max_samples (5760 holds every packet); negative: not an Opus packet. */
int audio_decoder_decode(AudioDecoder *self, const AudioPacket *packet, gint16 *out, int max_samples) ON_AUDIO_TICK;
/* Recovers the packet before @next from its in-band FEC (@samples of it). */
int audio_decoder_decode_fec(AudioDecoder *self, const AudioPacket *next, gint16 *out, int samples) ON_AUDIO_TICK;
/* Conceals @samples (a multiple of 120). */
int audio_decoder_conceal(AudioDecoder *self, gint16 *out, int samples) ON_AUDIO_TICK;
void audio_decoder_reset(AudioDecoder *self) ON_AUDIO_TICK;
