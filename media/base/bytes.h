/* media/base/bytes.h - checked reading and writing of big-endian bytes.
 *
 * A reader or writer that runs out sets `failed` and from then on reads zeros or writes
 * nothing, so a parser may check once at its end:
 *
 *    data          offset            length
 *     |--- consumed --|--- remaining ---|
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  const guint8 *data;  /* borrowed */
  gsize         length;
  gsize         offset;
  bool          failed;
} ByteReader;

static inline ByteReader
byte_reader(const guint8 *data, gsize length)
{
  return (ByteReader) { .data = data, .length = length };
}

static inline gsize
byte_reader_remaining(const ByteReader *self)
{
  return self->failed ? 0 : self->length - self->offset;
}

/* Returns: @n bytes inside the data, or NULL (and failed) if fewer remain. */
static inline const guint8 *
byte_reader_take(ByteReader *self, gsize n)
{
  if (n > byte_reader_remaining(self)) {
    self->failed = true;
    return NULL;
  }
  const guint8 *at = self->data + self->offset;
  self->offset += n;
  return at;
}

static inline guint32
byte_reader_be(ByteReader *self, gsize n)
{
  const guint8 *at = byte_reader_take(self, n);
  guint32 value = 0;
  for (gsize i = 0; at != NULL && i < n; i++)
    value = value << 8 | at[i];
  return value;
}

static inline guint8  byte_reader_u8(ByteReader *self)  { return (guint8)byte_reader_be(self, 1); }
static inline guint16 byte_reader_u16(ByteReader *self) { return (guint16)byte_reader_be(self, 2); }
static inline guint32 byte_reader_u24(ByteReader *self) { return byte_reader_be(self, 3); }
static inline guint32 byte_reader_u32(ByteReader *self) { return byte_reader_be(self, 4); }

typedef struct {
  guint8 *data;  /* borrowed */
  gsize   capacity;
  gsize   length;
  bool    failed;
} ByteWriter;

static inline ByteWriter
byte_writer(guint8 *data, gsize capacity)
{
  return (ByteWriter) { .data = data, .capacity = capacity };
}

/* Returns: room for @n bytes at the end, or NULL (and failed) if it does not fit. */
static inline guint8 *
byte_writer_reserve(ByteWriter *self, gsize n)
{
  if (self->failed || n > self->capacity - self->length) {
    self->failed = true;
    return NULL;
  }
  guint8 *at = self->data + self->length;
  self->length += n;
  return at;
}

static inline void
byte_writer_bytes(ByteWriter *self, const void *bytes, gsize n)
{
  guint8 *at = byte_writer_reserve(self, n);
  if (at != NULL && n > 0)
    memcpy(at, bytes, n);
}

static inline void
byte_writer_be(ByteWriter *self, guint32 value, gsize n)
{
  guint8 *at = byte_writer_reserve(self, n);
  for (gsize i = 0; at != NULL && i < n; i++)
    at[i] = (guint8)(value >> (8 * (n - 1 - i)));
}

static inline void byte_writer_u8(ByteWriter *self, guint8 v)   { byte_writer_be(self, v, 1); }
static inline void byte_writer_u16(ByteWriter *self, guint16 v) { byte_writer_be(self, v, 2); }
static inline void byte_writer_u24(ByteWriter *self, guint32 v) { byte_writer_be(self, v, 3); }
static inline void byte_writer_u32(ByteWriter *self, guint32 v) { byte_writer_be(self, v, 4); }
