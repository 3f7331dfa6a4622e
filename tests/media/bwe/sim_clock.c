/* tests/media/bwe/sim_clock.c - virtual time: things to do, in order of their time. */
#include "tests/media/bwe/sim_clock.h"

typedef struct {
  gint64    at_us;
  guint64   order;
  SimAction action;
  gpointer  user, data;
  GDestroyNotify free_data;
} Entry;

struct SimClock {
  gint64  now_us;
  guint64 order;
  GArray *heap;  /* of Entry */
};

SimClock *
sim_clock_new(void)
{
  SimClock *self = g_new0(SimClock, 1);
  self->now_us = SIM_START_US;
  self->heap = g_array_new(FALSE, FALSE, sizeof(Entry));
  return self;
}

static Entry *
entry(SimClock *self, guint i)
{
  return &g_array_index(self->heap, Entry, i);
}

void
sim_clock_free(SimClock *self)
{
  for (guint i = 0; i < self->heap->len; i++)
    if (entry(self, i)->free_data != NULL)
      entry(self, i)->free_data(entry(self, i)->data);
  g_array_unref(self->heap);
  g_free(self);
}

gint64
sim_clock_now_us(const SimClock *self)
{
  return self->now_us;
}

static gboolean
is_before(SimClock *self, guint a, guint b)
{
  const Entry *x = entry(self, a), *y = entry(self, b);
  return x->at_us < y->at_us || (x->at_us == y->at_us && x->order < y->order);
}

static void
swap(SimClock *self, guint a, guint b)
{
  Entry held = *entry(self, a);
  *entry(self, a) = *entry(self, b);
  *entry(self, b) = held;
}

void
sim_clock_at(SimClock *self, gint64 at_us, SimAction action, gpointer user, gpointer data)
{
  sim_clock_at_full(self, at_us, action, user, data, NULL);
}

void
sim_clock_at_full(SimClock *self, gint64 at_us, SimAction action, gpointer user, gpointer data,
                  GDestroyNotify free_data)
{
  Entry added = { MAX(at_us, self->now_us), self->order++, action, user, data, free_data };
  g_array_append_val(self->heap, added);
  for (guint i = self->heap->len - 1; i > 0 && is_before(self, i, (i - 1) / 2); i = (i - 1) / 2)
    swap(self, i, (i - 1) / 2);
}

static Entry
take_first(SimClock *self)
{
  Entry first = *entry(self, 0);
  *entry(self, 0) = *entry(self, self->heap->len - 1);
  g_array_set_size(self->heap, self->heap->len - 1);
  for (guint i = 0;;) {
    guint least = i, left = 2 * i + 1, right = 2 * i + 2;
    if (left < self->heap->len && is_before(self, left, least))
      least = left;
    if (right < self->heap->len && is_before(self, right, least))
      least = right;
    if (least == i)
      return first;
    swap(self, i, least);
    i = least;
  }
}

void
sim_clock_run(SimClock *self, gint64 until_us)
{
  while (self->heap->len > 0 && entry(self, 0)->at_us <= until_us) {
    Entry next = take_first(self);
    self->now_us = next.at_us;
    next.action(next.user, next.data);
    if (next.free_data != NULL)
      next.free_data(next.data);
  }
  self->now_us = until_us;
}
