/* signaling/sdp_fragment.c - reads trickled candidates and ICE restarts (RFC 8840 section 9). */
#include "signaling/sdp.h"
#include "signaling/sdp_candidate.h"
#include "signaling/sdp_credentials.h"
#include "signaling/sdp_lines.h"
#include <string.h>

/* The m-lines of a bundle may each repeat the credentials: the same ones, then. */
static const char *
merge(char kept[MEDIA_TEXT_MAX], const char *read)
{
  if (kept[0] != '\0' && !g_str_equal(kept, read))
    return "two different sets of credentials";
  memcpy(kept, read, strlen(read) + 1);
  return NULL;
}

static const char *
on_attribute(SdpFragment *self, SdpSpan value)
{
  char text[MEDIA_TEXT_MAX];
  SdpSpan name = sdp_span_cut(&value, ':');
  if (sdp_span_equals(name, "ice-ufrag"))
    return sdp_credentials_read_ufrag(value, text) ? merge(self->ufrag, text)
                                                   : "ice-ufrag must be 4 to 256 ice-chars";
  if (sdp_span_equals(name, "ice-pwd"))
    return sdp_credentials_read_password(value, text) ? merge(self->password, text)
                                                      : "ice-pwd must be 22 to 256 ice-chars";
  if (sdp_span_equals(name, "candidate"))
    return sdp_candidate_add(value, self->candidates, &self->n_candidates)
             ? NULL : "not an ICE candidate";
  return NULL;
}

bool
sdp_fragment_parse(const char *text, gsize length, SdpFragment *out, GError **error)
{
  g_return_val_if_fail(text != NULL && out != NULL, false);
  memset(out, 0, sizeof *out);
  SdpLines lines;
  if (!sdp_lines_init(&lines, text, length, error))
    return false;
  SdpLinesStep step;
  char letter;
  SdpSpan value;
  while ((step = sdp_lines_next(&lines, &letter, &value, error)) == SDP_LINES_LINE) {
    const char *fault = letter == 'a' ? on_attribute(out, value) : NULL;
    if (fault != NULL)
      return sdp_lines_fail(&lines, error, fault);
  }
  if (step == SDP_LINES_FAULT)
    return false;
  if ((out->ufrag[0] == '\0') != (out->password[0] == '\0'))
    return sdp_lines_fail(&lines, error, "ice-ufrag and ice-pwd come together");
  return true;
}
