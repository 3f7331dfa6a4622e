/* media/base/ring.c - a bounded queue of pointers between two threads. */
#include "media/base/ring.h"

struct Ring {
  GMutex   lock;
  GCond    pushed;
  guint    capacity;
  guint    head;    /* index of the oldest item */
  guint    length;
  guint64  dropped;
  GDestroyNotify item_free;
  gpointer items[];
};

Ring *
ring_new(guint capacity, GDestroyNotify item_free)
{
  g_return_val_if_fail(capacity > 0, NULL);
  Ring *self = g_malloc0(sizeof *self + capacity * sizeof self->items[0]);
  g_mutex_init(&self->lock);
  g_cond_init(&self->pushed);
  self->capacity = capacity;
  self->item_free = item_free;
  return self;
}

void
ring_free(Ring *self)
{
  if (self == NULL)
    return;
  for (gpointer item = ring_pop(self); item != NULL; item = ring_pop(self))
    if (self->item_free != NULL)
      self->item_free(item);
  g_cond_clear(&self->pushed);
  g_mutex_clear(&self->lock);
  g_free(self);
}

static gpointer
pop_locked(Ring *self)
{
  if (self->length == 0)
    return NULL;
  gpointer item = self->items[self->head];
  self->head = (self->head + 1) % self->capacity;
  self->length--;
  return item;
}

guint
ring_push(Ring *self, gpointer item)
{
  g_return_val_if_fail(item != NULL, 0);
  gpointer oldest = NULL;
  g_mutex_lock(&self->lock);
  if (self->length == self->capacity) {
    oldest = pop_locked(self);
    self->dropped++;
  }
  self->items[(self->head + self->length) % self->capacity] = item;
  self->length++;
  g_cond_signal(&self->pushed);
  g_mutex_unlock(&self->lock);
  if (oldest == NULL)
    return 0;
  if (self->item_free != NULL)
    self->item_free(oldest);
  return 1;
}

gpointer
ring_pop(Ring *self)
{
  g_mutex_lock(&self->lock);
  gpointer item = pop_locked(self);
  g_mutex_unlock(&self->lock);
  return item;
}

gpointer
ring_pop_wait(Ring *self, gint64 deadline_us)
{
  g_mutex_lock(&self->lock);
  while (self->length == 0)
    if (!g_cond_wait_until(&self->pushed, &self->lock, deadline_us))
      break;
  gpointer item = pop_locked(self);
  g_mutex_unlock(&self->lock);
  return item;
}

guint
ring_length(Ring *self)
{
  g_mutex_lock(&self->lock);
  guint length = self->length;
  g_mutex_unlock(&self->lock);
  return length;
}

guint64
ring_dropped(Ring *self)
{
  g_mutex_lock(&self->lock);
  guint64 dropped = self->dropped;
  g_mutex_unlock(&self->lock);
  return dropped;
}
