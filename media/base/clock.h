/* media/base/clock.h - the only file that reads the clock. Elsewhere time is a parameter. */
#pragma once
#include <glib.h>

/* Microseconds of CLOCK_MONOTONIC: every `_us` in this program that is not said to be
 * wall time. Any thread. */
gint64 clock_now_us(void);

/* Microseconds since 1970 as the wall clock has it now: steps with it. For what people and other
 * machines read (the journal's "time"), never to measure with. Any thread. */
gint64 clock_wall_us(void);

/* Wall time as a 64-bit NTP timestamp (RFC 3550 section 4), such that equal monotonic
 * times always map to equal NTP times: the offset is read once at the first call, so a
 * wall-clock step never reaches a sender report. Any thread. */
guint64 clock_ntp_from_us(gint64 monotonic_us);
