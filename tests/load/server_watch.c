/* tests/load/server_watch.c - the bridge's CPU and memory over the measuring window. */
#include "tests/load/server_watch.h"

ServerWatch
server_watch_begin(int pid, gint64 now_us)
{
  ServerWatch self = { .pid = pid, .begin_us = now_us };
  if (pid != 0)
    self.report.is_known = process_meter_read(pid, &self.begin);
  return self;
}

void
server_watch_sample(ServerWatch *self, gint64 now_us)
{
  ProcessFigures now;
  if (!self->report.is_known || !process_meter_read(self->pid, &now))
    return;
  ServerReport *report = &self->report;
  double age_s = (double)(now_us - self->begin_us) / G_USEC_PER_SEC;
  report->cpu_window_s = age_s;
  report->cpu_percent = age_s > 0 ? (now.cpu_s - self->begin.cpu_s) / age_s * 100 : 0;
  report->rss_mb_max = MAX(report->rss_mb_max, now.rss_mb);
  report->threads = MAX(report->threads, now.threads);
  if (report->rss_mb_20s == 0 && age_s >= 19.5)
    report->rss_mb_20s = now.rss_mb;
  if (report->rss_mb_60s == 0 && age_s >= 59.5)
    report->rss_mb_60s = now.rss_mb;
}
