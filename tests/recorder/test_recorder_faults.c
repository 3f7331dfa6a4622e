/* tests/recorder/test_recorder_faults.c - a whole recorder on a disk that stands still, or is full.
 *
 * The full disk is a tmpfs of 8 MiB in a mount namespace of the test's own: root only, else skipped. */
#include "media/base/clock.h"
#include "recorder/durable_file.h"
#include "recorder/journal.h"
#include "recorder/record_message.h"
#include "recorder/recorder_process.h"
#include "recorder/segment_writer.h"
#include "recorder/verify.h"
#include "tests/recorder/live_media.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_US = 60000000 };

typedef struct {
  char *base, *fallback;
  int fd;                    /* the bridge's end */
  GThread *recorder;
  LiveMedia *media;
  gint64 origin_us, video_us, audio_us;
  bool wants_keyframe;
  guint bytes_a_frame;       /* the picture is padded to so many */
  guint64 sequence, acknowledged;
  RecordReceiver receiver;
  json_t *status;            /* the last one */
  bool is_closed;
  guint degraded;            /* statuses that said so */
} Fixture;

static gint is_disk_stuck;  /* atomic */

static ssize_t
stuck_write(int fd, const void *bytes, gsize length, off_t offset)
{
  while (g_atomic_int_get(&is_disk_stuck))
    g_usleep(10000);
  return pwrite(fd, bytes, length, offset);
}

static const DiskCalls STUCK = { stuck_write, fdatasync };

static gpointer
run_recorder(gpointer data)
{
  return GINT_TO_POINTER(recorder_process_run(GPOINTER_TO_INT(data)));
}

static void
send_message(Fixture *self, RecordMessage *message)
{
  message->header.sequence = ++self->sequence;
  gsize sent = 0;
  RecordIo io;
  gint64 end_us = clock_now_us() + PATIENCE_US;
  while ((io = record_message_send(message, self->fd, &sent)) == RECORD_IO_AGAIN && clock_now_us() < end_us)
    g_usleep(1000);
  g_assert_cmpint(io, ==, RECORD_IO_DONE);
  record_message_free(message);
}

static void
hear(Fixture *self)
{
  RecordMessage *next;
  while (record_receiver_read(&self->receiver, self->fd, &next) == RECORD_IO_DONE) {
    g_autoptr(RecordMessage) message = next;
    if (message->header.type == RECORD_MESSAGE_KEYFRAME) {
      self->wants_keyframe = true;
      continue;
    }
    self->is_closed |= message->header.type == RECORD_MESSAGE_CLOSED;
    json_decref(self->status);
    self->status = record_message_json(message);
    self->degraded += g_strcmp0(json_string_value(json_object_get(self->status, "state")), "degraded") == 0;
  }
}

static void
start(Fixture *self, const char *fallback, int reserve)
{
  int ends[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
  self->fd = ends[0];
  self->media = live_media_new(160, 96);
  self->origin_us = clock_now_us();
  json_t *open = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s?, s:[], s:i}", "id",
                           "0b3a8a56-7b54-4e0c-9c7e-0f6f6a1f2d11", "room", "tiep-dan", "roomName", "Tiếp công dân",
                           "openedAt", "2026-12-10T07:30:00.000+07:00", "originUs", (json_int_t)self->origin_us, "software",
                           "diemcau test", "directory", self->base, "name", "session", "fallbackDirectory", fallback,
                           "sites", "reserveBytes", reserve);
  g_assert_nonnull(open);
  self->recorder = g_thread_new("recorder", run_recorder, GINT_TO_POINTER(ends[1]));
  send_message(self, record_message_new_json(RECORD_MESSAGE_OPEN, 0, open));
}

static void
stop(Fixture *self)
{
  live_media_free(self->media);
  json_decref(self->status);
  record_receiver_clear(&self->receiver);
  close(self->fd);
}

static void
play(Fixture *self, gint64 until_us)
{
  while (self->video_us < until_us) {
    g_autoptr(EncodedFrame) frame = live_media_video(self->media, self->video_us, self->wants_keyframe);
    self->wants_keyframe = false;
    gsize length = MAX(frame->length, self->bytes_a_frame);
    guint8 *bytes = g_malloc0(length);
    memcpy(bytes, frame->data, frame->length);
    RecordHeader header = { .type = RECORD_MESSAGE_FRAME, .is_keyframe = frame->is_keyframe, .time_us = self->video_us };
    send_message(self, record_message_new(&header, g_bytes_new_take(bytes, length)));
    self->video_us += LIVE_MEDIA_FRAME_US;
    for (; self->audio_us < self->video_us; self->audio_us += LIVE_MEDIA_PACKET_US) {
      g_autoptr(AudioPacket) packet = live_media_audio(self->media);
      header = (RecordHeader) { .type = RECORD_MESSAGE_FRAME, .stream = RECORD_STREAM_MIX, .time_us = self->audio_us };
      send_message(self, record_message_new(&header, g_bytes_new(packet->data, packet->length)));
    }
    hear(self);
  }
}

static void
say(Fixture *self, RecordMessageType type, json_t *object)
{
  send_message(self, record_message_new_json(type, self->video_us, object));
}

/* Returns: the recorder's exit status. */
static int
finish(Fixture *self)
{
  RecordHeader header = { .type = RECORD_MESSAGE_CLOSE };
  send_message(self, record_message_new(&header, NULL));
  for (gint64 end_us = clock_now_us() + PATIENCE_US; !self->is_closed && clock_now_us() < end_us; g_usleep(5000))
    hear(self);
  g_assert_true(self->is_closed);
  return GPOINTER_TO_INT(g_thread_join(self->recorder));
}

static json_t *
journal_of(const char *base)
{
  g_autofree char *path = g_build_filename(base, "session/data/journal.jsonl", NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL);
  g_assert_cmpuint(broken, ==, 0);
  g_assert_nonnull(lines);
  return lines;
}

static json_t *
line_of(json_t *lines, const char *event)
{
  gsize i;
  json_t *line;
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), event) == 0)
      return line;
  }
  return NULL;
}

static void
test_a_stuck_disk_does_not_hold_up_the_bridge(void)
{
  Fixture self = { .base = g_dir_make_tmp("faults-XXXXXX", NULL) };
  disk_calls_set(&STUCK);
  start(&self, NULL, 0);
  play(&self, 1000000);
  g_atomic_int_set(&is_disk_stuck, 1);
  say(&self, RECORD_MESSAGE_EVENT, json_pack("{s:s}", "event", "floor"));
  play(&self, 30000000);  /* three times what the queue may hold; each send must get through */
  while (self.degraded == 0) {
    g_usleep(10000);
    hear(&self);
  }
  g_atomic_int_set(&is_disk_stuck, 0);
  for (guint i = 0; i < 60; i++) {
    play(&self, self.video_us + 100000);
    g_usleep(20000);
  }
  g_assert_cmpint(finish(&self), ==, EXIT_SUCCESS);
  disk_calls_set(NULL);
  g_assert_cmpint(json_integer_value(json_object_get(self.status, "droppedFrames")), >, 0);
  json_t *lines = journal_of(self.base);
  g_assert_nonnull(line_of(lines, "floor"));
  g_assert_cmpstr(json_string_value(json_object_get(line_of(lines, "gap"), "cause")), ==, "disk-slow");
  json_decref(lines);
  stop(&self);
  live_media_remove_tree(self.base);
  g_free(self.base);
}

static bool
mount_small(const char *path)
{
  return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount("tmpfs", path, "tmpfs", 0, "size=8m") == 0;
}

/* Somebody else takes what is left of the disk. */
static void
take_the_rest(const char *base)
{
  g_autofree char *path = g_build_filename(base, "other", NULL);
  static const guint8 NOTHING[4096];
  FILE *file = fopen(path, "wb");
  g_assert_nonnull(file);
  setbuf(file, NULL);
  while (fwrite(NOTHING, sizeof NOTHING, 1, file) == 1)
    ;
  fclose(file);
}

static void
assert_is_whole(const char *base)
{
  g_autofree char *path = g_build_filename(base, "session", NULL);
  g_autoptr(VerifyReport) report = verify_session(path, NULL);
  for (guint i = 0; i < report->findings->len; i++) {
    const VerifyFinding *finding = g_ptr_array_index(report->findings, i);
    g_test_message("%s: %s", finding->subject, finding->text);
  }
  g_assert_true(verify_report_is_intact(report));
  g_assert_cmpuint(report->segments, >, 0);
}

/* The frames of all segments, and those that had to be recovered. */
static void
count_segments(json_t *lines, guint *frames, guint *recovered)
{
  gsize i;
  json_t *line;
  *frames = *recovered = 0;
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), "segment.close") != 0)
      continue;
    *frames += (guint)json_integer_value(json_object_get(line, "videoFrames"));
    *recovered += json_is_true(json_object_get(line, "recovered"));
  }
}

/* @reserve: 0: the disk is found full by a write that fails; else it is left before. */
static void
fill_the_disk(int reserve)
{
  g_autofree char *base = g_dir_make_tmp("faults-XXXXXX", NULL);
  g_autofree char *fallback = g_dir_make_tmp("fallback-XXXXXX", NULL);
  Fixture self = { .base = base, .fallback = fallback, .bytes_a_frame = 20000 };
  if (!mount_small(base)) {
    g_test_skip("not allowed to mount a tmpfs");
    g_rmdir(base);
    g_rmdir(fallback);
    return;
  }
  start(&self, fallback, reserve);
  play(&self, 500000);
  say(&self, RECORD_MESSAGE_CASE, json_pack("{s:s, s:i, s:s}", "action", "start", "number", 3, "ticket", "A003"));
  self.wants_keyframe = true;
  for (guint i = 0; i < 40; i++) {  /* 600 kB a second of media, 12 times its speed */
    play(&self, self.video_us + 250000);
    g_usleep(60000);
  }
  say(&self, RECORD_MESSAGE_EVENT, json_pack("{s:s}", "event", "floor"));
  take_the_rest(base);
  g_assert_cmpint(finish(&self), ==, EXIT_SUCCESS);
  g_assert_true(json_is_true(json_object_get(self.status, "inFallback")));
  json_t *second = journal_of(fallback);
  g_assert_cmpstr(json_string_value(json_object_get(line_of(second, "session.open"), "continues")), ==,
                  "0b3a8a56-7b54-4e0c-9c7e-0f6f6a1f2d11");
  g_assert_cmpint(json_integer_value(json_object_get(line_of(second, "session.open"), "part")), ==, 2);
  g_assert_true(json_is_true(json_object_get(line_of(second, "case.start"), "continued")));
  g_assert_cmpint(json_integer_value(json_object_get(line_of(second, "segment.open"), "case")), ==, 3);
  g_assert_nonnull(line_of(second, "floor"));
  g_assert_nonnull(line_of(second, "session.close"));
  g_assert_cmpuint(json_integer_value(json_object_get(line_of(second, "segment.close"), "videoFrames")), >, 0);
  json_decref(second);
  json_t *first = journal_of(base);
  guint frames, recovered;
  count_segments(first, &frames, &recovered);
  g_assert_cmpuint(frames, >, 60);
  g_assert_cmpuint(recovered, ==, 0);
  g_assert_cmpstr(json_string_value(json_object_get(line_of(first, "fault"), "what")), ==, "disk full");
  g_assert_nonnull(line_of(first, "session.close"));
  json_decref(first);
  assert_is_whole(base);
  assert_is_whole(fallback);
  stop(&self);
  umount(base);
  live_media_remove_tree(base);
  live_media_remove_tree(fallback);
}

static void test_a_full_disk_is_left_for_the_fallback(void) { fill_the_disk(0); }
static void test_an_almost_full_disk_is_left_in_order(void) { fill_the_disk(1 << 20); }

#define ADD(name) g_test_add_func("/recorder/faults/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_assert_true(segment_writer_init(NULL));
  g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  ADD(a_stuck_disk_does_not_hold_up_the_bridge);
  ADD(a_full_disk_is_left_for_the_fallback);
  ADD(an_almost_full_disk_is_left_in_order);
  return g_test_run();
}
