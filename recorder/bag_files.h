/* recorder/bag_files.h - the files that a session's bag names, and nothing else of its directory.
 *
 * What may be read or handed out: every file of manifest-sha256.txt and tagmanifest-sha256.txt,
 * the latter itself, and its signature and time-stamp. Opening follows no symbolic link and leaves
 * no directory, whatever a manifest says. Blocks on the disk; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  char  *path;        /* "data/cases/012/case.mkv", as the manifest has it           */
  char   sha256[65];  /* hex, small; "": no manifest can name it (tagmanifest, .p7s, .tsr) */
} BagFile;

typedef struct BagFiles BagFiles;

/* NULL and @error: no manifest (the session is not closed), or one that cannot be read. */
BagFiles      *bag_files_read(const char *directory, GError **error);
void           bag_files_free(BagFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BagFiles, bag_files_free)
guint          bag_files_count(const BagFiles *self);
const BagFile *bag_files_at(const BagFiles *self, guint i);                  /* sorted by path */
const BagFile *bag_files_find(const BagFiles *self, const char *path);       /* (nullable) */

/* Opens a file of @directory for reading. Returns: a descriptor; -1 and @error: it is not there, or
 * no regular file. @size, @mtime_s: (out). */
int            bag_file_open(const char *directory, const char *path, guint64 *size, gint64 *mtime_s, GError **error);
