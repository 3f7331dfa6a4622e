/* tests/lib/link_report.c - a line as JSON. */
#include "tests/lib/link_report.h"
#include <math.h>

static json_t *
number(double value)
{
  return json_real(round(value * 100) / 100);
}

static json_t *
seconds_json(LinkMeter *meter, gint64 now_us)
{
  json_t *list = json_array();
  const GArray *seconds = link_meter_seconds(meter, now_us);
  for (guint i = 0; i < seconds->len; i++) {
    const LinkSecond *second = &g_array_index(seconds, LinkSecond, i);
    json_array_append_new(list, json_pack("[o, o, o]", number(second->capacity_bits / 1000),
                                          number(second->delivered_bits / 1000), number(second->queue_max_ms)));
  }
  return list;
}

static json_t *
rtp_json(const RelayCounts *counts)
{
  json_t *types = json_object();
  for (guint i = 0; i < RTP_PAYLOAD_TYPES; i++) {
    char name[8];
    g_snprintf(name, sizeof name, "%u", i);
    if (counts->rtp_offered[i] > 0)
      json_object_set_new(types, name, json_pack("[I, I]", (json_int_t)counts->rtp_offered[i], (json_int_t)counts->rtp_lost[i]));
  }
  return types;
}

static json_t *
direction_json(const LinkStats *stats, const RelayCounts *counts, LinkMeter *meter, gint64 now_us)
{
  LinkFigures figures;
  link_meter_read(meter, now_us, &figures);
  json_t *json = json_pack(
    "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o}",
    "offered", (json_int_t)stats->offered, "offeredBytes", (json_int_t)stats->offered_bytes,
    "deliveredBytes", (json_int_t)stats->delivered_bytes, "delivered", (json_int_t)stats->delivered,
    "lost", (json_int_t)stats->lost, "droppedAtTail", (json_int_t)stats->dropped_at_tail,
    "duplicated", (json_int_t)stats->duplicated, "reordered", (json_int_t)stats->reordered,
    "queueMs", "p50", number(figures.queue_p50_ms), "p95", number(figures.queue_p95_ms), "max", number(figures.queue_max_ms),
    "deliveredKbps", number(figures.delivered_kbps), "capacityKbps", number(figures.capacity_kbps),
    "utilisation", json_real(round(figures.utilisation * 10000) / 10000), "rtp", rtp_json(counts),
    "heldMs", json_real(counts->n_held > 0 ? round((double)counts->held_us / (double)counts->n_held) / 1000 : 0));
  json_object_set_new(json, "seconds", seconds_json(meter, now_us));
  return json;
}

json_t *
link_report_json(Relay *relay, gint64 now_us)
{
  RelayStats stats;
  relay_stats(relay, &stats);
  return json_pack("{s:o, s:o}", "up", direction_json(&stats.up, &stats.up_counts, relay_meter(relay, RELAY_TO_SERVER), now_us),
                   "down", direction_json(&stats.down, &stats.down_counts, relay_meter(relay, RELAY_TO_CLIENT), now_us));
}
