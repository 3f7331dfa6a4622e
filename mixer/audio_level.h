/* mixer/audio_level.h - how loud 20 ms of sound are, as RFC 6464 counts it. */
#pragma once
#include <glib.h>

/* Returns: -dBov, 0 (loudest) to AUDIO_LEVEL_SILENT (127): RMS relative to a full-scale
 * square wave, so a full-scale sine is 3. */
guint8 audio_level(const gint16 *samples, guint n_samples);
