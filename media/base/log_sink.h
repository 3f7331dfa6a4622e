/* media/base/log_sink.h - where log lines go, in what form, and from which level on.
 *
 *   a terminal:            07:30:00.120 warning  tiep-dan: hub is gone (reason 2) [room=tiep-dan site=hub]
 *   journald (its stream): fields MESSAGE, PRIORITY, DIEMCAU_ROOM, DIEMCAU_SITE, DIEMCAU_SESSION...
 *   anything else:         {"time":"2026-12-10T07:30:00.120Z","level":"warning","thread":"control",
 *                           "message":"...","room":"tiep-dan","site":"hub"}
 *
 * To standard error, each line in one write. Of other libraries' lines only those from "info" up are
 * taken, whatever the level: what they say for debugging may hold secrets. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef enum {
  LOG_LEVEL_NONE = 0,
  LOG_LEVEL_ERROR,
  LOG_LEVEL_WARNING,
  LOG_LEVEL_INFO,
  LOG_LEVEL_DEBUG,
} LogLevel;

/* "error", "warning", "info", "debug". */
const char *log_level_name(LogLevel level);
/* @name: (nullable). NONE: no such level. */
LogLevel    log_level_from_name(const char *name);

/* Takes over every line of this process. Once, before its threads begin. */
void     log_sink_open(LogLevel level);
/* From now on. Any thread. */
void     log_sink_set_level(LogLevel level);
LogLevel log_sink_level(void);

typedef enum { LOG_FORM_NONE = 0, LOG_FORM_TEXT, LOG_FORM_JSON } LogForm;
/* The line of @fields, with its end. @time_us: since 1970. @thread: (nullable). Long messages are cut
 * (LOG_MESSAGE_BYTES_MAX). For the sink and its test. */
enum { LOG_MESSAGE_BYTES_MAX = 8192 };
void     log_sink_format(GString *out, LogForm form, GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                         gint64 time_us, const char *thread);
