/* recorder/matroska_writer.c - writes blocks that are already encoded into a Matroska file with Cues and chapters. */
#include "recorder/matroska_writer.h"
#include "recorder/directory_sync.h"
#include "recorder/ebml.h"
#include "recorder/recorder_error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VIDEO_NUMBER = 1, AUDIO_NUMBER = 2 };
enum { CLUSTER_US = 990000, SOUND_CUE_US = 5000000, SEEK_HEAD_BYTES = 192, CLUSTER_BYTES_MAX = 16 << 20 };

struct MatroskaWriter {
  /* owned */
  char       *path, *temporary;
  FILE       *file;
  GByteArray *cluster;     /* children of the open one */
  GByteArray *cues, *scratch;
  /* state */
  MatroskaTrack video, audio;
  gint64  cluster_ms, end_us, last_cue_us;
  guint64 segment_at;      /* file offset of the first byte inside Segment */
  guint64 info_at, tracks_at, chapters_at, duration_at;  /* absolute */
  bool    has_cluster, wants_cue, is_finished;
};

static bool
put_bytes(MatroskaWriter *self, const GByteArray *bytes, GError **error)
{
  if (fwrite(bytes->data, 1, bytes->len, self->file) == bytes->len)
    return true;
  return recorder_error_set_errno(error, self->temporary);
}

static guint64
tell(const MatroskaWriter *self)
{
  return (guint64)ftello(self->file);
}

static void
put_chapter(GByteArray *edition, const MatroskaChapter *chapter, guint uid)
{
  g_autoptr(GByteArray) atom = g_byte_array_new();
  g_autoptr(GByteArray) display = g_byte_array_new();
  ebml_put_uint(atom, EBML_ID_CHAPTER_UID, uid);
  ebml_put_uint(atom, EBML_ID_CHAPTER_START, (guint64)chapter->from_us * 1000);
  ebml_put_uint(atom, EBML_ID_CHAPTER_END, (guint64)chapter->to_us * 1000);
  ebml_put_text(display, EBML_ID_CHAPTER_STRING, chapter->title);
  ebml_put_text(display, EBML_ID_CHAPTER_LANGUAGE, "vie");
  ebml_put_master(atom, EBML_ID_CHAPTER_DISPLAY, display);
  ebml_put_master(edition, EBML_ID_CHAPTER, atom);
}

static void
put_chapters(GByteArray *out, const GArray *chapters)
{
  g_autoptr(GByteArray) edition = g_byte_array_new();
  g_autoptr(GByteArray) all = g_byte_array_new();
  ebml_put_uint(edition, EBML_ID_EDITION_UID, 1);
  for (guint i = 0; i < chapters->len; i++)
    put_chapter(edition, &g_array_index(chapters, MatroskaChapter, i), i + 1);
  ebml_put_master(all, EBML_ID_EDITION, edition);
  ebml_put_master(out, EBML_ID_CHAPTERS, all);
}

/* "EBMLMaxIDLength" and the like have defaults (RFC 8794 section 11.2.4). */
static void
put_ebml_header(GByteArray *out)
{
  g_autoptr(GByteArray) head = g_byte_array_new();
  ebml_put_text(head, 0x4282, "matroska");
  ebml_put_uint(head, 0x4287, 4);  /* DocTypeVersion     */
  ebml_put_uint(head, 0x4285, 2);  /* DocTypeReadVersion */
  ebml_put_master(out, EBML_ID_HEADER, head);
}

static void
put_void(GByteArray *out, gsize total_bytes)
{
  guint8 zeros[SEEK_HEAD_BYTES] = { 0 };
  ebml_put(out, EBML_ID_VOID, zeros, total_bytes - 9);
}

/* One TrackEntry as it was, but for the numbers: two sources may have given the same. */
static void
put_track(GByteArray *out, const MatroskaTrack *track, guint number)
{
  g_autoptr(GByteArray) children = g_byte_array_new();
  ebml_put_uint(children, EBML_ID_TRACK_NUMBER, number);
  ebml_put_uint(children, EBML_ID_TRACK_UID, number);
  EbmlElement element;
  for (gsize at = 0; ebml_read(track->entry + at, track->entry_bytes - at, &element)
                     && element.size <= track->entry_bytes - at - element.header_bytes;) {
    gsize bytes = element.header_bytes + (gsize)element.size;
    if (element.id != EBML_ID_TRACK_NUMBER && element.id != EBML_ID_TRACK_UID)
      g_byte_array_append(children, track->entry + at, (guint)bytes);
    at += bytes;
  }
  ebml_put_master(out, EBML_ID_TRACK_ENTRY, children);
}

static void
put_tracks(MatroskaWriter *self, GByteArray *out)
{
  g_autoptr(GByteArray) tracks = g_byte_array_new();
  if (self->video.number != 0)
    put_track(tracks, &self->video, self->video.number);
  if (self->audio.number != 0)
    put_track(tracks, &self->audio, self->audio.number);
  ebml_put_master(out, EBML_ID_TRACKS, tracks);
  self->video.entry = self->audio.entry = NULL;  /* the sources', which may go */
}

static bool
write_head(MatroskaWriter *self, const GArray *chapters, GError **error)
{
  GByteArray *out = self->scratch;
  put_ebml_header(out);
  ebml_put_id(out, EBML_ID_SEGMENT);
  ebml_put_size(out, 0);
  self->segment_at = out->len;
  put_void(out, SEEK_HEAD_BYTES);
  self->info_at = out->len;
  g_autoptr(GByteArray) info = g_byte_array_new();
  ebml_put_uint(info, EBML_ID_TIMESTAMP_SCALE, 1000000);
  ebml_put_text(info, EBML_ID_MUXING_APP, "diemcau");
  ebml_put_text(info, EBML_ID_WRITING_APP, "diemcau-recorder");
  ebml_put_float(info, EBML_ID_DURATION, 0);
  ebml_put_master(out, EBML_ID_INFO, info);
  self->duration_at = out->len - 8;
  self->tracks_at = out->len;
  put_tracks(self, out);
  if (chapters != NULL && chapters->len > 0) {
    self->chapters_at = out->len;
    put_chapters(out, chapters);
  }
  bool ok = put_bytes(self, out, error);
  g_byte_array_set_size(out, 0);
  return ok;
}

MatroskaWriter *
matroska_writer_new(const char *path, const MatroskaTrack *video, const MatroskaTrack *audio, const GArray *chapters,
                    GError **error)
{
  g_autoptr(MatroskaWriter) self = g_new0(MatroskaWriter, 1);
  self->video = video != NULL ? *video : (MatroskaTrack){ 0 };
  self->audio = audio != NULL ? *audio : (MatroskaTrack){ 0 };
  self->video.number = video != NULL ? VIDEO_NUMBER : 0;
  self->audio.number = audio != NULL ? AUDIO_NUMBER : 0;
  self->path = g_strdup(path);
  self->temporary = g_strconcat(path, ".tmp", NULL);
  self->cluster = g_byte_array_new();
  self->cues = g_byte_array_new();
  self->scratch = g_byte_array_new();
  self->last_cue_us = G_MININT64 / 2;
  int fd = open(self->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  self->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
  if (self->file == NULL) {
    recorder_error_set_errno(error, self->temporary);
    if (fd >= 0)
      close(fd);
    return NULL;
  }
  return write_head(self, chapters, error) ? g_steal_pointer(&self) : NULL;
}

void
matroska_writer_free(MatroskaWriter *self)
{
  if (self == NULL)
    return;
  if (self->file != NULL)
    fclose(self->file);
  if (!self->is_finished)
    unlink(self->temporary);
  g_clear_pointer(&self->cluster, g_byte_array_unref);
  g_clear_pointer(&self->cues, g_byte_array_unref);
  g_clear_pointer(&self->scratch, g_byte_array_unref);
  g_free(self->path);
  g_free(self->temporary);
  g_free(self);
}

static void
put_cue(MatroskaWriter *self, guint64 cluster_at)
{
  g_autoptr(GByteArray) positions = g_byte_array_new();
  g_autoptr(GByteArray) point = g_byte_array_new();
  ebml_put_uint(point, EBML_ID_CUE_TIME, (guint64)self->cluster_ms);
  ebml_put_uint(positions, EBML_ID_CUE_TRACK, self->video.number != 0 ? self->video.number : self->audio.number);
  ebml_put_uint(positions, EBML_ID_CUE_CLUSTER, cluster_at - self->segment_at);
  ebml_put_master(point, EBML_ID_CUE_POSITIONS, positions);
  ebml_put_master(self->cues, EBML_ID_CUE_POINT, point);
}

static bool
end_cluster(MatroskaWriter *self, GError **error)
{
  if (!self->has_cluster)
    return true;
  if (self->wants_cue)
    put_cue(self, tell(self));
  ebml_put_id(self->scratch, EBML_ID_CLUSTER);
  ebml_put_size(self->scratch, self->cluster->len);
  bool ok = put_bytes(self, self->scratch, error) && put_bytes(self, self->cluster, error);
  g_byte_array_set_size(self->scratch, 0);
  g_byte_array_set_size(self->cluster, 0);
  self->has_cluster = false;
  return ok;
}

static void
begin_cluster(MatroskaWriter *self, const MatroskaBlock *block, gint64 time_us)
{
  self->cluster_ms = time_us / 1000;
  self->wants_cue = block->kind == MATROSKA_TRACK_VIDEO ? block->is_key
    : self->video.number == 0 && time_us - self->last_cue_us >= SOUND_CUE_US;
  if (self->wants_cue)
    self->last_cue_us = time_us;
  self->has_cluster = true;
  ebml_put_uint(self->cluster, EBML_ID_TIMESTAMP, (guint64)self->cluster_ms);
}

static void
put_block(MatroskaWriter *self, const MatroskaBlock *block, guint number, gint64 relative_ms)
{
  guint8 head[4] = { (guint8)(0x80 | number), (guint8)((guint16)relative_ms >> 8), (guint8)relative_ms,
                     !block->is_group && block->is_key ? 0x80 : 0 };
  GByteArray *out = block->is_group ? self->scratch : self->cluster;
  if (block->is_group)
    g_byte_array_append(out, block->before, (guint)block->before_bytes);
  ebml_put_id(out, block->is_group ? EBML_ID_BLOCK : EBML_ID_SIMPLE_BLOCK);
  ebml_put_size(out, sizeof head + block->frame_bytes);
  g_byte_array_append(out, head, sizeof head);
  g_byte_array_append(out, block->frame, (guint)block->frame_bytes);
  if (block->is_group) {
    g_byte_array_append(out, block->after, (guint)block->after_bytes);
    ebml_put_master(self->cluster, EBML_ID_BLOCK_GROUP, self->scratch);
  }
}

bool
matroska_writer_put(MatroskaWriter *self, const MatroskaBlock *block, gint64 time_us, GError **error)
{
  const MatroskaTrack *track = block->kind == MATROSKA_TRACK_VIDEO ? &self->video : &self->audio;
  if (track->number == 0 || time_us < 0) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%s: a block of a track that it has not", self->path);
    return false;
  }
  gint64 relative_ms = time_us / 1000 - self->cluster_ms;
  bool is_new = block->kind == MATROSKA_TRACK_VIDEO && block->is_key;
  if (!self->has_cluster || is_new || relative_ms * 1000 >= CLUSTER_US || relative_ms < -30000
      || self->cluster->len > CLUSTER_BYTES_MAX) {
    if (!end_cluster(self, error))
      return false;
    begin_cluster(self, block, time_us);
  }
  put_block(self, block, track->number, time_us / 1000 - self->cluster_ms);
  self->end_us = MAX(self->end_us, time_us + track->default_duration_us);
  return true;
}

static void
put_seek(GByteArray *seeks, guint32 id, guint64 position)
{
  g_autoptr(GByteArray) seek = g_byte_array_new();
  guint8 bytes[4] = { (guint8)(id >> 24), (guint8)(id >> 16), (guint8)(id >> 8), (guint8)id };
  ebml_put(seek, EBML_ID_SEEK_ID, bytes, sizeof bytes);
  ebml_put_uint(seek, EBML_ID_SEEK_POSITION, position);
  ebml_put_master(seeks, EBML_ID_SEEK, seek);
}

/* Now that all places are known: SeekHead over the void, the size of Segment, the duration. */
static bool
patch(MatroskaWriter *self, guint64 cues_at, guint64 end, GError **error)
{
  g_autoptr(GByteArray) seeks = g_byte_array_new();
  put_seek(seeks, EBML_ID_INFO, self->info_at - self->segment_at);
  put_seek(seeks, EBML_ID_TRACKS, self->tracks_at - self->segment_at);
  if (self->chapters_at != 0)
    put_seek(seeks, EBML_ID_CHAPTERS, self->chapters_at - self->segment_at);
  if (cues_at != 0)
    put_seek(seeks, EBML_ID_CUES, cues_at - self->segment_at);
  GByteArray *out = self->scratch;
  ebml_put_size(out, end - self->segment_at);
  ebml_put_master(out, EBML_ID_SEEK_HEAD, seeks);
  put_void(out, SEEK_HEAD_BYTES + 8 - out->len);
  g_autoptr(GByteArray) duration = g_byte_array_new();
  ebml_put_float(duration, EBML_ID_DURATION, (double)self->end_us / 1000.0);
  if (fseeko(self->file, (off_t)self->segment_at - 8, SEEK_SET) != 0 || !put_bytes(self, out, error)
      || fseeko(self->file, (off_t)self->duration_at, SEEK_SET) != 0
      || fwrite(duration->data + duration->len - 8, 1, 8, self->file) != 8 || fflush(self->file) != 0
      || fsync(fileno(self->file)) != 0)
    return error != NULL && *error != NULL ? false : recorder_error_set_errno(error, self->temporary);
  return true;
}

bool
matroska_writer_finish(MatroskaWriter *self, gint64 *duration_us, GError **error)
{
  if (!end_cluster(self, error))
    return false;
  guint64 cues_at = 0;
  if (self->cues->len > 0) {
    cues_at = tell(self);
    ebml_put_master(self->scratch, EBML_ID_CUES, self->cues);
    if (!put_bytes(self, self->scratch, error))
      return false;
    g_byte_array_set_size(self->scratch, 0);
  }
  if (!patch(self, cues_at, tell(self), error))
    return false;
  if (rename(self->temporary, self->path) != 0)
    return recorder_error_set_errno(error, self->path);
  self->is_finished = true;
  if (!directory_sync_of(self->path, error))
    return false;
  if (duration_us != NULL)
    *duration_us = self->end_us;
  return true;
}
