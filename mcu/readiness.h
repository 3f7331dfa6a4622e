/* mcu/readiness.h - could the bridge take its sites and hold a session now, and if not, why?
 *
 *   control, each second:    what it knows itself ----------\
 *   a worker, every 5 s:     disk, UDP ports, the recorder --+--> ReadyFacts --lock--> readiness_json(): any thread
 *
 * The worker's disk may hang, and the control thread too: the facts then grow old, which is a reason of its own. */
#pragma once
#include "mcu/disk_watch.h"
#include "config/config.h"
#include "media/base/thread_role.h"
#include <jansson.h>

/* What is known at one moment. */
typedef struct {
  /* the control thread's */
  gint64 told_us;               /* monotonic: when; 0: never yet */
  bool   is_draining;
  gint64 certificate_ends_s;    /* UNIX; 0: not known            */
  guint  sessions_open, recorders_failed;
  /* the worker's */
  gint64 looked_us;             /* monotonic: when its last look ended; 0: never yet */
  guint  ports_free, ports_needed;
  bool   is_recording_enabled, has_recorder;
  DiskSpace disk;
} ReadyFacts;

enum { READY_CERTIFICATE_WARN_DAYS = 14 };

/* (transfer full) {"status": "ready"|"not-ready", "draining", "checks": {"ports": {"ok"...}, "disk", "certificate", "recorder"},
 * "reasons": [{"code", "text"}], "warnings": the same}. Pure. */
json_t *ready_json(const ReadyFacts *facts, gint64 now_us, gint64 wall_s, bool *is_ready);

/* How many UDP ports of @port_min to @port_max @table, a text of /proc/net/udp or udp6, names as taken; each is marked in
 * @taken (bytes, one a port) once. Pure. */
guint   ready_count_ports(const char *table, guint16 port_min, guint16 port_max, guint8 *taken);

typedef struct Readiness Readiness;

/* @config: borrowed. */
Readiness *readiness_new(const Config *config) ON_CONTROL;
void       readiness_free(Readiness *self) ON_CONTROL;
/* The members of the control thread's part count. Has the worker look again when it is time. */
void       readiness_tell(Readiness *self, const ReadyFacts *facts) ON_CONTROL;
/* (transfer full). Any thread. */
json_t    *readiness_json(Readiness *self, bool *is_ready);
