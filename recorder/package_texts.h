/* recorder/package_texts.h - the texts of a package: session.json, case.json, chapters.vtt, speakers.vtt, bag-info.txt. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Writes all of them but bag-info.txt below @directory. @lines: the journal. */
bool  package_texts_write(const char *directory, const json_t *facts, const json_t *lines, GError **error);
/* Lines for bag_make(). (transfer full). @stamp_server: (nullable). */
char *package_bag_info(const json_t *facts, const char *stamp_server, gint64 wall_us);
