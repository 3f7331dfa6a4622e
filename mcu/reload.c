/* mcu/reload.c - takes a changed configuration over while the bridge runs: all of it, or nothing. */
#include "mcu/reload.h"
#include "config/config_diff.h"
#include "media/base/clock.h"
#include "mcu/room_desk.h"
#include "media/base/log_sink.h"
#include "signaling/tls_certificate.h"
#include <string.h>

void
reload_result_clear(ReloadResult *self)
{
  g_free(self->text);
  *self = (ReloadResult) { 0 };
}

static char *
join_names(const GPtrArray *names)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *)names->pdata[i]);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool
is_changed(const ConfigDiff *diff, const char *prefix)
{
  for (guint i = 0; i < diff->live->len; i++)
    if (g_str_has_prefix(diff->live->pdata[i], prefix))
      return true;
  return false;
}

/* Of what may fail this is the last. */
static bool
take_certificate(const ReloadParts *parts, const Config *next, char **certificate_pem, GError **error) ON_CONTROL
{
  g_autofree char *certificate = NULL, *key = NULL;
  if (!tls_certificate_load(next->tls_certificate, next->tls_key, next->state_dir, &certificate, &key, error)
      || !http_server_set_certificate(parts->server, certificate, key, next->tls_certificate != NULL, error))
    return false;
  figure_sampler_set_certificate_end(parts->figures, tls_certificate_ends_s(certificate));
  g_free(*certificate_pem);
  *certificate_pem = g_steal_pointer(&certificate);
  return true;
}

/* Nothing here may fail. */
static void
take_over(const ReloadParts *parts, Config *next, const ConfigDiff *diff) ON_CONTROL
{
  Config *config = parts->config;
  config_diff_take_live(config, next);
  log_sink_set_level(log_level_from_name(config->log_level));
  if (is_changed(diff, "line.")) {
    LineLimits limits = { .shared_bps = config->line_shared_bps, .up_bps = config->line_up_bps, .down_bps = config->line_down_bps };
    line_control_set_limits(parts->line, &limits);
  }
  if (is_changed(diff, "webhooks"))
    webhooks_configure(parts->webhooks, config->webhooks, config->n_webhooks);
  for (guint i = 0; is_changed(diff, "alarms") && i < parts->rooms->len; i++)
    alarm_desk_set_rules(room_desk_alarms(g_ptr_array_index(parts->rooms, i)), &config->alarms);
  for (guint i = 0; is_changed(diff, "admission.") && i < parts->rooms->len; i++)
    room_follow_admission(g_ptr_array_index(parts->rooms, i));
}

/* Returns: (transfer full): what was taken over, or why nothing was. */
static char *
try_reload(const ReloadParts *parts, char **certificate_pem, bool *is_taken) ON_CONTROL
{
  g_autofree char *faults = NULL;
  g_autoptr(Config) next = config_load(parts->path, &faults);
  if (next == NULL)
    return g_strdup_printf("the configuration has faults: %s", g_strdelimit(g_strchomp(faults), "\n", ';'));
  g_auto(ConfigDiff) diff = { 0 };
  config_diff(parts->config, next, &diff);
  if (diff.frozen->len > 0) {
    g_autofree char *names = join_names(diff.frozen);
    return g_strdup_printf("not while the bridge runs: %s", names);
  }
  g_autoptr(GError) error = NULL;
  if (!take_certificate(parts, next, certificate_pem, &error))
    return g_strdup_printf("the certificate: %s", error->message);
  take_over(parts, next, &diff);
  *is_taken = true;
  return diff.live->len > 0 ? join_names(diff.live) : g_strdup("no setting differs");
}

void
reload(const ReloadParts *parts, char **certificate_pem, ReloadResult *out)
{
  reload_result_clear(out);
  out->text = try_reload(parts, certificate_pem, &out->is_taken);
  out->wall_us = clock_wall_us();
  if (out->is_taken)
    g_message("reload: taken over: %s; the certificate was read again", out->text);
  else
    g_warning("reload refused, nothing has changed: %s", out->text);
}
