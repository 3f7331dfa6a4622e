/* signaling/http_json.h - JSON bodies from outside. Any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

#define HTTP_JSON_ERROR (http_json_error_quark())
GQuark http_json_error_quark(void);

/* Parses @text (at most 64 kB are expected) as one JSON object: no duplicate keys, no
 * text behind it. The error names the place, and never repeats the text: it may hold a key.
 * Returns: (transfer full) (nullable). */
json_t *http_json_parse(const char *text, gsize length, GError **error);
