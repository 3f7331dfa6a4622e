/* tests/load/decode_report.h - what a client tells the bridge of the pictures that it decodes, every 1.5 seconds.
 *
 * As signaling/web/core/client_report.js does. Pure; times are parameters. All zero is one of which nothing has come. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  /*< private >*/
  gint64  begun_us;          /* of the present report; 0: not yet     */
  guint   n_came, n_decoded;
  gint64  waited_us;         /* all of those, from arrival to display  */
  guint64 n_dropped;         /* since the beginning                    */
} DecodeReport;

typedef enum { DECODER_IN_TIME = 1, DECODER_SLOW } DecoderPace;

/* A picture came and is shown @waited_us later; a slow decoder drops two of three. */
void  decode_report_picture(DecodeReport *self, DecoderPace pace, gint64 waited_us);
/* Returns: (transfer full) (nullable): the JSON that is due at @now_us; NULL: none is. */
char *decode_report_take(DecodeReport *self, gint64 now_us);
