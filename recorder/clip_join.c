/* recorder/clip_join.c - joins segments into one file: every frame once, at its exact time, nothing re-encoded. */
#include "recorder/clip_join.h"
#include "recorder/recorder_error.h"
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

enum { HASH_BYTES = 32 };

/* Counts blocks and hashes them with their times. */
typedef struct {
  ClipCount   count;
  EVP_MD_CTX *hash;  /* owned (nullable: only counting) */
} Tally;

static void
tally_block(Tally *tally, const MatroskaBlock *block, gint64 time_us, gint64 duration_us)
{
  ClipCount *count = &tally->count;
  if (count->video_frames + count->audio_packets == 0)
    count->first_us = time_us;
  count->end_us = MAX(count->end_us, time_us + duration_us);
  if (block->kind == MATROSKA_TRACK_VIDEO)
    count->video_frames++;
  else
    count->audio_packets++;
  if (tally->hash == NULL)
    return;
  gint64 head[4] = { block->kind, block->is_key, time_us / 1000, (gint64)block->frame_bytes };
  EVP_DigestUpdate(tally->hash, head, sizeof head);
  EVP_DigestUpdate(tally->hash, block->frame, block->frame_bytes);
}

/* Reads all of @reader into @tally, and into @writer (nullable). */
static bool
take_all(MatroskaReader *reader, gint64 offset_us, Tally *tally, MatroskaWriter *writer, GError **error)
{
  MatroskaBlock block;
  while (matroska_reader_next(reader, &block)) {
    gint64 time_us = block.time_us + offset_us;
    tally_block(tally, &block, time_us, matroska_reader_track(reader, block.kind)->default_duration_us);
    if (writer != NULL && !matroska_writer_put(writer, &block, time_us, error))
      return false;
  }
  tally->count.is_cut_off |= matroska_reader_is_cut_off(reader);
  if (matroska_reader_passed_over(reader) == 0)
    return true;
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%u blocks could not be read", matroska_reader_passed_over(reader));
  return false;
}

bool
clip_count(const char *path, ClipCount *out, GError **error)
{
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, error);
  Tally tally = { 0 };
  bool ok = reader != NULL && take_all(reader, 0, &tally, NULL, error);
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

/* The piece with most tracks gives the head: an early one may have been begun before there was sound. */
static MatroskaReader *
widest_piece(const GArray *pieces, GError **error)
{
  MatroskaReader *best = NULL;
  for (guint i = 0; i < pieces->len; i++) {
    MatroskaReader *reader = matroska_reader_new(g_array_index(pieces, ClipPiece, i).path, error);
    if (reader == NULL) {
      matroska_reader_free(best);
      return NULL;
    }
    if (best == NULL || matroska_reader_track_count(reader) > matroska_reader_track_count(best)) {
      matroska_reader_free(best);
      best = reader;
    } else {
      matroska_reader_free(reader);
    }
  }
  return best;
}

static bool
write_pieces(const char *path, const GArray *pieces, const GArray *chapters, Tally *tally, GError **error)
{
  g_autoptr(MatroskaReader) head = widest_piece(pieces, error);
  g_autoptr(MatroskaWriter) writer = head != NULL ? matroska_writer_new(path, head, chapters, error) : NULL;
  if (writer == NULL)
    return false;
  for (guint i = 0; i < pieces->len; i++) {
    const ClipPiece *piece = &g_array_index(pieces, ClipPiece, i);
    g_autoptr(MatroskaReader) reader = matroska_reader_new(piece->path, error);
    if (reader == NULL || !take_all(reader, piece->offset_us, tally, writer, error))
      return false;
  }
  return matroska_writer_finish(writer, NULL, error);
}

bool
clip_join(const char *path, const GArray *pieces, const GArray *chapters, ClipCount *out, GError **error)
{
  Tally in, again;
  guint8 hash_in[HASH_BYTES], hash_again[HASH_BYTES];
  tally_begin(&in);
  bool ok = write_pieces(path, pieces, chapters, &in, error);
  tally_end(&in, hash_in);
  *out = in.count;
  if (!ok)
    return false;
  tally_begin(&again);
  g_autoptr(MatroskaReader) reader = matroska_reader_new(path, error);
  ok = reader != NULL && take_all(reader, 0, &again, NULL, error);
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
