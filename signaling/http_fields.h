/* signaling/http_fields.h - readers of the request fields that decide something.
 *
 * Pure functions over text from outside: bounded, no allocation. Every @field is nullable
 * (the request did not have it). Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Authorization: Bearer (RFC 6750 section 2.1). Returns: false if there is no well-formed
 * token of at most @out_size - 1 characters. */
bool http_field_bearer(const char *field, char *out, gsize out_size);
/* The value of cookie @name (RFC 6265 section 4.2.1); the first one counts. */
bool http_field_cookie(const char *field, const char *name, char *out, gsize out_size);
/* Accept-Language (RFC 9110 section 12.5.4): true if English is preferred to Vietnamese. */
bool http_field_wants_english(const char *field);
/* Content-Type: true if it is @media_type, with no charset but UTF-8. */
bool http_field_is_media_type(const char *field, const char *media_type);
/* The same, of a list: "application/json, text/csv". */
bool http_field_is_one_of(const char *field, const char *media_types);
/* Accept (RFC 9110 section 12.5.1): how much @media_type ("text/csv") is wanted, 0 (not at all) to 1000. A
 * range counts for a little less than the type itself. */
int  http_field_accept_weight(const char *field, const char *media_type);
/* If-None-Match (RFC 9110 section 13.1.2): true if @etag (with its quotes) is in the list. */
bool http_field_has_etag(const char *field, const char *etag);
/* Last-Event-ID: a decimal number. Returns: false for anything else. */
bool http_field_event_id(const char *field, guint64 *out);
/* Origin: true if its authority is that of @host (the Host field), and, when @is_https, its
 * scheme is https. "null" never is. */
bool http_field_is_own_origin(const char *field, const char *host, bool is_https);
/* X-Forwarded-For: the last address of the list, which the nearest proxy has seen. */
bool http_field_last_address(const char *field, char *out, gsize out_size);
