/* media/base/log.h - log lines, and a limit on how often one place may speak.
 *
 * Plain lines go through GLib: g_message() for what an operator wants to read once,
 * g_warning() for a fault, g_debug() for the rest. What a peer can cause goes through
 * log_limited(): at most one line a second a place, with the number it stands for. */
#pragma once
#include <glib.h>
#include <stdbool.h>

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
