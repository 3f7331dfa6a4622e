/* signaling/sdp_description.c - an SDP text as bounded plain data (RFC 8866, 9429). */
#include "signaling/sdp_description.h"
#include "signaling/sdp.h"
#include "signaling/sdp_attributes.h"
#include <string.h>

typedef struct {
  SdpDescription *description;  /* borrowed */
  SdpAttributes   attributes;   /* of the section being read */
  guint           letters;      /* a bit for each line letter met at session level */
} Parser;

/* JSEP (RFC 9429 section 5.1.2) also lets RTP/AVP stand for DTLS-SRTP; no WebRTC client has
 * written it for years, and a plain RTP offer must not be taken for an encrypted one. */
static bool
is_srtp(const char *protocol)
{
  static const char *const PROTOCOLS[] = {
    "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP",
    "TCP/TLS/RTP/SAVPF", "RTP/SAVPF", "RTP/SAVP",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(PROTOCOLS); i++)
    if (g_str_equal(protocol, PROTOCOLS[i]))
      return true;
  return false;
}

static const char *
read_payload_types(SdpMedia *media, SdpSpan list)
{
  while (list.length > 0) {
    guint32 payload_type;
    if (!sdp_span_number(sdp_span_cut(&list, ' '), SDP_PAYLOAD_TYPES - 1, &payload_type))
      return "a payload type must be 0 to 127";
    if (media->by_payload_type[payload_type].listed)
      return "a payload type twice on one m-line";
    media->by_payload_type[payload_type].listed = true;
    media->formats[media->n_formats++] = (guint8)payload_type;
  }
  return media->n_formats > 0 ? NULL : "an m-line without payload types";
}

/* m=<media> <port>["/"<number>] <protocol> <format> ... */
static const char *
read_media_line(SdpMedia *media, SdpSpan value)
{
  SdpSpan kind = sdp_span_cut(&value, ' ');
  SdpSpan ports = sdp_span_cut(&value, ' ');
  SdpSpan protocol = sdp_span_cut(&value, ' ');
  SdpSpan formats = value;
  SdpSpan format = sdp_span_cut(&value, ' ');
  guint32 port;
  if (!sdp_span_is_of(kind, SDP_CHARS_TOKEN)
      || !sdp_span_copy(kind, media->media, sizeof media->media)
      || !sdp_span_number(sdp_span_cut(&ports, '/'), G_MAXUINT16, &port)
      || !sdp_span_is_of(protocol, SDP_CHARS_VISIBLE)
      || !sdp_span_copy(protocol, media->protocol, sizeof media->protocol)
      || !sdp_span_is_of(format, SDP_CHARS_TOKEN)
      || !sdp_span_copy(format, media->format, sizeof media->format))
    return "an m-line needs media, port, protocol and formats";
  media->is_zero_port = port == 0;
  if (is_srtp(media->protocol) && g_str_equal(media->media, "audio"))
    media->kind = MEDIA_KIND_AUDIO;
  else if (is_srtp(media->protocol) && g_str_equal(media->media, "video"))
    media->kind = MEDIA_KIND_VIDEO;
  return media->kind == MEDIA_KIND_NONE ? NULL : read_payload_types(media, formats);
}

static const char *
on_media_line(Parser *parser, SdpSpan value)
{
  SdpDescription *description = parser->description;
  const guint needed = 1u << ('o' - 'a') | 1u << ('s' - 'a') | 1u << ('t' - 'a');
  if ((parser->letters & needed) != needed)
    return "o=, s= and t= must stand before the first m-line";
  const char *fault = sdp_attributes_end(&parser->attributes);
  if (fault != NULL)
    return fault;
  if (description->n_media == MEDIA_TRACKS_MAX)
    return "too many m-lines";
  SdpMedia *media = &description->media[description->n_media++];
  *media = description->session;
  parser->attributes = (SdpAttributes) { .description = description, .section = media };
  return read_media_line(media, value);
}

static const char *
on_line(Parser *parser, guint number, char letter, SdpSpan value)
{
  if (number == 1)
    return letter == 'v' && sdp_span_equals(value, "0") ? NULL : "SDP begins with v=0";
  if (letter == 'm')
    return on_media_line(parser, value);
  if (letter == 'a')
    return sdp_attributes_read(&parser->attributes, value);
  if (parser->description->n_media == 0)
    parser->letters |= 1u << (letter - 'a');
  return NULL;
}

/* Each mid of the BUNDLE group must belong to an m-line (RFC 8843 section 7.1). */
static const char *
check_bundle(const SdpDescription *description)
{
  for (guint i = 0; i < description->n_bundled; i++) {
    bool found = false;
    for (guint j = 0; j < description->n_media && !found; j++)
      found = g_str_equal(description->bundled[i], description->media[j].mid);
    if (!found)
      return "the BUNDLE group names a mid that no m-line has";
  }
  return NULL;
}

static bool
parse(Parser *parser, SdpLines *lines, GError **error)
{
  SdpLinesStep step;
  char letter;
  SdpSpan value;
  while ((step = sdp_lines_next(lines, &letter, &value, error)) == SDP_LINES_LINE) {
    const char *fault = on_line(parser, lines->number, letter, value);
    if (fault != NULL)
      return sdp_lines_fail(lines, error, fault);
  }
  if (step == SDP_LINES_FAULT)
    return false;
  const char *fault = parser->description->n_media == 0
                        ? "no m-line" : sdp_attributes_end(&parser->attributes);
  if (fault == NULL)
    fault = check_bundle(parser->description);
  return fault == NULL || sdp_lines_fail(lines, error, fault);
}

SdpDescription *
sdp_description_parse(const char *text, gsize length, GError **error)
{
  SdpLines lines;
  if (!sdp_lines_init(&lines, text, length, error))
    return NULL;
  g_autoptr(SdpDescription) self = g_new0(SdpDescription, 1);
  self->session.direction = (SdpDirection) { true, true };
  Parser parser = { .description = self,
                    .attributes = { .description = self, .section = &self->session } };
  if (!parse(&parser, &lines, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
sdp_description_free(SdpDescription *self)
{
  g_free(self);
}

bool
sdp_description_is_bundled(const SdpDescription *self, const SdpMedia *media)
{
  for (guint i = 0; media->mid[0] != '\0' && i < self->n_bundled; i++)
    if (g_str_equal(self->bundled[i], media->mid))
      return true;
  return false;
}
