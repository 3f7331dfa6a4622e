/* mcu/drain.c - ends the bridge without cutting a session off. */
#include "mcu/drain.h"
#include "mcu/wall_time.h"
#include "media/base/clock.h"

enum { LOOK_MS = 100 };

typedef enum { STATE_NONE = 0, STATE_RUNNING, STATE_DRAINING, STATE_FINISHING, STATE_ENDED } State;

struct Drain {
  /* borrowed */
  GPtrArray *rooms;  /* of Room */
  void     (*ended)(gpointer user);
  gpointer   user;
  /* state */
  State  state;
  gint64 deadline_us;  /* of FINISHING */
  guint  timer;
};

static void
set_state(Drain *self, State state)
{
  static const char *const NAMES[] = { "none", "running", "draining", "finishing", "ended" };
  g_return_if_fail(state > self->state);  /* it only goes on */
  g_message("drain: %s -> %s", NAMES[self->state], NAMES[state]);
  self->state = state;
}

static guint
count_open(const Drain *self) ON_CONTROL
{
  guint n = 0;
  for (guint i = 0; i < self->rooms->len; i++)
    n += room_session_id(room_session(g_ptr_array_index(self->rooms, i))) != NULL;
  return n;
}

static guint
count_packing(const Drain *self) ON_CONTROL
{
  guint n = 0;
  for (guint i = 0; i < self->rooms->len; i++)
    n += room_session_packing(room_session(g_ptr_array_index(self->rooms, i)));
  return n;
}

static bool
is_over(const Drain *self) ON_CONTROL
{
  guint packing = count_packing(self);
  if (self->state == STATE_FINISHING)
    return packing == 0 || clock_now_us() >= self->deadline_us;
  return packing == 0 && count_open(self) == 0;
}

static gboolean
look(gpointer data)
{
  assert_on_control();
  Drain *self = data;
  if (!is_over(self))
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  guint packing = count_packing(self);
  if (packing > 0)
    g_warning("drain: %u records are not closed in time: they are finalised at the next start", packing);
  set_state(self, STATE_ENDED);
  self->ended(self->user);
  return G_SOURCE_REMOVE;
}

static void
begin_looking(Drain *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add(LOOK_MS, look, self);
}

bool
drain_begin(Drain *self)
{
  if (self->state >= STATE_DRAINING)
    return true;
  set_state(self, STATE_DRAINING);
  begin_looking(self);
  bool is_needed = !is_over(self);
  g_autofree char *now = wall_time_text(clock_wall_us());
  for (guint i = 0; i < self->rooms->len; i++)
    room_drain(g_ptr_array_index(self->rooms, i), now);
  if (is_needed)
    g_message("drain: %u sessions are open, %u records are being packed: the bridge ends after them", count_open(self), count_packing(self));
  return is_needed;
}

void
drain_finish(Drain *self)
{
  if (self->state >= STATE_FINISHING)
    return;
  set_state(self, STATE_FINISHING);
  self->deadline_us = clock_now_us() + DRAIN_FINISH_MS * 1000;
  for (guint i = 0; i < self->rooms->len; i++)
    room_session_finalise(room_session(g_ptr_array_index(self->rooms, i)));
  begin_looking(self);
}

bool
drain_is_under_way(const Drain *self)
{
  return self->state >= STATE_DRAINING;
}

Drain *
drain_new(GPtrArray *rooms, void (*ended)(gpointer user), gpointer user)
{
  Drain *self = g_new0(Drain, 1);
  *self = (Drain) { .rooms = rooms, .ended = ended, .user = user, .state = STATE_RUNNING };
  return self;
}

void
drain_free(Drain *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id(&self->timer, g_source_remove);
  g_free(self);
}
