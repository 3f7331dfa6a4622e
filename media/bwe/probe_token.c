/* media/bwe/probe_token.c - lets one receiver at a time try out a higher rate. */
#include "media/bwe/probe_token.h"

enum { QUEUE_MAX = 64 };  /* owners waiting; one that finds no place asks again later */

typedef struct {
  gconstpointer owner;
  gint64 asked_us;
} Waiting;

struct ProbeToken {
  /* state */
  gconstpointer holder;    /* NULL: free */
  gint64  held_until_us;
  guint   n_waiting;
  Waiting waiting[QUEUE_MAX];  /* longest first */
};

ProbeToken *
probe_token_new(void)
{
  return g_new0(ProbeToken, 1);
}

void
probe_token_free(ProbeToken *self)
{
  g_free(self);
}

static void
remove_waiting(ProbeToken *self, guint i)
{
  for (self->n_waiting--; i < self->n_waiting; i++)
    self->waiting[i] = self->waiting[i + 1];
}

/* Notes the question, keeping the place of one asked before. Forgets who ceased to ask. */
static void
ask(ProbeToken *self, gconstpointer owner, gint64 now_us)
{
  bool is_known = false;
  for (guint i = 0; i < self->n_waiting;) {
    Waiting *waiting = &self->waiting[i];
    if (waiting->owner == owner) {
      waiting->asked_us = now_us;
      is_known = true;
    }
    if (now_us - waiting->asked_us > PROBE_TOKEN_ASK_US)
      remove_waiting(self, i);
    else
      i++;
  }
  if (!is_known && self->n_waiting < QUEUE_MAX)
    self->waiting[self->n_waiting++] = (Waiting) { owner, now_us };
}

bool
probe_token_acquire(ProbeToken *self, gconstpointer owner, gint64 now_us)
{
  if (self->holder != NULL && now_us >= self->held_until_us)
    self->holder = NULL;
  if (self->holder == owner)
    return true;
  ask(self, owner, now_us);
  if (self->holder != NULL || self->n_waiting == 0 || self->waiting[0].owner != owner)
    return false;
  remove_waiting(self, 0);
  self->holder = owner;
  self->held_until_us = now_us + PROBE_TOKEN_HOLD_US;
  return true;
}

void
probe_token_release(ProbeToken *self, gconstpointer owner)
{
  if (self->holder == owner)
    self->holder = NULL;
  for (guint i = 0; i < self->n_waiting; i++)
    if (self->waiting[i].owner == owner)
      remove_waiting(self, i--);
}
