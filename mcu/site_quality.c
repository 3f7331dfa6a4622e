/* mcu/site_quality.c - how well a site receives and sends, and why not better. */
#include "mcu/site_quality.h"

enum {
  WORSE_AFTER_US = 1000 * 1000,
  BETTER_AFTER_US = 4000 * 1000,
  MISSING_AFTER_US = 3000 * 1000,   /* a camera starts, an encoder begins with a keyframe       */
  WINDOW_US = 2000 * 1000,
  WINDOW_PULLS_MIN = 25,            /* half a second of sound                                   */
  QUEUE_FAIR_US = 150 * 1000, QUEUE_POOR_US = 400 * 1000,
  RTT_FAIR_US = 300 * 1000, RTT_POOR_US = 600 * 1000,  /* beyond 400 ms people talk at once (ITU-T G.114) */
  RUNGS_GOOD = 2, RUNGS_FAIR = 4,   /* below the best: half of the frames of 720p; 360p         */
};
#define LOSS_FAIR 0.03
#define LOSS_POOR 0.10

/* @grade with @cause, if that is worse than what was found so far. */
static void
note(QualityGrade *found, QualityCause *cause_found, QualityGrade grade, QualityCause cause)
{
  if (grade >= *found)
    return;
  *found = grade;
  *cause_found = cause;
}

static QualityGrade
grade_above(double value, double fair, double poor)
{
  return value >= poor ? QUALITY_POOR : value >= fair ? QUALITY_FAIR : QUALITY_GOOD;
}

static QualityCause
cause_of_rung(LineReason reason)
{
  return reason == LINE_REASON_LINE ? QUALITY_CAUSE_LINE : reason == LINE_REASON_CPU ? QUALITY_CAUSE_CPU : QUALITY_CAUSE_RATE;
}

static QualityGrade
judge_receiving(const SiteEvidence *evidence, QualityCause *cause)
{
  QualityGrade grade = QUALITY_GOOD;
  if (!evidence->has_report)
    return grade;
  note(&grade, cause, grade_above(evidence->loss, LOSS_FAIR, LOSS_POOR), QUALITY_CAUSE_LOSS);
  note(&grade, cause, grade_above((double)evidence->queue_us, QUEUE_FAIR_US, QUEUE_POOR_US), QUALITY_CAUSE_DELAY);
  note(&grade, cause, grade_above((double)evidence->rtt_us, RTT_FAIR_US, RTT_POOR_US), QUALITY_CAUSE_DELAY);
  if (!evidence->receives_picture || evidence->reason == LINE_REASON_FULL || evidence->reason == LINE_REASON_NONE)
    return grade;
  int below = (int)evidence->n_rungs - 1 - evidence->rung;
  QualityGrade of_rung = evidence->rung == RUNG_SOUND_ONLY || below > RUNGS_FAIR ? QUALITY_POOR
                         : below > RUNGS_GOOD ? QUALITY_FAIR : QUALITY_GOOD;
  note(&grade, cause, of_rung, cause_of_rung(evidence->reason));
  return grade;
}

static bool
is_missing(gint64 due_since_us, gint64 came_us, gint64 now_us)
{
  return due_since_us != 0 && now_us - MAX(due_since_us, came_us) >= MISSING_AFTER_US;
}

static QualityGrade
judge_sending(const SiteQuality *self, const SiteEvidence *evidence, gint64 now_us, QualityCause *cause)
{
  QualityGrade grade = QUALITY_GOOD;
  bool lacks_picture = is_missing(self->picture_due_since_us, evidence->last_picture_us, now_us);
  bool lacks_sound = is_missing(self->sound_due_since_us, self->sound_came_us, now_us);
  bool has_other = lacks_sound ? evidence->sends_picture && !lacks_picture : evidence->sends_sound;
  if (lacks_picture || lacks_sound)
    note(&grade, cause, has_other ? QUALITY_POOR : QUALITY_NONE, lacks_picture ? QUALITY_CAUSE_NO_PICTURE : QUALITY_CAUSE_NO_SOUND);
  if (evidence->sends_sound)
    note(&grade, cause, grade_above(self->mended, LOSS_FAIR, LOSS_POOR), QUALITY_CAUSE_LOSS);
  return grade;
}

static QualityShown
judge(const SiteQuality *self, const SiteEvidence *evidence, gint64 now_us)
{
  if (!evidence->is_connected)
    return (QualityShown) { QUALITY_NONE, QUALITY_NONE, QUALITY_CAUSE_NONE };
  if (evidence->is_unheard)
    return (QualityShown) { QUALITY_NONE, QUALITY_NONE, QUALITY_CAUSE_LOSS };
  QualityCause of_receiving = QUALITY_CAUSE_NONE, of_sending = QUALITY_CAUSE_NONE;
  QualityShown verdict = { .receives = judge_receiving(evidence, &of_receiving),
                          .sends = judge_sending(self, evidence, now_us, &of_sending) };
  verdict.cause = verdict.receives < verdict.sends ? of_receiving : of_sending;
  return verdict;
}

static void
note_due(gint64 *since_us, bool is_due, gint64 now_us)
{
  if (!is_due)
    *since_us = 0;
  else if (*since_us == 0)
    *since_us = now_us;
}

static void
observe(SiteQuality *self, const SiteEvidence *evidence, gint64 now_us)
{
  if (!evidence->is_connected || evidence->connection != self->connection) {
    *self = (SiteQuality) { .shown = self->shown, .connection = evidence->connection, .window_us = now_us };
    self->window_heard = evidence->pulls_heard;
    self->window_mended = evidence->pulls_mended;
  }
  note_due(&self->picture_due_since_us, evidence->is_connected && evidence->sends_picture, now_us);
  note_due(&self->sound_due_since_us, evidence->is_connected && evidence->sends_sound, now_us);
  if (evidence->sound_packets != self->sound_packets) {
    self->sound_packets = evidence->sound_packets;
    self->sound_came_us = now_us;
  }
  if (now_us - self->window_us < WINDOW_US)
    return;
  guint64 heard = evidence->pulls_heard - self->window_heard, mended = evidence->pulls_mended - self->window_mended;
  self->mended = heard >= WINDOW_PULLS_MIN ? (double)mended / (double)heard : 0;
  self->window_us = now_us;
  self->window_heard = evidence->pulls_heard;
  self->window_mended = evidence->pulls_mended;
}

static bool
show(SiteQuality *self, QualityShown verdict)
{
  self->shown = verdict;
  self->differs_since_us = 0;
  return true;
}

bool
site_quality_update(SiteQuality *self, const SiteEvidence *evidence, gint64 now_us)
{
  bool was_started = self->is_started;
  observe(self, evidence, now_us);
  self->is_started = evidence->is_connected;
  QualityShown verdict = judge(self, evidence, now_us);
  if (verdict.receives == self->shown.receives && verdict.sends == self->shown.sends && verdict.cause == self->shown.cause) {
    self->differs_since_us = 0;
    return false;
  }
  if (was_started != self->is_started)  /* it came or went: that is known at once */
    return show(self, verdict);
  bool is_worsening = verdict.receives < self->shown.receives || verdict.sends < self->shown.sends;
  if (self->differs_since_us == 0 || is_worsening != self->is_worsening) {
    self->differs_since_us = now_us;
    self->is_worsening = is_worsening;
  }
  if (now_us - self->differs_since_us < (is_worsening ? WORSE_AFTER_US : BETTER_AFTER_US))
    return false;
  return show(self, verdict);
}

const char *
quality_grade_name(QualityGrade grade)
{
  static const char *const NAMES[] = {
    [QUALITY_NONE] = "none", [QUALITY_POOR] = "poor", [QUALITY_FAIR] = "fair", [QUALITY_GOOD] = "good",
  };
  return NAMES[grade];
}

const char *
quality_cause_name(QualityCause cause)
{
  static const char *const NAMES[] = {
    [QUALITY_CAUSE_NONE] = NULL, [QUALITY_CAUSE_LOSS] = "loss", [QUALITY_CAUSE_DELAY] = "delay", [QUALITY_CAUSE_RATE] = "rate",
    [QUALITY_CAUSE_LINE] = "line", [QUALITY_CAUSE_CPU] = "cpu", [QUALITY_CAUSE_NO_PICTURE] = "no-picture",
    [QUALITY_CAUSE_NO_SOUND] = "no-sound",
  };
  return NAMES[cause];
}
