/* media/base/log.h - log lines, what they are about, and a limit on how often one place may speak.
 *
 * Plain lines go through GLib: g_message() for what an operator wants to read once,
 * g_warning() for a fault, g_debug() for the rest. A line about a room, a site or a session says so
 * in fields of its own by log_about(). What a peer can cause goes through log_limited(): at most one
 * line a second a place, with the number it stands for. Where they all go: log_sink.h. No line ever
 * holds a key, a secret of an SDP, or a citizen's name. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Ids, not names. NULL: of none. */
typedef struct {
  const char *room, *site, *session;
  const char *media;  /* the connection: {id} of /v1/media/{id} */
} LogAbout;

enum { LOG_ABOUT_FIELDS = 4 };
/* The fields' names in the journal ("DIEMCAU_ROOM"...) and in JSON ("room"...). */
extern const struct LogFieldName { const char *journal, *json; } LOG_FIELD_NAMES[LOG_ABOUT_FIELDS];

/* As g_log(), with fields. @about: borrowed for the call. Any thread. */
void log_about(GLogLevelFlags level, const LogAbout *about, const char *format, ...) G_GNUC_PRINTF(3, 4);

typedef struct {
  gint64 next_us;     /* atomic: speak again from here on */
  gint   suppressed;  /* atomic: lines swallowed since    */
} LogLimit;

/* Returns: true if this place may speak now; @suppressed is then the number of lines
 * swallowed before it. Any thread. */
bool log_limit_pass(LogLimit *limit, int *suppressed);

#define log_limited(level, ...)                                          \
  do {                                                                   \
    static LogLimit log_limit_;                                          \
    int log_suppressed_;                                                 \
    if (log_limit_pass(&log_limit_, &log_suppressed_)) {                 \
      g_autofree char *log_text_ = g_strdup_printf(__VA_ARGS__);         \
      if (log_suppressed_ > 0)                                           \
        g_log(G_LOG_DOMAIN, (level), "%s (and %d more)", log_text_, log_suppressed_); \
      else                                                               \
        g_log(G_LOG_DOMAIN, (level), "%s", log_text_);                   \
    }                                                                    \
  } while (0)
