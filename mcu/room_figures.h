/* mcu/room_figures.h - reads all that a room knows of its sites at one moment, for FigureSampler. */
#pragma once
#include "mcu/room.h"
#include "mcu/site_reading.h"

typedef struct {
  gint64 taken_us;
  DelayHistogram latency;    /* of the room's composed pictures: FanoutStats */
  bool   is_session_open;
  guint  case_number;        /* of the session, being heard; 0: none. Nothing else of a case is told */
  RoomSessionFigures session;
  guint  n_viewers;          /* connections without a seat */
  guint  n_sites;
  SiteReading sites[];       /* in the order of the configuration */
} RoomReading;

RoomReading *room_reading_new(const Room *room) ON_CONTROL;  /* (transfer full): g_free() */

typedef void (*RoomRead)(gpointer data);
/* Fills @out, all of it, and then calls @done: later, when the net thread has answered for every connection.
 * @out must live until then, the room need not. */
void room_read_figures(Room *self, RoomReading *out, RoomRead done, gpointer data) ON_CONTROL;

/* The peer's own client says how it fares. Returns: false: it said so only just now, this one is not taken. */
bool peer_report_client(Peer *peer, const ClientReport *report, gint64 now_us) ON_CONTROL;
