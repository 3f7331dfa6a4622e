/* media/base/log_sink.c - where log lines go, in what form, and from which level on. */
#include "media/base/log_sink.h"
#include "media/base/clock.h"
#include "media/base/log.h"
#include "media/base/thread_role.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const LEVEL_NAMES[] = {
  [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_DEBUG] = "debug",
};

static gint level_limit = LOG_LEVEL_INFO;  /* atomic */

const char *
log_level_name(LogLevel level)
{
  return LEVEL_NAMES[level];
}

LogLevel
log_level_from_name(const char *name)
{
  for (guint i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++)
    if (g_strcmp0(name, LEVEL_NAMES[i]) == 0)
      return (LogLevel)i;
  return LOG_LEVEL_NONE;
}

void
log_sink_set_level(LogLevel level)
{
  g_atomic_int_set(&level_limit, (gint)level);
}

LogLevel
log_sink_level(void)
{
  return (LogLevel)g_atomic_int_get(&level_limit);
}

static LogLevel
level_of(GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return LOG_LEVEL_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return LOG_LEVEL_WARNING;
  return flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

/* (transfer none) (nullable) */
static const GLogField *
find_field(const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp(fields[i].key, key) == 0)
      return &fields[i];
  return NULL;
}

/* Valid UTF-8 of at most LOG_MESSAGE_BYTES_MAX bytes. (transfer full) */
static char *
text_of(const GLogField *field)
{
  if (field == NULL)
    return g_strdup("");
  gsize length = field->length < 0 ? strlen(field->value) : (gsize)field->length;
  return g_utf8_make_valid(field->value, (gssize)MIN(length, LOG_MESSAGE_BYTES_MAX));
}

/* --- the forms --- */

static void
append_json_text(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (const char *at = text; *at != '\0'; at++) {
    guchar c = (guchar)*at;
    if (c == '"' || c == '\\')
      g_string_append_printf(out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      g_string_append_printf(out, "\\u%04x", c);
    else
      g_string_append_c(out, (char)c);
  }
  g_string_append_c(out, '"');
}

static void
append_json_member(GString *out, const char *name, const char *text)
{
  g_string_append_printf(out, "%s\"%s\":", out->str[out->len - 1] == '{' ? "" : ",", name);
  append_json_text(out, text);
}

static void
format_json(GString *out, LogLevel level, const GLogField *fields, gsize n, gint64 time_us, const char *thread)
{
  char time_text[40];
  struct tm broken;
  time_t seconds = (time_t)(time_us / G_USEC_PER_SEC);
  gmtime_r(&seconds, &broken);
  gsize length = strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &broken);
  g_snprintf(time_text + length, sizeof time_text - length, ".%03dZ", (int)(time_us % G_USEC_PER_SEC / 1000));
  const GLogField *domain = find_field(fields, n, "GLIB_DOMAIN");
  g_autofree char *message = text_of(find_field(fields, n, "MESSAGE"));
  g_string_append_c(out, '{');
  append_json_member(out, "time", time_text);
  append_json_member(out, "level", log_level_name(level));
  if (thread != NULL)
    append_json_member(out, "thread", thread);
  if (domain != NULL && strcmp(domain->value, G_LOG_DOMAIN) != 0)
    append_json_member(out, "library", domain->value);
  append_json_member(out, "message", message);
  for (guint i = 0; i < LOG_ABOUT_FIELDS; i++) {
    const GLogField *field = find_field(fields, n, LOG_FIELD_NAMES[i].journal);
    g_autofree char *text = text_of(field);
    if (field != NULL)
      append_json_member(out, LOG_FIELD_NAMES[i].json, text);
  }
  g_string_append(out, "}\n");
}

/* No control character reaches the terminal. */
static void
append_plain(GString *out, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    g_string_append_c(out, g_ascii_iscntrl(*at) ? ' ' : *at);
}

static void
format_text(GString *out, LogLevel level, const GLogField *fields, gsize n, gint64 time_us)
{
  struct tm broken;
  time_t seconds = (time_t)(time_us / G_USEC_PER_SEC);
  localtime_r(&seconds, &broken);
  g_autofree char *message = text_of(find_field(fields, n, "MESSAGE"));
  g_string_append_printf(out, "%02d:%02d:%02d.%03d %-8s ", broken.tm_hour, broken.tm_min, broken.tm_sec,
                         (int)(time_us % G_USEC_PER_SEC / 1000), log_level_name(level));
  append_plain(out, message);
  const char *before = " [";
  for (guint i = 0; i < LOG_ABOUT_FIELDS; i++) {
    const GLogField *field = find_field(fields, n, LOG_FIELD_NAMES[i].journal);
    g_autofree char *text = text_of(field);
    if (field == NULL)
      continue;
    g_string_append_printf(out, "%s%s=", before, LOG_FIELD_NAMES[i].json);
    append_plain(out, text);
    before = " ";
  }
  g_string_append(out, before[1] == '[' ? "\n" : "]\n");
}

void
log_sink_format(GString *out, LogForm form, GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gint64 time_us,
                const char *thread)
{
  if (form == LOG_FORM_JSON)
    format_json(out, level_of(flags), fields, n_fields, time_us, thread);
  else
    format_text(out, level_of(flags), fields, n_fields, time_us);
}

/* --- the sink: any thread; must not log --- */

static bool
is_wanted(GLogLevelFlags flags, const GLogField *fields, gsize n)
{
  LogLevel level = level_of(flags);
  const GLogField *domain = find_field(fields, n, "GLIB_DOMAIN");
  bool is_ours = domain != NULL && strcmp(domain->value, G_LOG_DOMAIN) == 0;
  return level <= log_sink_level() && (is_ours || level < LOG_LEVEL_DEBUG);
}

static const char *
thread_name(void)
{
  ThreadRoleId role = thread_role_current();
  return role != THREAD_ROLE_NONE ? thread_role_name(role) : NULL;
}

static GLogWriterOutput
write_line(GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user)
{
  if (!is_wanted(flags, fields, n_fields))
    return G_LOG_WRITER_HANDLED;
  LogForm form = (LogForm)GPOINTER_TO_INT(user);
  if (form == LOG_FORM_NONE && g_log_writer_journald(flags, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  g_autoptr(GString) line = g_string_sized_new(256);
  log_sink_format(line, form != LOG_FORM_NONE ? form : LOG_FORM_JSON, flags, fields, n_fields, clock_wall_us(), thread_name());
  while (write(STDERR_FILENO, line->str, line->len) < 0 && errno == EINTR)
    ;
  return G_LOG_WRITER_HANDLED;
}

void
log_sink_open(LogLevel level)
{
  log_sink_set_level(level);
  LogForm form = g_log_writer_is_journald(STDERR_FILENO) ? LOG_FORM_NONE
               : isatty(STDERR_FILENO)                   ? LOG_FORM_TEXT
                                                         : LOG_FORM_JSON;
  g_log_set_writer_func(write_line, GINT_TO_POINTER(form), NULL);
}
