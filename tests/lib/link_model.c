/* tests/lib/link_model.c - what a bad line does to datagrams, as pure logic. */
#include "tests/lib/link_model.h"
#include "tests/lib/random_stream.h"
#include <math.h>
#include <string.h>

#define QUEUE_DEFAULT_US   (300 * G_TIME_SPAN_MILLISECOND)
#define REORDER_DEFAULT_US (30 * G_TIME_SPAN_MILLISECOND)

struct LinkModel {
  LinkConfig   config;
  LinkStats    stats;
  LinkMeter   *meter;           /* owned                                           */
  RandomStream random;
  bool         in_burst;        /* Gilbert: the bad state                         */
  gint64       busy_until_us;   /* when the last queued datagram has left the line */
  gint64       last_deliver_us; /* of those kept in order                          */
};

LinkModel *
link_model_new(const LinkConfig *config)
{
  LinkModel *self = g_new0(LinkModel, 1);
  self->random = random_stream(config->seed);
  self->meter = link_meter_new();
  link_model_configure(self, config);
  return self;
}

void
link_model_free(LinkModel *self)
{
  if (self == NULL)
    return;
  link_meter_free(self->meter);
  g_free(self);
}

void
link_model_configure_at(LinkModel *self, gint64 now_us, const LinkConfig *config)
{
  link_meter_rate(self->meter, now_us, config->rate_bps);
  link_model_configure(self, config);
}

void
link_model_configure(LinkModel *self, const LinkConfig *config)
{
  self->config = *config;
  if (self->config.queue_us == 0)
    self->config.queue_us = QUEUE_DEFAULT_US;
  if (self->config.reorder_us == 0)
    self->config.reorder_us = REORDER_DEFAULT_US;
}

/* Gilbert: in the bad state all is lost; a burst of mean length b ends with probability
 * 1/b after each datagram, and begins so that the mean loss is what was asked. */
static bool
is_lost(LinkModel *self)
{
  const LinkConfig *config = &self->config;
  double draw = random_stream_unit(&self->random);
  if (config->loss_burst <= 1 || config->loss >= 1)
    return draw < config->loss;
  double leave = 1 / config->loss_burst;
  double enter = leave * config->loss / (1 - config->loss);
  self->in_burst = self->in_burst ? draw >= leave : draw < enter;
  return self->in_burst;
}

static double
normal(RandomStream *random)
{
  double u = 1 - random_stream_unit(random), v = random_stream_unit(random);
  return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

static gint64
jitter(LinkModel *self)
{
  if (self->config.jitter_us == 0)
    return 0;
  double draw = normal(&self->random);
  double spread = CLAMP(draw, -2, 2) + 2;  /* 0 to 4, mean 2 */
  return (gint64)(spread * (double)self->config.jitter_us);
}

/* Returns: when the last bit has left the queue; -1 if the queue is full. */
static gint64
leave_queue(LinkModel *self, gint64 now_us, gsize bytes)
{
  if (self->config.rate_bps == 0)
    return now_us;
  gint64 wait_us = MAX(self->busy_until_us - now_us, 0);
  if (wait_us > self->config.queue_us)
    return -1;
  self->stats.queue_max_us = MAX(self->stats.queue_max_us, wait_us);
  self->busy_until_us = now_us + wait_us
                        + (gint64)(bytes * 8 * G_USEC_PER_SEC / self->config.rate_bps);
  return self->busy_until_us;
}

static gint64
arrive(LinkModel *self, gint64 left_us)
{
  const LinkConfig *config = &self->config;
  gint64 at_us = left_us + config->delay_us + jitter(self);
  if (config->reorder > 0 && random_stream_unit(&self->random) < config->reorder) {
    self->stats.reordered++;
    return at_us + config->reorder_us;
  }
  if (!config->may_reorder)
    at_us = MAX(at_us, self->last_deliver_us);
  self->last_deliver_us = at_us;
  return at_us;
}

guint
link_model_offer(LinkModel *self, gint64 now_us, gsize bytes, gint64 deliver_us[LINK_COPIES_MAX])
{
  self->stats.offered++;
  self->stats.offered_bytes += bytes;
  link_meter_rate(self->meter, now_us, self->config.rate_bps);
  if (self->config.is_down || is_lost(self)) {
    self->stats.lost++;
    link_meter_lost(self->meter, now_us, false);
    return 0;
  }
  gint64 wait_us = self->config.rate_bps > 0 ? MAX(self->busy_until_us - now_us, 0) : 0;
  gint64 left_us = leave_queue(self, now_us, bytes);
  if (left_us < 0) {
    self->stats.dropped_at_tail++;
    link_meter_lost(self->meter, now_us, true);
    return 0;
  }
  link_meter_passed(self->meter, now_us, wait_us, left_us, bytes);
  guint n_copies = 1;
  deliver_us[0] = arrive(self, left_us);
  if (self->config.duplicate > 0 && random_stream_unit(&self->random) < self->config.duplicate) {
    deliver_us[n_copies++] = arrive(self, left_us);
    self->stats.duplicated++;
  }
  self->stats.delivered += n_copies;
  self->stats.delivered_bytes += n_copies * bytes;
  return n_copies;
}

void
link_model_stats(const LinkModel *self, LinkStats *out)
{
  *out = self->stats;
}

void
link_model_begin(LinkModel *self, gint64 now_us)
{
  self->stats = (LinkStats) { 0 };
  link_meter_begin(self->meter, now_us);
}

LinkMeter *
link_model_meter(LinkModel *self)
{
  return self->meter;
}

static bool
apply(LinkConfig *out, const char *name, double value)
{
  gint64 us = (gint64)(value * G_TIME_SPAN_MILLISECOND);
  if (g_str_equal(name, "loss") && value <= 100)
    out->loss = value / 100;
  else if (g_str_equal(name, "burst"))
    out->loss_burst = value;
  else if (g_str_equal(name, "delay"))
    out->delay_us = us;
  else if (g_str_equal(name, "jitter"))
    out->jitter_us = us;
  else if (g_str_equal(name, "reorder") && value <= 100)
    out->reorder = value / 100;
  else if (g_str_equal(name, "duplicate") && value <= 100)
    out->duplicate = value / 100;
  else if (g_str_equal(name, "rate"))
    out->rate_bps = (guint64)(value * 1000);
  else if (g_str_equal(name, "queue"))
    out->queue_us = us;
  else if (g_str_equal(name, "overtake"))
    out->may_reorder = value != 0;
  else if (g_str_equal(name, "seed"))
    out->seed = (guint64)value;
  else
    return false;
  return true;
}

static bool
apply_word(LinkConfig *out, char *word)
{
  if (strcmp(word, "down") == 0 || strcmp(word, "up") == 0) {
    out->is_down = *word == 'd';
    return true;
  }
  char *equals = strchr(word, '=');
  char *end = NULL;
  if (equals == NULL)
    return false;
  double value = g_ascii_strtod(equals + 1, &end);
  *equals = '\0';
  return end != equals + 1 && *end == '\0' && value >= 0 && value <= 1e9 && apply(out, word, value);
}

bool
link_config_apply(const char *text, LinkConfig *inout, GError **error)
{
  g_auto(GStrv) words = g_strsplit(text, ",", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0' || apply_word(inout, words[i]))
      continue;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "a line is described as loss=10,burst=3,delay=25,jitter=5,overtake=1,reorder=1,duplicate=1,"
                "rate=3000,queue=200,seed=7 or down, not by '%s'", words[i]);
    return false;
  }
  return true;
}

bool
link_config_parse(const char *text, LinkConfig *out, GError **error)
{
  *out = LINK_CONFIG_DEFAULT;
  return link_config_apply(text, out, error);
}
