/* signaling/http_range.c - the Range request field (RFC 9110 section 14). */
#include "signaling/http_range.h"
#include <string.h>

/* Digits up to @end; false: none, or too many. */
static gboolean
take_number(const char **text, guint64 *out)
{
  const char *p = *text;
  *out = 0;
  for (; g_ascii_isdigit(*p); p++) {
    if (*out > (G_MAXUINT64 - 9) / 10)
      return FALSE;
    *out = *out * 10 + (guint64)(*p - '0');
  }
  gboolean is_there = p > *text;
  *text = p;
  return is_there;
}

HttpRange
http_range_read(const char *field, guint64 size)
{
  static const char UNIT[] = "bytes=";
  HttpRange whole = { HTTP_RANGE_NONE, 0, 0 }, nothing = { HTTP_RANGE_UNSATISFIABLE, 0, 0 };
  if (field == NULL || g_ascii_strncasecmp(field, UNIT, sizeof UNIT - 1) != 0)
    return whole;
  const char *p = field + sizeof UNIT - 1;
  p += strspn(p, " \t");
  guint64 first = 0, last = 0;
  gboolean has_first = take_number(&p, &first);
  if (!has_first && g_ascii_isdigit(*p))
    return whole;
  if (*p++ != '-')
    return whole;
  gboolean has_last = take_number(&p, &last);
  p += strspn(p, " \t");
  if (*p != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first))
    return whole;
  if (!has_first)
    return last == 0 || size == 0 ? nothing : (HttpRange) { HTTP_RANGE_PART, size - MIN(last, size), size - 1 };
  if (first >= size)
    return nothing;
  return (HttpRange) { HTTP_RANGE_PART, first, has_last ? MIN(last, size - 1) : size - 1 };
}

gboolean
http_range_applies(const char *if_range, const char *etag)
{
  return if_range == NULL || (etag != NULL && strcmp(if_range, etag) == 0);
}
