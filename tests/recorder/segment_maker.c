/* tests/recorder/segment_maker.c - sessions on disk as a recorder leaves them: real VP8 and Opus by GStreamer. */
#include "tests/recorder/segment_maker.h"
#include "recorder/bag.h"
#include "recorder/clip_join.h"
#include "recorder/session_facts.h"
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <unistd.h>

enum { KINDS = 4 };

void
segment_make(const char *path, guint frames, guint pattern)
{
  gst_init(NULL, NULL);
  g_autofree char *line = g_strdup_printf(
    "matroskamux name=m max-cluster-duration=900000000 ! filesink location=\"%s\" "
    "videotestsrc num-buffers=%u pattern=%u ! video/x-raw,width=%u,height=96,framerate=25/1 ! "
    "vp8enc deadline=1 keyframe-max-dist=1000 target-bitrate=60000 ! queue ! m. "
    "audiotestsrc num-buffers=%u samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! queue ! m.",
    path, frames, pattern, 128 + 32 * pattern, frames * 2);
  g_autoptr(GError) error = NULL;
  GstElement *pipeline = gst_parse_launch(line, &error);
  g_assert_no_error(error);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull(message);
  g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

/* Bytes of one of the few encoded segments; they differ in length, picture and size of picture. */
static GBytes *
encoded(guint kind)
{
  static GBytes *made[KINDS];
  if (made[kind] == NULL) {
    g_autofree char *directory = g_dir_make_tmp("segment-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "s.mkv", NULL);
    segment_make(path, 12 + 7 * kind, kind);
    char *bytes;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    made[kind] = g_bytes_new_take(bytes, size);
    made_remove(directory);
  }
  return made[kind];
}

MadeSession *
made_session_new(const char *base, const char *id)
{
  MadeSession *self = g_new0(MadeSession, 1);
  self->directory = g_strdup_printf("%s/2026-12-10T07-30-00+07-00_tiep-dan_%s", base, id);
  g_autofree char *composite = g_build_filename(self->directory, "data/composite", NULL);
  g_assert_cmpint(g_mkdir_with_parents(composite, 0750), ==, 0);
  g_autofree char *path = g_build_filename(self->directory, "data/journal.jsonl", NULL);
  self->journal = journal_open(path, NULL);
  g_assert_nonnull(self->journal);
  json_t *open = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s}]}", "id", id, "room", "tiep-dan", "roomName",
                           "Tiếp dân trực tuyến", "openedAt", "2026-12-10T07:30:00.000+07:00", "software", "diemcau 0.1.0",
                           "sites", "id", "h-gia-binh", "name", "Huyện Gia Bình");
  g_assert_true(journal_append(self->journal, "session.open", 0, open, NULL));
  g_assert_true(journal_append(self->journal, "site.joined", 1000, json_pack("{s:s}", "site", "h-gia-binh"), NULL));
  return self;
}

void
made_session_case(MadeSession *self, const char *event, int number)
{
  g_autofree char *ticket = g_strdup_printf("A%03d", number);
  json_t *fields = json_pack("{s:i, s:s, s:s, s:b, s:s}", "number", number, "ticket", ticket, "site", "h-gia-binh",
                             "confidential", number % 7 == 0, "title", "Đất đai & <nhà ở>");
  g_assert_true(journal_append(self->journal, event, self->now_us, fields, NULL));
}

void
made_session_segment(MadeSession *self, guint kind, int case_number)
{
  GBytes *bytes = encoded(kind % KINDS);
  g_autofree char *file = g_strdup_printf("data/composite/%04u.mkv", ++self->segments);
  g_autofree char *path = g_build_filename(self->directory, file, NULL);
  json_t *open = json_pack("{s:s, s:o, s:o}", "file", file, "from", facts_seconds(self->now_us), "case",
                           case_number >= 0 ? json_integer(case_number) : json_null());
  g_assert_true(journal_append(self->journal, "segment.open", self->now_us, open, NULL));
  g_assert_true(bag_put_file(path, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL));
  g_autofree char *hash = bag_hash_file(path, NULL, NULL);
  ClipCount count;
  g_assert_true(clip_count(path, &count, NULL));
  gint64 to_us = self->now_us + (count.end_us + 999) / 1000 * 1000;
  json_t *close = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:s}", "file", file, "from", facts_seconds(self->now_us), "to",
                            facts_seconds(to_us), "videoFrames", (json_int_t)count.video_frames, "audioPackets",
                            (json_int_t)count.audio_packets, "bytes", (json_int_t)g_bytes_get_size(bytes), "sha256", hash);
  g_assert_true(journal_append(self->journal, "segment.close", to_us, close, NULL));
  self->now_us = to_us;
  self->video_frames += count.video_frames;
  self->audio_packets += count.audio_packets;
}

void
made_session_close(MadeSession *self)
{
  g_assert_true(journal_append(self->journal, "session.close", self->now_us, NULL, NULL));
  g_clear_pointer(&self->journal, journal_close);
}

void
made_session_free(MadeSession *self)
{
  journal_close(self->journal);
  g_free(self->directory);
  g_free(self);
}

char *
made_base(void)
{
  g_autofree char *in_memory = g_strdup("/dev/shm/made-XXXXXX");
  return g_mkdtemp(in_memory) != NULL ? g_steal_pointer(&in_memory) : g_dir_make_tmp("made-XXXXXX", NULL);
}

void
made_remove(const char *directory)
{
  g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(directory, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
      made_remove(path);
    else
      g_unlink(path);
  }
  g_rmdir(directory);
}
