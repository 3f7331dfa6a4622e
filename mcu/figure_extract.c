/* mcu/figure_extract.c - a part of the figures' history, as JSON or CSV. */
#include "mcu/figures_json.h"
#include "mcu/wall_time.h"
#include <math.h>
#include <string.h>

typedef struct {
  GArray    *columns;        /* of guint: of the history */
  GPtrArray *names;          /* of char, owned           */
} Columns;

static void
add_column(Columns *columns, guint column, const char *owner, const char *series)
{
  g_array_append_val(columns->columns, column);
  g_ptr_array_add(columns->names, g_strconcat(owner, "/", series, NULL));
}

/* Of all sites, or of @site (nullable) alone. Returns: false: there is no such series. */
static bool
add_series(Columns *columns, const RoomFigures *room, const char *name, const char *site) ON_CONTROL
{
  const ConfigRoom *config = room_config(room->room);
  int series = site_series_find(name), of_box = box_series_find(name);
  if (series < 0 && of_box < 0)
    return false;
  if (of_box >= 0)
    add_column(columns, (guint)of_box, "box", name);
  for (guint i = 0; series >= 0 && i < config->n_sites; i++)
    if (site == NULL || strcmp(config->sites[i].id, site) == 0)
      add_column(columns, room->first_column + i * N_SITE_SERIES + (guint)series, config->sites[i].id, name);
  return true;
}

static bool
add_all(Columns *columns, const RoomFigures *room, const char *list, const char *site) ON_CONTROL
{
  g_auto(GStrv) names = list != NULL ? g_strsplit(list, ",", SITE_SERIES_MAX + BOX_SERIES_MAX) : NULL;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (!add_series(columns, room, names[i], site))
      return false;
  for (guint i = 0; names == NULL && i < N_BOX_SERIES; i++)
    add_series(columns, room, BOX_SERIES[i].name, site);
  for (guint i = 0; names == NULL && i < N_SITE_SERIES; i++)
    add_series(columns, room, SITE_SERIES[i].name, site);
  return true;
}

static bool
has_site(const RoomFigures *room, const char *site) ON_CONTROL
{
  return site == NULL || room_has_site(room->room, site);
}

/* Which seconds are asked for, cut to those that are there. Returns: how many points of @step. */
static guint
span(const FigureSampler *sampler, const FigureQuestion *question, gint64 *from, guint step) ON_CONTROL
{
  const FigureHistory *history = figure_sampler_history(sampler);
  gint64 newest = figure_history_newest(history), oldest = figure_history_oldest(history);
  if (newest < 0)
    return 0;
  gint64 begin = question->from_us != 0 ? figure_sampler_second(sampler, question->from_us) : oldest;
  gint64 end = question->to_us != 0 ? figure_sampler_second(sampler, question->to_us) : newest + 1;
  *from = CLAMP(begin, oldest, newest + 1);
  end = CLAMP(end, *from, newest + 1);
  return (guint)((end - *from + step - 1) / step);
}

FigureExtract *
figure_extract_new(const FigureSampler *sampler, const RoomFigures *room, const FigureQuestion *question, const char **fault)
{
  g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  Columns columns = { numbers, names };
  guint step = MAX(question->step, 1);
  gint64 from = 0;
  if (!has_site(room, question->site) || !add_all(&columns, room, question->series, question->site)) {
    *fault = "there is no such series, or no such site";
    return NULL;
  }
  guint n = span(sampler, question, &from, step);
  if ((guint64)n * numbers->len > FIGURE_EXTRACT_VALUES_MAX) {
    *fault = "that is too much: ask for a greater step, fewer series or a shorter time";
    return NULL;
  }
  FigureExtract *self = g_new0(FigureExtract, 1);
  self->from_us = n > 0 ? figure_sampler_wall_us(sampler, from) : figure_sampler_box(sampler)->wall_us;
  self->step = step;
  self->n_points = n;
  self->n_columns = numbers->len;
  self->values = g_new(float, (gsize)n * numbers->len);
  figure_history_read(figure_sampler_history(sampler), (const guint *)(gconstpointer)numbers->data, numbers->len, from, step, n, self->values);
  g_ptr_array_add(names, NULL);
  self->names = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
  return self;
}

void
figure_extract_free(FigureExtract *self)
{
  if (self == NULL)
    return;
  g_strfreev(self->names);
  g_free(self->values);
  g_free(self);
}

static void
append_number(GString *out, float value, const char *unknown)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isnan(value) || isinf(value))
    g_string_append(out, unknown);
  else
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", (double)value));
}

/* Ids and series are [a-z0-9_-]: nothing is to be escaped. */
char *
figure_extract_json(const FigureExtract *self)
{
  GString *out = g_string_sized_new(64 + (gsize)self->n_points * self->n_columns * 6);
  g_autofree char *from = wall_time_text(self->from_us);
  g_string_append_printf(out, "{\"from\":\"%s\",\"step\":%u,\"series\":{", from, self->step);
  for (guint c = 0; c < self->n_columns; c++) {
    g_string_append_printf(out, "%s\"%s\":[", c > 0 ? "," : "", self->names[c]);
    for (guint i = 0; i < self->n_points; i++) {
      if (i > 0)
        g_string_append_c(out, ',');
      append_number(out, self->values[(gsize)c * self->n_points + i], "null");
    }
    g_string_append_c(out, ']');
  }
  g_string_append(out, "}}");
  return g_string_free(out, FALSE);
}

char *
figure_extract_csv(const FigureExtract *self)
{
  GString *out = g_string_sized_new(64 + (gsize)self->n_points * self->n_columns * 6);
  g_string_append(out, "at");
  for (guint c = 0; c < self->n_columns; c++)
    g_string_append_printf(out, ",%s", self->names[c]);
  g_string_append(out, "\r\n");
  for (guint i = 0; i < self->n_points; i++) {
    g_autofree char *at = wall_time_text(self->from_us + (gint64)i * self->step * G_USEC_PER_SEC);
    g_string_append(out, at);
    for (guint c = 0; c < self->n_columns; c++) {
      g_string_append_c(out, ',');
      append_number(out, self->values[(gsize)c * self->n_points + i], "");
    }
    g_string_append(out, "\r\n");
  }
  return g_string_free(out, FALSE);
}
