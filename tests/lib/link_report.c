/* tests/lib/link_report.c - one direction of a line as JSON. */
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

json_t *
link_report_json(const LinkStats *stats, LinkMeter *meter, gint64 now_us, bool with_seconds)
{
  LinkFigures figures;
  link_meter_read(meter, now_us, &figures);
  json_t *json = json_pack(
    "{s:I, s:I, s:I, s:I, s:I, s:I, s:{s:o, s:o, s:o}, s:o, s:o, s:o}",
    "offered", (json_int_t)stats->offered, "delivered", (json_int_t)stats->delivered,
    "lost", (json_int_t)stats->lost, "droppedAtTail", (json_int_t)stats->dropped_at_tail,
    "duplicated", (json_int_t)stats->duplicated, "reordered", (json_int_t)stats->reordered,
    "queueMs", "p50", number(figures.queue_p50_ms), "p95", number(figures.queue_p95_ms), "max", number(figures.queue_max_ms),
    "deliveredKbps", number(figures.delivered_kbps), "capacityKbps", number(figures.capacity_kbps),
    "utilisation", json_real(round(figures.utilisation * 10000) / 10000));
  if (with_seconds)
    json_object_set_new(json, "seconds", seconds_json(meter, now_us));
  return json;
}
