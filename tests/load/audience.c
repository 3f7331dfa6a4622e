/* tests/load/audience.c - the ears of all clients, on a thread of their own. */
#include "tests/load/audience.h"

typedef enum { ITEM_NONE = 0, ITEM_PACKET, ITEM_BEGIN, ITEM_END, ITEM_STOP } ItemKind;

typedef struct {
  ItemKind     kind;
  guint        ear;
  AudioPacket *packet;  /* owned */
  gint64       now_us;
} Item;

struct Audience {
  guint        n;
  Ear        **ears;      /* owned; the thread's */
  EarFigures  *figures;   /* owned               */
  GAsyncQueue *queue;     /* owned, of Item      */
  GAsyncQueue *done;      /* owned: an answer to begin and end */
  GThread     *thread;
};

static void
handle(Audience *self, Item *item) ON_AUDIO_TICK
{
  if (item->kind == ITEM_PACKET)
    ear_packet(self->ears[item->ear], g_steal_pointer(&item->packet));
  for (guint i = 0; i < self->n && item->kind == ITEM_BEGIN; i++)
    ear_begin(self->ears[i], item->now_us);
  for (guint i = 0; i < self->n && item->kind == ITEM_END; i++)
    ear_end(self->ears[i], item->now_us, &self->figures[i]);
  if (item->kind != ITEM_PACKET)
    g_async_queue_push(self->done, self);
}

static gpointer
run(gpointer data)
{
  assert_on_audio_tick();
  Audience *self = data;
  for (ItemKind kind = ITEM_NONE; kind != ITEM_STOP;) {
    g_autofree Item *item = g_async_queue_pop(self->queue);
    kind = item->kind;
    handle(self, item);
  }
  for (guint i = 0; i < self->n; i++)
    ear_free(self->ears[i]);
  return NULL;
}

static void
item_free(gpointer data)
{
  Item *item = data;
  audio_packet_unref(item->packet);
  g_free(item);
}

Audience *
audience_new(guint n_ears)
{
  Audience *self = g_new0(Audience, 1);
  self->n = n_ears;
  self->ears = g_new0(Ear *, n_ears);
  self->figures = g_new0(EarFigures, n_ears);
  for (guint i = 0; i < n_ears; i++)
    self->ears[i] = ear_new();
  self->queue = g_async_queue_new_full(item_free);
  self->done = g_async_queue_new();
  self->thread = g_thread_new("audience", run, self);
  return self;
}

static void
push(Audience *self, Item item)
{
  g_async_queue_push(self->queue, g_memdup2(&item, sizeof item));
}

void
audience_free(Audience *self)
{
  if (self == NULL)
    return;
  push(self, (Item) { .kind = ITEM_STOP });
  g_thread_join(self->thread);
  g_async_queue_unref(self->queue);
  g_async_queue_unref(self->done);
  g_free(self->ears);
  g_free(self->figures);
  g_free(self);
}

void
audience_packet(Audience *self, guint ear, AudioPacket *packet)
{
  g_return_if_fail(ear < self->n);
  push(self, (Item) { .kind = ITEM_PACKET, .ear = ear, .packet = packet });
}

void
audience_begin(Audience *self, gint64 now_us)
{
  push(self, (Item) { .kind = ITEM_BEGIN, .now_us = now_us });
  g_async_queue_pop(self->done);
}

void
audience_end(Audience *self, gint64 now_us, EarFigures *out)
{
  push(self, (Item) { .kind = ITEM_END, .now_us = now_us });
  g_async_queue_pop(self->done);
  for (guint i = 0; i < self->n; i++)
    out[i] = self->figures[i];
}
