/* recorder/tar_stream.h - files of a bag as one tar, made while it is read.
 *
 * ustar (POSIX.1-1988), with a pax header (POSIX.1-2001) for a file of 8 GiB or more or a name that
 * ustar cannot hold. The length is known before the first byte, so that a download has a
 * Content-Length and a cut one is noticed. Nothing is stored in between. Blocks on the disk; one
 * thread at a time. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct TarStream TarStream;

/* @directory: of the bag; the tar's one top folder has its name. */
TarStream *tar_stream_new(const char *directory);
/* Closes; a half-read stream too. */
void       tar_stream_free(TarStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarStream, tar_stream_free)

/* Before the first read. @path: below the directory. Errors: the file cannot be opened now. */
bool       tar_stream_add(TarStream *self, const char *path, GError **error);
guint64    tar_stream_length(const TarStream *self);

/* Returns: bytes written to @out; 0: the end; -1 and @error: a file is gone, or no longer as
 * long as it was when it was added. */
gssize     tar_stream_read(TarStream *self, guint8 *out, gsize room, GError **error);
