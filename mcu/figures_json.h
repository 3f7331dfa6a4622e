/* mcu/figures_json.h - the technicians' figures as the API gives them: now, and over time as JSON or CSV. */
#pragma once
#include "mcu/figure_sampler.h"

/* {"at", "room", "box", "line", "sites", "alarms"}. (transfer full) */
json_t *figures_now_json(const FigureSampler *sampler, const RoomFigures *room) ON_CONTROL;
/* The same as one line of text, numbers with so many digits as they are worth. (transfer full): free(). */
char   *figures_now_text(const FigureSampler *sampler, const RoomFigures *room) ON_CONTROL;
/* Dumps what has such numbers. (transfer full): free(). */
char   *figures_dump(const json_t *json);

/* A part of the history: taken out on the control thread, written on any. */
typedef struct {
  gint64  from_us;           /* UNIX, of the first point */
  guint   step, n_points, n_columns;
  char  **names;             /* owned: "h-yen-phong/up_kbps", "box/cpu_net"; NULL-ended */
  float  *values;            /* owned: n_points for each column; NAN: not known         */
} FigureExtract;

enum {
  FIGURE_EXTRACT_VALUES_MAX = 400000,  /* 24 series of 4 hours at 1 s */
  FIGURE_EXTRACT_COLUMNS_MAX = SITE_SERIES_MAX * CONFIG_SITES_MAX + BOX_SERIES_MAX,
};

typedef struct {
  gint64      from_us, to_us;  /* UNIX; 0: as far as there is something             */
  guint       step;            /* seconds; 0: 1                                     */
  const char *series;          /* (nullable) "up_kbps,cpu_net"; NULL: all           */
  const char *site;            /* (nullable) id; NULL: all sites                    */
} FigureQuestion;

/* Returns: (transfer full) (nullable): NULL: @fault (static text) says what is wrong with the question. */
FigureExtract *figure_extract_new(const FigureSampler *sampler, const RoomFigures *room, const FigureQuestion *question,
                                  const char **fault) ON_CONTROL;
void           figure_extract_free(FigureExtract *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FigureExtract, figure_extract_free)
/* (transfer full). Any thread. */
char          *figure_extract_json(const FigureExtract *self);
/* RFC 4180, first column "at"; what is not known is empty. (transfer full). Any thread. */
char          *figure_extract_csv(const FigureExtract *self);
