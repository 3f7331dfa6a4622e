/* recorder/clip_join.c - joins segments into one file: every frame once, at its exact time, nothing re-encoded. */
#include "recorder/clip_join.h"
#include "recorder/recorder_error.h"
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

enum { HASH_BYTES = 32, TRACKS = MATROSKA_TRACK_AUDIO + 1 };
static const gint64 APART_US = 1000;  /* the container counts in milliseconds */
static const gint64 FRAME_GUESS_US[TRACKS] = { 0, 33000, 20000 }, FRAME_MAX_US = 100000;

/* Counts blocks and hashes them with their times. */
typedef struct {
  ClipCount   count;
  EVP_MD_CTX *hash;  /* owned (nullable: only counting) */
  gint64      next_us[TRACKS];  /* the earliest that each track's next frame may have */
} Tally;

/* What the joined file is told of its tracks. */
typedef struct {
  GPtrArray           *readers;  /* owned: of the two */
  const MatroskaTrack *video, *audio;
} Head;

/* How long a frame at @time_us lasts, as far as can be told: no frame is nothing. @said_us: by its track; 0: not said. */
static gint64
duration_of(const Tally *tally, MatroskaTrackKind kind, gint64 time_us, gint64 said_us)
{
  gint64 since_us = time_us - (tally->next_us[kind] - APART_US);
  if (said_us > 0)
    return said_us;
  return kind == MATROSKA_TRACK_VIDEO && since_us > 0 && since_us <= FRAME_MAX_US && tally->count.video_frames > 0
           ? since_us : FRAME_GUESS_US[kind];
}

static void
tally_block(Tally *tally, const MatroskaBlock *block, gint64 time_us, gint64 said_us)
{
  ClipCount *count = &tally->count;
  gint64 duration_us = duration_of(tally, block->kind, time_us, said_us);
  if (count->video_frames + count->audio_packets == 0)
    count->first_us = time_us;
  count->end_us = MAX(count->end_us, time_us + duration_us);
  tally->next_us[block->kind] = time_us + APART_US;
  if (block->kind == MATROSKA_TRACK_VIDEO) {
    count->video_frames++;
    count->video_end_us = MAX(count->video_end_us, time_us + duration_us);
  } else {
    count->audio_packets++;
    count->audio_end_us = MAX(count->audio_end_us, time_us + duration_us);
  }
  if (tally->hash == NULL)
    return;
  gint64 head[4] = { block->kind, block->is_key, time_us / 1000, (gint64)block->frame_bytes };
  EVP_DigestUpdate(tally->hash, head, sizeof head);
  EVP_DigestUpdate(tally->hash, block->frame, block->frame_bytes);
}

/* Reads all of @reader into @tally, and into @writer (nullable). */
static bool
take_all(MatroskaReader *reader, const ClipPiece *piece, Tally *tally, MatroskaWriter *writer, GError **error)
{
  MatroskaBlock block;
  while (matroska_reader_next(reader, &block)) {
    gint64 time_us = block.time_us + piece->offset_us;
    if (writer != NULL && time_us < tally->next_us[block.kind]) {
      time_us = tally->next_us[block.kind];
      tally->count.moved++;
    }
    tally_block(tally, &block, time_us, matroska_reader_track(reader, block.kind)->default_duration_us);
    if (writer != NULL && !matroska_writer_put(writer, &block, time_us, error))
      return false;
  }
  tally->count.is_cut_off |= matroska_reader_is_cut_off(reader);
  tally->count.passed_over += matroska_reader_passed_over(reader);
  if (piece->is_torn || matroska_reader_passed_over(reader) == 0)
    return true;
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%u blocks could not be read", matroska_reader_passed_over(reader));
  return false;
}

bool
clip_count(const char *path, ClipCount *out, GError **error)
{
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, error);
  Tally tally = { 0 };
  ClipPiece whole = { 0 };
  bool ok = reader != NULL && take_all(reader, &whole, &tally, NULL, error);
  *out = tally.count;
  return ok;
}

static void
tally_begin(Tally *tally)
{
  *tally = (Tally){ .hash = EVP_MD_CTX_new() };
  EVP_DigestInit_ex(tally->hash, EVP_sha256(), NULL);
}

static void
tally_end(Tally *tally, guint8 out[HASH_BYTES])
{
  EVP_DigestFinal_ex(tally->hash, out, NULL);
  EVP_MD_CTX_free(tally->hash);
  tally->hash = NULL;
}

static bool
is_wanted(const Head *head, const MatroskaReader *reader)
{
  return (head->video == NULL && matroska_reader_track(reader, MATROSKA_TRACK_VIDEO) != NULL)
    || (head->audio == NULL && matroska_reader_track(reader, MATROSKA_TRACK_AUDIO) != NULL);
}

/* Each track is that of the first piece that holds a frame of it: one may have been begun before there was a
 * picture, another before there was sound, and a crash may have left a track without a frame. */
static bool
find_head(Head *head, const char *path, const GArray *pieces, GError **error)
{
  for (guint i = 0; i < pieces->len; i++) {
    MatroskaReader *reader = matroska_reader_new(g_array_index(pieces, ClipPiece, i).path, error);
    if (reader == NULL)
      return false;
    g_ptr_array_add(head->readers, reader);
    MatroskaBlock block;
    while (is_wanted(head, reader) && matroska_reader_next(reader, &block)) {
      const MatroskaTrack **track = block.kind == MATROSKA_TRACK_VIDEO ? &head->video : &head->audio;
      if (*track == NULL)
        *track = matroska_reader_track(reader, block.kind);
    }
  }
  if (head->video != NULL || head->audio != NULL)
    return true;
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%s: no frame", path);
  return false;
}

static bool
write_pieces(const char *path, const GArray *pieces, const GArray *chapters, Tally *tally, GError **error)
{
  Head head = { .readers = g_ptr_array_new_with_free_func((GDestroyNotify)matroska_reader_free) };
  bool is_found = find_head(&head, path, pieces, error);
  g_autoptr(MatroskaWriter) writer = is_found ? matroska_writer_new(path, head.video, head.audio, chapters, error) : NULL;
  g_ptr_array_unref(head.readers);
  if (writer == NULL)
    return false;
  for (guint i = 0; i < pieces->len; i++) {
    const ClipPiece *piece = &g_array_index(pieces, ClipPiece, i);
    g_autoptr(MatroskaReader) reader = matroska_reader_new(piece->path, error);
    if (reader == NULL || !take_all(reader, piece, tally, writer, error))
      return false;
  }
  return matroska_writer_finish(writer, NULL, error);
}

bool
clip_join(const char *path, const GArray *pieces, const GArray *chapters, ClipCount *out, GError **error)
{
  Tally in, again;
  ClipPiece whole = { 0 };
  guint8 hash_in[HASH_BYTES], hash_again[HASH_BYTES];
  tally_begin(&in);
  bool ok = write_pieces(path, pieces, chapters, &in, error);
  tally_end(&in, hash_in);
  *out = in.count;
  if (!ok)
    return false;
  tally_begin(&again);
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, error);
  ok = reader != NULL && take_all(reader, &whole, &again, NULL, error);
  tally_end(&again, hash_again);
  if (ok && memcmp(hash_in, hash_again, HASH_BYTES) != 0) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%s: %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT
                " frames went in, %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT " came out, or others", path,
                in.count.video_frames, in.count.audio_packets, again.count.video_frames, again.count.audio_packets);
    ok = false;
  }
  if (!ok)
    unlink(path);
  return ok;
}
