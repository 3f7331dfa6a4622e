/* signaling/static_files.h - the web client's files, from one folder and nowhere else.
 *
 * "/" is "/index.html", and "/clerk" is "/clerk.html" where no file is named "clerk". Names are [A-Za-z0-9._@-] and do not begin with a dot; no symbolic
 * link is followed. Files are revalidated by ETag at each use (Cache-Control: no-cache), so
 * a new version is seen at once and an old one costs a 304. Control thread. */
#pragma once
#include "signaling/http_request.h"

typedef struct StaticFiles StaticFiles;

/* Returns: (transfer full) (nullable): NULL and @error if @folder cannot be opened. */
StaticFiles *static_files_new(const char *folder, GError **error);
void         static_files_free(StaticFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StaticFiles, static_files_free)

/* Answers a GET or HEAD of @path. Returns: false if no file has that path: not answered. */
bool         static_files_answer(StaticFiles *self, HttpRequest *request, const char *path) ON_CONTROL;
