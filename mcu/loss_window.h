/* mcu/loss_window.h - the loss of the last seconds of one direction, and whether it goes on.
 *
 * One second with a burst is no bad line, and a report that is shown again in the next second is
 * no new loss: a second counts as lossy only if its figure is another than the last one's.
 * Pure logic, one value a second. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { LOSS_WINDOW_S = 6 };

typedef struct {
  double loss[LOSS_WINDOW_S];      /* newest first                */
  bool   is_lossy[LOSS_WINDOW_S];
} LossWindow;

/* @loss: 0..1; NAN: not known, taken for none. */
void   loss_window_add(LossWindow *self, double loss);
void   loss_window_reset(LossWindow *self);
/* Of the last @seconds, at most LOSS_WINDOW_S. */
double loss_window_mean(const LossWindow *self, guint seconds);
double loss_window_least(const LossWindow *self, guint seconds);
double loss_window_worst(const LossWindow *self, guint seconds);
guint  loss_window_lossy(const LossWindow *self, guint seconds);
/* It goes on: lossy in @seconds of the last @seconds + 1, and at least @mean in the mean of them without the worst. */
bool   loss_window_persists(const LossWindow *self, guint seconds, double mean);
