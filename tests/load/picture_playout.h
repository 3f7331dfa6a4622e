/* tests/load/picture_playout.h - when a client shows the frames that it has received.
 *
 * As libwebrtc's VCMTiming does with the extension playout-delay: at a minimum of 0 each frame
 * at once, else a frame's own time after the fastest one of the last seconds, or at once if it
 * is later than that. The delay is changed by at most 100 ms in a second. Pure logic; times are
 * parameters. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { PICTURE_PLAYOUT_SECONDS = 10 };

typedef struct {
  /*< private >*/
  bool    has_frame;
  guint32 first_ts, last_ts;
  gint64  extended;                          /* of last_ts, 90 kHz from first_ts    */
  gint64  fastest_us[PICTURE_PLAYOUT_SECONDS];  /* arrival minus timestamp, least in each second */
  gint64  second;                            /* the one that is under way          */
  double  delay_ms;
  gint64  last_arrival_us, last_shown_us;
} PicturePlayout;

/* Returns: when the frame is shown, at @arrival_us or later. */
gint64 picture_playout_shown_us(PicturePlayout *self, gint64 arrival_us, guint32 rtp_timestamp, guint min_delay_ms);
