/* signaling/sdp_description.c - an SDP text as bounded plain data (RFC 8866, 9429). */
#include "signaling/sdp_description.h"
#include "signaling/sdp.h"
#include "signaling/sdp_candidate.h"
#include "signaling/sdp_credentials.h"
#include <string.h>

typedef struct {
  SdpDescription *description;  /* borrowed */
  SdpMedia       *section;      /* the m-line being read, or the session level */
  guint           seen;         /* a bit for each ATTRIBUTES entry met in this section */
  guint           letters;      /* a bit for each line letter met at session level */
  bool            has_own_fingerprint;  /* this section's, not inherited */
} Parser;

/* Reads the value of one attribute. Returns: NULL, or what is wrong with it. */
typedef const char *(*AttributeHandler)(Parser *parser, SdpSpan value);

static const char *const EXTENSION_URIS[SDP_EXTENSIONS] = {
  [SDP_EXTENSION_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
  [SDP_EXTENSION_TRANSPORT_CC]
  = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  [SDP_EXTENSION_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  [SDP_EXTENSION_ABS_SEND_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  [SDP_EXTENSION_VIDEO_ORIENTATION] = "urn:3gpp:video-orientation",
  [SDP_EXTENSION_PLAYOUT_DELAY] = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
};

const char *
sdp_extension_uri(SdpExtensionKind kind)
{
  g_return_val_if_fail(kind < SDP_EXTENSIONS, NULL);
  return EXTENSION_URIS[kind];
}

guint8 *
sdp_extension_id(MediaExtensionIds *ids, SdpExtensionKind kind)
{
  switch (kind) {
  case SDP_EXTENSION_MID:
    return &ids->mid;
  case SDP_EXTENSION_TRANSPORT_CC:
    return &ids->transport_cc;
  case SDP_EXTENSION_AUDIO_LEVEL:
    return &ids->audio_level;
  case SDP_EXTENSION_ABS_SEND_TIME:
    return &ids->abs_send_time;
  case SDP_EXTENSION_VIDEO_ORIENTATION:
    return &ids->video_orientation;
  case SDP_EXTENSION_PLAYOUT_DELAY:
    return &ids->playout_delay;
  case SDP_EXTENSIONS:
    break;
  }
  g_return_val_if_reached(NULL);
}

static bool
is_session_level(const Parser *parser)
{
  return parser->section == &parser->description->session;
}

/* ---- attributes of the transport ---- */

static const char *
on_ice_ufrag(Parser *parser, SdpSpan value)
{
  return sdp_credentials_read_ufrag(value, parser->section->transport.ufrag)
           ? NULL : "ice-ufrag must be 4 to 256 ice-chars";
}

static const char *
on_ice_pwd(Parser *parser, SdpSpan value)
{
  return sdp_credentials_read_password(value, parser->section->transport.password)
           ? NULL : "ice-pwd must be 22 to 256 ice-chars";
}

static const char *
on_ice_lite(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  if (is_session_level(parser))
    parser->description->is_ice_lite = true;
  return NULL;
}

static const char *
on_fingerprint(Parser *parser, SdpSpan value)
{
  SdpTransport *transport = &parser->section->transport;
  /* RFC 8122 section 5: those of the m-line replace those of the session. */
  if (!parser->has_own_fingerprint)
    transport->has_sha256 = false;
  parser->has_own_fingerprint = true;
  SdpSpan hash = sdp_span_cut(&value, ' ');
  if (!sdp_span_is_of(hash, SDP_CHARS_TOKEN))
    return "a fingerprint needs the name of its hash";
  if (!sdp_span_equals_nocase(hash, "sha-256"))
    return NULL;
  guint8 bytes[32];
  if (value.length != sizeof bytes * 3 - 1)
    return "a SHA-256 fingerprint has 32 bytes";
  for (gsize i = 0; i < sizeof bytes; i++) {
    const char *at = value.at + i * 3;
    if (!g_ascii_isxdigit(at[0]) || !g_ascii_isxdigit(at[1])
        || (i + 1 < sizeof bytes && at[2] != ':'))
      return "a fingerprint is hexadecimal with colons";
    bytes[i] = (guint8)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
  }
  if (transport->has_sha256 && memcmp(transport->fingerprint_sha256, bytes, sizeof bytes) != 0)
    return "two different SHA-256 fingerprints";
  transport->has_sha256 = true;
  memcpy(transport->fingerprint_sha256, bytes, sizeof bytes);
  return NULL;
}

static const char *
on_setup(Parser *parser, SdpSpan value)
{
  static const struct { const char *name; SdpSetup setup; } NAMES[] = {
    { "actpass", SDP_SETUP_ACTPASS }, { "active", SDP_SETUP_ACTIVE },
    { "passive", SDP_SETUP_PASSIVE }, { "holdconn", SDP_SETUP_HOLDCONN },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    if (sdp_span_equals(value, NAMES[i].name)) {
      parser->section->transport.setup = NAMES[i].setup;
      return NULL;
    }
  }
  return "setup must be actpass, active, passive or holdconn";
}

static const char *
on_candidate(Parser *parser, SdpSpan value)
{
  SdpMedia *media = parser->section;
  return sdp_candidate_add(value, media->candidates, &media->n_candidates)
           ? NULL : "not an ICE candidate";
}

static const char *
on_end_of_candidates(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->end_of_candidates = true;
  return NULL;
}

/* ---- attributes of the grouping ---- */

static const char *
on_group(Parser *parser, SdpSpan value)
{
  SdpDescription *description = parser->description;
  SdpSpan semantics = sdp_span_cut(&value, ' ');
  if (!sdp_span_equals(semantics, "BUNDLE") || description->has_bundle)
    return NULL;
  description->has_bundle = true;
  while (value.length > 0) {
    SdpSpan mid = sdp_span_cut(&value, ' ');
    if (description->n_bundled == MEDIA_TRACKS_MAX)
      return "too many m-lines in the BUNDLE group";
    char *out = description->bundled[description->n_bundled];
    if (!sdp_span_is_of(mid, SDP_CHARS_TOKEN)
        || !sdp_span_copy(mid, out, sizeof description->bundled[0]))
      return "a mid must be a token of 1 to 32 characters";
    for (guint i = 0; i < description->n_bundled; i++)
      if (g_str_equal(description->bundled[i], out))
        return "a mid twice in the BUNDLE group";
    description->n_bundled++;
  }
  return NULL;
}

static const char *
on_mid(Parser *parser, SdpSpan value)
{
  SdpMedia *media = parser->section;
  if (!sdp_span_is_of(value, SDP_CHARS_TOKEN)
      || !sdp_span_copy(value, media->mid, sizeof media->mid))
    return "a mid must be a token of 1 to 32 characters";
  for (const SdpMedia *other = parser->description->media; other < media; other++)
    if (g_str_equal(other->mid, media->mid))
      return "the same mid on two m-lines";
  return NULL;
}

static const char *
on_bundle_only(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->bundle_only = true;
  return NULL;
}

static const char *
on_rtcp_mux(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->rtcp_mux = true;
  return NULL;
}

/* ---- attributes of the media ---- */

static const char *
on_sendrecv(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->direction = (SdpDirection) { true, true };
  return NULL;
}

static const char *
on_sendonly(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->direction = (SdpDirection) { true, false };
  return NULL;
}

static const char *
on_recvonly(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->direction = (SdpDirection) { false, true };
  return NULL;
}

static const char *
on_inactive(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->direction = (SdpDirection) { false, false };
  return NULL;
}

static const char *
on_rtcp_rsize(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->rtcp_rsize = true;
  return NULL;
}

/* RFC 3611 section 5.1: rcvr-rtt=all[:maximum size]. */
static const char *
on_rtcp_xr(Parser *parser, SdpSpan value)
{
  while (value.length > 0) {
    SdpSpan format = sdp_span_cut(&value, ' ');
    SdpSpan mode = sdp_span_cut(&format, ':');
    if (sdp_span_equals(mode, "rcvr-rtt=all"))
      parser->section->rcvr_rtt = true;
  }
  return NULL;
}

static SdpEncoding
encoding_named(SdpSpan name, SdpSpan clock_rate, SdpSpan channels)
{
  bool is_mono = channels.length == 0 || sdp_span_equals(channels, "1");
  if (sdp_span_equals_nocase(name, "opus") && sdp_span_equals(clock_rate, "48000")
      && sdp_span_equals(channels, "2"))
    return SDP_ENCODING_OPUS;
  if (!sdp_span_equals(clock_rate, "90000") || !is_mono)
    return SDP_ENCODING_OTHER;
  if (sdp_span_equals_nocase(name, "VP8"))
    return SDP_ENCODING_VP8;
  if (sdp_span_equals_nocase(name, "VP9"))
    return SDP_ENCODING_VP9;
  if (sdp_span_equals_nocase(name, "rtx"))
    return SDP_ENCODING_RTX;
  return SDP_ENCODING_OTHER;
}

static const char *
on_rtpmap(Parser *parser, SdpSpan value)
{
  guint32 payload_type;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), SDP_PAYLOAD_TYPES - 1, &payload_type))
    return "rtpmap needs a payload type of 0 to 127";
  SdpSpan name = sdp_span_cut(&value, '/');
  SdpSpan clock_rate = sdp_span_cut(&value, '/');
  guint32 rate;
  if (!sdp_span_is_of(name, SDP_CHARS_TOKEN) || !sdp_span_number(clock_rate, G_MAXUINT32, &rate))
    return "rtpmap needs an encoding name and a clock rate";
  SdpFormat *format = &parser->section->by_payload_type[payload_type];
  if (format->encoding != SDP_ENCODING_NONE)
    return "two rtpmaps for one payload type";
  format->encoding = encoding_named(name, clock_rate, value);
  return NULL;
}

static const char *
on_fmtp(Parser *parser, SdpSpan value)
{
  guint32 payload_type;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), SDP_PAYLOAD_TYPES - 1, &payload_type))
    return "fmtp needs a payload type of 0 to 127";
  SdpFormat *format = &parser->section->by_payload_type[payload_type];
  while (value.length > 0) {
    SdpSpan parameter = sdp_span_cut(&value, ';');
    while (parameter.length > 0 && parameter.at[0] == ' ')
      parameter = (SdpSpan) { parameter.at + 1, parameter.length - 1 };
    SdpSpan name = sdp_span_cut(&parameter, '=');
    guint32 apt;
    if (sdp_span_equals_nocase(name, "useinbandfec"))
      format->useinbandfec = sdp_span_equals(parameter, "1");
    else if (sdp_span_equals_nocase(name, "usedtx"))
      format->usedtx = sdp_span_equals(parameter, "1");
    else if (sdp_span_equals_nocase(name, "apt")) {
      if (!sdp_span_number(parameter, SDP_PAYLOAD_TYPES - 1, &apt))
        return "apt needs a payload type of 0 to 127";
      format->has_apt = true;
      format->apt = (guint8)apt;
    }
  }
  return NULL;
}

static const char *
on_rtcp_fb(Parser *parser, SdpSpan value)
{
  static const struct { const char *name; SdpFeedback bit; } NAMES[] = {
    { "nack", SDP_FEEDBACK_NACK }, { "nack pli", SDP_FEEDBACK_PLI },
    { "ccm fir", SDP_FEEDBACK_FIR }, { "transport-cc", SDP_FEEDBACK_TRANSPORT_CC },
    { "goog-remb", SDP_FEEDBACK_REMB },
  };
  SdpSpan target = sdp_span_cut(&value, ' ');
  bool is_for_all = sdp_span_equals(target, "*");
  guint32 payload_type = 0;
  if (!is_for_all && !sdp_span_number(target, SDP_PAYLOAD_TYPES - 1, &payload_type))
    return "rtcp-fb needs a payload type of 0 to 127, or *";
  guint bits = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++)
    if (sdp_span_equals(value, NAMES[i].name))
      bits = NAMES[i].bit;
  for (guint i = 0; i < SDP_PAYLOAD_TYPES; i++)
    if (is_for_all || i == payload_type)
      parser->section->by_payload_type[i].feedback |= bits;
  return NULL;
}

/* RFC 8285 section 8: <id>["/"<direction>] <URI> [<attributes>]. */
static const char *
on_extmap(Parser *parser, SdpSpan value)
{
  SdpMedia *media = parser->section;
  SdpSpan uri = value;
  SdpSpan way = sdp_span_cut(&uri, ' ');
  SdpSpan id_text = sdp_span_cut(&way, '/');
  uri = sdp_span_cut(&uri, ' ');
  guint32 id;
  if (!sdp_span_number(id_text, G_MAXUINT16, &id) || id == 0)
    return "extmap needs a number above 0";
  if (!sdp_span_is_of(uri, SDP_CHARS_VISIBLE))
    return "extmap needs a URI";
  if (id > G_MAXUINT8)
    return NULL;  /* 4096 and up: an alternative that the peer would renumber */
  if (media->extension_ids_used[id / 32] & (1u << id % 32))
    return "an extmap number twice on one m-line";
  media->extension_ids_used[id / 32] |= 1u << id % 32;

  SdpDirection direction = {
    .sends = way.length == 0 || sdp_span_equals(way, "sendrecv") || sdp_span_equals(way, "sendonly"),
    .receives = way.length == 0 || sdp_span_equals(way, "sendrecv")
                || sdp_span_equals(way, "recvonly"),
  };
  for (guint kind = 0; kind < SDP_EXTENSIONS; kind++)
    if (media->extensions[kind].id == 0 && sdp_span_equals(uri, EXTENSION_URIS[kind]))
      media->extensions[kind] = (SdpExtension) { (guint8)id, direction };
  return NULL;
}

static const char *
on_extmap_allow_mixed(Parser *parser, SdpSpan value G_GNUC_UNUSED)
{
  parser->section->extmap_allow_mixed = true;
  return NULL;
}

static const char *
on_ssrc(Parser *parser, SdpSpan value)
{
  guint32 ssrc;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), G_MAXUINT32, &ssrc))
    return "ssrc needs a 32-bit number";
  if (parser->section->ssrc == 0)
    parser->section->ssrc = ssrc;
  return NULL;
}

/* RFC 5576 section 4.2, RFC 4588: FID pairs a stream with its retransmissions. */
static const char *
on_ssrc_group(Parser *parser, SdpSpan value)
{
  SdpMedia *media = parser->section;
  SdpSpan semantics = sdp_span_cut(&value, ' ');
  if (!sdp_span_equals(semantics, "FID") || media->rtx_ssrc != 0)
    return NULL;
  guint32 ssrc, rtx_ssrc;
  SdpSpan first = sdp_span_cut(&value, ' ');
  if (!sdp_span_number(first, G_MAXUINT32, &ssrc)
      || !sdp_span_number(value, G_MAXUINT32, &rtx_ssrc) || ssrc == rtx_ssrc)
    return "ssrc-group FID needs two different 32-bit numbers";
  media->ssrc = ssrc;
  media->rtx_ssrc = rtx_ssrc;
  return NULL;
}

/* ---- lines ---- */

typedef enum { LEVEL_NONE = 0, LEVEL_SESSION = 1, LEVEL_MEDIA = 2, LEVEL_BOTH = 3 } Level;
typedef enum { TIMES_NONE = 0, TIMES_ONCE, TIMES_ANY } Times;

static const struct {
  const char      *name;
  Level            level;  /* elsewhere it is passed over */
  Times            times;  /* in one section */
  AttributeHandler handler;
} ATTRIBUTES[] = {
  { "ice-ufrag", LEVEL_BOTH, TIMES_ONCE, on_ice_ufrag },
  { "ice-pwd", LEVEL_BOTH, TIMES_ONCE, on_ice_pwd },
  { "ice-lite", LEVEL_SESSION, TIMES_ANY, on_ice_lite },
  { "fingerprint", LEVEL_BOTH, TIMES_ANY, on_fingerprint },
  { "setup", LEVEL_BOTH, TIMES_ONCE, on_setup },
  { "candidate", LEVEL_MEDIA, TIMES_ANY, on_candidate },
  { "end-of-candidates", LEVEL_BOTH, TIMES_ANY, on_end_of_candidates },
  { "group", LEVEL_SESSION, TIMES_ANY, on_group },
  { "mid", LEVEL_MEDIA, TIMES_ONCE, on_mid },
  { "bundle-only", LEVEL_MEDIA, TIMES_ANY, on_bundle_only },
  { "rtcp-mux", LEVEL_MEDIA, TIMES_ANY, on_rtcp_mux },
  { "rtcp-rsize", LEVEL_MEDIA, TIMES_ANY, on_rtcp_rsize },
  { "rtcp-xr", LEVEL_BOTH, TIMES_ANY, on_rtcp_xr },
  { "sendrecv", LEVEL_BOTH, TIMES_ANY, on_sendrecv },
  { "sendonly", LEVEL_BOTH, TIMES_ANY, on_sendonly },
  { "recvonly", LEVEL_BOTH, TIMES_ANY, on_recvonly },
  { "inactive", LEVEL_BOTH, TIMES_ANY, on_inactive },
  { "rtpmap", LEVEL_MEDIA, TIMES_ANY, on_rtpmap },
  { "fmtp", LEVEL_MEDIA, TIMES_ANY, on_fmtp },
  { "rtcp-fb", LEVEL_MEDIA, TIMES_ANY, on_rtcp_fb },
  { "extmap", LEVEL_BOTH, TIMES_ANY, on_extmap },
  { "extmap-allow-mixed", LEVEL_BOTH, TIMES_ANY, on_extmap_allow_mixed },
  { "ssrc", LEVEL_MEDIA, TIMES_ANY, on_ssrc },
  { "ssrc-group", LEVEL_MEDIA, TIMES_ANY, on_ssrc_group },
};
G_STATIC_ASSERT(G_N_ELEMENTS(ATTRIBUTES) <= sizeof(guint) * 8);

static const char *
on_attribute(Parser *parser, SdpSpan value)
{
  SdpSpan name = sdp_span_cut(&value, ':');
  Level level = is_session_level(parser) ? LEVEL_SESSION : LEVEL_MEDIA;
  for (guint i = 0; i < G_N_ELEMENTS(ATTRIBUTES); i++) {
    if (!sdp_span_equals(name, ATTRIBUTES[i].name))
      continue;
    if (!(ATTRIBUTES[i].level & level))
      return NULL;
    if (ATTRIBUTES[i].times == TIMES_ONCE && (parser->seen & 1u << i))
      return "an attribute twice that may stand but once";
    parser->seen |= 1u << i;
    return ATTRIBUTES[i].handler(parser, value);
  }
  return NULL;
}

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

/* ICE credentials come in pairs of one level (RFC 8839 section 5.4). */
static const char *
end_section(const Parser *parser)
{
  const guint pair = 3u;  /* the bits of the first two ATTRIBUTES */
  guint seen = parser->seen & pair;
  return seen == 0 || seen == pair ? NULL : "ice-ufrag and ice-pwd come together";
}

static const char *
on_media_line(Parser *parser, SdpSpan value)
{
  SdpDescription *description = parser->description;
  const guint needed = 1u << ('o' - 'a') | 1u << ('s' - 'a') | 1u << ('t' - 'a');
  if ((parser->letters & needed) != needed)
    return "o=, s= and t= must stand before the first m-line";
  const char *fault = end_section(parser);
  if (fault != NULL)
    return fault;
  if (description->n_media == MEDIA_TRACKS_MAX)
    return "too many m-lines";
  parser->section = &description->media[description->n_media++];
  *parser->section = description->session;
  parser->seen = 0;
  parser->has_own_fingerprint = false;
  return read_media_line(parser->section, value);
}

static const char *
on_line(Parser *parser, guint number, char letter, SdpSpan value)
{
  if (number == 1)
    return letter == 'v' && sdp_span_equals(value, "0") ? NULL : "SDP begins with v=0";
  if (letter == 'm')
    return on_media_line(parser, value);
  if (letter == 'a')
    return on_attribute(parser, value);
  if (is_session_level(parser))
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
  const char *fault = parser->description->n_media == 0 ? "no m-line" : end_section(parser);
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
  Parser parser = { .description = self, .section = &self->session };
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
