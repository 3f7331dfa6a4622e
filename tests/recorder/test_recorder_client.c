/* tests/recorder/test_recorder_client.c - the client and real recorder processes, some of them killed.
 *
 * DIEMCAU_RECORDER: path of the program. Seed of the kills: RECORDER_SEED. */
#include "media/base/clock.h"
#include "recorder/journal.h"
#include "recorder/record_protocol.h"
#include "recorder/recorder_client.h"
#include "tests/lib/random_stream.h"
#include "tests/recorder/live_media.h"
#include "tests/recorder/matroska_facts.h"
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_US = 60000000 };

typedef struct {
  char *base, *directory;
  Loop *control;
  RecorderClient *client;
  LiveMedia *media;
  GPtrArray *video;            /* GBytes, as pushed */
  gint64 origin_us, video_us, audio_us;
  bool   wants_keyframe;
  guint  events, statuses, closed;
  RecorderState state;
  guint  restarts;
  guint64 dropped;
} Fixture;

static void
on_status(const RecorderStatus *status, gpointer data)
{
  Fixture *self = data;
  self->statuses++;
  self->state = status->state;
  self->restarts = status->restarts;
  self->dropped = MAX(self->dropped, status->dropped_frames);
}

static void
on_keyframe(gpointer data)
{
  ((Fixture *)data)->wants_keyframe = true;
}

static void
on_closed(const RecorderStatus *status, gpointer data)
{
  Fixture *self = data;
  self->closed++;
  self->state = status->state;
}

static void
start(Fixture *self, const char *program)
{
  assert_on_control();
  g_autofree char *id = g_uuid_string_random();
  g_autofree char *name = g_strdup_printf("2026-12-10T07-30-00+07-00_tiep-dan_%s", id);
  self->base = g_dir_make_tmp("record-XXXXXX", NULL);
  self->directory = g_build_filename(self->base, name, NULL);
  self->control = loop_new_wrap(NULL);
  self->media = live_media_new(160, 96);
  self->video = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->origin_us = clock_now_us();
  json_t *open = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:[{s:s, s:s}], s:i, s:b}", "id", id, "room", "tiep-dan",
                           "roomName", "Tiếp công dân", "openedAt", "2026-12-10T07:30:00.000+07:00", "originUs",
                           (json_int_t)self->origin_us, "software", "diemcau test", "directory", self->base, "name", name,
                           "sites", "id", "h-gia-binh", "name", "Huyện Gia Bình", "reserveBytes", 0, "siteStreams", 1);
  g_assert_nonnull(open);
  RecorderClientConfig config = {
    .program = program != NULL ? program : g_getenv("DIEMCAU_RECORDER"), .open = open, .origin_us = self->origin_us,
    .control = self->control, .callbacks = { on_status, on_keyframe, on_closed }, .data = self,
  };
  self->client = recorder_client_new(&config);
  json_decref(open);
}

static void
remove_tree(const char *path)
{
  g_autoptr(GDir) directory = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
  for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    remove_tree(child);
  }
  g_remove(path);
}

static void
run_callbacks(void)
{
  while (g_main_context_iteration(NULL, FALSE))
    ;
}

static bool
wait_for(bool (*is_so)(Fixture *self), Fixture *self)
{
  for (gint64 end_us = clock_now_us() + WAIT_US; clock_now_us() < end_us; g_usleep(5000)) {
    run_callbacks();
    if (is_so(self))
      return true;
  }
  return false;
}

static void
push_video(Fixture *self)
{
  g_autoptr(EncodedFrame) frame = live_media_video(self->media, self->video_us, self->wants_keyframe);
  self->wants_keyframe = false;
  g_ptr_array_add(self->video, g_bytes_new(frame->data, frame->length));
  recorder_client_video(self->client, RECORD_STREAM_PICTURE, frame, self->origin_us + self->video_us);
  self->video_us += LIVE_MEDIA_FRAME_US;
}

static void
push_audio(Fixture *self)
{
  g_autoptr(AudioPacket) packet = live_media_audio(self->media);
  recorder_client_audio(self->client, RECORD_STREAM_MIX, packet, self->origin_us + self->audio_us);
  self->audio_us += LIVE_MEDIA_PACKET_US;
}

/* Everything that is due until @media_us; now if @at_once, else when its time comes. */
static void
play(Fixture *self, gint64 media_us, bool at_once)
{
  while (self->video_us < media_us) {
    gint64 now_us = at_once ? media_us : clock_now_us() - self->origin_us;
    while (self->video_us <= now_us && self->video_us < media_us)
      push_video(self);
    while (self->audio_us <= MIN(now_us, media_us))
      push_audio(self);
    run_callbacks();
    if (!at_once)
      g_usleep(5000);
  }
}

static void
say(Fixture *self)
{
  recorder_client_event(self->client, "floor", json_pack("{s:i}", "n", (int)++self->events), self->origin_us + self->video_us);
}

static void
say_case(Fixture *self, const char *action, int number)
{
  recorder_client_case(self->client, json_pack("{s:s, s:i, s:s, s:s, s:b}", "action", action, "number", number, "ticket",
                                               "A012", "site", "h-gia-binh", "confidential", 0),
                       self->origin_us + self->video_us);
  self->wants_keyframe = true;
}

static json_t *
read_journal(Fixture *self)
{
  g_autofree char *path = g_build_filename(self->directory, "data/journal.jsonl", NULL);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL);
  g_assert_cmpuint(broken, ==, 0);
  return lines;
}

static guint
count(Fixture *self, const char *event)
{
  json_t *lines = read_journal(self), *line;
  gsize i;
  guint n = 0;
  json_array_foreach(lines, i, line)
    n += g_strcmp0(json_string_value(json_object_get(line, "event")), event) == 0;
  json_decref(lines);
  return n;
}

/* Each event that was said is in the journal once, in order. */
static void
check_events(Fixture *self)
{
  json_t *lines = read_journal(self), *line;
  gsize i;
  json_int_t last = 0;
  json_array_foreach(lines, i, line) {
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), "floor") == 0)
      g_assert_cmpint(json_integer_value(json_object_get(line, "n")), ==, ++last);
  }
  g_assert_cmpuint((guint)last, ==, self->events);
  json_decref(lines);
}

typedef struct {
  guint found, holes;  /* frames in the files; places inside of a file where some are missing */
  guint end;           /* one after the last that was found */
  guint files;         /* that have any */
} FramesFound;

/* Returns: what of the pushed frames is in the files: in order, none twice. */
static FramesFound
check_frames(Fixture *self)
{
  json_t *lines = read_journal(self), *line;
  gsize i;
  guint next = 0;
  FramesFound frames = { 0 };
  const char *last = NULL;
  json_array_foreach(lines, i, line) {
    const char *file = json_string_value(json_object_get(line, "file"));
    if (g_strcmp0(json_string_value(json_object_get(line, "event")), "segment.open") != 0
        || !g_str_has_prefix(file, "data/composite/") || g_strcmp0(file, last) == 0)
      continue;  /* a recorder that was killed before its file had a byte leaves the name to the next one */
    last = file;
    g_autofree char *path = g_build_filename(self->directory, file, NULL);
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    bool is_whole = g_file_test(path, G_FILE_TEST_EXISTS);
    if (!is_whole && !g_file_test(part, G_FILE_TEST_EXISTS))
      continue;  /* killed before it had a byte */
    g_autoptr(MatroskaFacts) facts = matroska_facts_read(is_whole ? path : part);
    frames.files += facts->video->len > 0;
    for (guint n = 0; n < facts->video->len; n++, frames.found++) {
      guint before = next;
      while (next < self->video->len && !g_bytes_equal(facts->video->pdata[n], self->video->pdata[next]))
        next++;
      if (next == self->video->len && n + 1 == facts->video->len && !is_whole) {
        next = before;  /* cut in its last frame; the next segment goes on from here */
        break;
      }
      g_assert_cmpuint(next, <, self->video->len);
      frames.holes += n > 0 && next > before;
      frames.end = ++next;
    }
  }
  json_decref(lines);
  return frames;
}

/* Files of the composite that have a frame by now. */
static guint
count_files(Fixture *self)
{
  g_autofree char *folder = g_build_filename(self->directory, "data/composite", NULL);
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  guint n = 0;
  for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(MatroskaFacts) facts = matroska_facts_read(path);
    n += facts->video->len > 0;
  }
  return n;
}

static pid_t
recorder_pid(void)
{
  g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
  for (const char *name; (name = g_dir_read_name(proc)) != NULL;) {
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", name);
    g_autofree char *text = NULL;
    int parent = 0;
    char state = 'Z';
    if (!g_ascii_isdigit(name[0]) || !g_file_get_contents(path, &text, NULL, NULL) || strrchr(text, ')') == NULL)
      continue;
    if (sscanf(strrchr(text, ')') + 1, " %c %d", &state, &parent) == 2 && parent == getpid() && state != 'Z')
      return (pid_t)atoi(name);
  }
  return 0;
}

static bool is_recording(Fixture *self) { return self->state == RECORDER_STATE_RECORDING; }
static bool is_closed(Fixture *self) { return self->closed > 0; }
static bool is_failed(Fixture *self) { return self->state == RECORDER_STATE_FAILED; }
static bool has_process(Fixture *self) { (void)self; return recorder_pid() != 0; }
static bool has_no_process(Fixture *self) { (void)self; return recorder_pid() == 0; }

static void
stop(Fixture *self)
{
  assert_on_control();
  recorder_client_free(self->client);
  g_assert_true(wait_for(has_no_process, self));  /* which the next test would take for its own */
  while (g_main_context_iteration(NULL, FALSE))
    ;
  loop_free(self->control);
  live_media_free(self->media);
  g_ptr_array_unref(self->video);
  remove_tree(self->base);
  g_free(self->base);
  g_free(self->directory);
}

static void
close_and_wait(Fixture *self)
{
  assert_on_control();
  recorder_client_close(self->client);
  g_assert_true(wait_for(is_closed, self));
  g_assert_cmpuint(self->closed, ==, 1);
  g_assert_cmpint(self->state, ==, RECORDER_STATE_CLOSED);
}

static void
test_a_session_is_written(void)
{
  Fixture self = { 0 };
  start(&self, NULL);
  play(&self, 500000, false);
  say(&self);
  say_case(&self, "start", 12);
  play(&self, 1500000, false);
  say_case(&self, "end", 12);
  say(&self);
  play(&self, 2000000, false);
  close_and_wait(&self);
  check_events(&self);
  g_assert_cmpuint(count(&self, "case.start"), ==, 1);
  g_assert_cmpuint(count(&self, "case.end"), ==, 1);
  g_assert_cmpuint(count(&self, "segment.close"), ==, 3);
  g_assert_cmpuint(count(&self, "session.close"), ==, 1);
  g_assert_cmpuint(count(&self, "gap"), ==, 0);
  g_assert_cmpuint(check_frames(&self).found, ==, self.video->len);
  g_assert_cmpuint(self.restarts, ==, 0);
  stop(&self);
}

static void
test_ten_kills_lose_no_event_and_double_no_frame(void)
{
  enum { KILLS = 10 };
  const char *text = g_getenv("RECORDER_SEED");
  guint64 seed = text != NULL ? g_ascii_strtoull(text, NULL, 10) : (guint64)g_get_real_time();
  g_test_message("RECORDER_SEED=%" G_GUINT64_FORMAT, seed);
  RandomStream random = random_stream(seed);
  Fixture self = { 0 };
  start(&self, NULL);
  say_case(&self, "start", 7);
  for (guint kills = 0; kills < KILLS; kills++) {
    g_assert_true(wait_for(has_process, &self));
    pid_t pid = recorder_pid();
    /* Every other one has written something when it is killed, whatever its start took. */
    for (guint before = count_files(&self); kills % 2 == 1 && count_files(&self) == before;)
      play(&self, clock_now_us() - self.origin_us + 100000, false);
    gint64 live_us = 50000 + random_stream_below(&random, 1200000);
    for (guint i = 0; i < 4; i++) {
      say(&self);
      play(&self, clock_now_us() - self.origin_us + live_us / 4, false);
    }
    kill(pid, SIGKILL);
    say(&self);
    while (recorder_pid() == pid)
      play(&self, self.video_us + 20000, false);
  }
  self.state = RECORDER_STATE_NONE;
  /* What the last one killed said may still be on its way: it is not the one that records now. */
  for (gint64 from_us = self.video_us; self.video_us - from_us < 1000000 || self.restarts < KILLS || !is_recording(&self);)
    play(&self, self.video_us + 100000, false);
  close_and_wait(&self);
  g_assert_cmpuint(self.restarts, ==, KILLS);
  check_events(&self);
  g_assert_cmpuint(count(&self, "case.start"), ==, 1);
  g_assert_cmpuint(count(&self, "session.open"), ==, 1);
  FramesFound frames = check_frames(&self);
  g_test_message("%u of %u frames after %d kills", frames.found, self.video->len, KILLS);
  g_assert_cmpuint(frames.holes, ==, 0);                /* what a process wrote is whole until it was killed */
  g_assert_cmpuint(frames.end, ==, self.video->len);    /* and goes on to the end after the last kill */
  g_assert_cmpuint(frames.files, >, KILLS / 2);         /* of each that had written, and of the last */
  stop(&self);
}

static void
test_a_bridge_that_lets_go_leaves_a_whole_session(void)
{
  Fixture self = { 0 };
  start(&self, NULL);
  g_assert_true(wait_for(is_recording, &self));
  play(&self, 1000000, false);
  say(&self);
  assert_on_control();
  g_clear_pointer(&self.client, recorder_client_free);
  g_assert_true(wait_for(has_no_process, &self));
  g_assert_cmpuint(count(&self, "session.close"), ==, 1);
  check_events(&self);
  g_assert_cmpuint(check_frames(&self).found, ==, self.video->len);
  g_assert_cmpuint(self.closed, ==, 0);
  stop(&self);
}

static void
test_a_recorder_that_stands_still_holds_up_nobody(void)
{
  Fixture self = { 0 };
  start(&self, NULL);
  g_assert_true(wait_for(is_recording, &self));
  play(&self, 500000, true);
  pid_t pid = recorder_pid();
  kill(pid, SIGSTOP);
  play(&self, 40000000, true);  /* more than every queue and the socket can hold */
  kill(pid, SIGCONT);
  for (gint64 from_us = self.video_us; self.video_us - from_us < 3000000; g_usleep(20000))
    play(&self, self.video_us + 100000, true);
  say(&self);
  close_and_wait(&self);
  g_assert_cmpuint(self.dropped, >, 0);
  g_assert_cmpuint(self.restarts, ==, 0);
  g_assert_cmpuint(count(&self, "gap"), >=, 1);
  check_events(&self);
  guint found = check_frames(&self).found;
  g_assert_cmpuint(found, <, self.video->len);
  g_assert_cmpuint(found, >, 0);
  stop(&self);
}

static void
test_a_recorder_that_cannot_be_started_is_a_state(void)
{
  Fixture self = { 0 };
  start(&self, "/nonexistent/diemcau-recorder");
  play(&self, 1000000, true);
  g_assert_true(wait_for(is_failed, &self));
  stop(&self);
}

static void
test_site_streams_go_to_their_own_folder(void)
{
  Fixture self = { 0 };
  start(&self, NULL);
  recorder_client_track(self.client, RECORD_STREAM_SITES, "h-gia-binh", "audio");
  recorder_client_track(self.client, RECORD_STREAM_SITES + 1, "../../etc", "audio");
  for (guint i = 0; i < 150; i++) {
    g_autoptr(AudioPacket) packet = live_media_audio(self.media);
    for (guint stream = RECORD_STREAM_SITES; stream <= RECORD_STREAM_SITES + 1; stream++)
      recorder_client_audio(self.client, stream, packet, self.origin_us + i * LIVE_MEDIA_PACKET_US);
  }
  play(&self, 3000000, true);
  close_and_wait(&self);
  g_autofree char *path = g_build_filename(self.directory, "data/sites/h-gia-binh/0001.mkv", NULL);
  g_autoptr(MatroskaFacts) facts = matroska_facts_read(path);
  g_assert_cmpuint(facts->audio->len, ==, 150);
  g_autofree char *outside = g_build_filename(self.base, "etc", NULL);
  g_assert_false(g_file_test(outside, G_FILE_TEST_EXISTS));
  stop(&self);
}

#define ADD(name) g_test_add_func("/recorder/recorder_client/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  gst_init(NULL, NULL);
  g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  ADD(a_session_is_written);
  ADD(ten_kills_lose_no_event_and_double_no_frame);
  ADD(a_bridge_that_lets_go_leaves_a_whole_session);
  ADD(a_recorder_that_stands_still_holds_up_nobody);
  ADD(a_recorder_that_cannot_be_started_is_a_state);
  ADD(site_streams_go_to_their_own_folder);
  return g_test_run();
}
