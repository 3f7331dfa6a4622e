/* media/codec/audio_stretch.h - makes sound a little shorter or longer without a click.
 *
 * One period of the voice is cut out or repeated by overlap-add, at the front of the
 * samples:
 *   shorten   out = fade(x[0..L) -> x[L..2L)), then x[2L..)
 *   lengthen  out = fade(x[0..L) -> x[-L..0)), then x[0..)
 * where L is the lag at which the two sides are most alike. Pure functions on 48 kHz mono. */
#pragma once
#include <glib.h>

enum {
  AUDIO_STRETCH_LAG_MIN = 120,  /* 2.5 ms */
  AUDIO_STRETCH_LAG_MAX = 720,  /* 15 ms: also the history that lengthen needs */
};

typedef enum {
  AUDIO_STRETCH_NONE = 0,
  AUDIO_STRETCH_CAREFUL,  /* only where the period is clear                        */
  AUDIO_STRETCH_URGENT,   /* also where it is doubtful                             */
  AUDIO_STRETCH_FREE,     /* background noise: without a period, just the length asked for */
} AudioStretchMode;

/* Removes up to @at_most of the @length samples at @x, in place. Returns: how many; 0 if no
 * period fits. */
int audio_stretch_shorten(gint16 *x, int length, int at_most, AudioStretchMode mode);

/* Inserts samples at @x (room for AUDIO_STRETCH_LAG_MAX more; as many stand before @x), in
 * place. Returns: how many, which may be more than @wanted if the period is. */
int audio_stretch_lengthen(gint16 *x, int length, int wanted, AudioStretchMode mode);

/* Cuts @n samples out at @x with a short fade, whatever they are. @length > @n. */
void audio_stretch_cut(gint16 *x, int length, int n);
