/* mcu/client_report.h - what a site's own client says of the picture and the sound that it gets.
 *
 * Comes every 1.5 seconds with POST /v1/media/{id}/report: totals since the client's connection began, and
 * figures of the moment. A peer is not believed more than is possible: every value is capped. Pure; control thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum {
  CLIENT_REPORT_VALID_S = 10,               /* an older one says nothing of now */
  CLIENT_REPORT_APART_US = 500 * 1000,      /* at least */
};

/* NAN: not told. */
typedef struct {
  double decode_fps, buffer_ms, rtt_ms, audio_buffer_ms, width, height;  /* of the moment            */
  double audio_level_dbov;   /* loudest of what it played since the report before, -127 for digital silence */
  double outgoing_kbps;      /* what its own estimate lets it send                                          */
  double av_skew_ms;         /* what it plays: the sound is so far ahead of the picture                     */
  double freezes, frozen_ms, dropped, audio_concealed_ms;                /* totals                   */
  bool   is_cpu_limited;
} ClientReport;

typedef struct {
  gint64       taken_us;     /* 0: none came yet */
  ClientReport last;
  /* of the seconds between the last two; NAN: not known */
  double freezes_a_second, dropped_a_second, audio_concealed;  /* the last: 0..1 */
} ClientReports;

/* Returns: false: a member is no number, or out of its range; @out is then of no use. What is not there is not known. */
bool client_report_read(const json_t *body, ClientReport *out);
/* A total that fell begins anew. Returns: false: so soon after the last one that it is not taken. */
bool client_reports_add(ClientReports *self, const ClientReport *report, gint64 now_us);
/* One came, and lately. */
bool client_reports_are_valid(const ClientReports *self, gint64 now_us);
