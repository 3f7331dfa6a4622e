/* tests/lib/link_schedule.c - how one direction of a line changes over time, from a text. */
#include "tests/lib/link_schedule.h"
#include <string.h>

void
link_schedule_constant(LinkSchedule *out, const LinkConfig *config)
{
  *out = (LinkSchedule) { .n_steps = 1, .steps = { { 0, *config } } };
}

gint64
link_time_parse(const char *text)
{
  char *end = NULL;
  double value = g_ascii_strtod(text, &end);
  if (end == text || !(value >= 0 && value <= 1e6))
    return -1;
  if (strcmp(end, "s") == 0)
    return (gint64)(value * G_USEC_PER_SEC);
  return strcmp(end, "ms") == 0 ? (gint64)(value * 1000) : -1;
}

/* "20s:rate=500" -> 20 s, "rate=500". Without a time: 0 and the whole. */
static bool
split_time(char *part, gint64 *at_us, const char **faults)
{
  char *colon = strchr(part, ':');
  *at_us = 0;
  *faults = part;
  if (colon == NULL)
    return true;
  *colon = '\0';
  *faults = colon + 1;
  *at_us = link_time_parse(part);
  return *at_us >= 0;
}

static bool
add_step(LinkSchedule *self, char *part, GError **error)
{
  gint64 at_us;
  const char *faults;
  const LinkStep *before = self->n_steps > 0 ? &self->steps[self->n_steps - 1] : NULL;
  bool is_first = before == NULL;
  if (!split_time(part, &at_us, &faults) || self->n_steps == LINK_STEPS_MAX
      || (is_first ? at_us != 0 : at_us <= before->at_us)) {
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "a schedule is up to %d lines with rising times, as rate=3000;20s:rate=500;40s:down, not '%s'",
                LINK_STEPS_MAX, part);
    return false;
  }
  LinkStep *step = &self->steps[self->n_steps];
  *step = (LinkStep) { at_us, is_first ? LINK_CONFIG_DEFAULT : before->config };
  if (!link_config_apply(faults, &step->config, error))
    return false;
  self->n_steps++;
  return true;
}

bool
link_schedule_parse(const char *text, LinkSchedule *out, GError **error)
{
  *out = (LinkSchedule) { 0 };
  g_auto(GStrv) parts = g_strsplit(text, ";", -1);
  if (parts[0] == NULL) {
    LinkConfig good = LINK_CONFIG_DEFAULT;
    link_schedule_constant(out, &good);
  }
  for (guint i = 0; parts[i] != NULL; i++)
    if (!add_step(out, parts[i], error))
      return false;
  return true;
}

bool
link_schedule_add_outage(LinkSchedule *self, gint64 from_us, gint64 for_us)
{
  if (self->n_outages == LINK_OUTAGES_MAX)
    return false;
  self->outages[self->n_outages++] = (LinkOutage) { from_us, from_us + for_us };
  return true;
}

void
link_schedule_at(const LinkSchedule *self, gint64 elapsed_us, LinkConfig *out)
{
  *out = (LinkConfig) { 0 };  /* no step at all: a perfect line */
  for (guint i = 0; i < self->n_steps && (i == 0 || self->steps[i].at_us <= elapsed_us); i++)
    *out = self->steps[i].config;
  for (guint k = 0; k < self->n_outages; k++)
    out->is_down = out->is_down || (elapsed_us >= self->outages[k].from_us && elapsed_us < self->outages[k].until_us);
}

static void
note_change(gint64 at_us, gint64 elapsed_us, gint64 *next_us)
{
  if (at_us > elapsed_us && (*next_us < 0 || at_us < *next_us))
    *next_us = at_us;
}

gint64
link_schedule_next_us(const LinkSchedule *self, gint64 elapsed_us)
{
  gint64 next_us = -1;
  for (guint i = 1; i < self->n_steps; i++)
    note_change(self->steps[i].at_us, elapsed_us, &next_us);
  for (guint i = 0; i < self->n_outages; i++) {
    note_change(self->outages[i].from_us, elapsed_us, &next_us);
    note_change(self->outages[i].until_us, elapsed_us, &next_us);
  }
  return next_us;
}
