/* mcu/client_report.c - what a site's own client says of the picture and the sound that it gets. */
#include "mcu/client_report.h"
#include <math.h>
#include <stddef.h>

enum { SECONDS_MAX = 30 };  /* between two of which a rate is made */

typedef struct {
  const char *name;
  gsize       offset;
  double      min, max;
} Member;

#define M(field) offsetof(ClientReport, field)

static const Member MEMBERS[] = {
  { "decodeFps", M(decode_fps), 0, 240 },
  { "jitterBufferMs", M(buffer_ms), 0, 60000 },
  { "rttMs", M(rtt_ms), 0, 60000 },
  { "audioBufferMs", M(audio_buffer_ms), 0, 60000 },
  { "width", M(width), 0, 16384 },
  { "height", M(height), 0, 16384 },
  { "freezes", M(freezes), 0, 1e9 },
  { "frozenMs", M(frozen_ms), 0, 1e12 },
  { "framesDropped", M(dropped), 0, 1e12 },
  { "audioConcealedMs", M(audio_concealed_ms), 0, 1e12 },
  { "audioLevel", M(audio_level_dbov), -127, 0 },
  { "outgoingKbps", M(outgoing_kbps), 0, 1e6 },
  { "avSkewMs", M(av_skew_ms), -10000, 10000 },
};

/* Returns: false: no number, or none that can be. */
static bool
read_member(const json_t *body, const Member *member, double *out)
{
  const json_t *value = json_object_get(body, member->name);
  *out = NAN;
  if (value == NULL || json_is_null(value))
    return true;
  double number = json_number_value(value);
  if (!json_is_number(value) || !(number >= member->min && number <= member->max))
    return false;
  *out = number;
  return true;
}

bool
client_report_read(const json_t *body, ClientReport *out)
{
  *out = (ClientReport) { 0 };
  for (guint i = 0; i < G_N_ELEMENTS(MEMBERS); i++) {
    double *place = (double *)(gpointer)((char *)out + MEMBERS[i].offset);
    if (!read_member(body, &MEMBERS[i], place))
      return false;
  }
  const json_t *limited = json_object_get(body, "cpuLimited");
  out->is_cpu_limited = json_is_true(limited);
  return limited == NULL || json_is_boolean(limited);
}

/* NAN if either is not known. */
static double
risen(double before, double now)
{
  return isnan(before) || isnan(now) ? NAN : now >= before ? now - before : now;
}

bool
client_reports_add(ClientReports *self, const ClientReport *report, gint64 now_us)
{
  double seconds = (double)(now_us - self->taken_us) / G_USEC_PER_SEC;
  if (self->taken_us != 0 && now_us - self->taken_us < CLIENT_REPORT_APART_US)
    return false;
  bool has_rate = self->taken_us != 0 && seconds <= SECONDS_MAX;
  self->freezes_a_second = has_rate ? risen(self->last.freezes, report->freezes) / seconds : NAN;
  self->dropped_a_second = has_rate ? risen(self->last.dropped, report->dropped) / seconds : NAN;
  double concealed = has_rate ? risen(self->last.audio_concealed_ms, report->audio_concealed_ms) / (seconds * 1000) : NAN;
  self->audio_concealed = isnan(concealed) ? NAN : CLAMP(concealed, 0, 1);
  self->last = *report;
  self->taken_us = now_us;
  return true;
}

bool
client_reports_are_valid(const ClientReports *self, gint64 now_us)
{
  return self->taken_us != 0 && now_us - self->taken_us <= CLIENT_REPORT_VALID_S * G_USEC_PER_SEC;
}
