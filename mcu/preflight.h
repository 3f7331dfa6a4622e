/* mcu/preflight.h - the test before a session: what each second says of a site, and whether that is good enough.
 *
 *   SiteFigures, each second of the run -> preflight_site_add() -> what was measured, test by test
 *   at any time                         -> preflight_site_judge() -> pass, warn, fail or unknown of each, by one table
 *
 * A second's figures are kept as they came; level and echo count by their loudest or usual value, ways and pictures by
 * the usual one (a median: a keyframe or a burst is no fault), losses by their mean. Nothing is judged on less than
 * a few seconds, and what was not measured is unknown, never bad; nor is what a bridge without CPU time measures by its
 * clock. Pure; times are parameters; control thread. */
#pragma once
#include "mcu/site_figures.h"

enum { PREFLIGHT_SECONDS_MAX = 40 };

typedef enum {
  PREFLIGHT_UNKNOWN = 0,
  PREFLIGHT_PASS,
  PREFLIGHT_WARN,
  PREFLIGHT_FAIL,
  PREFLIGHT_ABSENT,          /* of a site alone: it was not connected */
} PreflightResult;

/* In the order of the sheet. */
typedef enum {
  PREFLIGHT_MICROPHONE = 0,
  PREFLIGHT_TONE,
  PREFLIGHT_ECHO,
  PREFLIGHT_CAMERA,
  PREFLIGHT_PICTURE,
  PREFLIGHT_LIP_SYNC_UP,
  PREFLIGHT_LIP_SYNC_DOWN,
  PREFLIGHT_CAPACITY_UP,
  PREFLIGHT_CAPACITY_DOWN,
  PREFLIGHT_LOSS_UP,
  PREFLIGHT_LOSS_DOWN,
  PREFLIGHT_RTT,
  PREFLIGHT_JITTER,
  PREFLIGHT_TESTS,
} PreflightTest;

typedef struct {
  PreflightResult result;
  double value;              /* NAN: none; in the test's unit                              */
  double limit;              /* where pass ends, on the value's side if there are two; NAN: not known */
} PreflightFinding;

/* All zero: nothing was measured yet. */
typedef struct {
  bool   was_connected;      /* at the begin, or in any second */
  guint  n_seconds;          /* with the site connected */
  guint  n_camera_off;       /* of them                 */
  guint  n_heard;            /* with a microphone that is on and gives more than digital silence */
  guint  n[PREFLIGHT_TESTS];
  double values[PREFLIGHT_TESTS][PREFLIGHT_SECONDS_MAX];  /* of the seconds in which there was one */
  double came_kbps;          /* the most in a second                                    */
  double up_needed_kbps;     /* the most that its camera was asked for                  */
  double down_needed_kbps;   /* what the best picture that it can be sent takes, lately */
} PreflightSite;

/* One second of the run. @elapsed_s: since the run's begin; a second that is partly before it is not taken, nor is a
 * report of the client that tells of before. @down_needed_kbps: on the wire, sound included. */
void preflight_site_add(PreflightSite *self, const SiteFigures *figures, const BoxFigures *box, double elapsed_s, double down_needed_kbps);
void preflight_site_judge(const PreflightSite *self, PreflightFinding findings[PREFLIGHT_TESTS]);
/* The worst of @findings; what is unknown is left aside. Nothing known at all: unknown, and warn once the run @is_over.
 * absent: it was not connected yet. */
PreflightResult preflight_site_result(const PreflightSite *self, const PreflightFinding findings[PREFLIGHT_TESTS], bool is_over);

const char *preflight_test_name(PreflightTest test);      /* "lip-sync-up" */
const char *preflight_test_unit(PreflightTest test);      /* "ms"          */
const char *preflight_result_name(PreflightResult result);  /* "pass"      */
