/* mcu/site_verdict.h - what is wrong with a site, if anything, and since when: for its technicians.
 *
 *   SiteFigures, once a second -> windows -> a reading for each cause -> holds -> causes, verdict
 *                                            clear | wavering | faulty
 *
 * A cause is named at most 5 s after its fault began (no sound: after the 30 s that make it one), and
 * taken back when its reading has been clear for its hold, which doubles each time that the same cause
 * comes back within a minute: what comes and goes stays named. One fault has one name: what a cause
 * explains is not named beside it (a capped way up brings losses, jitter and few pictures; nothing can
 * be said of a site that is not heard; a bridge that is late itself blames no site for being late).
 * What people want so is no fault: muted, camera off, a slate, a smaller picture that the line's plan
 * gives.
 * Pure: time is a parameter, monotonic; one thread. */
#pragma once
#include "mcu/cap_watch.h"
#include "mcu/loss_window.h"
#include "mcu/site_figures.h"
#include <jansson.h>

typedef enum {
  SITE_GRADE_NONE = 0,
  SITE_GRADE_ABSENT,         /* not connected                        */
  SITE_GRADE_BAD,            /* hardly to be followed, or not at all */
  SITE_GRADE_POOR,           /* seen and heard, with flaws           */
  SITE_GRADE_GOOD,
} SiteGrade;

/* With the unit of its value. The order is that of the list. */
typedef enum {
  SITE_CAUSE_NONE = 0,
  SITE_CAUSE_ABSENT,           /* s: expected in the session, and not here          */
  SITE_CAUSE_SILENT_NETWORK,   /* s: nothing of it arrives                          */
  SITE_CAUSE_UPLINK_CAPPED,    /* kbit/s that arrive, fewer than its camera would send */
  SITE_CAUSE_UPLINK_LOSS,      /* 0..1                                              */
  SITE_CAUSE_UPLINK_JITTER,    /* ms                                                */
  SITE_CAUSE_CAMERA_OFF,       /* s: asked for a picture, and none comes            */
  SITE_CAUSE_CAMERA_SLOW,      /* pictures a second                                 */
  SITE_CAUSE_NO_SOUND,         /* s: microphone open, and nothing heard             */
  SITE_CAUSE_ECHO,             /* dB: the echo is so far below what was sent        */
  SITE_CAUSE_DOWNLINK_CAPPED,  /* kbit/s that its network is thought to carry       */
  SITE_CAUSE_DOWNLINK_LOSS,    /* 0..1                                              */
  SITE_CAUSE_RECEIVER_SLOW,    /* pictures a second that it decodes                 */
  SITE_CAUSE_RTT_HIGH,         /* ms                                                */
  SITE_CAUSE_LINE_SHORT,       /* kbit/s that the hub's line has for it             */
  SITE_CAUSE_CPU_SHORT,        /* pictures a second that the bridge has for it      */
  SITE_CAUSES,
} SiteCause;

/* All zero is one that is not named. */
typedef struct {
  bool      is_named;
  SiteGrade grade;             /* BAD or POOR, of this cause alone */
  double    value;             /* the last one that was not clear  */
  gint64    since_us;          /* when its fault was first seen    */
  /*< private >*/
  gint64    faulty_since_us, clear_since_us, better_since_us;  /* 0: not */
  gint64    unnamed_us;        /* taken back last; 0: never */
  guint     holds;             /* 1, 2, 4: times the cause's hold */
} CauseState;

enum { DECODE_WINDOW_S = 4 };

/* All zero is a site of which nothing was seen yet. */
typedef struct {
  SiteGrade  grade;            /* NONE before the first update */
  CauseState causes[SITE_CAUSES];
  /*< private >*/
  LossWindow up_loss, down_loss;
  CapWatch   cap;
  CapState   cap_state;
  gint64     connected_us;     /* 0: not connected                               */
  gint64     asked_us;         /* its camera was last asked for another thing    */
  double     asked_fps, asked_kbps;
  double     jitter_ms, concealed;  /* of the last seconds, each counts half of the next */
  gint64     quiet_since_us;   /* microphone open, nothing heard; 0: not so      */
  gint64     pictured_us;      /* a picture came, or none was due                */
  double     sent_fps[DECODE_WINDOW_S];       /* to it, newest first             */
  double     client_age_s;     /* of its last report, as of the last second      */
  double     decode_fps, decode_fps_before;   /* of its last two reports         */
} SiteVerdict;

/* Once a second, with its figures. Returns: true if the grade or a named cause is another now. */
bool site_verdict_update(SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box, gint64 now_us);

/* Adds "verdict" and "causes" [{"cause", "value", "since"}], the worst first, to @site. @now_us, @wall_us: one moment,
 * monotonic and by the wall clock. */
void    site_verdict_describe(const SiteVerdict *self, gint64 now_us, gint64 wall_us, json_t *site);
/* Both members in an object of their own. (transfer full) */
json_t *site_verdict_json(const SiteVerdict *self, gint64 now_us, gint64 wall_us);

/* "absent", "bad", "poor", "good"; NULL for NONE. */
const char *site_grade_name(SiteGrade grade);
/* "uplink-loss"...; NULL for NONE. */
const char *site_cause_name(SiteCause cause);
