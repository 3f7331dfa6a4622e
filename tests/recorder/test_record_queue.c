/* tests/recorder/test_record_queue.c - unit tests of recorder/record_queue. */
#include "recorder/record_queue.h"

static const RecordQueueConfig CONFIG = { .max_span_us = 1000000, .max_bytes = 10000, .cause = "test" };

static RecordPush
push(RecordQueue *queue, guint stream, gint64 time_us, bool is_keyframe, gsize bytes)
{
  RecordHeader header = { .type = RECORD_MESSAGE_FRAME, .stream = stream, .time_us = time_us, .is_keyframe = is_keyframe };
  return record_queue_push(queue, record_message_new(&header, g_bytes_new_take(g_malloc0(bytes), bytes)));
}

static guint
pop_all(RecordQueue *queue)
{
  guint n = 0;
  RecordMessage *message;
  for (; (message = record_queue_pop(queue)) != NULL; n++)
    record_message_free(message);
  return n;
}

static void
test_too_long_is_dropped_to_the_next_keyframe(void)
{
  g_autoptr(RecordQueue) queue = record_queue_new(&CONFIG);
  for (gint64 t = 0; t <= 1000000; t += 100000)
    g_assert_cmpint(push(queue, 0, t, t == 0, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 0, 1100000, false, 10), ==, RECORD_PUSH_DROPPED);
  g_assert_cmpint(push(queue, 1, 1110000, false, 10), ==, RECORD_PUSH_DROPPED);
  g_assert_cmpint(push(queue, 0, 1200000, true, 10), ==, RECORD_PUSH_DROPPED);  /* still full */
  g_assert_true(record_queue_is_dropping(queue));
  g_assert_cmpuint(pop_all(queue), ==, 11);
  g_assert_cmpint(push(queue, 0, 1300000, false, 10), ==, RECORD_PUSH_DROPPED_FOR_KEYFRAME);
  g_assert_cmpint(push(queue, 1, 1310000, false, 10), ==, RECORD_PUSH_DROPPED);
  g_assert_cmpint(push(queue, 0, 1400000, true, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 0, 1500000, false, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpuint(record_queue_dropped(queue), ==, 5);

  g_autoptr(RecordMessage) gap = record_queue_pop(queue);
  g_assert_cmpint(gap->header.type, ==, RECORD_MESSAGE_EVENT);
  json_t *object = record_message_json(gap);
  g_assert_cmpstr(json_string_value(json_object_get(object, "event")), ==, "gap");
  g_assert_cmpfloat_with_epsilon(json_number_value(json_object_get(object, "from")), 1.1, 1e-9);
  g_assert_cmpfloat_with_epsilon(json_number_value(json_object_get(object, "to")), 1.4, 1e-9);
  g_assert_cmpint(json_integer_value(json_object_get(object, "frames")), ==, 5);
  json_decref(object);
  g_assert_cmpuint(pop_all(queue), ==, 2);
}

static void
test_too_many_bytes_are_dropped(void)
{
  g_autoptr(RecordQueue) queue = record_queue_new(&CONFIG);
  g_assert_cmpint(push(queue, 0, 0, true, 9000), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 0, 1000, false, 2000), ==, RECORD_PUSH_DROPPED);
  g_assert_cmpuint(pop_all(queue), ==, 1);
}

static void
test_lines_are_never_dropped(void)
{
  RecordQueueConfig config = CONFIG;
  config.numbers_messages = true;
  g_autoptr(RecordQueue) queue = record_queue_new(&config);
  g_assert_cmpint(push(queue, 0, 0, true, 9990), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 0, 1, false, 100), ==, RECORD_PUSH_DROPPED);
  for (guint i = 0; i < 100; i++) {
    RecordMessage *line = record_message_new_json(RECORD_MESSAGE_EVENT, i, json_pack("{s:s}", "event", "floor"));
    g_assert_cmpint(record_queue_push(queue, line), ==, RECORD_PUSH_TAKEN);
  }
  guint64 last = 0;
  RecordMessage *message;
  while ((message = record_queue_pop(queue)) != NULL) {
    g_assert_cmpuint(message->header.sequence, ==, ++last);
    record_message_free(message);
  }
  g_assert_cmpuint(last, ==, 101);
}

static void
test_sound_alone_ends_a_dropping_when_there_is_no_picture(void)
{
  g_autoptr(RecordQueue) queue = record_queue_new(&CONFIG);
  for (gint64 t = 0; t <= 1000000; t += 20000)
    push(queue, 1, t, false, 10);
  g_assert_cmpint(push(queue, 1, 1020000, false, 10), ==, RECORD_PUSH_DROPPED);
  pop_all(queue);
  g_assert_cmpint(push(queue, 1, 1040000, false, 10), ==, RECORD_PUSH_TAKEN);
}

static void
test_sites_pictures_wait_for_their_own_keyframe(void)
{
  g_autoptr(RecordQueue) queue = record_queue_new(&CONFIG);
  push(queue, 0, 0, true, 10);
  push(queue, 2, 0, true, 10);
  push(queue, 0, 2000000, false, 10);
  g_assert_cmpint(push(queue, 0, 4000000, false, 10), ==, RECORD_PUSH_DROPPED);
  pop_all(queue);
  g_assert_cmpint(push(queue, 0, 4100000, true, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 2, 4110000, false, 10), ==, RECORD_PUSH_DROPPED);
  g_assert_cmpint(push(queue, 2, 4120000, true, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 2, 4130000, false, 10), ==, RECORD_PUSH_TAKEN);
  g_assert_cmpint(push(queue, 1, 4130000, false, 10), ==, RECORD_PUSH_TAKEN);
}

#define ADD(name) g_test_add_func("/recorder/record_queue/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(too_long_is_dropped_to_the_next_keyframe);
  ADD(too_many_bytes_are_dropped);
  ADD(lines_are_never_dropped);
  ADD(sound_alone_ends_a_dropping_when_there_is_no_picture);
  ADD(sites_pictures_wait_for_their_own_keyframe);
  return g_test_run();
}
