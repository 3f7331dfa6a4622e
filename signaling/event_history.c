/* signaling/event_history.c - the last events of a room, as they went over the wire. */
#include "signaling/event_history.h"
#include <string.h>

struct EventHistory {
  guint64      first_id, next_id;
  HistoryEvent events[EVENT_HISTORY_EVENTS];  /* event `id` lies at id % EVENT_HISTORY_EVENTS */
};

EventHistory *
event_history_new(guint64 first_id)
{
  EventHistory *self = g_new0(EventHistory, 1);
  self->first_id = self->next_id = MAX(first_id, 1);
  return self;
}

static void
clear(HistoryEvent *event)
{
  g_clear_pointer(&event->site, g_free);
  g_clear_pointer(&event->frame, g_bytes_unref);
}

void
event_history_free(EventHistory *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < EVENT_HISTORY_EVENTS; i++)
    clear(&self->events[i]);
  g_free(self);
}

GBytes *
event_frame_new(guint64 id, const char *name, const char *json)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (id != 0)
    g_string_append_printf(text, "id: %" G_GUINT64_FORMAT "\n", id);
  g_string_append_printf(text, "event: %s\ndata: %s\n\n", name, json);
  return g_string_free_to_bytes(g_steal_pointer(&text));
}

const HistoryEvent *
event_history_add(EventHistory *self, const char *site, const char *name, const char *json)
{
  HistoryEvent *event = &self->events[self->next_id % EVENT_HISTORY_EVENTS];
  clear(event);
  event->id = self->next_id++;
  event->site = g_strdup(site);
  event->frame = event_frame_new(event->id, name, json);
  return event;
}

guint64
event_history_newest(const EventHistory *self)
{
  return self->next_id - 1;
}

static guint64
oldest(const EventHistory *self)
{
  return self->next_id - MIN(self->next_id - self->first_id, EVENT_HISTORY_EVENTS);
}

bool
event_history_reaches(const EventHistory *self, guint64 id)
{
  return id < self->next_id && id + 1 >= oldest(self);
}

const HistoryEvent *
event_history_next(const EventHistory *self, guint64 id, const char *site)
{
  for (guint64 next = MAX(id + 1, oldest(self)); next < self->next_id; next++) {
    const HistoryEvent *event = &self->events[next % EVENT_HISTORY_EVENTS];
    if (event->site == NULL || strcmp(event->site, site) == 0)
      return event;
  }
  return NULL;
}
