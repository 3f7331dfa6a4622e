/* signaling/sdp_span.h - a borrowed slice of SDP text: cutting it up and checking it.
 *
 * Nothing here allocates. A span points into the caller's text and is never NUL-ended. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  const char *at;  /* borrowed */
  gsize       length;
} SdpSpan;

/* Sets of characters; a span "is of" a set if it is not empty and holds nothing else. */
typedef enum {
  SDP_CHARS_NONE = 0,
  SDP_CHARS_DIGIT,
  SDP_CHARS_TOKEN,    /* RFC 8866 section 9, token-char         */
  SDP_CHARS_ICE,      /* RFC 8839 section 5.1, ice-char         */
  SDP_CHARS_VISIBLE,  /* 0x21 to 0x7E                           */
  SDP_CHARS_LINE,     /* a line of ASCII text: VISIBLE and space */
} SdpChars;

bool sdp_span_is_of(SdpSpan self, SdpChars chars);
bool sdp_span_equals(SdpSpan self, const char *text);
bool sdp_span_equals_nocase(SdpSpan self, const char *text);

/* Cuts off what stands before the first @separator and moves @self past it; without one
 * everything is cut off and @self is left empty. */
SdpSpan sdp_span_cut(SdpSpan *self, char separator);

/* Reads a decimal number of at most @max: digits only, no sign, no spaces.
 * Returns: false, @out untouched, if it is none or too big. */
bool sdp_span_number(SdpSpan self, guint32 max, guint32 *out);

/* Copies into @out with a NUL. Returns: false, @out made "", if it does not fit. */
bool sdp_span_copy(SdpSpan self, char *out, gsize out_size);
