/* mcu/site_causes.h - what one second's figures say of each cause; for site_verdict.c. */
#pragma once
#include "mcu/site_verdict.h"

typedef enum {
  READING_CLEAR = 0,
  READING_WAVERING,      /* neither names a cause nor takes it back       */
  READING_FAULTY,
  READING_EXPLAINED,     /* another cause is named for it: this one is not */
} ReadingLevel;

typedef struct {
  ReadingLevel level;
  SiteGrade    grade;    /* if it is faulty  */
  double       value;
} CauseReading;

/* Takes the second into the windows of @self. */
void site_causes_observe(SiteVerdict *self, const SiteFigures *figures, gint64 now_us);
/* The bridge itself is so late that what it measures by its clock tells of itself, not of its sites. */
bool site_causes_is_starved(const BoxFigures *box);
/* Forgets what belongs to one connection. */
void site_causes_forget(SiteVerdict *self);
/* After _observe, in the order of SiteCause: what a cause explains comes behind it. Neither ABSENT nor
 * SILENT_NETWORK, which are of no second with figures. */
CauseReading site_causes_read(SiteCause cause, const SiteVerdict *self, const SiteFigures *figures, const BoxFigures *box,
                              gint64 now_us);
