/* recorder/durable_file.c - a file that is on the disk within two seconds of its writing. */
#include "recorder/durable_file.h"
#include "recorder/directory_sync.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

enum { JOIN_BYTES = 256 * 1024, READ_BYTES = 128 * 1024 };

struct DurableFile {
  int     fd;
  char   *path, *part;
  guint8 *joined;         /* JOIN_BYTES */
  gsize   joined_length;
  guint64 joined_offset;
  guint64 bytes;          /* where the file ends */
  gint64  synced_us;
  bool    is_dirty;
};

static ssize_t
write_at(int fd, const void *bytes, gsize length, off_t offset)
{
  return pwrite(fd, bytes, length, offset);
}

static const DiskCalls REAL = { write_at, fdatasync };
static const DiskCalls *calls = &REAL;

void
disk_calls_set(const DiskCalls *other)
{
  calls = other != NULL ? other : &REAL;
}

static bool
fail(GError **error, const char *what, const char *path)
{
  int code = errno == EDQUOT ? ENOSPC : errno;
  g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s %s: %s", what, path, g_strerror(code));
  return false;
}

DurableFile *
durable_file_new(const char *path, GError **error)
{
  g_autofree char *part = g_strconcat(path, ".part", NULL);
  int fd = open(part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) {
    fail(error, "cannot make", part);
    return NULL;
  }
  g_autoptr(DurableFile) self = g_new0(DurableFile, 1);
  self->fd = fd;
  self->path = g_strdup(path);
  self->part = g_steal_pointer(&part);
  self->joined = g_malloc(JOIN_BYTES);
  return directory_sync_of(path, error) ? g_steal_pointer(&self) : NULL;
}

void
durable_file_free(DurableFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  g_free(self->joined);
  g_free(self->part);
  g_free(self->path);
  g_free(self);
}

/* Returns: how many of @length were written; less with @error. */
static gsize
write_fully(DurableFile *self, guint64 offset, const guint8 *bytes, gsize length, GError **error)
{
  gsize done = 0;
  while (done < length) {
    ssize_t n = calls->write_at(self->fd, bytes + done, length - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      errno = n == 0 ? ENOSPC : errno;
      fail(error, "cannot write", self->part);
      break;
    }
    done += (gsize)n;
    self->bytes = MAX(self->bytes, offset + done);
    self->is_dirty = true;
  }
  return done;
}

/* What could not be written stays joined, for another try. */
static bool
write_joined(DurableFile *self, GError **error)
{
  gsize done = write_fully(self, self->joined_offset, self->joined, self->joined_length, error);
  self->joined_offset += done;
  self->joined_length -= done;
  memmove(self->joined, self->joined + done, self->joined_length);
  return self->joined_length == 0;
}

bool
durable_file_write(DurableFile *self, guint64 offset, const guint8 *bytes, gsize length, GError **error)
{
  bool is_neighbour = self->joined_length > 0 && offset == self->joined_offset + self->joined_length;
  if ((!is_neighbour || self->joined_length + length > JOIN_BYTES) && !write_joined(self, error))
    return false;
  if (length > JOIN_BYTES)
    return write_fully(self, offset, bytes, length, error) == length;
  if (self->joined_length == 0)
    self->joined_offset = offset;
  memcpy(self->joined + self->joined_length, bytes, length);
  self->joined_length += length;
  return true;
}

/* What could not be synced may be gone from the cache as well: never "no space", which may be tried again. */
static bool
sync_now(DurableFile *self, GError **error)
{
  if (calls->sync(self->fd) < 0) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "cannot sync %s: %s", self->part, g_strerror(errno));
    return false;
  }
  self->is_dirty = false;
  return true;
}

bool
durable_file_flush(DurableFile *self, gint64 now_us, GError **error)
{
  if (!write_joined(self, error))
    return false;
  if (!self->is_dirty || now_us - self->synced_us < DURABLE_FILE_SYNC_US)
    return true;
  self->synced_us = now_us;
  return sync_now(self, error);
}

static char *
hash_file(DurableFile *self, GError **error)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), NULL);
  g_autofree guint8 *buffer = g_malloc(READ_BYTES);
  ssize_t n = 0;
  for (off_t at = 0; (n = pread(self->fd, buffer, READ_BYTES, at)) > 0; at += n)
    EVP_DigestUpdate(context, buffer, (gsize)n);
  guint8 digest[EVP_MAX_MD_SIZE];
  guint digest_length = 0;
  EVP_DigestFinal_ex(context, digest, &digest_length);
  EVP_MD_CTX_free(context);
  if (n < 0) {
    fail(error, "cannot read", self->part);
    return NULL;
  }
  GString *hex = g_string_new(NULL);
  for (guint i = 0; i < digest_length; i++)
    g_string_append_printf(hex, "%02x", digest[i]);
  return g_string_free(hex, FALSE);
}

bool
durable_file_finish(DurableFile *self, char **sha256_hex, GError **error)
{
  if (!write_joined(self, error) || !sync_now(self, error))
    return false;
  g_autofree char *hash = hash_file(self, error);
  if (hash == NULL)
    return false;
  if (rename(self->part, self->path) < 0)
    return fail(error, "cannot rename", self->part);
  if (!directory_sync_of(self->path, error))
    return false;
  *sha256_hex = g_steal_pointer(&hash);
  return true;
}

guint64
durable_file_bytes(const DurableFile *self)
{
  return self->bytes + self->joined_length;
}
