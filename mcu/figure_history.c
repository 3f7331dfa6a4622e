/* mcu/figure_history.c - the last hours of all figures, one row a second, in memory of a fixed size. */
#include "mcu/figure_history.h"
#include <math.h>
#include <string.h>

struct FigureHistory {
  guint  n_columns, capacity;
  gint64 first, newest;  /* seconds; -1: none */
  float *rows;           /* owned: capacity * n_columns */
};

FigureHistory *
figure_history_new(guint n_columns, gsize bytes_max)
{
  g_return_val_if_fail(n_columns > 0, NULL);
  FigureHistory *self = g_new0(FigureHistory, 1);
  gsize fitting = bytes_max / (n_columns * sizeof(float));
  self->n_columns = n_columns;
  self->capacity = (guint)CLAMP(fitting, 1, FIGURE_HISTORY_SECONDS);
  self->rows = g_new0(float, (gsize)self->capacity * n_columns);
  self->first = self->newest = -1;
  return self;
}

void
figure_history_free(FigureHistory *self)
{
  if (self == NULL)
    return;
  g_free(self->rows);
  g_free(self);
}

guint
figure_history_capacity(const FigureHistory *self)
{
  return self->capacity;
}

guint
figure_history_columns(const FigureHistory *self)
{
  return self->n_columns;
}

static float *
row_of(const FigureHistory *self, gint64 second)
{
  return self->rows + (gsize)(second % self->capacity) * self->n_columns;
}

static float *
clear_row(const FigureHistory *self, gint64 second)
{
  float *row = row_of(self, second);
  for (guint i = 0; i < self->n_columns; i++)
    row[i] = NAN;
  return row;
}

float *
figure_history_append(FigureHistory *self, gint64 second)
{
  if (second < 0 || second <= self->newest)
    return NULL;
  if (self->first < 0)
    self->first = second;
  else
    for (gint64 missing = MAX(self->newest + 1, second - self->capacity + 1); missing < second; missing++)
      clear_row(self, missing);
  self->newest = second;
  return clear_row(self, second);
}

gint64
figure_history_newest(const FigureHistory *self)
{
  return self->newest;
}

gint64
figure_history_oldest(const FigureHistory *self)
{
  return self->newest < 0 ? -1 : MAX(self->first, self->newest - self->capacity + 1);
}

/* Of one column, while rows are added up. */
typedef struct {
  double sum;
  guint  n;
} Mean;

static void
add_row(const float *row, const guint *columns, guint n_columns, Mean *means)
{
  for (guint c = 0; c < n_columns; c++) {
    float value = row[columns[c]];
    if (!isnan(value)) {
      means[c].sum += (double)value;
      means[c].n++;
    }
  }
}

void
figure_history_read(const FigureHistory *self, const guint *columns, guint n_columns, gint64 from, guint step, guint n, float *out)
{
  g_return_if_fail(step > 0);
  g_autofree Mean *means = g_new(Mean, n_columns);
  gint64 oldest = figure_history_oldest(self);
  for (guint i = 0; i < n; i++) {
    gint64 begin = from + (gint64)i * step, end = MIN(begin + step, self->newest + 1);
    memset(means, 0, n_columns * sizeof *means);
    for (gint64 second = MAX(begin, oldest); self->newest >= 0 && second < end; second++)
      add_row(row_of(self, second), columns, n_columns, means);
    for (guint c = 0; c < n_columns; c++)
      out[(gsize)c * n + i] = means[c].n > 0 ? (float)(means[c].sum / means[c].n) : NAN;
  }
}
