/* mcu/tour.h - a tour of the sites, one after the other in the main picture.
 *
 *   none --start--> at site 1 of n --next--> ... --next--> at site n --next--> none
 *
 * Roll call: goes on when the chair says so; every microphone but the hub's and that of the site
 * it is at is closed meanwhile. Polling: goes on by itself, each time an interval after the last
 * time; closes no microphone. What is shown and who is muted is derived from the tour while it
 * runs, so that nothing needs to be put back when it ends. Sites are indices below
 * CONFIG_SITES_MAX. Pure: time is a parameter, monotonic. */
#pragma once
#include "config/config.h"

typedef enum {
  TOUR_NONE = 0,
  TOUR_ROLL_CALL,
  TOUR_POLLING,
} TourKind;

enum { TOUR_INTERVAL_MIN_S = 5, TOUR_INTERVAL_MAX_S = 300, TOUR_NOWHERE = -1 };

typedef struct {
  TourKind kind;
  guint    n, position;          /* position: of the site it is at, from 0 */
  guint    sites[CONFIG_SITES_MAX];
  gint64   interval_us, due_us;  /* of a polling                           */
} Tour;

/* Begins at the first of @sites, at most CONFIG_SITES_MAX of them; what ran before is over.
 * @interval_us: of a polling; 0 for a roll call. Returns: false if there is no site to go to. */
bool tour_start(Tour *self, TourKind kind, const guint *sites, guint n_sites, gint64 interval_us, gint64 now_us);
void tour_stop(Tour *self);
/* To the next site, or to the end. */
void tour_next(Tour *self, gint64 now_us);
/* @site will not be visited (any more); if the tour is there, it goes on. */
void tour_leave_out(Tour *self, guint site, gint64 now_us);
/* Goes on as often as is due. Returns: true if something changed. */
bool tour_poll(Tour *self, gint64 now_us);

/* Where it is, or TOUR_NOWHERE. */
int  tour_site(const Tour *self);
/* A roll call is at another site. @is_hub: the hub's microphone stays as it is. */
bool tour_closes_microphone(const Tour *self, guint site, bool is_hub);
/* "roll-call", "polling"; NULL: there is none. */
const char *tour_kind_name(TourKind kind);
