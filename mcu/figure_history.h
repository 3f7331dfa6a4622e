/* mcu/figure_history.h - the last hours of all figures, one row a second, in memory of a fixed size.
 *
 *   second:  ... 4711 | 4712 | 4713 ...      row: a float for each column, NAN: not known
 *   place:   second % capacity               older than capacity: overwritten
 *
 * Everything is allocated by _new; pages that were never written cost no memory. Pure logic: seconds are those
 * of the monotonic clock. Control thread. */
#pragma once
#include <glib.h>

enum {
  FIGURE_HISTORY_SECONDS = 4 * 3600,
  FIGURE_HISTORY_BYTES_MAX = 64 * 1024 * 1024,  /* nine sites take half of it; with very many sites it reaches back less */
};

typedef struct FigureHistory FigureHistory;

/* @n_columns: at least 1. It reaches back FIGURE_HISTORY_SECONDS, or what fits into @bytes_max. */
FigureHistory *figure_history_new(guint n_columns, gsize bytes_max);
void           figure_history_free(FigureHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FigureHistory, figure_history_free)

/* How many seconds it holds at most, and of how many columns. */
guint  figure_history_capacity(const FigureHistory *self);
guint  figure_history_columns(const FigureHistory *self);
/* The place for @second's row, all NAN: to be filled before the next call. Seconds that were left out are not
 * known. Returns: (transfer none) (nullable): NULL: that second is there already, or a later one. */
float *figure_history_append(FigureHistory *self, gint64 second);
/* The newest second; -1: there is none yet. */
gint64 figure_history_newest(const FigureHistory *self);
/* The oldest that is kept still; -1: none. */
gint64 figure_history_oldest(const FigureHistory *self);
/* Means of what is known of each @step seconds from @from on; NAN: nothing is. @out: @n of them for each of the
 * @n_columns columns, column by column. Reads each row once. */
void   figure_history_read(const FigureHistory *self, const guint *columns, guint n_columns, gint64 from, guint step, guint n,
                           float *out);
