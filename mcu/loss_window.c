/* mcu/loss_window.c - the loss of the last seconds of one direction, and whether it goes on. */
#include "mcu/loss_window.h"
#include <math.h>
#include <string.h>

#define LOSSY 0.01  /* one packet of a hundred: below, single losses of a good line */

void
loss_window_add(LossWindow *self, double loss)
{
  double value = isnan(loss) ? 0 : CLAMP(loss, 0, 1);
  bool is_told_again = value == self->loss[0];
  memmove(&self->loss[1], &self->loss[0], sizeof self->loss - sizeof self->loss[0]);
  memmove(&self->is_lossy[1], &self->is_lossy[0], sizeof self->is_lossy - sizeof self->is_lossy[0]);
  self->loss[0] = value;
  self->is_lossy[0] = value >= LOSSY && !is_told_again;
}

void
loss_window_reset(LossWindow *self)
{
  *self = (LossWindow) { 0 };
}

double
loss_window_mean(const LossWindow *self, guint seconds)
{
  double sum = 0;
  for (guint i = 0; i < MIN(seconds, LOSS_WINDOW_S); i++)
    sum += self->loss[i];
  return sum / MIN(seconds, LOSS_WINDOW_S);
}

double
loss_window_least(const LossWindow *self, guint seconds)
{
  double least = 1;
  for (guint i = 0; i < MIN(seconds, LOSS_WINDOW_S); i++)
    least = MIN(least, self->loss[i]);
  return least;
}

double
loss_window_worst(const LossWindow *self, guint seconds)
{
  double worst = 0;
  for (guint i = 0; i < MIN(seconds, LOSS_WINDOW_S); i++)
    worst = MAX(worst, self->loss[i]);
  return worst;
}

guint
loss_window_lossy(const LossWindow *self, guint seconds)
{
  guint n = 0;
  for (guint i = 0; i < MIN(seconds, LOSS_WINDOW_S); i++)
    n += self->is_lossy[i];
  return n;
}

bool
loss_window_persists(const LossWindow *self, guint seconds, double mean)
{
  guint looked_at = MIN(seconds + 1, LOSS_WINDOW_S);
  double without_worst = loss_window_mean(self, looked_at) * looked_at - loss_window_worst(self, looked_at);
  return loss_window_lossy(self, looked_at) >= looked_at - 1 && without_worst >= mean * (looked_at - 1);
}
