/* tests/load/echo_room.h - a room whose loudspeaker is heard in its microphone.
 *
 *   packet of the mix -> Opus decode -> 20 dB less -> Opus encode -> due 180 ms after the packet came
 *
 * A thread of its own codes; both ends are bounded and drop the oldest. Any thread. */
#pragma once
#include "media/base/audio_packet.h"

typedef struct EchoRoom EchoRoom;

EchoRoom *echo_room_new(void);
/* Waits for the thread. */
void      echo_room_free(EchoRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EchoRoom, echo_room_free)

/* Comes from the loudspeaker now. Never blocks. */
void         echo_room_hear(EchoRoom *self, AudioPacket *packet /* transfer full */);
/* What the microphone takes up in the 20 ms that begin at @now_us. Never blocks.
 * Returns: (transfer full) (nullable): NULL: nothing came from the loudspeaker then. */
AudioPacket *echo_room_take(EchoRoom *self, gint64 now_us);
