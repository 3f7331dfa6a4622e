/* tests/lib/samples.h - a growing set of figures and its percentiles (nearest rank). */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct Samples Samples;

Samples *samples_new(void);
void     samples_free(Samples *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Samples, samples_free)

void   samples_add(Samples *self, double value);
void   samples_add_all(Samples *self, const Samples *other);
guint  samples_count(const Samples *self);
/* The smallest value that at least @percent of the values do not exceed. 0 if there are none. */
double samples_percentile(Samples *self, double percent);
double samples_mean(const Samples *self);  /* 0 if there are none */
double samples_max(Samples *self);         /* 0 if there are none */
double samples_min(Samples *self);         /* 0 if there are none */
