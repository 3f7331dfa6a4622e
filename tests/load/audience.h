/* tests/load/audience.h - the ears of all clients, on a thread of their own. Any thread. */
#pragma once
#include "tests/load/ear.h"

typedef struct Audience Audience;

Audience *audience_new(guint n_ears);
void      audience_free(Audience *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Audience, audience_free)

/* Never blocks. */
void audience_packet(Audience *self, guint ear, AudioPacket *packet /* transfer full */);
/* Both wait until what came before has been heard. @out: one of each ear. */
void audience_begin(Audience *self, gint64 now_us);
void audience_end(Audience *self, gint64 now_us, EarFigures *out);
