/* signaling/sdp_lines.h - walks SDP text line by line (RFC 8866 section 5).
 *
 * Lines end with CRLF or LF. A NUL or another control character anywhere, a CR alone, a
 * line that is not `letter=`, too long a text or line, too many lines: all malformed.
 * Empty lines are tolerated at the end only. */
#pragma once
#include "signaling/sdp_span.h"

enum {
  SDP_TEXT_BYTES_MAX = 64 * 1024,
  SDP_LINE_BYTES_MAX = 4096,
  SDP_LINES_MAX = 3000,  /* eight m-lines of Chromium are about 900 */
};

typedef struct {
  SdpSpan rest;    /* borrowed */
  guint   number;  /* of the line handed out last, from 1 */
} SdpLines;

/* Errors: SDP_ERROR_MALFORMED if @length is 0 or above SDP_TEXT_BYTES_MAX. */
bool sdp_lines_init(SdpLines *self, const char *text, gsize length, GError **error);

typedef enum { SDP_LINES_NONE = 0, SDP_LINES_LINE, SDP_LINES_END, SDP_LINES_FAULT } SdpLinesStep;

/* Hands out the next line as the letter before "=" and what follows.
 * Errors: SDP_LINES_FAULT with SDP_ERROR_MALFORMED in @error. */
SdpLinesStep sdp_lines_next(SdpLines *self, char *letter, SdpSpan *value, GError **error);

/* Sets SDP_ERROR_MALFORMED: "line N: @what". @what never quotes the text: whoever logs or
 * answers with the message needs no second check of it. Returns: false. */
bool sdp_lines_fail(const SdpLines *self, GError **error, const char *what);
