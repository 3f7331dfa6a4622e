/* mcu/site_verdict.c - what is wrong with a site, if anything, and since when. */
#include "mcu/site_verdict.h"
#include "mcu/site_causes.h"
#include "mcu/wall_time.h"
#include <math.h>

enum {
  S = 1000 * 1000,
  SILENT_S = 3,            /* three seconds without a datagram are no pause of any client */
  DOUBTFUL_S = 1,          /* from here on its figures are of a time that is past         */
  DOUBT_US = 4 * S,        /* a reading that wavers for so long: what was seen before does not count */
  BACK_SOON_US = 60 * S,
  BETTER_US = 30 * S,      /* from bad to poor: one that wavers about the bound stays bad     */
  HOLDS_MAX = 8,
  UNEVEN_US = S / 4,       /* no second comes exactly one after the last */
};

static const struct {
  const char *name;
  gint64 raise_us, clear_us;
} CAUSES[SITE_CAUSES] = {
  [SITE_CAUSE_ABSENT] = { "absent", 2 * S, 0 },                /* a page that is loaded anew is back in two seconds */
  [SITE_CAUSE_SILENT_NETWORK] = { "silent-network", 0, 2 * S },
  [SITE_CAUSE_UPLINK_CAPPED] = { "uplink-capped", 0, 8 * S },
  [SITE_CAUSE_UPLINK_LOSS] = { "uplink-loss", 0, 8 * S },      /* its window is its hold */
  [SITE_CAUSE_UPLINK_JITTER] = { "uplink-jitter", 1 * S, 8 * S },
  [SITE_CAUSE_CAMERA_OFF] = { "camera-off", 0, 3 * S },
  [SITE_CAUSE_CAMERA_SLOW] = { "camera-slow", 2 * S, 6 * S },
  [SITE_CAUSE_NO_SOUND] = { "no-sound", 0, 1 * S },
  [SITE_CAUSE_ECHO] = { "echo", 0, 8 * S },
  [SITE_CAUSE_DOWNLINK_CAPPED] = { "downlink-capped", 2 * S, 8 * S },
  [SITE_CAUSE_DOWNLINK_LOSS] = { "downlink-loss", 0, 8 * S },
  [SITE_CAUSE_RECEIVER_SLOW] = { "receiver-slow", 0, 8 * S },  /* two reports are its hold */
  [SITE_CAUSE_RTT_HIGH] = { "rtt-high", 5 * S, 8 * S },            /* jitter or a cap may come to explain it */
  [SITE_CAUSE_LINE_SHORT] = { "line-short", 3 * S, 8 * S },
  [SITE_CAUSE_CPU_SHORT] = { "cpu-short", 3 * S, 8 * S },
};

const char *
site_cause_name(SiteCause cause)
{
  return CAUSES[cause].name;
}

const char *
site_grade_name(SiteGrade grade)
{
  static const char *const NAMES[] = {
    [SITE_GRADE_NONE] = NULL, [SITE_GRADE_ABSENT] = "absent", [SITE_GRADE_BAD] = "bad", [SITE_GRADE_POOR] = "poor",
    [SITE_GRADE_GOOD] = "good",
  };
  return NAMES[grade];
}

/* --- from readings to names --- */

static void
drop(CauseState *state)
{
  *state = (CauseState) { .unnamed_us = state->unnamed_us, .holds = state->holds };
}

static void
name_it(CauseState *state, gint64 now_us)
{
  bool is_back_soon = state->unnamed_us != 0 && now_us - state->unnamed_us < BACK_SOON_US;
  state->holds = is_back_soon ? MIN(state->holds * 2, HOLDS_MAX) : 1;
  state->is_named = true;
  state->since_us = state->faulty_since_us;
}

static void
take_back(CauseState *state, gint64 now_us)
{
  drop(state);
  state->unnamed_us = now_us;
}

/* Worse at once, better after a while. */
static void
grade_it(CauseState *state, SiteGrade grade, gint64 now_us)
{
  if (!state->is_named || grade <= state->grade) {
    state->grade = grade;
    state->better_since_us = 0;
  } else if (state->better_since_us == 0) {
    state->better_since_us = now_us;
  } else if (now_us - state->better_since_us >= BETTER_US) {
    state->grade = grade;
    state->better_since_us = 0;
  }
}

static void
follow(CauseState *state, SiteCause cause, const CauseReading *reading, gint64 now_us)
{
  switch (reading->level) {
  case READING_EXPLAINED:
    drop(state);
    return;
  case READING_FAULTY:
    state->clear_since_us = 0;
    state->value = reading->value;
    grade_it(state, reading->grade, now_us);
    if (state->faulty_since_us == 0)
      state->faulty_since_us = now_us;
    if (!state->is_named && now_us - state->faulty_since_us >= CAUSES[cause].raise_us - UNEVEN_US)
      name_it(state, now_us);
    return;
  case READING_WAVERING:
    state->clear_since_us = 0;
    if (state->is_named)
      state->value = reading->value;
    else if (now_us - state->faulty_since_us >= DOUBT_US)
      state->faulty_since_us = 0;
    return;
  case READING_CLEAR:
    if (!state->is_named)
      state->faulty_since_us = 0;
    else if (state->clear_since_us == 0)
      state->clear_since_us = now_us;
    if (state->is_named && now_us - state->clear_since_us >= state->holds * CAUSES[cause].clear_us)
      take_back(state, now_us);
    return;
  }
}

static void
drop_all_but(SiteVerdict *self, SiteCause spared)
{
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++)
    if (cause != spared)
      drop(&self->causes[cause]);
}

static double
seconds_of(const CauseState *state, gint64 now_us)
{
  return state->faulty_since_us != 0 ? (double)(now_us - state->faulty_since_us) / G_USEC_PER_SEC : 0;
}

static void
judge_absent(SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  CauseState *absent = &self->causes[SITE_CAUSE_ABSENT];
  site_causes_forget(self);
  drop_all_but(self, SITE_CAUSE_ABSENT);
  CauseReading reading = { figures->is_expected ? READING_FAULTY : READING_EXPLAINED, SITE_GRADE_BAD, seconds_of(absent, now_us) };
  follow(absent, SITE_CAUSE_ABSENT, &reading, now_us);
}

static void
judge_silent(SiteVerdict *self, const SiteFigures *figures, gint64 now_us)
{
  CauseReading reading = { READING_FAULTY, SITE_GRADE_BAD, figures->silent_s };
  site_causes_forget(self);
  drop_all_but(self, SITE_CAUSE_SILENT_NETWORK);
  follow(&self->causes[SITE_CAUSE_SILENT_NETWORK], SITE_CAUSE_SILENT_NETWORK, &reading, now_us);
}

static void
judge_heard(SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box, gint64 now_us)
{
  const CauseReading clear = { READING_CLEAR, SITE_GRADE_GOOD, 0 };
  drop(&self->causes[SITE_CAUSE_ABSENT]);
  follow(&self->causes[SITE_CAUSE_SILENT_NETWORK], SITE_CAUSE_SILENT_NETWORK, &clear, now_us);
  site_causes_observe(self, figures, now_us);
  for (SiteCause cause = SITE_CAUSE_SILENT_NETWORK + 1; cause < SITE_CAUSES; cause++) {
    CauseReading reading = site_causes_read(cause, self, figures, box, now_us);
    follow(&self->causes[cause], cause, &reading, now_us);
  }
}

static SiteGrade
grade_of(const SiteVerdict *self, const SiteFigures *figures)
{
  SiteGrade grade = SITE_GRADE_GOOD;
  if (!figures->is_connected)
    return SITE_GRADE_ABSENT;
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++)
    if (self->causes[cause].is_named)
      grade = MIN(grade, self->causes[cause].grade);
  return grade;
}

static guint
names(const SiteVerdict *self)
{
  guint set = 0;
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++)
    set |= self->causes[cause].is_named ? 1u << cause : 0;
  return set;
}

bool
site_verdict_update(SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box, gint64 now_us)
{
  SiteGrade before = self->grade;
  guint names_before = names(self);
  if (before == SITE_GRADE_NONE)
    site_causes_forget(self);
  if (!figures->is_connected)
    judge_absent(self, figures, now_us);
  else if (figures->silent_s >= SILENT_S)
    judge_silent(self, figures, now_us);
  else if (!(figures->silent_s >= DOUBTFUL_S))
    judge_heard(self, figures, box, now_us);
  self->grade = grade_of(self, figures);
  return self->grade != before || names(self) != names_before;
}

/* --- what is told --- */

static void
add_causes(const SiteVerdict *self, SiteGrade grade, gint64 now_us, gint64 wall_us, json_t *causes)
{
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++) {
    const CauseState *state = &self->causes[cause];
    if (state->is_named && state->grade == grade)
      json_array_append_new(causes, json_pack("{s:s, s:o, s:o}", "cause", CAUSES[cause].name,
                                              "value", isfinite(state->value) ? json_real(state->value) : json_null(),
                                              "since", wall_time_json(wall_us - (now_us - state->since_us))));
  }
}

void
site_verdict_describe(const SiteVerdict *self, gint64 now_us, gint64 wall_us, json_t *site)
{
  json_t *causes = json_array();
  add_causes(self, SITE_GRADE_BAD, now_us, wall_us, causes);
  add_causes(self, SITE_GRADE_POOR, now_us, wall_us, causes);
  const char *grade = site_grade_name(self->grade);
  json_object_set_new(site, "verdict", json_string(grade != NULL ? grade : "absent"));
  json_object_set_new(site, "causes", causes);
}

json_t *
site_verdict_json(const SiteVerdict *self, gint64 now_us, gint64 wall_us)
{
  json_t *json = json_object();
  site_verdict_describe(self, now_us, wall_us, json);
  return json;
}
