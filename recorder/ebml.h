/* recorder/ebml.h - EBML element headers and numbers (RFC 8794), and the ids of Matroska that we use. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum {
  EBML_ID_HEADER = 0x1A45DFA3, EBML_ID_SEGMENT = 0x18538067, EBML_ID_SEEK_HEAD = 0x114D9B74,
  EBML_ID_SEEK = 0x4DBB, EBML_ID_SEEK_ID = 0x53AB, EBML_ID_SEEK_POSITION = 0x53AC, EBML_ID_VOID = 0xEC,
  EBML_ID_INFO = 0x1549A966, EBML_ID_TIMESTAMP_SCALE = 0x2AD7B1, EBML_ID_DURATION = 0x4489,
  EBML_ID_MUXING_APP = 0x4D80, EBML_ID_WRITING_APP = 0x5741,
  EBML_ID_TRACKS = 0x1654AE6B, EBML_ID_TRACK_ENTRY = 0xAE, EBML_ID_TRACK_NUMBER = 0xD7, EBML_ID_TRACK_UID = 0x73C5,
  EBML_ID_TRACK_TYPE = 0x83, EBML_ID_DEFAULT_DURATION = 0x23E383,
  EBML_ID_CLUSTER = 0x1F43B675, EBML_ID_TIMESTAMP = 0xE7, EBML_ID_SIMPLE_BLOCK = 0xA3, EBML_ID_BLOCK_GROUP = 0xA0,
  EBML_ID_BLOCK = 0xA1, EBML_ID_REFERENCE_BLOCK = 0xFB,
  EBML_ID_CUES = 0x1C53BB6B, EBML_ID_CUE_POINT = 0xBB, EBML_ID_CUE_TIME = 0xB3, EBML_ID_CUE_POSITIONS = 0xB7,
  EBML_ID_CUE_TRACK = 0xF7, EBML_ID_CUE_CLUSTER = 0xF1,
  EBML_ID_CHAPTERS = 0x1043A770, EBML_ID_EDITION = 0x45B9, EBML_ID_EDITION_UID = 0x45BC, EBML_ID_CHAPTER = 0xB6,
  EBML_ID_CHAPTER_UID = 0x73C4, EBML_ID_CHAPTER_START = 0x91, EBML_ID_CHAPTER_END = 0x92,
  EBML_ID_CHAPTER_DISPLAY = 0x80, EBML_ID_CHAPTER_STRING = 0x85, EBML_ID_CHAPTER_LANGUAGE = 0x437C,
};
#define EBML_SIZE_UNKNOWN G_MAXUINT64

typedef struct {
  guint32 id;
  guint64 size;          /* EBML_SIZE_UNKNOWN possible           */
  gsize   header_bytes;
} EbmlElement;

/* Returns: false if @bytes are no whole header. */
static inline bool
ebml_read(const guint8 *data, gsize bytes, EbmlElement *out)
{
  if (bytes < 2 || data[0] < 0x10)
    return false;
  gsize id_bytes = (gsize)__builtin_clz(data[0]) - 23;
  if (bytes <= id_bytes || data[id_bytes] == 0)
    return false;
  gsize size_bytes = (gsize)__builtin_clz(data[id_bytes]) - 23;
  if (bytes < id_bytes + size_bytes)
    return false;
  out->id = 0;
  for (gsize i = 0; i < id_bytes; i++)
    out->id = out->id << 8 | data[i];
  guint64 size = data[id_bytes] & (0xFFu >> size_bytes);
  for (gsize i = 1; i < size_bytes; i++)
    size = size << 8 | data[id_bytes + i];
  out->size = size == (G_GUINT64_CONSTANT(1) << (7 * size_bytes)) - 1 ? EBML_SIZE_UNKNOWN : size;
  out->header_bytes = id_bytes + size_bytes;
  return true;
}

static inline guint64
ebml_uint(const guint8 *data, guint64 bytes)
{
  guint64 value = 0;
  for (guint64 i = 0; i < bytes && i < 8; i++)
    value = value << 8 | data[i];
  return value;
}

static inline void
ebml_put_id(GByteArray *out, guint32 id)
{
  guint8 bytes[4] = { (guint8)(id >> 24), (guint8)(id >> 16), (guint8)(id >> 8), (guint8)id };
  guint skip = id > 0xFFFFFF ? 0 : id > 0xFFFF ? 1 : id > 0xFF ? 2 : 3;
  g_byte_array_append(out, bytes + skip, 4 - skip);
}

/* Always eight bytes: a size that is patched later keeps its place. */
static inline void
ebml_put_size(GByteArray *out, guint64 size)
{
  guint8 bytes[8];
  for (int i = 7; i >= 0; i--, size >>= 8)
    bytes[i] = (guint8)size;
  bytes[0] = 0x01;
  g_byte_array_append(out, bytes, 8);
}

static inline void
ebml_put(GByteArray *out, guint32 id, const void *data, gsize bytes)
{
  ebml_put_id(out, id);
  ebml_put_size(out, bytes);
  g_byte_array_append(out, data, (guint)bytes);
}

static inline void
ebml_put_uint(GByteArray *out, guint32 id, guint64 value)
{
  guint8 bytes[8];
  for (int i = 7; i >= 0; i--, value >>= 8)
    bytes[i] = (guint8)value;
  ebml_put(out, id, bytes, 8);
}

static inline void
ebml_put_float(GByteArray *out, guint32 id, double value)
{
  guint64 bits;
  memcpy(&bits, &value, 8);
  ebml_put_uint(out, id, bits);
}

static inline void
ebml_put_text(GByteArray *out, guint32 id, const char *text)
{
  ebml_put(out, id, text, strlen(text));
}

/* A master element of what @children holds; empties @children. */
static inline void
ebml_put_master(GByteArray *out, guint32 id, GByteArray *children)
{
  ebml_put(out, id, children->data, children->len);
  g_byte_array_set_size(children, 0);
}
