/* mcu/figures_json.c - the technicians' figures of now, as the API gives them. */
#include "mcu/figures_json.h"
#include "mcu/room_desk.h"
#include "mcu/wall_time.h"
#include <math.h>

enum { DIGITS = 6 };  /* of a figure */

static json_t *
number(double value)
{
  if (isnan(value) || isinf(value))
    return json_null();
  return value == floor(value) && fabs(value) < 1e15 ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *
series_json(const FigureSeries *table, guint n, const void *figures)
{
  json_t *json = json_object();
  for (guint i = 0; i < n; i++)
    json_object_set_new(json, table[i].name, number(figure_series_get(&table[i], figures)));
  return json;
}

/* null: no cap. */
static json_t *
cap(guint64 bps)
{
  return bps > 0 ? number((double)bps / 1000) : json_null();
}

static json_t *
line_json(const BoxState *box)
{
  const BoxFigures *figures = &box->figures;
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "capUpKbps", cap(box->limits.up_bps), "capDownKbps", cap(box->limits.down_bps),
                   "capSharedKbps", cap(box->limits.shared_bps), "committedKbps", number(figures->line_committed_kbps),
                   "committedUpKbps", number(box->committed_up_kbps), "committedDownKbps", number(box->committed_down_kbps),
                   "usedUpKbps", number(figures->line_up_kbps), "usedDownKbps", number(figures->line_down_kbps));
}

static json_t *
site_json(const ConfigSite *config, const SiteReading *reading, const SiteFigures *figures, const SiteVerdict *verdict, const BoxState *box)
{
  g_autofree char *tier = reading->width > 0 ? g_strdup_printf("%ux%u", reading->width, reading->height) : NULL;
  json_t *site = json_pack("{s:s, s:s, s:b, s:s, s:s, s:b, s:b, s:b, s:s?, s:s?, s:s?, s:s?, s:o}",
                           "id", config->id, "name", config->name, "hub", config->is_hub,
                           "via", config->via == SITE_VIA_LAN ? "lan" : "line", "state", reading->state,
                           "expected", figures->is_expected, "muted", figures->is_muted, "cameraOff", figures->is_camera_off,
                           "tier", tier, "reason", reading->has_send ? line_reason_name(reading->reason) : NULL,
                           "pair", reading->has_media && reading->transport.pair[0] != '\0' ? reading->transport.pair : NULL,
                           "srtpProfile", reading->has_media && reading->transport.srtp_profile[0] != '\0' ? reading->transport.srtp_profile : NULL,
                           "figures", series_json(SITE_SERIES, N_SITE_SERIES, figures));
  site_verdict_describe(verdict, box->taken_us, box->wall_us, site);
  return site;
}

json_t *
figures_now_json(const FigureSampler *sampler, const RoomFigures *room)
{
  const BoxState *box = figure_sampler_box(sampler);
  const ConfigRoom *config = room_config(room->room);
  json_t *sites = json_array();
  for (guint i = 0; i < room->n_sites; i++)
    json_array_append_new(sites, site_json(&config->sites[i], &room->reading->sites[i], &room->sites[i],
                                           room_desk_verdict(room->room, i), box));
  return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "at", wall_time_json(box->wall_us), "room", config->id,
                   "box", series_json(BOX_SERIES, N_BOX_SERIES, &box->figures), "line", line_json(box),
                   "sites", sites, "alarms", alarm_desk_json(room_desk_alarms(room->room)));
}

char *
figures_dump(const json_t *json)
{
  return json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
}

char *
figures_now_text(const FigureSampler *sampler, const RoomFigures *room)
{
  json_t *json = figures_now_json(sampler, room);
  char *text = figures_dump(json);
  json_decref(json);
  return text;
}
