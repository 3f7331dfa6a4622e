/* mixer/audio_gate.h - decides whether a member contributes to the mix, and fades at the edges.
 *
 * A member below the gate adds nothing, so it hears the same mix as all other silent
 * members and shares their one encode. The gate stands far below speech, stays open long
 * after it, and opens and shuts by a fade of some ms: what it takes away is not heard.
 *
 *   level   ____/~~~~\_______________/~~
 *   gate    ____|====|=======|_______|==
 *                     hangover
 *
 * Pure logic, counts ticks of 20 ms. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  AUDIO_GATE_OPEN = 60,        /* -dBov: this loud opens it                       */
  AUDIO_GATE_KEEP = 66,        /* -dBov: this loud keeps it open                  */
  AUDIO_GATE_HANG_TICKS = 35,  /* 700 ms: longer than a pause between words       */
  AUDIO_GATE_FADE_SAMPLES = 240, /* 5 ms                                          */
};

typedef struct {
  bool  is_open;
  guint quiet_ticks;  /* since it was last loud enough */
} AudioGate;

typedef enum {
  AUDIO_GATE_NONE = 0,
  AUDIO_GATE_SHUT,     /* contributes nothing                  */
  AUDIO_GATE_FADE_IN,  /* this tick, then open                 */
  AUDIO_GATE_PASS,
  AUDIO_GATE_FADE_OUT, /* this tick, then shut                 */
} AudioGateAction;

/* @level: -dBov of this tick. */
AudioGateAction audio_gate_step(AudioGate *self, guint8 level);
/* Shuts at once, without a fade: what was muted is not let out a moment longer. */
void audio_gate_shut(AudioGate *self);

/* Applies the fade of @action to a tick of samples; SHUT is the caller's. */
void audio_gate_fade(AudioGateAction action, gint16 *samples, guint n_samples);
