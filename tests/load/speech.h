/* tests/load/speech.h - spoken Vietnamese at 48 kHz, by espeak-ng. */
#pragma once
#include <glib.h>

/* Sentences as they are said at a citizen reception; any @index, they repeat. */
const char *speech_sentence(guint index);

/* Speaks @text with a voice that depends on @voice. Blocks for some 100 ms.
 * Returns: (transfer full): gint16 samples, mono, 48 kHz, at about -20 dBFS while somebody speaks;
 * NULL with @error if espeak-ng is not there or failed. */
GArray *speech_say(const char *text, guint voice, GError **error);
