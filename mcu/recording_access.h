/* mcu/recording_access.h - which parts of a recording somebody may have who has no right to confidential cases.
 *
 * Of a session with a confidential case: the other cases one by one, the segments of the composed
 * picture that are of none of them, and what proves them (manifests, signature). Not the master, a
 * site's own stream of that time, the journal, or the whole. A recording whose session.json cannot be
 * read is kept closed. Blocks on the disk; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct RecordingAccess RecordingAccess;

/* @directory: of a closed session. @may_see_restricted: everything is allowed. */
RecordingAccess *recording_access_new(const char *directory, bool may_see_restricted);
void             recording_access_free(RecordingAccess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordingAccess, recording_access_free)
/* @path: as in the manifest. */
bool             recording_access_allows(const RecordingAccess *self, const char *path);
bool             recording_access_allows_case(const RecordingAccess *self, guint number);
bool             recording_access_allows_all(const RecordingAccess *self);

/* Says in a case's object whether it is "restricted"; unless @may_see_restricted, what such a one is about is
 * taken out. null is left alone. */
void             recording_access_mark_case(json_t *item, bool may_see_restricted);
