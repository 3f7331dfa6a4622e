/* tests/load/test_decode_report.c - unit tests of tests/load/decode_report. */
#include "tests/load/decode_report.h"
#include <jansson.h>

enum { S = 1000 * 1000, INTERVAL_US = 1500 * 1000 };

/* Pictures of 16 fps for the time of a report, each shown 40 ms after it came. */
static json_t *
report_after(DecodeReport *self, DecoderPace pace, gint64 from_us)
{
  for (guint i = 0; i < 24; i++)
    decode_report_picture(self, pace, 40000);
  g_assert_null(decode_report_take(self, from_us + INTERVAL_US - 1));
  g_autofree char *text = decode_report_take(self, from_us + INTERVAL_US);
  g_assert_nonnull(text);
  json_t *json = json_loads(text, 0, NULL);
  g_assert_nonnull(json);
  return json;
}

static double
number(const json_t *report, const char *name)
{
  g_assert_true(json_is_number(json_object_get(report, name)));
  return json_number_value(json_object_get(report, name));
}

static void
test_it_tells_what_is_decoded_in_every_report(void)
{
  DecodeReport decoding = { 0 };
  g_assert_null(decode_report_take(&decoding, 5 * S));
  json_t *good = report_after(&decoding, DECODER_IN_TIME, 5 * S);
  g_assert_cmpfloat(number(good, "decodeFps"), ==, 16);
  g_assert_cmpfloat(number(good, "jitterBufferMs"), ==, 40);
  g_assert_cmpfloat(number(good, "framesDropped"), ==, 0);
  json_t *slow = report_after(&decoding, DECODER_SLOW, 5 * S + INTERVAL_US);
  g_assert_cmpfloat(number(slow, "decodeFps"), ==, 5.3);
  g_assert_cmpfloat(number(slow, "framesDropped"), ==, 16);
  json_t *after = report_after(&decoding, DECODER_IN_TIME, 5 * S + 2 * INTERVAL_US);
  g_assert_cmpfloat(number(after, "decodeFps"), ==, 16);
  g_assert_cmpfloat(number(after, "framesDropped"), ==, 16);
  json_decref(good);
  json_decref(slow);
  json_decref(after);
}

static void
test_without_a_picture_no_delay_is_told(void)
{
  DecodeReport decoding = { 0 };
  g_assert_null(decode_report_take(&decoding, S));
  g_autofree char *text = decode_report_take(&decoding, 4 * S);
  json_t *report = json_loads(text, 0, NULL);
  g_assert_cmpfloat(number(report, "decodeFps"), ==, 0);
  g_assert_null(json_object_get(report, "jitterBufferMs"));
  json_decref(report);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/decode_report/it_tells_what_is_decoded_in_every_report", test_it_tells_what_is_decoded_in_every_report);
  g_test_add_func("/load/decode_report/without_a_picture_no_delay_is_told", test_without_a_picture_no_delay_is_told);
  return g_test_run();
}
