/* tests/mixer/fake_codec.h - codecs whose time, output and failures a test commands.
 *
 * Linked in place of media/codec. A video frame is "K" or "P" and the luma of its upper
 * left pixel; an audio packet is AUDIO_FRAME_SAMPLES raw samples, with the loss that its
 * encoder expected in the place of its sequence number. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"

typedef struct {
  /* what the fakes shall do; set before the threads start, or atomically */
  int encode_us;        /* how long an encode takes ...                      */
  int slow_width;       /* ... of this width only, unless 0                  */
  int encode_fails;     /* the next encodes fail                             */
  int encoder_refusals; /* the next video encoders are not made              */
  int decode_us;        /* how long a decode takes                           */
  int keyframe_bytes;   /* size of a keyframe; other frames have 100         */
  /* what happened */
  int video_encodes, keyframes_forced, audio_encoders_alive, video_decoders_alive;
  int video_encoders_alive;
  int encoder_bps;      /* a video encoder's                                 */
  int decodes_at_once;  /* largest number of decodes of one stream at a time */
  int decoded[4096];    /* values in order of decoding, n_decoded of them    */
  int n_decoded;
} FakeCodec;

extern FakeCodec fake_codec;
void fake_codec_reset(void);

/* Frames for the fake decoder. @value: what is decoded; negative: as if corrupt; above
 * 0xffff: as if too large. */
EncodedFrame *fake_frame(int value, bool is_keyframe, bool is_droppable);
/* A packet of 20 ms for the fake jitter buffer, which plays them as they come. */
AudioPacket *fake_packet(const gint16 *samples);
