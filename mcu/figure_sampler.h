/* mcu/figure_sampler.h - once a second: what is known of every site and of the box, for the technicians' desk.
 *
 *   each second:  rooms, net thread -> RoomReading (room_figures) -> SiteFigures (site_reading) -+
 *                 /proc, mixers, line, disk, certificate -> BoxFigures --------------------------+
 *                                                                                                v
 *                 FigureHistory, FigureMarks, sums for /metrics; then the listeners, room by room
 *
 * The second that is being gathered is seen by nobody: readers find the last whole one. Control thread. */
#pragma once
#include "mcu/figure_history.h"
#include "mcu/figure_marks.h"
#include "mcu/figure_series.h"
#include "mcu/line_control.h"
#include "mcu/room_figures.h"

typedef struct FigureSampler FigureSampler;

/* A second of @room is known. @sites: @n_sites of them, in the order of the configuration. Must not free the sampler.
 * Control thread. */
typedef void (*FigureListener)(Room *room, guint n_sites, const SiteFigures *sites, const BoxFigures *box, gint64 now_us,
                               gpointer user);

/* (transfer none), until the next second. Arrays are in the order of the configuration. */
typedef struct {
  Room *room;
  guint n_sites;
  const SiteFigures *sites;
  const RoomReading *reading;   /* that they were made of */
  const SiteTotals  *totals;
  const double      *sums;      /* N_SITE_SERIES for each site: what is_summed, summed up */
  FigureMarks       *marks;
  guint first_column;           /* of the history: N_SITE_SERIES for each site */
} RoomFigures;

typedef struct {
  BoxFigures figures;           /* history: columns 0 to N_BOX_SERIES - 1 */
  double     sums[BOX_SERIES_MAX];
  LineLimits limits;            /* of the line */
  double     committed_up_kbps, committed_down_kbps;
  DelayHistogram video_lateness, audio_lateness, composed;  /* composed: all rooms' */
  gint64     second;            /* of the history; -1: nothing is known yet */
  gint64     taken_us, wall_us; /* monotonic; UNIX */
  guint64    seconds_missed;    /* the net thread did not answer in time */
} BoxState;

/* @rooms: of Room. All borrowed. */
FigureSampler *figure_sampler_new(const MediaContext *context, const Config *config, GPtrArray *rooms,
                                  LineControl *line) ON_CONTROL;
/* Before rooms and line; the net thread must still run. */
void           figure_sampler_free(FigureSampler *self) ON_CONTROL;

/* Of the certificate that HTTPS serves. @end_s: UNIX time; 0: not known. */
void figure_sampler_set_certificate_end(FigureSampler *self, gint64 end_s) ON_CONTROL;
/* @listener: each second for each room, those that were added first first. At most 8. */
void figure_sampler_listen(FigureSampler *self, FigureListener listener, gpointer user) ON_CONTROL;

const BoxState      *figure_sampler_box(const FigureSampler *self) ON_CONTROL;
guint                figure_sampler_n_rooms(const FigureSampler *self) ON_CONTROL;
const RoomFigures   *figure_sampler_room(const FigureSampler *self, guint i) ON_CONTROL;
/* (nullable): the sampler does not know it. */
const RoomFigures   *figure_sampler_find(const FigureSampler *self, const Room *room) ON_CONTROL;
const FigureHistory *figure_sampler_history(const FigureSampler *self) ON_CONTROL;
/* When a second of the history was. Returns: UNIX time, us. */
gint64               figure_sampler_wall_us(const FigureSampler *self, gint64 second) ON_CONTROL;
gint64               figure_sampler_second(const FigureSampler *self, gint64 wall_us) ON_CONTROL;
