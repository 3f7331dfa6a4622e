/* recorder/directory_sync.h - makes the names of files durable: a file that is synced is lost with its name.
 *
 * To be called after a file was made, renamed or moved, of each directory that this changed. Blocks as the disk
 * does. Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Errors: RECORDER_ERROR_DISK. */
bool directory_sync(const char *path, GError **error);
/* Of the directory that @file is in. */
bool directory_sync_of(const char *file, GError **error);
/* Makes @path and what leads to it, mode 0750, and syncs each directory in which one was made. */
bool directory_make(const char *path, GError **error);

/* Instead of fsync(); NULL: fsync(). For tests, before any thread. */
void directory_sync_set(int (*sync)(int fd));
