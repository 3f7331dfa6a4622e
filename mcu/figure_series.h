/* mcu/figure_series.h - the one table of the technicians' figures: field, name, unit, metric, meaning.
 *
 * The API's names, the columns of the history and of the CSV export, /metrics and the table in
 * config/metrics.md all come from here: a new figure is a field of mcu/site_figures.h and a row
 * here. Constant; any thread. */
#pragma once
#include "mcu/site_figures.h"

typedef struct {
  const char *name;          /* of the API: "up_kbps"                                       */
  const char *unit;          /* of the API: "kbit/s"                                        */
  const char *metric;        /* of /metrics, behind "diemcau_", in base units               */
  const char *label;         /* (nullable) of the metric: "stage=\"decode\""; rows of one metric stand together */
  double      metric_scale;  /* times the figure is the metric                              */
  bool        is_summed;     /* it is of this second alone: the metric is the sum of all, a counter */
  gsize       offset;        /* of a double in SiteFigures, or BoxFigures                   */
  const char *help;          /* one English sentence, without a dot                         */
} FigureSeries;

enum { SITE_SERIES_MAX = 64, BOX_SERIES_MAX = 32 };

extern const FigureSeries SITE_SERIES[];
extern const guint        N_SITE_SERIES;
extern const FigureSeries BOX_SERIES[];
extern const guint        N_BOX_SERIES;

/* @figures: a SiteFigures or BoxFigures, as the series is. Returns: NAN: not known. */
double figure_series_get(const FigureSeries *series, const void *figures);
/* Returns: the row; -1: there is none of that name. */
int    site_series_find(const char *name);
int    box_series_find(const char *name);

/* Nothing is known. */
void   site_figures_clear(SiteFigures *out);
void   box_figures_clear(BoxFigures *out);
