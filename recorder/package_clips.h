/* recorder/package_clips.h - the master and one clip per case, joined from a session's segments. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* Makes data/master.mkv and data/cases/NNN/case.mkv and states them in @facts ("master",
 * "masterDuration"; "clip" null where one could not be made). The segments are the record: a clip that fails
 * (a full disk) is a line of "notes", not the end of the package. */
void package_clips(const char *directory, json_t *facts);

/* "Vụ việc 12 · A012 · Gia Bình"; the title too unless confidential. (transfer full). */
char *package_case_title(const json_t *item);

void package_note(json_t *facts, const char *format, ...) G_GNUC_PRINTF(2, 3);
