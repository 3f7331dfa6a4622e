/* mixer/speech_activity.c - how much one member has been speaking, on three time scales. */
#include "mixer/speech_activity.h"

enum {
  /* All in -dBov. A floor above -45 would be speech or music without a pause; below -75 it
   * is digital silence and says nothing of how loud speech will be. */
  FLOOR_LOUDEST = 45,
  FLOOR_QUIETEST = 75,
  SPEECH_QUIETEST = 50,
  EXCESS_MIN_DB = 9,
  EXCESS_MAX_DB = 40,
};

static const guint WINDOW_TICKS[SPEECH_SCALES] = {
  [SPEECH_SHORT] = SPEECH_SHORT_TICKS,
  [SPEECH_MEDIUM] = SPEECH_MEDIUM_TICKS,
  [SPEECH_LONG] = SPEECH_LONG_TICKS,
};

void
speech_activity_reset(SpeechActivity *self)
{
  *self = (SpeechActivity) { 0 };
}

static guint
noise_floor(const SpeechActivity *self)
{
  guint8 quietest = 0;
  for (guint i = 0; i < SPEECH_FLOOR_BLOCKS; i++)
    quietest = MAX(quietest, self->floor_blocks[i]);
  return CLAMP(quietest, FLOOR_LOUDEST, FLOOR_QUIETEST);
}

/* Averages first, so that one tick lost on the way is not taken for the floor. */
static void
track_floor(SpeechActivity *self, guint8 level)
{
  self->block_sum += CLAMP(level, 1, FLOOR_QUIETEST);
  if (++self->block_ticks < SPEECH_FLOOR_BLOCK_TICKS)
    return;
  self->floor_blocks[self->floor_at] = (guint8)(self->block_sum / SPEECH_FLOOR_BLOCK_TICKS);
  self->floor_at = (self->floor_at + 1) % SPEECH_FLOOR_BLOCKS;
  self->block_ticks = self->block_sum = 0;
}

static void
count(SpeechActivity *self, SpeechScale scale, guint8 excess, int sign)
{
  if (excess == 0)
    return;
  self->active_ticks[scale] += (guint)sign;
  self->excess_db[scale] += (guint)(sign * excess);
}

void
speech_activity_step(SpeechActivity *self, guint8 level)
{
  track_floor(self, level);
  guint above_db = noise_floor(self) > level ? noise_floor(self) - level : 0;
  guint8 excess = 0;
  if (level <= SPEECH_QUIETEST && above_db >= EXCESS_MIN_DB)
    excess = (guint8)MIN(above_db, EXCESS_MAX_DB);

  for (SpeechScale scale = 0; scale < SPEECH_SCALES; scale++) {
    guint leaving = (self->at + SPEECH_LONG_TICKS - WINDOW_TICKS[scale]) % SPEECH_LONG_TICKS;
    count(self, scale, self->history[leaving], -1);
    count(self, scale, excess, +1);
  }
  self->history[self->at] = excess;
  self->at = (self->at + 1) % SPEECH_LONG_TICKS;
}
