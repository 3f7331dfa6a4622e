/* signaling/http_range.h - the Range request field (RFC 9110 section 14). Pure; any thread. */
#pragma once
#include <glib.h>

typedef enum {
  HTTP_RANGE_NONE = 0,        /* the whole: no field, another unit, several ranges, nonsense */
  HTTP_RANGE_PART,            /* 206 with first and last                                   */
  HTTP_RANGE_UNSATISFIABLE,   /* 416: nothing of it is there                               */
} HttpRangeKind;

typedef struct {
  HttpRangeKind kind;
  guint64 first, last;        /* bytes, both included                                      */
} HttpRange;

/* @field: (nullable) "bytes=0-499", "bytes=500-", "bytes=-500". @size: of the whole. A server may
 * ignore a Range that it does not like (section 14.2): several ranges get the whole. */
HttpRange http_range_read(const char *field, guint64 size);

/* If-Range (section 13.1.5). Returns: whether the Range counts: no field, or exactly the strong
 * @etag, with its quotes. A date never counts: what has no strong validator here has no ranges. */
gboolean  http_range_applies(const char *if_range, const char *etag);
