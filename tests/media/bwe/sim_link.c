/* tests/media/bwe/sim_link.c - one direction of a line in virtual time, with a schedule. */
#include "tests/media/bwe/sim_link.h"

typedef struct {
  gint64 at_us, queue_us;  /* queue_us < 0: dropped */
} Sample;

struct SimLink {
  SimClock  *clock;
  LinkModel *model;
  LinkConfig config;
  gint64     busy_until_us;
  GArray    *samples;
};

typedef struct {
  SimAction deliver;
  gpointer  user, boxed;
} Delivery;

SimLink *
sim_link_new(SimClock *clock, const LinkConfig *config)
{
  SimLink *self = g_new0(SimLink, 1);
  self->clock = clock;
  self->config = *config;
  self->model = link_model_new(config);
  self->samples = g_array_new(FALSE, FALSE, sizeof(Sample));
  return self;
}

void
sim_link_free(SimLink *self)
{
  link_model_free(self->model);
  g_array_unref(self->samples);
  g_free(self);
}

void
sim_link_configure(SimLink *self, const LinkConfig *config)
{
  self->config = *config;
  link_model_configure(self->model, config);
}

static void
on_step(gpointer user, gpointer data)
{
  SimLink *self = user;
  self->config.rate_bps = GPOINTER_TO_SIZE(data);
  link_model_configure(self->model, &self->config);
}

void
sim_link_schedule(SimLink *self, const SimStep *steps, guint n)
{
  for (guint i = 0; i < n; i++)
    sim_clock_at(self->clock, SIM_START_US + (gint64)(steps[i].at_s * 1e6), on_step, self,
                 GSIZE_TO_POINTER(steps[i].rate_bps));
}

static void
on_delivery(gpointer user, gpointer data)
{
  (void)user;
  Delivery *delivery = data;
  delivery->deliver(delivery->user, delivery->boxed);
}

static void
free_delivery(gpointer data)
{
  g_rc_box_release(((Delivery *)data)->boxed);
  g_free(data);
}

void
sim_link_send(SimLink *self, gsize bytes, gint64 extra_us, SimAction deliver, gpointer user, gpointer boxed)
{
  gint64 now_us = sim_clock_now_us(self->clock), at_us[LINK_COPIES_MAX];
  LinkStats before, after;
  link_model_stats(self->model, &before);
  guint n = link_model_offer(self->model, now_us, bytes, at_us);
  link_model_stats(self->model, &after);
  Sample sample = { now_us, MAX(self->busy_until_us - now_us, 0) };
  if (after.dropped_at_tail > before.dropped_at_tail)
    sample.queue_us = -1;
  if (n > 0 && self->config.rate_bps > 0)
    self->busy_until_us = MAX(self->busy_until_us, now_us) + (gint64)(bytes * 8000000 / self->config.rate_bps);
  g_array_append_val(self->samples, sample);
  for (guint i = 0; i < n; i++) {
    Delivery *delivery = g_new(Delivery, 1);
    *delivery = (Delivery) { deliver, user, g_rc_box_acquire(boxed) };
    sim_clock_at_full(self->clock, at_us[i] + extra_us, on_delivery, self, delivery, free_delivery);
  }
  g_rc_box_release(boxed);
}

guint64
sim_link_rate_bps(const SimLink *self)
{
  return self->config.rate_bps;
}

static int
compare(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static gboolean
is_within(const Sample *sample, double from_s, double to_s)
{
  double at_s = (double)(sample->at_us - SIM_START_US) / 1e6;
  return at_s >= from_s && at_s < to_s;
}

gint64
sim_link_queue_quantile_us(const SimLink *self, double from_s, double to_s, double share)
{
  g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < self->samples->len; i++) {
    const Sample *sample = &g_array_index(self->samples, Sample, i);
    gint64 queue_us = sample->queue_us < 0 ? self->config.queue_us : sample->queue_us;
    if (is_within(sample, from_s, to_s))
      g_array_append_val(found, queue_us);
  }
  if (found->len == 0)
    return 0;
  g_array_sort(found, compare);
  return g_array_index(found, gint64, MIN((guint)(share * found->len), found->len - 1));
}

double
sim_link_last_drop_s(const SimLink *self, double from_s, double to_s)
{
  for (guint i = self->samples->len; i-- > 0;) {
    const Sample *sample = &g_array_index(self->samples, Sample, i);
    if (is_within(sample, from_s, to_s) && sample->queue_us < 0)
      return (double)(sample->at_us - SIM_START_US) / 1e6;
  }
  return -1;
}
