/* mcu/site_quality.h - how well a site receives and sends, in a word for people: its verdict, as the chair reads it.
 *
 *   none   nothing gets through         fair   seen and heard, with flaws
 *   poor   hardly to be followed        good
 *
 * Nothing is judged here: site_verdict.h has judged, for technicians, and has held what flickers. Pure. */
#pragma once
#include "mcu/site_verdict.h"

typedef enum { QUALITY_NONE = 0, QUALITY_POOR, QUALITY_FAIR, QUALITY_GOOD } QualityGrade;

typedef enum {
  QUALITY_CAUSE_NONE = 0,
  QUALITY_CAUSE_LOSS,
  QUALITY_CAUSE_DELAY,       /* a queue on the way, jitter, or a long way */
  QUALITY_CAUSE_RATE,        /* its own network carries no more     */
  QUALITY_CAUSE_LINE,        /* the hub's line has no more for it   */
  QUALITY_CAUSE_CPU,         /* the bridge's machine has no more    */
  QUALITY_CAUSE_NO_PICTURE,  /* its camera should send, and does not */
  QUALITY_CAUSE_NO_SOUND,    /* its microphone likewise             */
  QUALITY_CAUSE_CAMERA,      /* few pictures come of its camera     */
  QUALITY_CAUSE_ECHO,        /* it sends back what it is sent       */
  QUALITY_CAUSE_RECEIVER,    /* its own machine is too slow         */
} QualityCause;

typedef struct {
  QualityGrade receives, sends;
  QualityCause cause;        /* of the worse of the two */
} SiteQuality;

/* Of a site that is not connected: NONE both ways. */
SiteQuality site_quality_of(const SiteVerdict *verdict);

const char *quality_grade_name(QualityGrade grade);
/* NULL for QUALITY_CAUSE_NONE. */
const char *quality_cause_name(QualityCause cause);
