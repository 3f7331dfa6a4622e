/* recorder/recorder_status.c - STATUS and CLOSED as the bridge reads them. */
#include "recorder/recorder_status.h"

static const char *const NAMES[] = {
  [RECORDER_STATE_NONE] = "starting",
  [RECORDER_STATE_RECORDING] = "recording",
  [RECORDER_STATE_DEGRADED] = "degraded",
  [RECORDER_STATE_CLOSING] = "closing",
  [RECORDER_STATE_CLOSED] = "closed",
  [RECORDER_STATE_FAILED] = "failed",
};

const char *
recorder_state_name(RecorderState state)
{
  g_return_val_if_fail((guint)state < G_N_ELEMENTS(NAMES), NAMES[0]);
  return NAMES[state];
}

static bool
read_state(const char *name, RecorderState *state)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS(NAMES); i++) {
    if (g_str_equal(name, NAMES[i])) {
      *state = (RecorderState)i;
      return true;
    }
  }
  return false;
}

static guint64
number(const json_t *object, const char *key)
{
  json_int_t value = json_integer_value(json_object_get(object, key));
  return value > 0 ? (guint64)value : 0;
}

bool
recorder_status_read(const json_t *object, RecorderStatus *out, guint64 *acknowledged)
{
  *out = (RecorderStatus) {
    .directory = json_string_value(json_object_get(object, "directory")),
    .is_in_fallback = json_is_true(json_object_get(object, "inFallback")),
    .bytes = number(object, "bytes"),
    .free_bytes = number(object, "freeBytes"),
    .total_bytes = number(object, "totalBytes"),
    .free_percent = json_number_value(json_object_get(object, "freePercent")),
    .lag_ms = (guint)MIN(number(object, "lagMs"), G_MAXUINT),
    .gaps = (guint)MIN(number(object, "gaps"), G_MAXUINT),
    .dropped_frames = number(object, "droppedFrames"),
    .segment = (guint)MIN(number(object, "segment"), G_MAXUINT),
    .message = json_string_value(json_object_get(object, "message")),
  };
  *acknowledged = number(object, "acknowledged");
  return read_state(json_string_value(json_object_get(object, "state")), &out->state);
}
