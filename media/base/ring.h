/* media/base/ring.h - a bounded queue of pointers between two threads.
 *
 *   push ->  [ newest ... oldest ]  -> pop
 *
 * A push never waits and never fails: a full ring gives up its oldest item, which is
 * freed and counted. The lock inside is held for a few instructions only, never while an
 * item is made, used or freed. Any number of threads may push and pop. */
#pragma once
#include <glib.h>

typedef struct Ring Ring;

/* @item_free: what to do with an item that is dropped, or left at the end. */
Ring *ring_new(guint capacity, GDestroyNotify item_free);
void  ring_free(Ring *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ring, ring_free)

/* Takes @item. Returns: how many items were dropped to make room: 0 or 1. */
guint ring_push(Ring *self, gpointer item);

/* Returns: (transfer full) (nullable): the oldest item, NULL if the ring is empty. */
gpointer ring_pop(Ring *self);

/* As ring_pop(), but waits for an item until @deadline_us (monotonic). */
gpointer ring_pop_wait(Ring *self, gint64 deadline_us);

guint   ring_length(Ring *self);
guint64 ring_dropped(Ring *self);  /* since the beginning */
