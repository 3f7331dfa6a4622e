/* media/rtp/rtt_estimator.c - the round trip from the echoes in RTCP reports. */
#include "media/rtp/rtt_estimator.h"

enum { RTT_MAX_S = 10, RTT_MIN_US = 1000 };

bool
rtt_estimator_on_echo(RttEstimator *self, guint64 arrival_ntp, guint32 lsr, guint32 dlsr)
{
  if (lsr == 0)
    return false;
  gint32 rtt_65536 = (gint32)(ntp_middle(arrival_ntp) - lsr - dlsr);
  if (rtt_65536 > RTT_MAX_S * 65536 || rtt_65536 < -65536)
    return false;
  /* Clocks that run at slightly different speeds make a short round trip negative. */
  gint64 rtt_us = MAX((gint64)rtt_65536 * G_USEC_PER_SEC / 65536, RTT_MIN_US);
  self->last_us = rtt_us;
  if (self->smoothed_us == 0)
    self->smoothed_us = rtt_us;
  else
    self->smoothed_us += (rtt_us - self->smoothed_us) / 8;
  return true;
}

gint64
rtt_estimator_get(const RttEstimator *self, gint64 if_unknown_us)
{
  return self->smoothed_us > 0 ? self->smoothed_us : if_unknown_us;
}
