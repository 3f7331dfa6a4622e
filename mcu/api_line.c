/* mcu/api_line.c - calls about the hub's line. */
#include "mcu/api_internal.h"

enum { LINE_MBPS_MAX = 10000 };

void
api_get_line(HttpRequest *request, gpointer user)
{
  assert_on_control();
  const Api *self = user;
  http_request_respond_json(request, 200, line_control_json(self->line));
}

/* Returns: false if @value is there and is no rate. */
static bool
read_mbps(const json_t *value, guint64 *bps)
{
  *bps = 0;
  if (value == NULL || json_is_null(value))
    return true;
  double mbps = json_number_value(value);
  if (!json_is_number(value) || !(mbps >= 1 && mbps <= LINE_MBPS_MAX))
    return false;
  *bps = (guint64)(mbps * 1e6);
  return true;
}

static bool
read_limits(const json_t *body, LineLimits *out)
{
  if (!read_mbps(json_object_get(body, "mbps"), &out->shared_bps)
      || !read_mbps(json_object_get(body, "upMbps"), &out->up_bps)
      || !read_mbps(json_object_get(body, "downMbps"), &out->down_bps))
    return false;
  bool is_split = out->up_bps > 0 || out->down_bps > 0;
  return is_split ? out->up_bps > 0 && out->down_bps > 0 && out->shared_bps == 0 : out->shared_bps > 0;
}

void
api_put_line(HttpRequest *request, gpointer user)
{
  assert_on_control();
  const Api *self = user;
  json_t *body = http_request_json(request);
  if (body == NULL)
    return;
  LineLimits limits;
  if (!read_limits(body, &limits)) {
    http_request_respond_problem(request, PROBLEM_UNPROCESSABLE,
                                 "either mbps, or upMbps and downMbps, each a number of 1 to 10000");
  } else {
    line_control_set_limits(self->line, &limits);
    g_message("line: now %.1f Mbit/s (up %.1f, down %.1f)", (double)limits.shared_bps / 1e6,
              (double)limits.up_bps / 1e6, (double)limits.down_bps / 1e6);
    http_request_respond_json(request, 200, line_control_json(self->line));
  }
  json_decref(body);
}
