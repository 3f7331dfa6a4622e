/* media/base/log.c - log lines, what they are about, and a limit on how often one place may speak. */
#include "media/base/log.h"
#include "media/base/clock.h"

const struct LogFieldName LOG_FIELD_NAMES[LOG_ABOUT_FIELDS] = {
  { "DIEMCAU_ROOM", "room" }, { "DIEMCAU_SITE", "site" }, { "DIEMCAU_SESSION", "session" }, { "DIEMCAU_MEDIA", "media" },
};

/* The journal's: syslog's numbers. */
static const char *
priority_of(GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return level & G_LOG_LEVEL_ERROR ? "3" : "4";
  if (level & G_LOG_LEVEL_WARNING)
    return "4";
  return level & G_LOG_LEVEL_MESSAGE ? "5" : level & G_LOG_LEVEL_INFO ? "6" : "7";
}

void
log_about(GLogLevelFlags level, const LogAbout *about, const char *format, ...)
{
  const char *values[LOG_ABOUT_FIELDS] = { about->room, about->site, about->session, about->media };
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  GLogField fields[3 + LOG_ABOUT_FIELDS] = {
    { "MESSAGE", message, -1 }, { "PRIORITY", priority_of(level), -1 }, { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
  };
  gsize n = 3;
  for (guint i = 0; i < LOG_ABOUT_FIELDS; i++)
    if (values[i] != NULL && values[i][0] != '\0')
      fields[n++] = (GLogField) { LOG_FIELD_NAMES[i].journal, values[i], -1 };
  g_log_structured_array(level, fields, n);
}

bool
log_limit_pass(LogLimit *limit, int *suppressed)
{
  gint64 now_us = clock_now_us();
  gint64 next_us = __atomic_load_n(&limit->next_us, __ATOMIC_RELAXED);
  if (now_us < next_us
      || !__atomic_compare_exchange_n(&limit->next_us, &next_us, now_us + G_USEC_PER_SEC, false,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    g_atomic_int_inc(&limit->suppressed);
    return false;
  }
  *suppressed = g_atomic_int_and((guint *)&limit->suppressed, 0);
  return true;
}
