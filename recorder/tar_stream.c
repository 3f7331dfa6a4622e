/* recorder/tar_stream.c - files of a bag as one tar, made while it is read. */
#include "recorder/tar_stream.h"
#include "recorder/bag_files.h"
#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 512, END_BYTES = 2 * BLOCK, NAME_BYTES = 100, PREFIX_BYTES = 155 };
static const guint64 USTAR_SIZE_MAX = 077777777777;

typedef struct {
  char       *path;    /* below the bag */
  GByteArray *header;  /* with its pax header, if it needs one */
  guint64     size;
} Entry;

struct TarStream {
  char    *directory, *top;
  GArray  *entries;  /* of Entry */
  guint64  length;
  /* state */
  guint    at;           /* entry; entries->len: the end blocks */
  guint64  position;     /* in the entry: header, then content, then padding */
  int      fd;           /* of the entry's content, or -1 */
};

typedef struct {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
  char magic[6], version[2], owner[32], group[32], major[8], minor[8], prefix[155], padding[12];
} UstarHeader;
G_STATIC_ASSERT(sizeof(UstarHeader) == BLOCK);

static guint64
padded(guint64 size)
{
  return (size + BLOCK - 1) / BLOCK * BLOCK;
}

/* Splits a long name at a '/'. Returns: false if ustar cannot hold it. */
static bool
set_name(UstarHeader *header, const char *name)
{
  gsize length = strlen(name);
  if (length <= NAME_BYTES) {
    memcpy(header->name, name, length);
    return true;
  }
  for (gsize i = MIN(length - 1, PREFIX_BYTES); i > 0; i--)
    if (name[i] == '/' && length - i - 1 <= NAME_BYTES && length - i - 1 > 0) {
      memcpy(header->prefix, name, i);
      memcpy(header->name, name + i + 1, length - i - 1);
      return true;
    }
  return false;
}

static void
octal(char *field, gsize bytes, guint64 value)
{
  char text[24];
  g_snprintf(text, sizeof text, "%0*" G_GINT64_MODIFIER "o", (int)bytes - 1, value);
  memcpy(field, text, bytes);
}

static void
append_header(GByteArray *out, const char *name, char type, guint64 size, gint64 mtime_s)
{
  UstarHeader header = { .type = type };
  if (!set_name(&header, name))
    memcpy(header.name, name, NAME_BYTES);  /* the pax header before it has it whole */
  octal(header.mode, sizeof header.mode, 0640);
  octal(header.uid, sizeof header.uid, 0);
  octal(header.gid, sizeof header.gid, 0);
  octal(header.size, sizeof header.size, MIN(size, USTAR_SIZE_MAX));
  octal(header.mtime, sizeof header.mtime, CLAMP(mtime_s, 0, (gint64)USTAR_SIZE_MAX));
  memcpy(header.magic, "ustar", 6);
  memcpy(header.version, "00", 2);
  memset(header.checksum, ' ', sizeof header.checksum);
  guint sum = 0;
  for (gsize i = 0; i < sizeof header; i++)
    sum += ((const guint8 *)&header)[i];
  g_snprintf(header.checksum, sizeof header.checksum, "%06o", sum);
  g_byte_array_append(out, (const guint8 *)&header, sizeof header);
}

/* "LENGTH key=value\n", where LENGTH counts itself. */
static void
append_record(GString *out, const char *key, const char *value)
{
  gsize body = strlen(key) + strlen(value) + 3, length = body + 1;
  while (body + (gsize)snprintf(NULL, 0, "%zu", length) != length)
    length = body + snprintf(NULL, 0, "%zu", length);
  g_string_append_printf(out, "%zu %s=%s\n", length, key, value);
}

static void
append_pax(GByteArray *out, const char *name, guint64 size, gint64 mtime_s)
{
  static const guint8 ZEROS[BLOCK];
  g_autoptr(GString) records = g_string_new(NULL);
  g_autofree char *size_text = g_strdup_printf("%" G_GUINT64_FORMAT, size);
  append_record(records, "path", name);
  append_record(records, "size", size_text);
  append_header(out, "pax-header", 'x', records->len, mtime_s);
  g_byte_array_append(out, (const guint8 *)records->str, records->len);
  g_byte_array_append(out, ZEROS, padded(records->len) - records->len);
}

static void
clear_entry(gpointer data)
{
  Entry *entry = data;
  g_free(entry->path);
  g_byte_array_unref(entry->header);
}

TarStream *
tar_stream_new(const char *directory)
{
  TarStream *self = g_new0(TarStream, 1);
  self->directory = g_strdup(directory);
  self->top = g_path_get_basename(directory);
  self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(self->entries, clear_entry);
  self->length = END_BYTES;
  self->fd = -1;
  return self;
}

void
tar_stream_free(TarStream *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  g_array_unref(self->entries);
  g_free(self->directory);
  g_free(self->top);
  g_free(self);
}

bool
tar_stream_add(TarStream *self, const char *path, GError **error)
{
  guint64 size;
  gint64 mtime_s;
  int fd = bag_file_open(self->directory, path, &size, &mtime_s, error);
  if (fd < 0)
    return false;
  close(fd);
  g_autofree char *name = g_build_filename(self->top, path, NULL);
  Entry entry = { g_strdup(path), g_byte_array_new(), size };
  UstarHeader probe = { 0 };
  if (size > USTAR_SIZE_MAX || !set_name(&probe, name))
    append_pax(entry.header, name, size, mtime_s);
  append_header(entry.header, name, '0', size, mtime_s);
  self->length += entry.header->len + padded(size);
  g_array_append_val(self->entries, entry);
  return true;
}

guint64
tar_stream_length(const TarStream *self)
{
  return self->length;
}

static gssize
read_content(TarStream *self, const Entry *entry, guint8 *out, gsize room, GError **error)
{
  if (self->fd < 0) {
    guint64 size = 0;
    gint64 mtime_s;
    self->fd = bag_file_open(self->directory, entry->path, &size, &mtime_s, error);
    if (self->fd < 0)
      return -1;
    if (size != entry->size) {
      g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s/%s changed meanwhile", self->directory, entry->path);
      return -1;
    }
  }
  gssize n = read(self->fd, out, MIN(room, entry->header->len + entry->size - self->position));
  if (n > 0)
    return n;
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s/%s: %s", self->directory, entry->path,
              n == 0 ? "shorter than it was" : g_strerror(errno));
  return -1;
}

/* One step, within one part of one entry. */
static gssize
step(TarStream *self, guint8 *out, gsize room, GError **error)
{
  bool is_end = self->at == self->entries->len;
  Entry *entry = is_end ? NULL : &g_array_index(self->entries, Entry, self->at);
  guint64 header = is_end ? 0 : entry->header->len, content = is_end ? 0 : entry->size;
  guint64 total = is_end ? END_BYTES : header + padded(content);
  gssize n;
  if (self->position < header) {
    n = MIN(room, header - self->position);
    memcpy(out, entry->header->data + self->position, n);
  } else if (self->position < header + content) {
    n = read_content(self, entry, out, room, error);
    if (n < 0)
      return -1;
  } else {
    n = MIN(room, total - self->position);
    memset(out, 0, n);
  }
  self->position += n;
  if (!is_end && self->position == total) {
    self->at++;
    self->position = 0;
    if (self->fd >= 0)
      close(self->fd);
    self->fd = -1;
  }
  return n;
}

gssize
tar_stream_read(TarStream *self, guint8 *out, gsize room, GError **error)
{
  gsize used = 0;
  while (used < room) {
    if (self->at == self->entries->len && self->position == END_BYTES)
      break;
    gssize n = step(self, out + used, room - used, error);
    if (n < 0)
      return -1;
    used += n;
  }
  return used;
}
