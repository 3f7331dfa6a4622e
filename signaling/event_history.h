/* signaling/event_history.h - the last events of a room, as they went over the wire.
 *
 * Ids ascend by one, and begin above those of any earlier run (the caller gives a first id
 * made of the wall time), so an id from before a restart is recognised as too old. Pure
 * logic. One owner. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

enum { EVENT_HISTORY_EVENTS = 256 };

typedef struct {
  guint64 id;
  char   *site;    /* (nullable): only for that site's clients */
  GBytes *frame;
} HistoryEvent;

typedef struct EventHistory EventHistory;

EventHistory *event_history_new(guint64 first_id);
void          event_history_free(EventHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventHistory, event_history_free)

/* Adds an event. @json: one line. Returns: (transfer none): until the next addition. */
const HistoryEvent *event_history_add(EventHistory *self, const char *site, const char *name, const char *json);
/* The newest id; one below the first if there is none yet. */
guint64 event_history_newest(const EventHistory *self);
/* True if everything after @id is still here. */
bool    event_history_reaches(const EventHistory *self, guint64 id);
/* The first event after @id that @site may see; NULL: none. */
const HistoryEvent *event_history_next(const EventHistory *self, guint64 id, const char *site);

/* Writes an event as in the HTML standard, section 9.2.5. @id 0: without one. */
GBytes *event_frame_new(guint64 id, const char *name, const char *json);
