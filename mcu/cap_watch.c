/* mcu/cap_watch.c - whether the way up from a site carries less than its camera would send. */
#include "mcu/cap_watch.h"
#include <math.h>
#include <string.h>

#define SIGN_LOSS        0.02  /* a tail drop; single losses are below                        */
#define SIGN_JITTER_MS   40    /* queueing behind bursts; office lines and LTE stay below 25   */
#define SIGN_RTT_MS      100   /* above the usual: a queue of that length                      */
#define STRONG_LOSS      0.10  /* no radio of a good site: something overflowed                */
#define LASTING_LOSS     0.05
#define FALLEN           0.70  /* of what it sent before: a walk of a camera's rate is slower  */
#define STILL_FALLEN     0.80
#define ASKED_FOR_MORE   1.20  /* its cap is above the rate by so much                         */
#define HALF_OF_ASKED    0.50
#define SMALL_PICTURE    0.70  /* of the pixels asked for: the encoder had to step down        */
#define EVEN             0.06  /* spread of the rate behind a full queue, of its mean          */
#define MORE_THAN_CAPPED 1.30  /* of the most that came through the cap: there is none any more    */
#define RTT_CLIMB        0.02  /* of the gap, a second: another route becomes the usual one    */

enum {
  SIGNS_APART_S = 3,    /* a pause so long, and the next sign is the first of new ones          */
  SIGNS_LAST_S = 5,     /* after the last of them the signs are over                            */
  SUSPICION_S = 5,      /* so long at most may a cap hold back the word "loss"                  */
  FALLEN_S = 2,
  FALLEN_SIGNS = 2,
  PLATEAU_S = 8,        /* a sender that adapts gives way too far first, and then finds the cap */
  FORGOTTEN_S = 30,     /* a found cap without a further sign: it may be the picture that is still */
  JOIN_SIGNS = 3, JOIN_SIGNS_OF_S = 10,
};

void
cap_watch_reset(CapWatch *self)
{
  *self = (CapWatch) { .since_last_s = FORGOTTEN_S };
}

/* What it sent before is no measure any more if it is asked for less. */
static void
follow_request(CapWatch *self, double kbps)
{
  double share = self->asked_kbps > 0 && kbps < self->asked_kbps ? kbps / self->asked_kbps : 1;
  self->before_kbps *= share;
  for (guint i = 0; i < self->n_calm; i++)
    self->calm_kbps[i] *= share;
  self->asked_kbps = kbps;
}

static void
push(double *values, guint n, double value)
{
  memmove(&values[1], &values[0], (n - 1) * sizeof values[0]);
  values[0] = value;
}

static bool
is_rtt_long(CapWatch *self, double rtt_ms)
{
  if (isnan(rtt_ms) || rtt_ms <= 0)
    return false;
  if (self->rtt_ms <= 0 || rtt_ms < self->rtt_ms)
    self->rtt_ms = rtt_ms;
  bool is_long = rtt_ms >= self->rtt_ms + SIGN_RTT_MS;
  self->rtt_ms += (rtt_ms - self->rtt_ms) * RTT_CLIMB;
  return is_long;
}

static double
mean_of(const double *values, guint n)
{
  double sum = 0;
  for (guint i = 0; i < n; i++)
    sum += values[i];
  return n > 0 ? sum / n : 0;
}

static void
note_signs(CapWatch *self, const SiteFigures *figures, bool is_sign, double loss)
{
  self->history = self->history << 1 | is_sign;
  self->since_first_s++;
  if (!is_sign) {
    self->since_last_s = MIN(self->since_last_s + 1, FORGOTTEN_S);
    if (self->since_last_s >= SIGNS_APART_S && self->state == CAP_NONE) {
      push(self->calm_kbps, CAP_RECENT_S, figures->up_kbps);
      self->n_calm = MIN(self->n_calm + 1, CAP_RECENT_S);
    }
    return;
  }
  if (self->since_last_s >= SIGNS_APART_S && self->state != CAP_FOUND) {
    self->before_kbps = self->n_calm >= SIGNS_APART_S ? mean_of(self->calm_kbps, self->n_calm) : 0;
    self->since_first_s = 0;
    self->worst_loss = 0;
  } else if (self->since_first_s > SUSPICION_S && self->state == CAP_NONE) {
    /* Signs of something else, and meanwhile the rate wanders as ever. */
    self->before_kbps += (figures->up_kbps - self->before_kbps) / SUSPICION_S;
  }
  self->since_last_s = 0;
  self->worst_loss = MAX(self->worst_loss, loss);
}

static bool
is_asked_for_more(const SiteFigures *figures)
{
  return isnan(figures->up_cap_kbps) || figures->up_kbps * ASKED_FOR_MORE < figures->up_cap_kbps;
}

static bool
is_picture_small(const SiteFigures *figures)
{
  double asked = figures->up_asked_width * figures->up_asked_height, sent = figures->up_width * figures->up_height;
  return asked > 0 && sent > 0 && sent <= SMALL_PICTURE * asked;
}

static bool
is_rate_even(const CapWatch *self)
{
  double least = self->rates_kbps[0], most = least;
  for (guint i = 1; i < CAP_EVEN_S; i++) {
    least = MIN(least, self->rates_kbps[i]);
    most = MAX(most, self->rates_kbps[i]);
  }
  return least > 0 && most - least <= EVEN * mean_of(self->rates_kbps, CAP_EVEN_S);
}

/* Nothing is known of before: it joined so. */
static bool
is_capped_from_the_beginning(const CapWatch *self, const SiteFigures *figures)
{
  guint signs = (guint)__builtin_popcount(self->history & ((1u << JOIN_SIGNS_OF_S) - 1));
  return self->before_kbps <= 0 && signs >= JOIN_SIGNS && is_picture_small(figures)
         && figures->up_kbps <= HALF_OF_ASKED * figures->up_cap_kbps;
}

static CapState
look_for(CapWatch *self, const SiteFigures *figures, const LossWindow *loss)
{
  if (is_capped_from_the_beginning(self, figures))
    return CAP_FOUND;
  bool is_fallen = self->before_kbps > 0 && figures->up_kbps <= FALLEN * self->before_kbps && is_asked_for_more(figures)
                   && self->since_last_s <= SIGNS_LAST_S;
  self->fallen_s = is_fallen ? self->fallen_s + 1 : 0;
  /* At the fall, or the second before: what was long ago has nothing to do with it. */
  guint since_fall_s = MIN(self->fallen_s + 1, SIGNS_LAST_S);
  guint signs = (guint)__builtin_popcount(self->history & ((1u << since_fall_s) - 1));
  bool is_sure = loss_window_worst(loss, since_fall_s) >= STRONG_LOSS || signs >= FALLEN_SIGNS;
  if (!is_fallen || !is_sure)
    return is_fallen && self->since_first_s <= SUSPICION_S ? CAP_SUSPECTED : CAP_NONE;
  bool is_lasting = loss_window_least(loss, CAP_EVEN_S) >= LASTING_LOSS;
  bool gave_way = loss->loss[0] <= self->worst_loss / 2;
  if (self->fallen_s >= FALLEN_S && (!is_lasting || gave_way || is_rate_even(self)))
    return CAP_FOUND;
  return self->since_first_s <= SUSPICION_S ? CAP_SUSPECTED : CAP_NONE;
}

static bool
is_still_capped(CapWatch *self, const SiteFigures *figures)
{
  if (self->found_s++ < PLATEAU_S)
    self->plateau_kbps = MAX(self->plateau_kbps, figures->up_kbps);
  if (figures->up_kbps > MORE_THAN_CAPPED * self->plateau_kbps)
    return false;
  bool is_low = self->before_kbps <= 0 || figures->up_kbps <= STILL_FALLEN * self->before_kbps;
  bool is_told = self->since_last_s < FORGOTTEN_S || is_picture_small(figures);
  return is_low && is_told && is_asked_for_more(figures);
}

CapState
cap_watch_step(CapWatch *self, const SiteFigures *figures, const LossWindow *loss)
{
  if (isnan(figures->up_kbps) || figures->up_kbps <= 0)
    return self->state;
  bool is_long = is_rtt_long(self, figures->down_rtt_ms);
  bool is_sign = is_long || loss->loss[0] >= SIGN_LOSS || figures->up_jitter_ms >= SIGN_JITTER_MS;
  follow_request(self, isnan(figures->up_cap_kbps) ? 0 : figures->up_cap_kbps);
  note_signs(self, figures, is_sign, loss->loss[0]);
  push(self->rates_kbps, CAP_EVEN_S, figures->up_kbps);
  if (self->state != CAP_FOUND)
    self->state = look_for(self, figures, loss);
  else if (!is_still_capped(self, figures))
    cap_watch_reset(self);
  return self->state;
}
