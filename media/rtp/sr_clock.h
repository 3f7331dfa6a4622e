/* media/rtp/sr_clock.h - which moment of the sender's clock an RTP timestamp means, learnt from
 * its sender reports (RFC 3550 section 6.4.1).
 *
 * A line through the last reports; its slope may leave the nominal rate by 0.1 %, more than
 * any quartz does, so that one report written late moves it little. A report that does not
 * continue the ones before (the sender's clock was set, the stream began anew) starts a new
 * line. A plain value; pure logic. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { SR_CLOCK_REPORTS = 8 };

typedef struct {
  guint  rate_hz;
  guint  n;
  gint64 ntp_us[SR_CLOCK_REPORTS];     /* since 1900, oldest first */
  gint64 timestamp[SR_CLOCK_REPORTS];  /* unwrapped                */
  /* the line, relative to the newest report; if n >= 2 */
  double us_per_tick, offset_us;
} SrClock;

typedef enum {
  SR_CLOCK_NONE = 0,
  SR_CLOCK_IGNORED,  /* without a time, or the last one again */
  SR_CLOCK_TAKEN,
  SR_CLOCK_STEPPED,  /* taken; what came before is forgotten  */
} SrClockResult;

void sr_clock_init(SrClock *self, guint rate_hz);
/* @ntp: as in the report. */
SrClockResult sr_clock_on_report(SrClock *self, guint64 ntp, guint32 rtp_timestamp);
void sr_clock_forget(SrClock *self);
/* @out: microseconds since 1900 by the sender's clock. Returns: false before two reports. */
bool sr_clock_capture_us(const SrClock *self, guint32 rtp_timestamp, gint64 *out);
