/* tests/load/echo_return.h - a loudspeaker that is heard in its own microphone: what a site hears goes back, later and quieter.
 *
 *   packet of the mix -> decode -> 180 ms -> so many dB quieter -> encode -> the site's own packet
 *
 * Codecs of its own; one owner, and its thread alone: the net thread of the load tool. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/thread_role.h"

enum { ECHO_RETURN_MS = 180 };

typedef struct EchoReturn EchoReturn;

/* @loss_db: how much quieter. */
EchoReturn *echo_return_new(guint loss_db);
void        echo_return_free(EchoReturn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EchoReturn, echo_return_free)

/* In the order of arrival. @packet: borrowed. */
void         echo_return_hear(EchoReturn *self, const AudioPacket *packet) ON_NET;
/* Every 20 ms. Returns: (transfer full): silence while nothing was heard long enough ago. */
AudioPacket *echo_return_say(EchoReturn *self) ON_NET;
