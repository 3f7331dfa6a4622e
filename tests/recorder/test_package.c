/* tests/recorder/test_package.c - seventy cases in one session: clips, master, chapters; judged by ffprobe. */
#include "recorder/clip_join.h"
#include "recorder/package.h"
#include "recorder/session_facts.h"
#include "tests/recorder/segment_maker.h"
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 70 };

static json_t *
read_session(const char *directory)
{
  g_autofree char *path = g_build_filename(directory, "data/session.json", NULL);
  json_t *object = json_load_file(path, 0, NULL);
  g_assert_nonnull(object);
  return object;
}

/* Output of a program with @path as last argument. NULL: it is not installed. It must end well. */
static char *
output_of(const char *command, const char *path)
{
  g_auto(GStrv) words = g_strsplit(command, " ", -1);
  g_autofree char *program = g_find_program_in_path(words[0]);
  if (program == NULL)
    return NULL;
  g_autofree char *line = g_strdup_printf("%s '%s'", command, path);
  char *out = NULL;
  g_autofree char *err = NULL;
  int status = 0;
  g_assert_true(g_spawn_command_line_sync(line, &out, &err, &status, NULL));
  if (!g_spawn_check_wait_status(status, NULL))
    g_error("%s: %s%s", line, out, err);
  return out;
}

/* One line per packet: stream, time in ms shifted by @offset_us, size, hash; appended to @out. */
static void
append_packets(GPtrArray *out, const char *path, gint64 offset_us)
{
  g_autofree char *text = output_of("ffprobe -v error -show_data_hash crc32 -show_entries "
                                    "packet=stream_index,pts,size,data_hash -of compact=p=0:nk=1", path);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto(GStrv) fields = g_strsplit(*line, "|", -1);
    if (g_strv_length(fields) < 4)  /* side data of the packet before */
      continue;
    g_ptr_array_add(out, g_strdup_printf("%s %08" G_GINT64_FORMAT " %s %s", fields[0],
                                         g_ascii_strtoll(fields[1], NULL, 10) + offset_us / 1000, fields[2], fields[3]));
  }
}

static void
assert_same_packets(GPtrArray *in, GPtrArray *out)
{
  g_assert_cmpuint(in->len, ==, out->len);
  for (guint i = 0; i < in->len; i++)
    g_assert_cmpstr(in->pdata[i], ==, out->pdata[i]);
}

/* Every packet of the segments (all, or one case's) is in @clip once, in order, at its time, with its bytes. */
static void
assert_holds(const char *directory, const json_t *session, const char *clip, int number)
{
  g_autoptr(GPtrArray) in = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
  gint64 base_us = -1;
  gsize i;
  json_t *segment;
  json_array_foreach(json_object_get(session, "segments"), i, segment) {
    json_t *of = json_object_get(segment, "case");
    if (number >= 0 && (!json_is_integer(of) || json_integer_value(of) != number))
      continue;
    g_autofree char *path = g_build_filename(directory, json_string_value(json_object_get(segment, "file")), NULL);
    base_us = base_us < 0 ? facts_time_us(segment, "from") : base_us;
    append_packets(in, path, facts_time_us(segment, "from") - base_us);
  }
  g_autofree char *path = g_build_filename(directory, clip, NULL);
  append_packets(out, path, 0);
  assert_same_packets(in, out);
}

static void
assert_chapters(const char *directory, const json_t *session)
{
  g_autofree char *path = g_build_filename(directory, "data/master.mkv", NULL);
  g_autofree char *text = output_of("ffprobe -v error -show_chapters -of json", path);
  json_t *object = json_loads(text, 0, NULL), *chapters = json_object_get(object, "chapters");
  g_assert_cmpuint(json_array_size(chapters), ==, CASES);
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(session, "cases"), i, item) {
    const char *start = json_string_value(json_object_get(json_array_get(chapters, i), "start_time"));
    const char *end = json_string_value(json_object_get(json_array_get(chapters, i), "end_time"));
    gint64 from_us = facts_time_us(item, "masterFrom");
    g_assert_cmpfloat_with_epsilon(g_ascii_strtod(start, NULL), (double)from_us / 1e6, 0.0005);
    g_assert_cmpfloat_with_epsilon(g_ascii_strtod(end, NULL),
      (double)(from_us + facts_time_us(item, "to") - facts_time_us(item, "from")) / 1e6, 0.0005);
  }
  json_decref(object);
}

static void
assert_foreign_readers(const char *directory)
{
  g_autofree char *path = g_build_filename(directory, "data/master.mkv", NULL);
  g_autofree char *merge = output_of("mkvmerge -i", path);
  g_assert_true(merge == NULL || strstr(merge, "Chapters: 70 entries") != NULL);
  g_autofree char *info = output_of("mkvinfo -a", path);
  g_assert_true(info == NULL || (strstr(info, "+ Cues") != NULL && strstr(info, "Vụ việc 12 · A012 · Huyện Gia Bình · Đất đai") != NULL));
  g_assert_true(info == NULL || strstr(info, "(EBMLVoid)") == NULL || strstr(info, "Unknown element") == NULL);
  g_autofree char *decoded = output_of("ffmpeg -nostdin -v error -xerror -f null - -i", path);
  g_assert_true(decoded == NULL || *decoded == '\0');
}

static void
test_seventy_cases(void)
{
  g_autofree char *base = made_base();
  MadeSession *made = made_session_new(base, "11111111-2222-4333-8444-555555555555");
  made_session_segment(made, 0, -1);
  for (int n = 1; n <= CASES; n++) {
    made_session_case(made, "case.start", n);
    made_session_segment(made, (guint)n, n);
    if (n % 10 == 0)
      made_session_segment(made, (guint)n + 1, n);  /* longer than a segment */
    made_session_case(made, "case.end", n);
    if (n % 3 == 0)
      made_session_segment(made, (guint)n + 2, -1);
  }
  made_session_close(made);
  g_autoptr(GError) error = NULL;
  PackageOptions options = { 0 };
  g_assert_true(package_close(made->directory, &options, &error));
  g_assert_no_error(error);
  json_t *session = read_session(made->directory);
  g_assert_null(json_object_get(session, "notes"));
  g_assert_cmpuint(json_array_size(json_object_get(session, "cases")), ==, CASES);
  g_assert_cmpint(json_integer_value(json_object_get(session, "masterVideoFrames")), ==, (gint64)made->video_frames);
  g_assert_cmpint(json_integer_value(json_object_get(session, "masterAudioPackets")), ==, (gint64)made->audio_packets);
  guint64 clip_frames = 0, outside = 0;
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(session, "cases"), i, item)
    clip_frames += (guint64)json_integer_value(json_object_get(item, "videoFrames"));
  json_array_foreach(json_object_get(session, "segments"), i, item)
    outside += json_is_null(json_object_get(item, "case")) ? (guint64)json_integer_value(json_object_get(item, "videoFrames")) : 0;
  g_assert_cmpuint(clip_frames + outside, ==, made->video_frames);
  g_autofree char *ffprobe = g_find_program_in_path("ffprobe");
  if (ffprobe == NULL) {
    g_test_skip("no ffprobe");
  } else {
    assert_holds(made->directory, session, "data/master.mkv", -1);
    for (int n = 1; n <= CASES; n++) {
      g_autofree char *clip = g_strdup_printf("data/cases/%03d/case.mkv", n);
      if (n % 10 == 0 || n < 5)
        assert_holds(made->directory, session, clip, n);
      g_autofree char *path = g_build_filename(made->directory, clip, NULL);
      g_free(output_of("ffprobe -v error", path));
    }
    assert_chapters(made->directory, session);
    assert_foreign_readers(made->directory);
  }
  g_test_message("%" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " packets of sound in the master", made->video_frames,
                 made->audio_packets);
  json_decref(session);
  if (g_getenv("KEEP_SESSION") == NULL)
    made_remove(base);
  made_session_free(made);
}

/* Closed again after a crash in the middle of closing: the same, and nothing left behind. */
static void
test_begins_anew(void)
{
  g_autofree char *base = made_base();
  MadeSession *made = made_session_new(base, "11111111-2222-4333-8444-555555555556");
  made_session_case(made, "case.start", 1);
  made_session_segment(made, 1, 1);
  made_session_case(made, "case.end", 1);
  made_session_close(made);
  static const char *const LEFT[] = { "data/master.mkv.tmp", "data/session.json.tmp", "data/cases/001/case.mkv.tmp", "manifest-sha256.txt" };
  g_autofree char *clips = g_build_filename(made->directory, "data/cases/001", NULL);
  g_assert_cmpint(g_mkdir_with_parents(clips, 0750), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(LEFT); i++) {
    g_autofree char *path = g_build_filename(made->directory, LEFT[i], NULL);
    g_assert_true(g_file_set_contents(path, "half", 4, NULL));
  }
  PackageOptions options = { 0 };
  g_assert_true(package_close(made->directory, &options, NULL));
  for (gsize i = 0; i < 3; i++) {
    g_autofree char *path = g_build_filename(made->directory, LEFT[i], NULL);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  }
  g_assert_true(package_close(made->directory, &options, NULL));
  json_t *session = read_session(made->directory);
  g_assert_cmpstr(json_string_value(json_object_get(session, "signature")), ==, "unsigned");
  g_assert_cmpstr(json_string_value(json_object_get(session, "signatureNote")), ==, "no key is configured");
  json_decref(session);
  made_remove(base);
  made_session_free(made);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recorder/package/seventy_cases_lose_and_double_no_frame", test_seventy_cases);
  g_test_add_func("/recorder/package/begins_anew_after_a_crash_in_closing", test_begins_anew);
  return g_test_run();
}
