/* mixer/speech_activity.h - how much one member has been speaking, on three time scales.
 *
 * Counts the ticks whose level stands clear above the member's own noise floor, and by how
 * much, over the last 300 ms (is it speaking now?), 800 ms (is it more than a knock or a
 * cough?) and 2.5 s (who holds the conversation?), after the idea of Volfin and Cohen,
 * "Dominant speaker identification for multipoint videoconferencing" (2012).
 * Pure logic, counts ticks of 20 ms. */
#pragma once
#include <glib.h>

typedef enum {
  SPEECH_SHORT = 0,
  SPEECH_MEDIUM,
  SPEECH_LONG,
  SPEECH_SCALES,
} SpeechScale;

enum {
  SPEECH_SHORT_TICKS = 15,
  SPEECH_MEDIUM_TICKS = 40,
  SPEECH_LONG_TICKS = 125,
  SPEECH_FLOOR_BLOCK_TICKS = 5,   /* the floor is the quietest of ...                 */
  SPEECH_FLOOR_BLOCKS = 30,       /* ... 3 s of averages over 100 ms                  */
};

typedef struct {
  guint  active_ticks[SPEECH_SCALES];
  guint  excess_db[SPEECH_SCALES];          /* sum over the active ticks              */
  /*< private >*/
  guint8 history[SPEECH_LONG_TICKS];        /* excess of each tick, 0: not active     */
  guint  at;                                /* where the next tick goes               */
  guint8 floor_blocks[SPEECH_FLOOR_BLOCKS]; /* -dBov; 0: not measured yet             */
  guint  floor_at, block_ticks, block_sum;
} SpeechActivity;

void speech_activity_reset(SpeechActivity *self);
/* @level: -dBov of this tick. */
void speech_activity_step(SpeechActivity *self, guint8 level);
