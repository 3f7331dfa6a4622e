/* mcu/site_quality.c - how well a site receives and sends, in a word for people. */
#include "mcu/site_quality.h"

typedef enum { WAY_NONE = 0, WAY_SENDS, WAY_RECEIVES, WAY_BOTH } Way;

static const struct { Way way; QualityCause cause; } MEANING[SITE_CAUSES] = {
  [SITE_CAUSE_SILENT_NETWORK] = { WAY_BOTH, QUALITY_CAUSE_LOSS },
  [SITE_CAUSE_UPLINK_CAPPED] = { WAY_SENDS, QUALITY_CAUSE_RATE },
  [SITE_CAUSE_UPLINK_LOSS] = { WAY_SENDS, QUALITY_CAUSE_LOSS },
  [SITE_CAUSE_UPLINK_JITTER] = { WAY_SENDS, QUALITY_CAUSE_DELAY },
  [SITE_CAUSE_CAMERA_OFF] = { WAY_SENDS, QUALITY_CAUSE_NO_PICTURE },
  [SITE_CAUSE_CAMERA_SLOW] = { WAY_SENDS, QUALITY_CAUSE_CAMERA },
  [SITE_CAUSE_NO_SOUND] = { WAY_SENDS, QUALITY_CAUSE_NO_SOUND },
  [SITE_CAUSE_ECHO] = { WAY_SENDS, QUALITY_CAUSE_ECHO },
  [SITE_CAUSE_DOWNLINK_CAPPED] = { WAY_RECEIVES, QUALITY_CAUSE_RATE },
  [SITE_CAUSE_DOWNLINK_LOSS] = { WAY_RECEIVES, QUALITY_CAUSE_LOSS },
  [SITE_CAUSE_RECEIVER_SLOW] = { WAY_RECEIVES, QUALITY_CAUSE_RECEIVER },
  [SITE_CAUSE_RTT_HIGH] = { WAY_RECEIVES, QUALITY_CAUSE_DELAY },
  [SITE_CAUSE_LINE_SHORT] = { WAY_RECEIVES, QUALITY_CAUSE_LINE },
  [SITE_CAUSE_CPU_SHORT] = { WAY_RECEIVES, QUALITY_CAUSE_CPU },
};

static QualityGrade
grade_of(SiteCause cause, SiteGrade grade)
{
  if (cause == SITE_CAUSE_SILENT_NETWORK)
    return QUALITY_NONE;
  return grade == SITE_GRADE_BAD ? QUALITY_POOR : QUALITY_FAIR;
}

static void
note(QualityGrade *found, QualityCause *cause_found, QualityGrade grade, QualityCause cause)
{
  if (grade >= *found)
    return;
  *found = grade;
  *cause_found = cause;
}

SiteQuality
site_quality_of(const SiteVerdict *verdict)
{
  SiteQuality quality = { QUALITY_GOOD, QUALITY_GOOD, QUALITY_CAUSE_NONE };
  QualityCause of_receiving = QUALITY_CAUSE_NONE, of_sending = QUALITY_CAUSE_NONE;
  if (verdict->grade == SITE_GRADE_NONE || verdict->grade == SITE_GRADE_ABSENT)
    return (SiteQuality) { 0 };
  for (SiteCause cause = 1; cause < SITE_CAUSES; cause++) {
    const CauseState *state = &verdict->causes[cause];
    QualityGrade grade = grade_of(cause, state->grade);
    if (!state->is_named)
      continue;
    if (MEANING[cause].way & WAY_RECEIVES)
      note(&quality.receives, &of_receiving, grade, MEANING[cause].cause);
    if (MEANING[cause].way & WAY_SENDS)
      note(&quality.sends, &of_sending, grade, MEANING[cause].cause);
  }
  quality.cause = quality.receives < quality.sends ? of_receiving : of_sending;
  return quality;
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
    [QUALITY_CAUSE_NO_SOUND] = "no-sound", [QUALITY_CAUSE_CAMERA] = "camera", [QUALITY_CAUSE_ECHO] = "echo",
    [QUALITY_CAUSE_RECEIVER] = "receiver",
  };
  return NAMES[cause];
}
