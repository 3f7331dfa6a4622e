/* tests/load/site_report.h - the JSON of one site's figures. */
#pragma once
#include "tests/load/load_report.h"

/* All (transfer full). */
json_t *site_report_json(const SiteReport *site);
json_t *tile_json(const WatchedTile *tile);
json_t *load_percentiles_json(const Percentiles *p);
json_t *load_skew_json(const SkewFigures *skew);
json_t *load_number(double value);  /* rounded to three digits after the point */
