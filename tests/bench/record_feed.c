/* tests/bench/record_feed.c - feeds a real recorder a session of hours as fast as it takes it, and looks at what it made.
 *   diemcau-record-feed --dir DIR --recorder PROGRAM [--hours 4] [--cases 70] [--size 640x360] [--kbps 250] [--seed N]
 *
 * The session began hours ago and is caught up with: it ends when the media's time has become the clock's. Prints
 * one JSON object; tests/bench/record-long.py runs it. */
#include "media/base/clock.h"
#include "recorder/record_protocol.h"
#include "recorder/recorder_client.h"
#include "tests/bench/feed_log.h"
#include "tests/bench/feed_media.h"
#include "tests/bench/feed_ticks.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  MARK_PERIOD_S = 10, MARK_PHASE_S = 5, MARK_LATE_MAX_US = 100000,
  PROGRESS_US = 2 * G_USEC_PER_SEC,  /* of media, between two lines of the journal by which we see how far it is   */
  AHEAD_US = 5 * G_USEC_PER_SEC,     /* of the last such line: what is under way stays below the client's queue    */
  CLOSE_WAIT_US = 30 * 60 * G_USEC_PER_SEC,
  LONG_CASE = 10,                    /* every so many a case is so long that time cuts it, too                     */
};
static const gint64 STUCK_US = G_GINT64_CONSTANT(60) * G_USEC_PER_SEC;

typedef struct {
  char  *directory, *recorder, *size;
  double hours;
  gint   cases, kbps;
  gint64 seed;
} Options;

typedef struct {
  const Options *options;
  /* owned */
  Loop      *control;
  RecorderClient *client;
  FeedMedia *media;
  char      *session, *journal_path;
  FILE      *journal;
  FeedLog    log;
  /* state */
  gint64     origin_us, progress_us, written_us;
  FeedTicks  picture, sound;
  FeedPiece  picture_piece, sound_piece;
  guint      picture_at, sound_at, next_boundary;
  gint64     keyframe_from_us;       /* a keyframe from this time on; G_MAXINT64: none is wanted */
  RecorderStatus status;
  bool       is_closed;
  guint64    dropped;
} Feed;

static void
on_status(const RecorderStatus *status, gpointer data)
{
  Feed *self = data;
  self->status = *status;
  self->dropped = MAX(self->dropped, status->dropped_frames);
}

static void
on_keyframe(gpointer data)
{
  Feed *self = data;
  self->keyframe_from_us = MIN(self->keyframe_from_us, self->picture.due_us);
}

static void
on_closed(const RecorderStatus *status, gpointer data)
{
  on_status(status, data);
  ((Feed *)data)->is_closed = true;
}

/* ---- the course of the session ---- */

/* Cases of other lengths, one in LONG_CASE several times as long, with pauses between them; in all the given time. */
static void
plan_cases(Feed *self)
{
  guint n = (guint)self->options->cases;
  g_autofree double *weights = g_new(double, 2 * n);
  RandomStream random = random_stream((guint64)self->options->seed);
  double sum = 0, at = 0, hours_us = self->options->hours * 3600 * G_USEC_PER_SEC;
  for (guint i = 0; i < 2 * n; i++) {
    bool is_pause = i % 2 == 0;
    weights[i] = is_pause ? 0.05 + 0.1 * random_stream_unit(&random) : 0.5 + random_stream_unit(&random);
    if (!is_pause && i / 2 % LONG_CASE == LONG_CASE - 1)
      weights[i] *= 5;
    sum += weights[i];
  }
  for (guint i = 0; i < 2 * n; i++) {
    at += weights[i];
    gint64 time_us = (gint64)(at / (sum * 1.005) * hours_us);
    FedBoundary boundary = { time_us, (int)(i / 2) + 1, i % 2 == 0 };
    g_array_append_val(self->log.boundaries, boundary);
  }
}

/* Returns: true if a stream's frame of @time_us is the first of a mark: due at that time, or the
 * next one if that was skipped. */
static bool
begins_mark(Feed *self, gint64 time_us, bool is_picture)
{
  gint64 period_us = (gint64)MARK_PERIOD_S * G_USEC_PER_SEC, since_us = time_us - (gint64)MARK_PHASE_S * G_USEC_PER_SEC;
  if (since_us < 0 || since_us % period_us >= MARK_LATE_MAX_US)
    return false;
  guint i = (guint)(since_us / period_us);
  static const FedMark NOT_YET = { -1, -1 };
  while (self->log.marks->len <= i)
    g_array_append_val(self->log.marks, NOT_YET);
  FedMark *mark = &g_array_index(self->log.marks, FedMark, i);
  gint64 *shown_us = is_picture ? &mark->picture_us : &mark->sound_us;
  if (*shown_us >= 0)
    return false;
  *shown_us = time_us;
  return true;
}

static void
feed_picture(Feed *self)
{
  gint64 time_us = self->picture.due_us;
  if (begins_mark(self, time_us, true)) {
    self->picture_piece = FEED_MARK;
    self->picture_at = 0;
  } else if (time_us >= self->keyframe_from_us || self->picture_at == feed_media_frames(self->media, self->picture_piece)) {
    self->picture_piece = FEED_LOOP;
    self->picture_at = 0;
  }
  EncodedFrame *frame = feed_media_frame(self->media, self->picture_piece, self->picture_at++);
  if (frame->is_keyframe && time_us >= self->keyframe_from_us)
    self->keyframe_from_us = G_MAXINT64;
  Fed fed = { time_us, frame->data, (guint32)frame->length, frame->is_keyframe };
  g_array_append_val(self->log.pictures, fed);
  recorder_client_video(self->client, RECORD_STREAM_PICTURE, frame, self->origin_us + time_us);
  feed_ticks_advance(&self->picture);
}

static void
feed_sound(Feed *self)
{
  gint64 time_us = self->sound.due_us;
  if (begins_mark(self, time_us, false)) {
    self->sound_piece = FEED_MARK;
    self->sound_at = 0;
  } else if (self->sound_at == feed_media_packets(self->media, self->sound_piece)) {
    self->sound_piece = FEED_LOOP;
    self->sound_at = 0;
  }
  AudioPacket *packet = feed_media_packet(self->media, self->sound_piece, self->sound_at++);
  Fed fed = { time_us, packet->data, (guint32)packet->length, false };
  g_array_append_val(self->log.sounds, fed);
  recorder_client_audio(self->client, RECORD_STREAM_MIX, packet, self->origin_us + time_us);
  feed_ticks_advance(&self->sound);
}

static gint64
boundary_us(const Feed *self)
{
  return self->next_boundary < self->log.boundaries->len
           ? g_array_index(self->log.boundaries, FedBoundary, self->next_boundary).time_us : G_MAXINT64;
}

static void
feed_boundary(Feed *self)
{
  const FedBoundary *boundary = &g_array_index(self->log.boundaries, FedBoundary, self->next_boundary++);
  g_autofree char *ticket = g_strdup_printf("A%03d", boundary->number);
  json_t *fields = json_pack("{s:s, s:i, s:s, s:s, s:b}", "action", boundary->starts ? "start" : "end", "number", boundary->number,
                             "ticket", ticket, "site", boundary->number % 2 ? "hub" : "h-gia-binh", "confidential", 0);
  recorder_client_case(self->client, fields, self->origin_us + boundary->time_us);
  /* the encoder hears of it a tick or two later */
  self->keyframe_from_us = MIN(self->keyframe_from_us, boundary->time_us + 20000 + 33000 * (boundary->number % 2));
}

static void
feed_progress(Feed *self)
{
  json_t *fields = json_pack("{s:s, s:I}", "site", self->progress_us / PROGRESS_US % 2 == 0 ? "hub" : "h-gia-binh", "fed",
                             (json_int_t)self->progress_us);
  recorder_client_event(self->client, "speaker", fields, self->origin_us + self->progress_us);
  self->progress_us += PROGRESS_US;
}

/* ---- no faster than it writes ---- */

static void
run_callbacks(void)
{
  while (g_main_context_iteration(NULL, FALSE))
    ;
}

/* The journal's lines come with the frames before them. */
static void
look_at_journal(Feed *self)
{
  if (self->journal == NULL)
    self->journal = fopen(self->journal_path, "r");
  char line[4096];
  while (self->journal != NULL) {
    long before = ftell(self->journal);
    if (fgets(line, sizeof line, self->journal) == NULL)
      break;
    if (strchr(line, '\n') == NULL) {  /* half a line: later */
      fseek(self->journal, before, SEEK_SET);
      break;
    }
    const char *fed = strstr(line, "\"fed\":");
    if (fed != NULL)
      self->written_us = MAX(self->written_us, (gint64)g_ascii_strtoll(fed + strlen("\"fed\":"), NULL, 10));
  }
  if (self->journal != NULL)
    clearerr(self->journal);
}

static bool
wait_for_writer(Feed *self, gint64 media_us)
{
  for (gint64 since_us = clock_now_us(); media_us - self->written_us > AHEAD_US; g_usleep(300)) {
    look_at_journal(self);
    run_callbacks();
    if (clock_now_us() - since_us > STUCK_US)
      return false;
  }
  return true;
}

/* Until the media has caught up with the clock. Returns: false if the recorder is stuck. */
static bool
feed_all(Feed *self)
{
  for (guint n = 0;; n++) {
    gint64 next_us = MIN(MIN(self->picture.handed_on_us, self->sound.handed_on_us), MIN(boundary_us(self), self->progress_us));
    if (next_us > clock_now_us() - self->origin_us)
      return true;
    if (!wait_for_writer(self, next_us))
      return false;
    if (next_us == boundary_us(self))
      feed_boundary(self);
    else if (next_us == self->progress_us)
      feed_progress(self);
    else if (next_us == self->picture.handed_on_us)
      feed_picture(self);
    else
      feed_sound(self);
    if (n % 64 == 0)
      run_callbacks();
  }
}

/* ---- the run ---- */

/* As mcu/recording names it. */
static char *
session_name(GDateTime *opened, const char *id)
{
  g_autofree char *time = g_date_time_format(opened, "%Y-%m-%dT%H-%M-%S%:z");
  return g_strdup_printf("%s_tiep-dan_%s", g_strdelimit(time, ":", '-'), id);
}

static json_t *
open_json(Feed *self, GDateTime *opened, const char *id, const char *name)
{
  g_autofree char *seconds = g_date_time_format(opened, "%Y-%m-%dT%H:%M:%S.000%:z");
  return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}], s:i}", "id", id, "room", "tiep-dan",
                   "roomName", "Phòng tiếp công dân", "openedAt", seconds, "originUs", (json_int_t)self->origin_us,
                   "software", "diemcau record-feed", "directory", self->options->directory, "name", name,
                   "sites", "id", "hub", "name", "Trụ sở Tiếp công dân tỉnh Bắc Ninh", "id", "h-gia-binh", "name",
                   "Huyện Gia Bình", "segmentSeconds", 600);
}

static void
start(Feed *self)
{
  assert_on_control();
  static const TickerConfig PICTURES = { 30, 1, 1 }, SOUNDS = { 50, 1, 3 };  /* as mixer/video_mixer and audio_mixer */
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autoptr(GDateTime) opened = g_date_time_add_seconds(now, -self->options->hours * 3600);
  g_autofree char *id = g_uuid_string_random(), *name = session_name(opened, id);
  self->origin_us = clock_now_us() - (gint64)(self->options->hours * 3600 * G_USEC_PER_SEC);
  self->session = g_build_filename(self->options->directory, name, NULL);
  self->journal_path = g_build_filename(self->session, "data/journal.jsonl", NULL);
  self->control = loop_new_wrap(NULL);
  self->keyframe_from_us = G_MAXINT64;
  feed_ticks_init(&self->picture, &PICTURES, 8000, 17000, (guint64)self->options->seed);
  feed_ticks_init(&self->sound, &SOUNDS, 200, 800, (guint64)self->options->seed + 1);
  json_t *open = open_json(self, opened, id, name);
  g_assert_nonnull(open);
  RecorderClientConfig config = {
    .program = self->options->recorder, .open = open, .origin_us = self->origin_us, .control = self->control,
    .callbacks = { on_status, on_keyframe, on_closed }, .data = self,
  };
  self->client = recorder_client_new(&config);
  json_decref(open);
}

static bool
close_session(Feed *self)
{
  assert_on_control();
  recorder_client_close(self->client);
  for (gint64 end_us = clock_now_us() + CLOSE_WAIT_US; !self->is_closed && clock_now_us() < end_us; g_usleep(20000))
    run_callbacks();
  return self->is_closed && self->status.state == RECORDER_STATE_CLOSED;
}

static json_t *
report(Feed *self, gint64 start_us, gint64 fed_us, gint64 closed_us)
{
  g_autofree char *master = g_build_filename(self->session, "data/master.mkv", NULL);
  g_autoptr(GError) error = NULL;
  json_t *compared = feed_log_compare(&self->log, master, &error);
  if (compared == NULL) {
    fprintf(stderr, "%s\n", error->message);
    return NULL;
  }
  return json_pack("{s:s, s:I, s:f, s:i, s:I, s:I, s:i, s:I, s:f, s:f, s:o, s:o, s:o}", "session", self->session, "seed",
                   (json_int_t)self->options->seed, "media_s", (double)(fed_us - self->origin_us) / 1e6, "restarts",
                   (int)self->status.restarts, "dropped", (json_int_t)self->dropped, "ticks_skipped",
                   (json_int_t)self->picture.ticker.skipped, "gaps", (int)self->status.gaps, "sound_ticks_skipped",
                   (json_int_t)self->sound.ticker.skipped, "feed_s", (double)(fed_us - start_us) / 1e6, "close_s",
                   (double)(closed_us - fed_us) / 1e6, "master", compared, "cases", feed_log_cases(&self->log), "marks",
                   feed_log_marks(&self->log));
}

static int
run(Feed *self)
{
  guint width = 0, height = 0;
  g_autoptr(GError) error = NULL;
  if (sscanf(self->options->size, "%ux%u", &width, &height) != 2
      || (self->media = feed_media_new(width, height, (guint)self->options->kbps, &error)) == NULL) {
    fprintf(stderr, "no picture of %s at %d kbit/s: %s\n", self->options->size, self->options->kbps,
            error != NULL ? error->message : "WIDTHxHEIGHT is wanted");
    return EXIT_FAILURE;
  }
  plan_cases(self);
  gint64 start_us = clock_now_us();
  start(self);
  if (!feed_all(self)) {
    fprintf(stderr, "the recorder wrote nothing for a minute\n");
    return EXIT_FAILURE;
  }
  gint64 fed_us = clock_now_us();
  if (!close_session(self)) {
    fprintf(stderr, "the session was not closed\n");
    return EXIT_FAILURE;
  }
  json_t *json = report(self, start_us, fed_us, clock_now_us());
  if (json == NULL)
    return EXIT_FAILURE;
  json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
  printf("\n");
  json_decref(json);
  return EXIT_SUCCESS;
}

static void
feed_clear(Feed *self)
{
  assert_on_control();
  recorder_client_free(self->client);
  run_callbacks();
  loop_free(self->control);
  feed_media_free(self->media);
  feed_log_clear(&self->log);
  if (self->journal != NULL)
    fclose(self->journal);
  g_free(self->session);
  g_free(self->journal_path);
}

int
main(int argc, char **argv)
{
  Options options = { .hours = 4, .cases = 70, .kbps = 250, .seed = 1 };
  const GOptionEntry entries[] = {
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &options.directory, "where the session is written", "DIR" },
    { "recorder", 0, 0, G_OPTION_ARG_FILENAME, &options.recorder, "the program diemcau-recorder", "PROGRAM" },
    { "hours", 0, 0, G_OPTION_ARG_DOUBLE, &options.hours, "how long the session is (4)", "H" },
    { "cases", 0, 0, G_OPTION_ARG_INT, &options.cases, "cases in it (70)", "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options.size, "of the picture (640x360)", "WxH" },
    { "kbps", 0, 0, G_OPTION_ARG_INT, &options.kbps, "of the picture (250)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, "of the ticks' lateness and the cases' lengths (1)", "N" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  bool is_read = g_option_context_parse(context, &argc, &argv, &error);
  if (!is_read || options.directory == NULL || options.recorder == NULL || options.hours <= 0 || options.cases < 1) {
    fprintf(stderr, "%s\n", is_read ? "--dir and --recorder are needed; --hours and --cases are positive" : error->message);
    return 64;
  }
  if (options.size == NULL)
    options.size = g_strdup("640x360");
  Feed self = { .options = &options };
  feed_log_init(&self.log);
  int status = run(&self);
  feed_clear(&self);
  g_free(options.directory);
  g_free(options.recorder);
  g_free(options.size);
  return status;
}
