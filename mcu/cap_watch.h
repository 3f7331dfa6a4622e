/* mcu/cap_watch.h - whether the way up from a site carries less than its camera would send.
 *
 *   rate  ~~~~~~\_____~~~___     and, at the fall, a sign of a full queue: loss that ends when the
 *   loss  ______/\__________     sender gives way, jitter, a longer round trip
 *
 * A rate below what was asked for is no sign by itself: a still picture needs little. What tells a
 * cap from plain loss: behind a cap the rate falls, and then either the loss falls with it (a
 * sender that adapts) or the rate is as even as only a full pipe is (one that does not).
 * Pure logic, one step a second. */
#pragma once
#include "mcu/loss_window.h"
#include "mcu/site_figures.h"

enum { CAP_RECENT_S = 5, CAP_EVEN_S = 3 };

typedef enum {
  CAP_NONE = 0,
  CAP_SUSPECTED,       /* it may be loss or a cap: wait for the next seconds */
  CAP_FOUND,
} CapState;

typedef struct {
  CapState state;
  /*< private >*/
  double  calm_kbps[CAP_RECENT_S];  /* of the last seconds without a sign, newest first */
  guint   n_calm;
  double  rates_kbps[CAP_EVEN_S];   /* of the last seconds, newest first                */
  double  before_kbps;   /* sent before the signs began; 0: not known                   */
  double  asked_kbps;    /* 0: not known                                                */
  double  rtt_ms;        /* the usual one; 0: not known                                 */
  double  worst_loss;    /* of the present signs                                        */
  guint   since_first_s, since_last_s;
  guint   fallen_s;      /* seconds with a fallen rate, in a row                        */
  guint   found_s;       /* seconds since it was found                                  */
  double  plateau_kbps;  /* the most that came through it in its first seconds          */
  guint32 history;       /* bit i: a sign i seconds ago                                 */
} CapWatch;

void cap_watch_reset(CapWatch *self);
/* @loss: with this second's value already in it. Returns: self->state. */
CapState cap_watch_step(CapWatch *self, const SiteFigures *figures, const LossWindow *loss);
