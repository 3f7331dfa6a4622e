/* tests/recorder/test_record_lane.c - segments: every frame in exactly one file, cut where it was asked for. */
#include "media/base/clock.h"
#include "recorder/record_lane.h"
#include "tests/recorder/live_media.h"
#include "tests/recorder/matroska_facts.h"
#include <glib/gstdio.h>
#include <jansson.h>

typedef struct {
  char *directory;
  LiveMedia *media;
  RecordLane *lane;
  json_t *lines;          /* of the journal */
  GPtrArray *video, *audio;  /* what was pushed: GBytes */
  guint  keyframes_wanted;
  bool   wants_keyframe;
  gint64 video_us, audio_us;  /* next */
} Fixture;

static bool
on_journal(const char *event, gint64 media_time_us, json_t *fields, gpointer data, GError **error)
{
  (void)error;
  json_object_set_new(fields, "event", json_string(event));
  json_object_set_new(fields, "mediaTime", json_real((double)media_time_us / 1e6));
  json_array_append_new(((Fixture *)data)->lines, fields);
  return true;
}

static void
on_keyframe(gpointer data)
{
  ((Fixture *)data)->keyframes_wanted++;
  ((Fixture *)data)->wants_keyframe = true;
}

static void
set_up(Fixture *self, gconstpointer segment_us)
{
  GError *error = NULL;
  self->directory = g_dir_make_tmp("lane-XXXXXX", NULL);
  self->media = live_media_new(160, 96);
  self->lines = json_array();
  self->video = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->audio = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  RecordLaneConfig config = {
    .directory = self->directory, .folder = "data/composite", .segment_us = GPOINTER_TO_INT(segment_us),
    .is_composite = true, .owner = { on_journal, on_keyframe, self },
  };
  self->lane = record_lane_new(&config, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *self, gconstpointer unused)
{
  (void)unused;
  record_lane_free(self->lane);
  live_media_free(self->media);
  json_decref(self->lines);
  g_ptr_array_unref(self->video);
  g_ptr_array_unref(self->audio);
  live_media_remove_tree(self->directory);
  g_free(self->directory);
}

static void
push(Fixture *self, SegmentStream stream, GBytes *bytes, gint64 time_us, bool is_keyframe)
{
  GError *error = NULL;
  RecordHeader header = { .type = RECORD_MESSAGE_FRAME, .is_keyframe = is_keyframe, .time_us = time_us };
  record_lane_push(self->lane, stream, record_message_new(&header, bytes), &error);
  g_assert_no_error(error);
}

typedef enum { WITH_NONE = 0, WITH_VIDEO = 1, WITH_AUDIO = 2, WITH_BOTH = 3 } With;

/* Plays until @until_us: what is not pushed is not there at all. Sound is 40 ms late, as encoders are. */
static void
play(Fixture *self, gint64 until_us, With with)
{
  while (self->video_us < until_us || self->audio_us < until_us) {
    if (self->video_us <= self->audio_us + 40000 && self->video_us < until_us) {
      if ((with & WITH_VIDEO) != 0) {
        g_autoptr(EncodedFrame) frame = live_media_video(self->media, self->video_us, self->wants_keyframe);
        self->wants_keyframe = false;
        GBytes *bytes = g_bytes_new(frame->data, frame->length);
        g_ptr_array_add(self->video, g_bytes_ref(bytes));
        push(self, SEGMENT_STREAM_VIDEO, bytes, self->video_us, frame->is_keyframe);
      }
      self->video_us += LIVE_MEDIA_FRAME_US;
    } else {
      if ((with & WITH_AUDIO) != 0) {
        g_autoptr(AudioPacket) packet = live_media_audio(self->media);
        GBytes *bytes = g_bytes_new(packet->data, packet->length);
        g_ptr_array_add(self->audio, g_bytes_ref(bytes));
        push(self, SEGMENT_STREAM_AUDIO, bytes, self->audio_us, false);
      }
      self->audio_us += LIVE_MEDIA_PACKET_US;
    }
    GError *error = NULL;
    record_lane_drain(self->lane, clock_now_us(), &error);
    g_assert_no_error(error);
  }
}

static json_t *
line(const Fixture *self, const char *event, guint index)
{
  gsize i;
  json_t *each;
  json_array_foreach(self->lines, i, each) {
    if (g_str_equal(json_string_value(json_object_get(each, "event")), event) && index-- == 0)
      return each;
  }
  return NULL;
}

static guint
count(const Fixture *self, const char *event)
{
  guint n = 0;
  while (line(self, event, n) != NULL)
    n++;
  return n;
}

static double
field(const json_t *object, const char *key)
{
  return json_number_value(json_object_get(object, key));
}

static void
finish(Fixture *self)
{
  GError *error = NULL;
  record_lane_finish(self->lane, &error);
  g_assert_no_error(error);
}

/* Reads all segments back. @video, @audio: how many payloads of those pushed are in them, in order and none
 * twice; each segment begins at 0 and its frames lie where they were on the session's clock. */
static void
read_back(Fixture *self, guint *video, guint *audio)
{
  guint next_video = 0, next_audio = 0;
  *video = *audio = 0;
  for (guint n = 0; n < count(self, "segment.close"); n++) {
    json_t *close = line(self, "segment.close", n);
    g_autofree char *path = g_build_filename(self->directory, json_string_value(json_object_get(close, "file")), NULL);
    g_autoptr(MatroskaFacts) facts = matroska_facts_read(path);
    g_assert_false(facts->has_error);
    g_assert_cmpuint(facts->video->len, ==, (guint)field(close, "videoFrames"));
    g_assert_cmpuint(facts->audio->len, ==, (guint)field(close, "audioPackets"));
    g_assert_cmpint(facts->duration_us, >, 0);
    for (guint i = 0; i < facts->video->len; i++, (*video)++) {
      while (next_video < self->video->len && !g_bytes_equal(facts->video->pdata[i], self->video->pdata[next_video]))
        next_video++;
      g_assert_cmpuint(next_video++, <, self->video->len);
    }
    for (guint i = 0; i < facts->audio->len; i++, (*audio)++) {
      while (next_audio < self->audio->len && !g_bytes_equal(facts->audio->pdata[i], self->audio->pdata[next_audio]))
        next_audio++;
      g_assert_cmpuint(next_audio++, <, self->audio->len);
    }
  }
}

static void
test_no_frame_is_lost_or_doubled_at_boundaries(Fixture *self, gconstpointer unused)
{
  (void)unused;
  enum { CASES = 12 };
  for (int n = 1; n <= CASES; n++) {
    play(self, n * 700000, WITH_BOTH);
    record_lane_set_case(self->lane, n * 700000, n);
    self->wants_keyframe = true;
  }
  play(self, (CASES + 1) * 700000, WITH_BOTH);
  finish(self);
  g_assert_cmpuint(count(self, "segment.open"), ==, CASES + 1);
  g_assert_cmpuint(count(self, "segment.close"), ==, CASES + 1);
  g_assert_cmpuint(count(self, "gap"), ==, 0);
  for (guint n = 1; n <= CASES; n++) {
    g_assert_cmpfloat(field(line(self, "segment.open", n), "from"), >=, n * 0.7);
    g_assert_cmpfloat(field(line(self, "segment.open", n), "from"), <, n * 0.7 + 0.04);
    g_assert_cmpint((int)field(line(self, "segment.open", n), "case"), ==, (int)n);
    g_assert_cmpfloat_with_epsilon(field(line(self, "segment.close", n - 1), "to"),
                                   field(line(self, "segment.open", n), "from"), 1e-9);
  }
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(video, ==, self->video->len);
  g_assert_cmpuint(audio, ==, self->audio->len);
}

static void
test_segments_are_cut_by_length_at_a_keyframe_asked_for(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 7000000, WITH_BOTH);
  finish(self);
  g_assert_cmpuint(count(self, "segment.close"), ==, 4);  /* of 2 s each */
  g_assert_cmpuint(self->keyframes_wanted, ==, 3);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(video, ==, self->video->len);
  g_assert_cmpuint(audio, ==, self->audio->len);
}

static void
test_sound_goes_on_without_the_picture(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 2000000, WITH_BOTH);
  play(self, 5000000, WITH_AUDIO);
  self->wants_keyframe = true;
  play(self, 7000000, WITH_BOTH);
  finish(self);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(count(self, "fault"), ==, 1);
  g_assert_cmpuint(count(self, "segment.close"), ==, 2);
  g_assert_cmpuint(audio, ==, self->audio->len);
  g_assert_cmpuint(video, ==, self->video->len);
}

static void
test_picture_goes_on_without_the_sound(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 2000000, WITH_BOTH);
  play(self, 4000000, WITH_VIDEO);
  play(self, 6000000, WITH_BOTH);
  finish(self);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(count(self, "segment.close"), ==, 2);
  g_assert_cmpuint(video, ==, self->video->len);
  g_assert_cmpuint(audio, >=, self->audio->len - 10);  /* what came before the keyframe that was asked for */
}

static void
test_sound_alone_from_the_beginning(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 5000000, WITH_AUDIO);
  finish(self);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(video, ==, 0);
  g_assert_cmpuint(audio, ==, self->audio->len);
  g_assert_cmpfloat_with_epsilon(field(line(self, "segment.open", 0), "from"), 0, 1e-9);
}

static void
test_a_break_is_a_gap_and_a_keyframe(Fixture *self, gconstpointer unused)
{
  (void)unused;
  GError *error = NULL;
  play(self, 2000000, WITH_BOTH);
  record_lane_break(self->lane, 3000000, "disk-slow", &error);
  g_assert_no_error(error);
  self->video_us = self->audio_us = 3000000;
  g_assert_true(self->wants_keyframe);
  play(self, 4000000, WITH_BOTH);
  finish(self);
  g_assert_cmpuint(count(self, "gap"), ==, 1);
  json_t *gap = line(self, "gap", 0);
  g_assert_cmpstr(json_string_value(json_object_get(gap, "cause")), ==, "disk-slow");
  g_assert_cmpfloat_with_epsilon(field(gap, "from"), field(line(self, "segment.close", 0), "to"), 1e-9);
  g_assert_cmpfloat_with_epsilon(field(gap, "to"), field(line(self, "segment.open", 1), "from"), 1e-9);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(video, ==, self->video->len);
  g_assert_cmpuint(audio, ==, self->audio->len);
}

/* The sound is 40 ms late: it must be waited for, however far the picture's time has leapt meanwhile. */
static void
assert_one_segment_with_all(Fixture *self)
{
  finish(self);
  guint video, audio;
  read_back(self, &video, &audio);
  g_assert_cmpuint(count(self, "segment.close"), ==, 1);
  g_assert_cmpuint(count(self, "fault"), ==, 0);
  g_assert_cmpuint(video, ==, self->video->len);
  g_assert_cmpuint(audio, ==, self->audio->len);
}

static void
test_an_early_keyframe_waits_for_the_sound(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, LIVE_MEDIA_FRAME_US, WITH_VIDEO);
  self->video_us = self->audio_us = 1200000;
  play(self, 3000000, WITH_BOTH);
  assert_one_segment_with_all(self);
}

static void
test_who_comes_back_goes_on_in_the_same_segment(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 2000000, WITH_BOTH);
  self->video_us = self->audio_us = 60000000;
  play(self, 62000000, WITH_BOTH);
  assert_one_segment_with_all(self);
}

static void
test_sound_that_joins_within_the_wait_is_in_the_first_segment(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 800000, WITH_VIDEO);
  play(self, 3000000, WITH_BOTH);
  assert_one_segment_with_all(self);
}

static void
test_what_a_kill_leaves_can_be_read(Fixture *self, gconstpointer unused)
{
  (void)unused;
  play(self, 5000000, WITH_BOTH);
  g_autofree char *part = g_build_filename(self->directory, "data/composite/0001.mkv.part", NULL);
  g_autoptr(MatroskaFacts) facts = matroska_facts_read(part);
  g_assert_cmpuint(facts->video->len, >=, self->video->len - 45);  /* 1.5 s */
  g_assert_cmpuint(facts->audio->len, >=, self->audio->len - 75);
  for (guint i = 0; i < facts->video->len; i++)
    g_assert_true(g_bytes_equal(facts->video->pdata[i], self->video->pdata[i]));
}

#define ADD(name, segment_us) \
  g_test_add("/recorder/record_lane/" #name, Fixture, GINT_TO_POINTER(segment_us), set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_assert_true(segment_writer_init(NULL));
  ADD(no_frame_is_lost_or_doubled_at_boundaries, 600000000);
  ADD(segments_are_cut_by_length_at_a_keyframe_asked_for, 2000000);
  ADD(sound_goes_on_without_the_picture, 600000000);
  ADD(picture_goes_on_without_the_sound, 600000000);
  ADD(sound_alone_from_the_beginning, 600000000);
  ADD(a_break_is_a_gap_and_a_keyframe, 600000000);
  ADD(an_early_keyframe_waits_for_the_sound, 600000000);
  ADD(who_comes_back_goes_on_in_the_same_segment, 600000000);
  ADD(sound_that_joins_within_the_wait_is_in_the_first_segment, 600000000);
  ADD(what_a_kill_leaves_can_be_read, 600000000);
  return g_test_run();
}
