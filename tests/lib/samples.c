/* tests/lib/samples.c - a growing set of figures and its percentiles. */
#include "tests/lib/samples.h"
#include <math.h>

struct Samples {
  GArray *values;  /* owned, of double */
  bool    is_sorted;
};

Samples *
samples_new(void)
{
  Samples *self = g_new0(Samples, 1);
  self->values = g_array_new(FALSE, FALSE, sizeof(double));
  return self;
}

void
samples_free(Samples *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->values);
  g_free(self);
}

void
samples_add(Samples *self, double value)
{
  g_array_append_val(self->values, value);
  self->is_sorted = false;
}

void
samples_add_all(Samples *self, const Samples *other)
{
  if (other->values->len > 0)
    g_array_append_vals(self->values, other->values->data, other->values->len);
  self->is_sorted = false;
}

guint
samples_count(const Samples *self)
{
  return self->values->len;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

double
samples_percentile(Samples *self, double percent)
{
  guint n = self->values->len;
  if (n == 0)
    return 0;
  if (!self->is_sorted) {
    g_array_sort(self->values, compare);
    self->is_sorted = true;
  }
  double rank = ceil(CLAMP(percent, 0, 100) / 100 * n);
  guint index = rank < 1 ? 0 : (guint)rank - 1;
  return g_array_index(self->values, double, MIN(index, n - 1));
}

double
samples_mean(const Samples *self)
{
  double sum = 0;
  for (guint i = 0; i < self->values->len; i++)
    sum += g_array_index(self->values, double, i);
  return self->values->len > 0 ? sum / self->values->len : 0;
}

double
samples_max(Samples *self)
{
  return samples_percentile(self, 100);
}

double
samples_min(Samples *self)
{
  return samples_percentile(self, 0);
}
