/* mixer/audio_level.h - how loud 20 ms of sound are. Pure logic. */
#pragma once
#include "media/base/audio_packet.h"

/* Returns: RMS level in -dBov, 0 (full scale) to 127 (AUDIO_LEVEL_SILENT), as RFC 6464 counts. */
guint8 audio_level_of(const gint16 *samples, guint n_samples);
