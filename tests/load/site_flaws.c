/* tests/load/site_flaws.c - what is wrong at a simulated site itself and when, from the command line. */
#include "tests/load/site_flaws.h"
#include "tests/lib/link_schedule.h"
#include <string.h>

static bool
fail(const char *text, GError **error)
{
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
              "what is wrong at a site is SITE:AT:FOR such as que-vo:10s:5s, not '%s'", text);
  return false;
}

static bool
read_one(const char *text, FlawKind kind, const char *site, SiteFlaws *out, GError **error)
{
  g_auto(GStrv) words = g_strsplit(text, ":", 4);
  gint64 at_us = -1, for_us = -1;
  if (g_strv_length(words) == 3) {
    at_us = link_time_parse(words[1]);
    for_us = link_time_parse(words[2]);
  }
  if (at_us < 0 || for_us <= 0 || *words[0] == '\0')
    return fail(text, error);
  if (strcmp(words[0], site) != 0)
    return true;
  out->spans[kind].from_us = at_us;
  out->spans[kind].until_us = at_us + for_us;
  return true;
}

bool
site_flaws_read(const FlawTexts *texts, const char *site, SiteFlaws *out, GError **error)
{
  *out = (SiteFlaws) { 0 };
  for (FlawKind kind = FLAW_NONE + 1; kind < FLAW_KINDS; kind++)
    for (char **text = texts->of_kind[kind]; text != NULL && *text != NULL; text++)
      if (!read_one(*text, kind, site, out, error))
        return false;
  return true;
}

bool
site_flaws_has(const SiteFlaws *self, FlawKind kind)
{
  return self->spans[kind].until_us > 0;
}

bool
site_flaws_holds(const SiteFlaws *self, FlawKind kind, gint64 elapsed_us)
{
  return elapsed_us >= self->spans[kind].from_us && elapsed_us < self->spans[kind].until_us;
}
