/* mixer/echo_watch.c - whether a site sends back what it is sent. */
#include "mixer/echo_watch.h"
#include <math.h>
#include <string.h>

/* Levels as dB above the quietest that counts. */
enum {
  FLOOR_SENT_DBOV = 55,    /* quieter is a pause                                             */
  FLOOR_CAME_DBOV = 72,    /* quieter is a still room                                        */
  LOUD_DBOV = 42,          /* of the mix: its echo stands above a still room                 */
  ALMOST_AS_LOUD_DB = 5,   /* an echo loses more than that; what is louder is the site itself */
  LOUD_TICKS_MIN = 45,     /* of those looked at, 0.9 s                                      */
  TICKS_MIN = 75,
  LOSS_MIN_DB = 6, LOSS_MAX_DB = 40,
  SPREAD_DB = 3,           /* about the usual loss, to either side                           */
  SEEN_MIN = 2,
  UNSEEN_MAX = 12,         /* 6 s of sound without it: it is over                            */
};
#define CORRELATION_MIN  0.75
#define STANDS_OUT       0.35  /* above the mean of all lags                                  */
#define CONSTANT_MIN     0.72  /* share of the loud ticks within SPREAD_DB of the usual loss  */

/* One look's material, oldest first: sent is ECHO_LAGS - 1 ticks longer, at its beginning. */
typedef struct {
  double sent[ECHO_HISTORY_TICKS], came[ECHO_WINDOW_TICKS];  /* dB above the floors */
  guint  kept[ECHO_WINDOW_TICKS], n_kept;                    /* ticks that tell something */
} Look;

void
echo_watch_reset(EchoWatch *self)
{
  *self = (EchoWatch) { 0 };
}

static double
above(guint8 level, int floor)
{
  return MAX(floor - (int)level, 0);
}

static double
loudest(const double *values, guint n)
{
  double most = values[0];
  for (guint i = 1; i < n; i++)
    most = MAX(most, values[i]);
  return most;
}

static void
lay_out(const EchoWatch *self, Look *look)
{
  for (guint i = 0; i < ECHO_HISTORY_TICKS; i++)
    look->sent[i] = above(self->sent[(self->at + i) % ECHO_HISTORY_TICKS], FLOOR_SENT_DBOV);
  look->n_kept = 0;
  for (guint i = 0; i < ECHO_WINDOW_TICKS; i++) {
    guint8 level = self->came[(self->at + ECHO_LAGS - 1 + i) % ECHO_HISTORY_TICKS];
    look->came[i] = above(level, FLOOR_CAME_DBOV);
    double echo_max = loudest(&look->sent[i], ECHO_LAGS) - ALMOST_AS_LOUD_DB;  /* above FLOOR_SENT_DBOV */
    if (FLOOR_SENT_DBOV - (int)level <= MAX(echo_max, 0))
      look->kept[look->n_kept++] = i;
  }
}

/* Returns: what was sent @lag ticks before tick @i of the window. */
static double
sent_before(const Look *look, guint i, guint lag)
{
  return look->sent[i + ECHO_LAGS - 1 - lag];
}

static double
correlation(const Look *look, guint lag)
{
  double n = look->n_kept, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (guint k = 0; k < look->n_kept; k++) {
    double a = sent_before(look, look->kept[k], lag), b = look->came[look->kept[k]];
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  double var = (n * xx - x * x) * (n * yy - y * y);
  return var > 0 ? (n * xy - x * y) / sqrt(var) : 0;
}

/* Counts how often each loss occurs, where enough was sent. Returns: how many ticks those are. */
static guint
count_losses(const Look *look, guint lag, guint counts[LOSS_MAX_DB + SPREAD_DB + 1])
{
  guint n = 0;
  memset(counts, 0, (LOSS_MAX_DB + SPREAD_DB + 1) * sizeof counts[0]);
  for (guint k = 0; k < look->n_kept; k++) {
    double sent = sent_before(look, look->kept[k], lag);
    if (sent < FLOOR_SENT_DBOV - LOUD_DBOV)
      continue;
    double loss = (sent - FLOOR_SENT_DBOV) - (look->came[look->kept[k]] - FLOOR_CAME_DBOV);
    n++;
    if (loss >= 0 && loss <= LOSS_MAX_DB + SPREAD_DB)
      counts[(guint)loss]++;
  }
  return n;
}

/* Returns: the share of the loud ticks that have the usual loss; 0: too few are loud. */
static double
constancy(const Look *look, guint lag, guint *loss_db)
{
  guint counts[LOSS_MAX_DB + SPREAD_DB + 1], best = 0, n = count_losses(look, lag, counts);
  for (guint loss = LOSS_MIN_DB; loss <= LOSS_MAX_DB; loss++) {
    guint near = 0, sum = 0;
    for (guint i = loss - SPREAD_DB; i <= loss + SPREAD_DB; i++) {
      near += counts[i];
      sum += counts[i] * i;
    }
    if (near > best) {
      best = near;
      *loss_db = (sum + near / 2) / near;
    }
  }
  return n >= LOUD_TICKS_MIN ? (double)best / n : 0;
}

typedef enum { LOOK_NOTHING = 0, LOOK_UNSEEN, LOOK_SEEN } LookOutcome;

static LookOutcome
look_for_echo(const EchoWatch *self, guint *lag, guint *loss_db)
{
  Look look;
  double best = -1, sum = 0;
  lay_out(self, &look);
  if (look.n_kept < TICKS_MIN)
    return LOOK_NOTHING;
  for (guint i = 0; i < ECHO_LAGS; i++) {
    double r = correlation(&look, i);
    sum += r;
    if (r > best) {
      best = r;
      *lag = i;
    }
  }
  double constant = constancy(&look, *lag, loss_db);
  if (constant == 0)
    return LOOK_NOTHING;
  bool is_echo = best >= CORRELATION_MIN && best - sum / ECHO_LAGS >= STANDS_OUT && constant >= CONSTANT_MIN;
  return is_echo ? LOOK_SEEN : LOOK_UNSEEN;
}

static bool
is_same_place(guint a, guint b)
{
  return MAX(a, b) - MIN(a, b) <= 1;
}

static void
note_seen(EchoWatch *self, guint lag, guint loss_db)
{
  self->n_seen = self->n_seen > 0 && is_same_place(lag, self->lag) ? self->n_seen + 1 : 1;
  self->lag = lag;
  self->loss_db = loss_db;
  self->n_unseen = 0;
}

/* Returns: true if what is found is another thing now. */
static bool
conclude(EchoWatch *self)
{
  EchoFinding now = self->found;
  if (self->n_seen >= SEEN_MIN)
    now = (EchoFinding) { true, self->loss_db, self->lag * ECHO_TICK_MS };
  else if (self->n_unseen >= UNSEEN_MAX)
    now = (EchoFinding) { 0 };
  bool is_another = now.is_found != self->found.is_found || now.loss_db != self->found.loss_db
                    || now.delay_ms != self->found.delay_ms;
  self->found = now;
  return is_another;
}

bool
echo_watch_step(EchoWatch *self, guint8 sent, guint8 came)
{
  guint lag = 0, loss_db = 0;
  self->sent[self->at] = sent;
  self->came[self->at] = came;
  self->at = (self->at + 1) % ECHO_HISTORY_TICKS;
  self->n_ticks = MIN(self->n_ticks + 1, ECHO_HISTORY_TICKS);
  if (++self->due_ticks < ECHO_EVERY_TICKS || self->n_ticks < ECHO_HISTORY_TICKS)
    return false;
  self->due_ticks = 0;
  switch (look_for_echo(self, &lag, &loss_db)) {
  case LOOK_SEEN:
    note_seen(self, lag, loss_db);
    break;
  case LOOK_UNSEEN:
    self->n_seen = 0;
    self->n_unseen = MIN(self->n_unseen + 1, UNSEEN_MAX);
    break;
  case LOOK_NOTHING:
    break;
  }
  return conclude(self);
}
