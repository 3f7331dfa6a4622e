/* tests/load/decode_report.c - what a client tells the bridge of the pictures that it decodes. */
#include "tests/load/decode_report.h"

enum { INTERVAL_US = 1500 * 1000, SLOW_DECODES_EACH = 3 };

void
decode_report_picture(DecodeReport *self, DecoderPace pace, gint64 waited_us)
{
  self->n_came++;
  if (pace == DECODER_SLOW && self->n_came % SLOW_DECODES_EACH != 0) {
    self->n_dropped++;
    return;
  }
  self->n_decoded++;
  self->waited_us += waited_us;
}

char *
decode_report_take(DecodeReport *self, gint64 now_us)
{
  if (self->begun_us == 0)
    self->begun_us = now_us;
  gint64 lasted_us = now_us - self->begun_us;
  if (lasted_us < INTERVAL_US)
    return NULL;
  char fps[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(fps, sizeof fps, "%.1f", (double)self->n_decoded * G_USEC_PER_SEC / (double)lasted_us);
  /* As the browser's mean: not known where nothing was shown. */
  g_autofree char *buffer = self->n_decoded > 0
                              ? g_strdup_printf("\"jitterBufferMs\":%" G_GINT64_FORMAT ",", self->waited_us / self->n_decoded / 1000)
                              : g_strdup("");
  char *report = g_strdup_printf("{\"decodeFps\":%s,%s\"framesDropped\":%" G_GUINT64_FORMAT ",\"cpuLimited\":false}",
                                 fps, buffer, self->n_dropped);
  *self = (DecodeReport) { .begun_us = now_us, .n_dropped = self->n_dropped };
  return report;
}
