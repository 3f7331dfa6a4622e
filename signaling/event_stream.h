/* signaling/event_stream.h - server-sent events of one room, resumable.
 *
 * Every event has an id, ascending; the last 256 are kept. A client that comes back with
 * Last-Event-ID gets what it missed; one that missed more, or is new, gets the current
 * state first, and then the last "uplink" event of its site, which is a state too. A client
 * that does not read is dropped when 256 kB wait for it (it comes back by itself). A comment
 * line is sent every 15 s; a client whose login has ended is dropped then. Control thread. */
#pragma once
#include "signaling/http_server.h"

typedef struct EventStream EventStream;

/* Gives the room's present state for a client that has none. (transfer full) */
typedef json_t *(*EventStateFunc)(const Identity *identity, gpointer user);

EventStream *event_stream_new(EventStateFunc state, gpointer user) ON_CONTROL;
void         event_stream_free(EventStream *self);  /* hangs up on its clients */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventStream, event_stream_free)
/* Answers @request with the stream; it stays open. The first event is "room" unless resumed. */
void         event_stream_attach(EventStream *self, HttpRequest *request) ON_CONTROL;
/* @site: only to that site's clients; NULL: to all. @name: "room", "uplink", "takeover"... */
void         event_stream_publish(EventStream *self, const char *site, const char *name, json_t *data /* transfer full */) ON_CONTROL;
/* Of the moment, to the clients with one of @roles (mask of Role): without an id and not kept, so who comes back
 * does not get it. @json: one line. */
void         event_stream_tell(EventStream *self, guint roles, const char *name, const char *json) ON_CONTROL;
/* How many such clients there are: for who would make @json for nobody. */
guint        event_stream_listeners(const EventStream *self, guint roles) ON_CONTROL;
/* @site: NULL: of all. */
guint        event_stream_clients(EventStream *self, const char *site) ON_CONTROL;
/* For tests: another time between comment lines. */
void         event_stream_set_heartbeat_ms(EventStream *self, guint interval_ms) ON_CONTROL;
