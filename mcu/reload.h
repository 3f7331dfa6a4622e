/* mcu/reload.h - takes a changed configuration over while the bridge runs: all of it, or nothing.
 *
 *   read and check FILE -> what differs (config/config_diff.h) -> may all of it change now? -> certificate read anew
 *     any "no" -> one message that names each fault or setting; nothing has changed
 *     yes      -> in force: log level, line, webhooks, alarms, certificate, admission, recording
 *
 * No media is touched. The certificate's files are read even if their names are the same: they may have been renewed.
 * Control thread; blocks for a moment on the disk. */
#pragma once
#include "config/config.h"
#include "mcu/figure_sampler.h"
#include "mcu/line_control.h"
#include "mcu/webhook.h"

/* All borrowed. */
typedef struct {
  Config      *config;      /* what the bridge runs on: its live settings are exchanged */
  const char  *path;        /* (nullable): the embedded defaults                        */
  GPtrArray   *rooms;       /* of Room */
  HttpServer  *server;
  LineControl *line;
  FigureSampler *figures;
  Webhooks    *webhooks;
} ReloadParts;

/* The last one, for people and for /readyz. */
typedef struct {
  gint64 wall_us;      /* 0: there was none */
  bool   is_taken;
  char  *text;         /* owned: what was taken over, or why nothing was */
} ReloadResult;
void reload_result_clear(ReloadResult *self);

/* Logs its outcome. @certificate_pem: replaced by the present one if it was taken. @out: overwritten. */
void reload(const ReloadParts *parts, char **certificate_pem, ReloadResult *out) ON_CONTROL;
