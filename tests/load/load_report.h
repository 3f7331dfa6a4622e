/* tests/load/load_report.h - the figures of one run, as the JSON of DESIGN.md 7 and as text. */
#pragma once
#include "tests/lib/samples.h"
#include "tests/load/ear.h"
#include "tests/load/flow_meter.h"
#include "tests/load/return_watch.h"
#include "tests/load/watcher.h"
#include <jansson.h>

typedef struct {
  double p50, p95, p99, max;
  guint  n;
} Percentiles;

typedef struct {
  char   site[64];
  bool   is_connected;
  double join_ms;              /* negative: it never saw a picture           */
  guint  losses;
  guint  joins;                /* begun: 1 if it kept its first connection   */
  FlowFigures flow;
  TierLog tiers;
  EarFigures ear;
  ReturnWatch returns;
  bool   has_latencies;        /* it was decoded                             */
  Percentiles video_ms, audio_ms;
  SkewFigures skew;
  guint   tiles_alive, markers_heard, sound_peak;  /* of what was decoded, as in WatcherFigures */
  double  picture_change;
  json_t *line;                /* owned; NULL: no relay                      */
  double shared_percent;       /* of its frames: the same bytes as the watching client's */
  guint  uplink_width, uplink_height;
  double kbps_up, kbps_down;   /* UDP payload                                */
  guint64 srtp_auth_failures, keyframe_requests;
} SiteReport;

typedef struct {
  double cpu_percent, cpu_window_s;
  double rss_mb_max, rss_mb_20s, rss_mb_60s;  /* 0: the run was shorter       */
  guint  threads;
  bool   is_known;             /* false: no --pid                            */
} ServerReport;

typedef struct {
  char   kind[32], site[64];
  guint64 attempts;            /* datagrams sent, joins made                 */
  guint64 media_received;      /* packets that should never have come        */
} FaultReport;

enum { FAULTS_MAX = 16 };

typedef struct {
  guint  sites_wanted;         /* that ought to connect: those without a fault of their own */
  guint  n_sites;
  SiteReport sites[ROOM_VIEW_SITES_MAX];
  WatcherFigures watched;
  char   watching[64];
  Percentiles video_ms, audio_ms, join_ms;
  SkewFigures skew;            /* of all that was watched                    */
  double codec_delay_ms;
  double window_s, load_cpu_percent;
  ServerReport server;
  guint  n_faults;
  FaultReport faults[FAULTS_MAX];
} LoadReport;

Percentiles load_percentiles(Samples *samples);

guint   load_report_connected(const LoadReport *self);
guint   load_report_tiles_alive(const LoadReport *self);
LoadReport *load_report_new(void);
void    load_report_free(LoadReport *self);
/* Returns: (transfer full). */
json_t *load_report_json(const LoadReport *self);
/* Returns: (transfer full): some lines for people. */
char   *load_report_text(const LoadReport *self);
