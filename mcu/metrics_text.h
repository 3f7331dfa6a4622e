/* mcu/metrics_text.h - everything for a monitoring system: the Prometheus text format, version 0.0.4.
 *
 * Names begin with "diemcau_", units are base units, counters end with "_total". A gauge that is not known is left
 * out. The rows of mcu/figure_series.h and those of here are all there is: config/metrics.md lists them. */
#pragma once
#include "mcu/figure_sampler.h"

#define METRICS_MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* (transfer full): g_free(). */
char *metrics_text(const FigureSampler *sampler) ON_CONTROL;

typedef struct {
  char       *name;          /* owned: with prefix */
  const char *type;          /* "gauge", "counter", "histogram" */
  const char *labels;        /* "room, site"; "" */
  const char *help;
} MetricRow;
/* (transfer full): an array of MetricRow, cleared with it, in the order of the text. For the documentation. */
GArray *metrics_rows(void);
