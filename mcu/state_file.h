/* mcu/state_file.h - the bridge's own small JSON files, each read and written whole.
 *
 * A file is {"version": 1, MEMBER: {...}}. It is written beside its place, synced and renamed, so a
 * crash leaves the old one or the new one. A StateWriter does that on a thread of its own, in the
 * order of the calls; of several texts that wait for one path only the last is written. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Returns: (transfer full): the object @member of @path; an empty object if there is no such file.
 * One that is no longer readable is said in the log and kept beside it as PATH.unreadable. Blocks. */
json_t *state_file_read(const char *path, const char *member);

/* Blocks until it is on the disk. Any thread. Errors: G_FILE_ERROR. */
bool state_file_write(const char *path, const char *text, GError **error);

typedef struct StateWriter StateWriter;
StateWriter *state_writer_new(void);
/* Writes what is still to be written. */
void         state_writer_free(StateWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StateWriter, state_writer_free)
/* Never blocks on the disk; a failure is said in the log. The folder of @path is made. Any thread. */
void         state_writer_put(StateWriter *self, const char *path, const char *member, json_t *content /* transfer none */);
