/* mcu/api_log.c - the call that changes how much is logged. */
#include "mcu/api_internal.h"
#include "media/base/log_sink.h"

void
api_post_log_level(HttpRequest *request, G_GNUC_UNUSED gpointer user)
{
  assert_on_control();
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  LogLevel level = log_level_from_name(json_string_value(json_object_get(body, "level")));
  json_decref(body);
  if (level == LOG_LEVEL_NONE) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE, "level is \"error\", \"warning\", \"info\" or \"debug\"");
    return;
  }
  LogLevel before = log_sink_level();
  log_sink_set_level(MAX(level, LOG_LEVEL_INFO));  /* the change itself is always written down */
  g_message("log: level %s -> %s, by key %s from %s", log_level_name(before), log_level_name(level),
            http_request_identity(request)->key_id, http_request_peer(request));
  log_sink_set_level(level);
  http_request_respond_json(request, 200, json_pack("{s:s}", "level", log_level_name(level)));
}
