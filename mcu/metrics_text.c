/* mcu/metrics_text.c - everything for a monitoring system: the Prometheus text format. */
#include "mcu/metrics_text.h"
#include <math.h>
#include <string.h>

#define PREFIX "diemcau_"

/* What is no series of the table: of the box, of a room, of a site. */
typedef struct {
  const char *name, *type, *help;
  double    (*of_box)(const BoxState *box);
  double    (*of_room)(const RoomFigures *room);
  double    (*of_site)(const RoomFigures *room, guint site);
} OwnMetric;

static double seconds_missed(const BoxState *box) { return (double)box->seconds_missed; }
static double session_open(const RoomFigures *room) { return room->reading->is_session_open; }
static double viewers(const RoomFigures *room) { return room->reading->n_viewers; }
static double connected(const RoomFigures *room, guint i) { return room->sites[i].is_connected; }
static double expected(const RoomFigures *room, guint i) { return room->sites[i].is_expected; }
static double up_bytes(const RoomFigures *room, guint i) { return room->totals[i].up_bytes; }
static double down_bytes(const RoomFigures *room, guint i) { return room->totals[i].down_bytes; }
static double up_packets(const RoomFigures *room, guint i) { return room->totals[i].up_packets; }
static double down_packets(const RoomFigures *room, guint i) { return room->totals[i].down_packets; }
static double up_media(const RoomFigures *room, guint i) { return room->totals[i].up_media_packets; }
static double up_lost(const RoomFigures *room, guint i) { return room->totals[i].up_lost_packets; }
static double down_media(const RoomFigures *room, guint i) { return room->totals[i].down_media_packets; }
static double down_lost(const RoomFigures *room, guint i) { return room->totals[i].down_lost_packets; }

static const OwnMetric OWN_METRICS[] = {
  { "seconds_missed_total", "counter", "Seconds of which no figures were taken, because the net thread was behind", .of_box = seconds_missed },
  { "room_session_open", "gauge", "A session of the room is open", .of_room = session_open },
  { "room_viewers", "gauge", "Connections without a seat", .of_room = viewers },
  { "site_connected", "gauge", "The site has a media connection", .of_site = connected },
  { "site_expected", "gauge", "The site belongs to an open session", .of_site = expected },
  { "site_up_bytes_total", "counter", "UDP payload that came from the site", .of_site = up_bytes },
  { "site_down_bytes_total", "counter", "UDP payload that the site was sent", .of_site = down_bytes },
  { "site_up_packets_total", "counter", "Datagrams that came from the site", .of_site = up_packets },
  { "site_down_packets_total", "counter", "Datagrams that the site was sent", .of_site = down_packets },
  { "site_up_media_packets_total", "counter", "RTP packets that came of its camera and microphone, without repetitions", .of_site = up_media },
  { "site_up_lost_packets_total", "counter", "RTP packets of its camera and microphone that did not come, before repair", .of_site = up_lost },
  { "site_down_media_packets_total", "counter", "RTP packets of picture and mix that it was sent, without repetitions", .of_site = down_media },
  { "site_down_lost_packets_total", "counter", "RTP packets of picture and mix that it did not get, by its reports", .of_site = down_lost },
};

#define BUILD_HELP "Version of the bridge; the value is 1"
#define LATENESS_HELP "How late the ticks woke up"
#define COMPOSED_HELP "From a picture's tick until it is handed to the senders: composing and encoding"

static void
begin(GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf(out, "# HELP " PREFIX "%s %s.\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

/* @labels: "" or "room=\"x\",site=\"y\"". What is not known is left out. */
static void
sample(GString *out, const char *name, const char *labels, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isnan(value) || isinf(value))
    return;
  g_ascii_formatd(text, sizeof text, "%.12g", value);
  g_string_append_printf(out, PREFIX "%s%s%s%s %s\n", name, labels[0] != '\0' ? "{" : "", labels, labels[0] != '\0' ? "}" : "", text);
}

/* Ids are [a-z0-9-]: nothing is to be escaped. */
static void
site_labels(const RoomFigures *room, guint i, char *out, gsize size) ON_CONTROL
{
  const ConfigRoom *config = room_config(room->room);
  g_snprintf(out, size, "room=\"%s\",site=\"%s\"", config->id, config->sites[i].id);
}

static const char *
type_of(const FigureSeries *series)
{
  return series->is_summed ? "counter" : "gauge";
}

static bool
is_first_of_metric(const FigureSeries *table, guint i)
{
  return i == 0 || strcmp(table[i - 1].metric, table[i].metric) != 0;
}

static void
write_box_series(GString *out, const BoxState *box)
{
  for (guint i = 0; i < N_BOX_SERIES; i++) {
    const FigureSeries *series = &BOX_SERIES[i];
    if (is_first_of_metric(BOX_SERIES, i))
      begin(out, series->metric, type_of(series), series->help);
    double value = series->is_summed ? box->sums[i] : figure_series_get(series, &box->figures);
    sample(out, series->metric, series->label != NULL ? series->label : "", value * series->metric_scale);
  }
}

static void
write_site_series(GString *out, const FigureSampler *sampler, guint i) ON_CONTROL
{
  const FigureSeries *series = &SITE_SERIES[i];
  char labels[160];
  begin(out, series->metric, type_of(series), series->help);
  for (guint r = 0; r < figure_sampler_n_rooms(sampler); r++) {
    const RoomFigures *room = figure_sampler_room(sampler, r);
    for (guint s = 0; s < room->n_sites; s++) {
      double value = series->is_summed ? room->sums[s * N_SITE_SERIES + i] : figure_series_get(series, &room->sites[s]);
      site_labels(room, s, labels, sizeof labels);
      sample(out, series->metric, labels, value * series->metric_scale);
    }
  }
}

static void
write_own_of_room(GString *out, const OwnMetric *metric, const RoomFigures *room) ON_CONTROL
{
  char labels[160];
  if (metric->of_room != NULL) {
    g_snprintf(labels, sizeof labels, "room=\"%s\"", room_id(room->room));
    sample(out, metric->name, labels, metric->of_room(room));
    return;
  }
  for (guint s = 0; s < room->n_sites; s++) {
    site_labels(room, s, labels, sizeof labels);
    sample(out, metric->name, labels, metric->of_site(room, s));
  }
}

static void
write_own(GString *out, const OwnMetric *metric, const FigureSampler *sampler) ON_CONTROL
{
  begin(out, metric->name, metric->type, metric->help);
  if (metric->of_box != NULL) {
    sample(out, metric->name, "", metric->of_box(figure_sampler_box(sampler)));
    return;
  }
  for (guint r = 0; r < figure_sampler_n_rooms(sampler); r++)
    write_own_of_room(out, metric, figure_sampler_room(sampler, r));
}

/* @label: "" or "tick=\"video\"". */
static void
write_histogram(GString *out, const char *name, const char *label, const DelayHistogram *histogram)
{
  g_autofree char *bucket = g_strconcat(name, "_bucket", NULL), *sum = g_strconcat(name, "_sum", NULL);
  g_autofree char *count = g_strconcat(name, "_count", NULL);
  guint64 n = 0;
  char labels[64], bound[G_ASCII_DTOSTR_BUF_SIZE];
  for (guint i = 0; i <= DELAY_BUCKETS; i++) {
    n += histogram->counts[i];
    if (i < DELAY_BUCKETS)
      g_ascii_formatd(bound, sizeof bound, "%g", (double)DELAY_BOUNDS_US[i] / G_USEC_PER_SEC);
    g_snprintf(labels, sizeof labels, "%s%sle=\"%s\"", label, label[0] != '\0' ? "," : "", i < DELAY_BUCKETS ? bound : "+Inf");
    sample(out, bucket, labels, (double)n);
  }
  sample(out, sum, label, (double)histogram->sum_us / G_USEC_PER_SEC);
  sample(out, count, label, (double)n);
}

char *
metrics_text(const FigureSampler *sampler)
{
  const BoxState *box = figure_sampler_box(sampler);
  GString *out = g_string_sized_new(64 * 1024);
  begin(out, "build_info", "gauge", BUILD_HELP);
  sample(out, "build_info", "version=\"" DIEMCAU_VERSION "\"", 1);
  write_box_series(out, box);
  begin(out, "tick_lateness_seconds", "histogram", LATENESS_HELP);
  write_histogram(out, "tick_lateness_seconds", "tick=\"video\"", &box->video_lateness);
  write_histogram(out, "tick_lateness_seconds", "tick=\"audio\"", &box->audio_lateness);
  begin(out, "composed_latency_seconds", "histogram", COMPOSED_HELP);
  write_histogram(out, "composed_latency_seconds", "", &box->composed);
  for (guint i = 0; i < G_N_ELEMENTS(OWN_METRICS); i++)
    write_own(out, &OWN_METRICS[i], sampler);
  for (guint i = 0; i < N_SITE_SERIES; i++)
    write_site_series(out, sampler, i);
  return g_string_free(out, FALSE);
}

/* ---- for the documentation ---- */

static void
clear_row(gpointer data)
{
  g_free(((MetricRow *)data)->name);
}

static void
add_row(GArray *rows, const char *name, const char *type, const char *labels, const char *help)
{
  MetricRow row = { g_strconcat(PREFIX, name, NULL), type, labels, help };
  g_array_append_val(rows, row);
}

static const char *
label_name(const FigureSeries *series)
{
  return series->label == NULL ? "" : g_str_has_prefix(series->label, "stage=") ? "stage" : "tick";
}

GArray *
metrics_rows(void)
{
  GArray *rows = g_array_new(FALSE, FALSE, sizeof(MetricRow));
  g_array_set_clear_func(rows, clear_row);
  add_row(rows, "build_info", "gauge", "version", BUILD_HELP);
  for (guint i = 0; i < N_BOX_SERIES; i++)
    if (is_first_of_metric(BOX_SERIES, i))
      add_row(rows, BOX_SERIES[i].metric, type_of(&BOX_SERIES[i]), label_name(&BOX_SERIES[i]), BOX_SERIES[i].help);
  add_row(rows, "tick_lateness_seconds", "histogram", "tick", LATENESS_HELP);
  add_row(rows, "composed_latency_seconds", "histogram", "", COMPOSED_HELP);
  for (guint i = 0; i < G_N_ELEMENTS(OWN_METRICS); i++)
    add_row(rows, OWN_METRICS[i].name, OWN_METRICS[i].type,
            OWN_METRICS[i].of_box != NULL ? "" : OWN_METRICS[i].of_room != NULL ? "room" : "room, site", OWN_METRICS[i].help);
  for (guint i = 0; i < N_SITE_SERIES; i++)
    add_row(rows, SITE_SERIES[i].metric, type_of(&SITE_SERIES[i]), "room, site", SITE_SERIES[i].help);
  return rows;
}
