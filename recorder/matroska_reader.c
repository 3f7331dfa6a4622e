/* recorder/matroska_reader.c - the blocks of a Matroska file, as they are: exact times, exact bytes. */
#include "recorder/matroska_reader.h"
#include "recorder/ebml.h"
#include "recorder/recorder_error.h"

enum { TRACKS_MAX = 8 };

struct MatroskaReader {
  /* owned */
  GBytes       *bytes;
  /* borrowed of bytes */
  const guint8 *data;
  gsize         size;
  /* state */
  gsize         at;
  gint64        tick_ns, cluster_ticks;
  bool          is_cut_off;
  MatroskaTrack tracks[TRACKS_MAX];
  guint         track_count, passed_over;
};

/* Elements whose children are walked as if they stood one level higher. */
static bool
is_entered(guint32 id)
{
  return id == EBML_ID_SEGMENT || id == EBML_ID_CLUSTER;
}

/* The next element at self->at that is a whole leaf. @content: its bytes. */
static bool
next_leaf(MatroskaReader *self, EbmlElement *element, const guint8 **content)
{
  while (ebml_read(self->data + self->at, self->size - self->at, element)) {
    gsize start = self->at + element->header_bytes;
    if (is_entered(element->id)) {
      self->at = start;
      continue;
    }
    if (element->size > self->size - start)
      break;
    *content = self->data + start;
    self->at = start + (gsize)element->size;
    return true;
  }
  self->is_cut_off = self->at < self->size;
  return false;
}

static void
read_track(MatroskaReader *self, const guint8 *data, gsize size)
{
  MatroskaTrack track = { .entry = data, .entry_bytes = size };
  EbmlElement element;
  while (ebml_read(data, size, &element) && element.size <= size - element.header_bytes) {
    const guint8 *content = data + element.header_bytes;
    guint64 value = ebml_uint(content, element.size);
    if (element.id == EBML_ID_TRACK_NUMBER)
      track.number = (guint)value;
    else if (element.id == EBML_ID_DEFAULT_DURATION)
      track.default_duration_us = (gint64)(value / 1000);
    else if (element.id == EBML_ID_TRACK_TYPE)
      track.kind = value == 1 ? MATROSKA_TRACK_VIDEO : value == 2 ? MATROSKA_TRACK_AUDIO : MATROSKA_TRACK_NONE;
    data = content + element.size;
    size -= element.header_bytes + (gsize)element.size;
  }
  if (self->track_count < TRACKS_MAX && track.kind != MATROSKA_TRACK_NONE)
    self->tracks[self->track_count++] = track;
}

static void
read_children(MatroskaReader *self, guint32 parent, const guint8 *data, gsize size)
{
  EbmlElement element;
  while (ebml_read(data, size, &element) && element.size <= size - element.header_bytes) {
    const guint8 *content = data + element.header_bytes;
    if (parent == EBML_ID_TRACKS && element.id == EBML_ID_TRACK_ENTRY)
      read_track(self, content, (gsize)element.size);
    if (parent == EBML_ID_INFO && element.id == EBML_ID_TIMESTAMP_SCALE)
      self->tick_ns = (gint64)ebml_uint(content, element.size);
    data = content + element.size;
    size -= element.header_bytes + (gsize)element.size;
  }
}

/* Reads up to and with Tracks, which stands before the first cluster. */
static bool
read_head(MatroskaReader *self)
{
  EbmlElement element;
  const guint8 *content;
  if (!ebml_read(self->data, self->size, &element) || element.id != EBML_ID_HEADER)
    return false;
  while (self->track_count == 0 && next_leaf(self, &element, &content)) {
    if (element.id == EBML_ID_TIMESTAMP || element.id == EBML_ID_SIMPLE_BLOCK)
      return false;
    if (element.id == EBML_ID_INFO || element.id == EBML_ID_TRACKS)
      read_children(self, element.id, content, (gsize)element.size);
  }
  return self->track_count > 0 && self->tick_ns > 0;
}

MatroskaReader *
matroska_reader_new_for_bytes(GBytes *bytes, const char *name, GError **error)
{
  g_autoptr(MatroskaReader) self = g_new0(MatroskaReader, 1);
  self->tick_ns = 1000000;
  self->bytes = g_bytes_ref(bytes);
  self->data = g_bytes_get_data(bytes, &self->size);
  if (self->data != NULL && read_head(self))
    return g_steal_pointer(&self);
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_MEDIA, "%s: no Matroska file with tracks", name);
  return NULL;
}

MatroskaReader *
matroska_reader_new(const char *path, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &local);
  if (file == NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "%s", local->message);
    return NULL;
  }
  g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
  return matroska_reader_new_for_bytes(bytes, path, error);
}

void
matroska_reader_free(MatroskaReader *self)
{
  if (self == NULL)
    return;
  g_clear_pointer(&self->bytes, g_bytes_unref);
  g_free(self);
}

/* Takes a block's own header off: track number (one byte: ours are below 127), time, flags. */
static bool
read_block(const MatroskaReader *self, const guint8 *data, gsize size, MatroskaBlock *out, guint8 *flags)
{
  if (size < 4 || (data[0] & 0x80) == 0 || (data[3] & 0x06) != 0)
    return false;
  out->kind = MATROSKA_TRACK_NONE;
  for (guint i = 0; i < self->track_count; i++) {
    if (self->tracks[i].number == (data[0] & 0x7Fu))
      out->kind = self->tracks[i].kind;
  }
  gint16 relative = (gint16)(guint16)(data[1] << 8 | data[2]);
  gint64 time_ns;
  if (__builtin_add_overflow(self->cluster_ticks, (gint64)relative, &time_ns)
      || __builtin_mul_overflow(time_ns, self->tick_ns, &time_ns))
    return false;
  out->time_us = time_ns / 1000;
  *flags = data[3];
  out->frame = data + 4;
  out->frame_bytes = size - 4;
  return out->kind != MATROSKA_TRACK_NONE;
}

/* A group is its block among what is said of it: matroskamux puts duration and discard padding first. */
static bool
read_group(const MatroskaReader *self, const guint8 *data, gsize size, MatroskaBlock *out)
{
  EbmlElement element;
  bool has_block = false, has_reference = false;
  for (gsize at = 0; ebml_read(data + at, size - at, &element) && element.size <= size - at - element.header_bytes;) {
    const guint8 *content = data + at + element.header_bytes;
    gsize next = at + element.header_bytes + (gsize)element.size;
    guint8 flags;
    has_reference |= element.id == EBML_ID_REFERENCE_BLOCK;
    if (element.id == EBML_ID_BLOCK && !has_block) {
      if (!read_block(self, content, (gsize)element.size, out, &flags))
        return false;
      has_block = out->is_group = true;
      out->before = data;
      out->before_bytes = at;
      out->after = data + next;
      out->after_bytes = size - next;
    }
    at = next;
  }
  out->is_key = !has_reference;
  return has_block;
}

bool
matroska_reader_next(MatroskaReader *self, MatroskaBlock *block)
{
  EbmlElement element;
  const guint8 *content;
  while (next_leaf(self, &element, &content)) {
    guint8 flags = 0;
    *block = (MatroskaBlock){ 0 };
    if (element.id == EBML_ID_TIMESTAMP)
      self->cluster_ticks = (gint64)ebml_uint(content, element.size);
    if (element.id == EBML_ID_SIMPLE_BLOCK && read_block(self, content, (gsize)element.size, block, &flags)) {
      block->is_key = (flags & 0x80) != 0;
      return true;
    }
    if (element.id == EBML_ID_BLOCK_GROUP && read_group(self, content, (gsize)element.size, block))
      return true;
    if (element.id == EBML_ID_SIMPLE_BLOCK || element.id == EBML_ID_BLOCK_GROUP)
      self->passed_over++;
  }
  return false;
}

bool matroska_reader_is_cut_off(const MatroskaReader *self) { return self->is_cut_off; }
guint matroska_reader_passed_over(const MatroskaReader *self) { return self->passed_over; }

const MatroskaTrack *
matroska_reader_track(const MatroskaReader *self, MatroskaTrackKind kind)
{
  for (guint i = 0; i < self->track_count; i++) {
    if (self->tracks[i].kind == kind)
      return &self->tracks[i];
  }
  return NULL;
}
