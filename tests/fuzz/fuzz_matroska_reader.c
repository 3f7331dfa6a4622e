/* tests/fuzz/fuzz_matroska_reader.c - a segment as a crash, a disk or somebody left it: spans stay inside the file. */
#include "recorder/matroska_reader.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Reads all of a span: outside the file the sanitizer speaks. */
static void
touch(const guint8 *span, gsize bytes)
{
  if (bytes > 0)
    g_free(g_memdup2(span, bytes));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(GBytes) bytes = g_bytes_new(data, size);  /* a copy of its own: one byte beyond is an error */
  g_autoptr(GError) error = NULL;
  g_autoptr(MatroskaReader) reader = matroska_reader_new_for_bytes(bytes, "fuzz", &error);
  if (reader == NULL) {
    g_assert_nonnull(error);
    return 0;
  }
  for (guint kind = MATROSKA_TRACK_VIDEO; kind <= MATROSKA_TRACK_AUDIO; kind++) {
    const MatroskaTrack *track = matroska_reader_track(reader, (MatroskaTrackKind)kind);
    if (track != NULL)
      touch(track->entry, track->entry_bytes);
  }
  gsize blocks = 0;
  for (MatroskaBlock block; matroska_reader_next(reader, &block); blocks++) {
    g_assert_nonnull(matroska_reader_track(reader, block.kind));
    touch(block.frame, block.frame_bytes);
    touch(block.before, block.before_bytes);
    touch(block.after, block.after_bytes);
  }
  g_assert_cmpuint(blocks + matroska_reader_passed_over(reader), <=, size);
  return 0;
}
