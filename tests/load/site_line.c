/* tests/load/site_line.c - which line a simulated site has, from the command line. */
#include "tests/load/site_line.h"
#include <string.h>

/* "SITE:FAULTS" -> SITE. Returns: (transfer full) (nullable): NULL if none is named; *faults
 * is what follows. "20s:down" names a time. */
static char *
split_site(const char *text, const char **faults)
{
  const char *colon = strchr(text, ':');
  *faults = text;
  if (colon == NULL || colon == text)
    return NULL;
  g_autofree char *site = g_strndup(text, (gsize)(colon - text));
  if (strpbrk(site, "=;,") != NULL || link_time_parse(site) >= 0)
    return NULL;
  *faults = colon + 1;
  return g_steal_pointer(&site);
}

static const char *
find_text(char **texts, char **sites, const char *wanted)
{
  const char *general = NULL, *own = NULL;
  bool is_meant = sites == NULL || g_strv_contains((const char *const *)sites, wanted);
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
    const char *faults;
    g_autofree char *site = split_site(texts[i], &faults);
    if (site == NULL && is_meant)
      general = faults;
    else if (site != NULL && strcmp(site, wanted) == 0)
      own = faults;
  }
  return own != NULL ? own : general;
}

static bool
fail(GError **error, const char *text)
{
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
              "an outage is SITE:AT:FOR such as hub:10s:5s, at most %d a site, not '%s'", LINK_OUTAGES_MAX, text);
  return false;
}

static bool
add_outage(const char *text, const char *wanted, SiteLine *out, GError **error)
{
  g_auto(GStrv) words = g_strsplit(text, ":", 4);
  gint64 at_us = -1, for_us = -1;
  if (g_strv_length(words) == 3) {
    at_us = link_time_parse(words[1]);
    for_us = link_time_parse(words[2]);
  }
  if (at_us < 0 || for_us <= 0)
    return fail(error, text);
  if (strcmp(words[0], wanted) != 0)
    return true;
  out->has_relay = true;
  return (link_schedule_add_outage(&out->up, at_us, for_us) && link_schedule_add_outage(&out->down, at_us, for_us))
         || fail(error, text);
}

static bool
read_direction(const char *own, const char *both, LinkSchedule *out, GError **error)
{
  const char *text = own != NULL ? own : both;
  return link_schedule_parse(text != NULL ? text : "", out, error);
}

bool
site_line_read(const LineTexts *texts, const char *site, SiteLine *out, GError **error)
{
  const char *both = find_text(texts->both, texts->sites, site);
  const char *up = find_text(texts->up, texts->sites, site);
  const char *down = find_text(texts->down, texts->sites, site);
  *out = (SiteLine) { .has_relay = both != NULL || up != NULL || down != NULL };
  if (!read_direction(up, both, &out->up, error) || !read_direction(down, both, &out->down, error))
    return false;
  for (guint i = 0; texts->outages != NULL && texts->outages[i] != NULL; i++)
    if (!add_outage(texts->outages[i], site, out, error))
      return false;
  return true;
}

bool
site_line_check(const LineTexts *texts, GError **error)
{
  char **lists[] = { texts->both, texts->up, texts->down };
  for (gsize k = 0; k < G_N_ELEMENTS(lists); k++)
    for (guint i = 0; lists[k] != NULL && lists[k][i] != NULL; i++) {
      const char *faults;
      LinkSchedule schedule;
      g_free(split_site(lists[k][i], &faults));
      if (!link_schedule_parse(faults, &schedule, error))
        return false;
    }
  SiteLine nobody;
  return site_line_read(texts, "", &nobody, error);
}

bool
site_line_is_down(const SiteLine *self, gint64 elapsed_us)
{
  LinkConfig config;
  link_schedule_at(&self->up, elapsed_us, &config);
  return config.is_down;
}
