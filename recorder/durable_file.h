/* recorder/durable_file.h - a file that is on the disk within two seconds of its writing.
 *
 * Written at any offset (a muxer comes back to fill in sizes); neighbours are joined in memory and
 * written by durable_file_flush(). Named PATH.part until durable_file_finish() renames it. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* What the disk is asked through; replaced by tests for a slow or a full one. */
typedef struct {
  ssize_t (*write_at)(int fd, const void *bytes, gsize length, off_t offset);
  int     (*sync)(int fd);
} DiskCalls;
void disk_calls_set(const DiskCalls *calls);  /* NULL: pwrite() and fdatasync(). Before any thread. */

typedef struct DurableFile DurableFile;

enum { DURABLE_FILE_SYNC_US = 1000000 };

/* Makes PATH.part, which must not exist, and syncs its directory. Errors: G_FILE_ERROR, as all here, or of the directory. */
DurableFile *durable_file_new(const char *path, GError **error);
/* Closes without the rename: what is there stays as PATH.part. NULL is accepted. */
void         durable_file_free(DurableFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DurableFile, durable_file_free)

/* Failed: nothing of @bytes is taken, they may be given again; what was given before is not lost. */
bool durable_file_write(DurableFile *self, guint64 offset, const guint8 *bytes, gsize length, GError **error);
/* Writes what is joined; syncs if the last sync is DURABLE_FILE_SYNC_US ago. May block for as long as the
 * disk does. */
bool durable_file_flush(DurableFile *self, gint64 now_us, GError **error);
/* Flushes, syncs, renames to PATH, syncs the directory. @sha256_hex: of the whole file, to be freed. */
bool durable_file_finish(DurableFile *self, char **sha256_hex, GError **error);
guint64 durable_file_bytes(const DurableFile *self);
