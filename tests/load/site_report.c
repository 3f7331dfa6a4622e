/* tests/load/site_report.c - the JSON of one site's figures. */
#include "tests/load/site_report.h"
#include <math.h>

json_t *
load_number(double value)
{
  return json_real(round(value * 1000) / 1000);
}

json_t *
load_percentiles_json(const Percentiles *p)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:i}", "p50", load_number(p->p50), "p95", load_number(p->p95),
                   "p99", load_number(p->p99), "max", load_number(p->max), "samples", (int)p->n);
}

json_t *
load_skew_json(const SkewFigures *skew)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i}", "p5", load_number(skew->p5), "p50", load_number(skew->p50),
                   "p95", load_number(skew->p95), "min", load_number(skew->min), "max", load_number(skew->max),
                   "samples", (int)skew->n);
}

static json_t *
tiers_json(const TierLog *tiers)
{
  json_t *list = json_array();
  for (guint i = 0; i < MIN(tiers->n, TIER_CHANGES_MAX); i++)
    json_array_append_new(list, json_pack("{s:o, s:i, s:i}", "s", load_number(tiers->changes[i].seconds),
                                          "width", (int)tiers->changes[i].width, "height", (int)tiers->changes[i].height));
  return list;
}

static json_t *
ear_json(const EarFigures *ear)
{
  double pulls = MAX((double)ear->pulls, 1);
  return json_pack("{s:o, s:o, s:i, s:o, s:o}",
                   "concealed_percent", load_number(ear->pulls == 0 ? 100 : 100 * (double)ear->missing / pulls),
                   "recovered_percent", load_number(100 * (double)ear->recovered / pulls),
                   "gaps", (int)ear->gaps, "gap_max_ms", load_number(ear->gap_max_ms),
                   "buffer_ms", load_number(ear->buffer_mean_ms));
}

/* Negative: it had not come back by the end. */
static double
after_ms(gint64 until_us, gint64 arrival_us)
{
  return arrival_us == 0 ? -1 : (double)(arrival_us - until_us) / 1000;
}

static json_t *
returns_json(const ReturnWatch *returns)
{
  json_t *list = json_array();
  for (guint i = 0; i < returns->n; i++) {
    const OutageReturn *outage = &returns->outages[i];
    json_array_append_new(list, json_pack("{s:o, s:o, s:o}",
                                          "for_s", load_number((double)(outage->until_us - outage->from_us) / 1e6),
                                          "picture_ms", load_number(after_ms(outage->until_us, outage->picture_us)),
                                          "sound_ms", load_number(after_ms(outage->until_us, outage->sound_us))));
  }
  return list;
}

static json_t *
flow_json(const SiteReport *site)
{
  const FlowFigures *flow = &site->flow;
  return json_pack("{s:s, s:b, s:o, s:i, s:i, s:o, s:I, s:i, s:i, s:o, s:o, s:i, s:o, s:o}",
                   "site", site->site, "connected", site->is_connected, "join_ms", load_number(site->join_ms),
                   "losses", (int)site->losses, "joins", (int)site->joins, "fps", load_number(flow->fps),
                   "keyframes", (json_int_t)flow->keyframes, "freezes", (int)flow->picture.over_200_ms,
                   "freezes_300", (int)flow->picture.over_300_ms, "frozen_percent", load_number(flow->frozen_percent),
                   "frame_gap_max_ms", load_number(flow->picture.longest_ms), "audio_gaps", (int)flow->audio_gaps,
                   "audio_gap_max_ms", load_number(flow->audio_gap_max_ms),
                   "frames_shared_percent", load_number(site->shared_percent));
}

json_t *
site_report_json(const SiteReport *site)
{
  json_t *json = flow_json(site);
  json_t *more = json_pack("{s:{s:i, s:i}, s:o, s:o, s:I, s:I, s:o, s:o, s:o}",
                           "uplink", "width", (int)site->uplink_width, "height", (int)site->uplink_height,
                           "kbps_up", load_number(site->kbps_up), "kbps_down", load_number(site->kbps_down),
                           "srtp_auth_failures", (json_int_t)site->srtp_auth_failures,
                           "keyframe_requests", (json_int_t)site->keyframe_requests,
                           "tiers", tiers_json(&site->tiers), "heard", ear_json(&site->ear),
                           "outages", returns_json(&site->returns));
  json_object_update_new(json, more);
  if (site->has_latencies) {
    json_object_set_new(json, "video_latency_ms", load_percentiles_json(&site->video_ms));
    json_object_set_new(json, "audio_latency_ms", load_percentiles_json(&site->audio_ms));
    json_object_set_new(json, "av_skew_ms", load_skew_json(&site->skew));
    json_object_set_new(json, "seen", json_pack("{s:i, s:o, s:i, s:i}", "tiles_alive", (int)site->tiles_alive,
                                                "picture_change", load_number(site->picture_change),
                                                "markers_heard", (int)site->markers_heard, "sound_peak", (int)site->sound_peak));
  }
  if (site->line != NULL)
    json_object_set(json, "line", site->line);
  return json;
}

json_t *
tile_json(const WatchedTile *tile)
{
  return json_pack("{s:s, s:b, s:o, s:o, s:i, s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "site", tile->site, "alive", tile->is_alive,
                   "fps", load_number(tile->fps), "standstill_max_ms", load_number(tile->standstill_max_ms),
                   "freezes", (int)tile->gaps.over_200_ms, "freezes_300", (int)tile->gaps.over_300_ms,
                   "frozen_ms", load_number(tile->gaps.frozen_ms), "moves", (json_int_t)tile->moves,
                   "returned_ms", load_number(tile->returned_ms),
                   "latency_p50_ms", load_number(tile->latency_p50_ms), "latency_p95_ms", load_number(tile->latency_p95_ms),
                   "av_skew_ms", load_skew_json(&tile->skew));
}
