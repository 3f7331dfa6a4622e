/* signaling/sdp_span.c - a borrowed slice of SDP text: cutting it up and checking it. */
#include "signaling/sdp_span.h"
#include <string.h>

static bool
char_is_of(char c, SdpChars chars)
{
  switch (chars) {
  case SDP_CHARS_DIGIT:
    return g_ascii_isdigit(c);
  case SDP_CHARS_TOKEN:
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`{|}~", c) != NULL);
  case SDP_CHARS_ICE:
    return g_ascii_isalnum(c) || c == '+' || c == '/';
  case SDP_CHARS_VISIBLE:
    return c > 0x20 && c < 0x7F;
  case SDP_CHARS_LINE:
    return c >= 0x20 && c < 0x7F;
  case SDP_CHARS_NONE:
    break;
  }
  return false;
}

bool
sdp_span_is_of(SdpSpan self, SdpChars chars)
{
  for (gsize i = 0; i < self.length; i++)
    if (!char_is_of(self.at[i], chars))
      return false;
  return self.length > 0;
}

bool
sdp_span_equals(SdpSpan self, const char *text)
{
  return self.length == strlen(text) && memcmp(self.at, text, self.length) == 0;
}

bool
sdp_span_equals_nocase(SdpSpan self, const char *text)
{
  return self.length == strlen(text) && g_ascii_strncasecmp(self.at, text, self.length) == 0;
}

SdpSpan
sdp_span_cut(SdpSpan *self, char separator)
{
  SdpSpan head = *self;
  const char *found = self->length > 0 ? memchr(self->at, separator, self->length) : NULL;
  if (found == NULL) {
    *self = (SdpSpan) { self->at + self->length, 0 };
    return head;
  }
  head.length = (gsize)(found - self->at);
  *self = (SdpSpan) { found + 1, self->length - head.length - 1 };
  return head;
}

bool
sdp_span_number(SdpSpan self, guint32 max, guint32 *out)
{
  /* Ten digits cannot overflow 64 bits; leading zeros beyond that are nobody's habit. */
  if (self.length > 10 || !sdp_span_is_of(self, SDP_CHARS_DIGIT))
    return false;
  guint64 value = 0;
  for (gsize i = 0; i < self.length; i++)
    value = value * 10 + (guint64)(self.at[i] - '0');
  if (value > max)
    return false;
  *out = (guint32)value;
  return true;
}

bool
sdp_span_copy(SdpSpan self, char *out, gsize out_size)
{
  out[0] = '\0';
  if (self.length >= out_size)
    return false;
  if (self.length > 0)
    memcpy(out, self.at, self.length);
  out[self.length] = '\0';
  return true;
}
