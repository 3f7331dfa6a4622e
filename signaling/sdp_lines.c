/* signaling/sdp_lines.c - walks SDP text line by line (RFC 8866 section 5). */
#include "signaling/sdp_lines.h"
#include "signaling/sdp.h"
#include <string.h>

G_DEFINE_QUARK(sdp-error-quark, sdp_error)

bool
sdp_lines_init(SdpLines *self, const char *text, gsize length, GError **error)
{
  *self = (SdpLines) { .rest = { text, length } };
  if (length == 0 || length > SDP_TEXT_BYTES_MAX) {
    g_set_error(error, SDP_ERROR, SDP_ERROR_MALFORMED, "a text of 1 to %d bytes is needed",
                SDP_TEXT_BYTES_MAX);
    return false;
  }
  return true;
}

bool
sdp_lines_fail(const SdpLines *self, GError **error, const char *what)
{
  g_set_error(error, SDP_ERROR, SDP_ERROR_MALFORMED, "line %u: %s", self->number, what);
  return false;
}

static bool
has_control_character(SdpSpan line)
{
  for (gsize i = 0; i < line.length; i++)
    if (g_ascii_iscntrl(line.at[i]))
      return true;
  return false;
}

static bool
is_only_line_ends(SdpSpan text)
{
  for (gsize i = 0; i < text.length; i++)
    if (text.at[i] != '\r' && text.at[i] != '\n')
      return false;
  return true;
}

static SdpLinesStep
fault(const SdpLines *self, GError **error, const char *what)
{
  sdp_lines_fail(self, error, what);
  return SDP_LINES_FAULT;
}

SdpLinesStep
sdp_lines_next(SdpLines *self, char *letter, SdpSpan *value, GError **error)
{
  if (is_only_line_ends(self->rest))
    return SDP_LINES_END;
  self->number++;
  if (self->number > SDP_LINES_MAX)
    return fault(self, error, "too many lines");
  SdpSpan line = sdp_span_cut(&self->rest, '\n');
  if (line.length > 0 && line.at[line.length - 1] == '\r')
    line.length--;
  if (line.length > SDP_LINE_BYTES_MAX)
    return fault(self, error, "the line is too long");
  if (has_control_character(line))
    return fault(self, error, "a control character");
  if (line.length < 2 || !g_ascii_islower(line.at[0]) || line.at[1] != '=')
    return fault(self, error, "each line must begin with a letter and \"=\"");
  *letter = line.at[0];
  *value = (SdpSpan) { line.at + 2, line.length - 2 };
  return SDP_LINES_LINE;
}
