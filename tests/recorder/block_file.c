/* tests/recorder/block_file.c - Matroska files of a few blocks, made by hand: any tracks, any times. */
#include "tests/recorder/block_file.h"
#include "recorder/ebml.h"

static void
put_track(GByteArray *tracks, guint number, guint type, const char *codec)
{
  g_autoptr(GByteArray) entry = g_byte_array_new();
  ebml_put_uint(entry, EBML_ID_TRACK_NUMBER, number);
  ebml_put_uint(entry, EBML_ID_TRACK_UID, 7);  /* the same in every file, as it may be */
  ebml_put_uint(entry, EBML_ID_TRACK_TYPE, type);
  ebml_put_text(entry, 0x86, codec);
  ebml_put_master(tracks, EBML_ID_TRACK_ENTRY, entry);
}

static void
put_head(GByteArray *out, bool has_video, bool has_audio)
{
  g_autoptr(GByteArray) inner = g_byte_array_new();
  ebml_put_text(inner, 0x4282, "matroska");
  ebml_put_master(out, EBML_ID_HEADER, inner);
  ebml_put_id(out, EBML_ID_SEGMENT);
  ebml_put_size(out, (G_GUINT64_CONSTANT(1) << 56) - 1);
  ebml_put_uint(inner, EBML_ID_TIMESTAMP_SCALE, 1000000);
  ebml_put_master(out, EBML_ID_INFO, inner);
  if (has_video)
    put_track(inner, 1, 1, "V_VP8");
  if (has_audio)
    put_track(inner, has_video ? 2 : 1, 2, "A_OPUS");
  ebml_put_master(out, EBML_ID_TRACKS, inner);
}

GBytes *
block_file(bool has_video, bool has_audio, const FileBlock *blocks, guint n)
{
  GByteArray *out = g_byte_array_new();
  put_head(out, has_video, has_audio);
  guint cluster_ms = G_MAXUINT;
  for (guint i = 0; i < n; i++) {
    const FileBlock *block = &blocks[i];
    bool is_video = block->kind == MATROSKA_TRACK_VIDEO;
    if (is_video ? !has_video : !has_audio)
      continue;
    if (cluster_ms == G_MAXUINT || (is_video && block->is_key) || block->time_ms - cluster_ms > 30000) {
      cluster_ms = block->time_ms;
      ebml_put_id(out, EBML_ID_CLUSTER);
      ebml_put_size(out, (G_GUINT64_CONSTANT(1) << 56) - 1);
      ebml_put_uint(out, EBML_ID_TIMESTAMP, cluster_ms);
    }
    gint16 relative = (gint16)(block->time_ms - cluster_ms);
    guint8 bytes[5] = { is_video || !has_video ? 0x81 : 0x82, (guint8)((guint16)relative >> 8), (guint8)relative,
                        block->is_key ? 0x80 : 0, block->id };
    ebml_put(out, EBML_ID_SIMPLE_BLOCK, bytes, sizeof bytes);
  }
  return g_byte_array_free_to_bytes(out);
}
