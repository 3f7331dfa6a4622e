/* signaling/sdp_attributes.c - reads the a= lines of one section: session level or an m-line. */
#include "signaling/sdp_attributes.h"
#include "signaling/sdp_candidate.h"
#include "signaling/sdp_credentials.h"
#include <string.h>

/* Reads the value of one attribute. Returns: NULL, or what is wrong with it. */
typedef const char *(*AttributeHandler)(SdpAttributes *self, SdpSpan value);

static bool
is_session_level(const SdpAttributes *self)
{
  return self->section == &self->description->session;
}

/* ---- attributes of the transport ---- */

static const char *
on_ice_ufrag(SdpAttributes *self, SdpSpan value)
{
  self->has_ufrag = true;
  return sdp_credentials_read_ufrag(value, self->section->transport.ufrag)
           ? NULL : "ice-ufrag must be 4 to 256 ice-chars";
}

static const char *
on_ice_pwd(SdpAttributes *self, SdpSpan value)
{
  self->has_password = true;
  return sdp_credentials_read_password(value, self->section->transport.password)
           ? NULL : "ice-pwd must be 22 to 256 ice-chars";
}

static const char *
on_ice_lite(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  if (is_session_level(self))
    self->description->is_ice_lite = true;
  return NULL;
}

static const char *
on_fingerprint(SdpAttributes *self, SdpSpan value)
{
  SdpTransport *transport = &self->section->transport;
  /* RFC 8122 section 5: those of the m-line replace those of the session. */
  if (!self->has_fingerprint)
    transport->has_sha256 = false;
  self->has_fingerprint = true;
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
on_setup(SdpAttributes *self, SdpSpan value)
{
  static const struct { const char *name; SdpSetup setup; } NAMES[] = {
    { "actpass", SDP_SETUP_ACTPASS }, { "active", SDP_SETUP_ACTIVE },
    { "passive", SDP_SETUP_PASSIVE }, { "holdconn", SDP_SETUP_HOLDCONN },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    if (sdp_span_equals(value, NAMES[i].name)) {
      self->section->transport.setup = NAMES[i].setup;
      return NULL;
    }
  }
  return "setup must be actpass, active, passive or holdconn";
}

static const char *
on_candidate(SdpAttributes *self, SdpSpan value)
{
  SdpMedia *media = self->section;
  return sdp_candidate_add(value, media->candidates, &media->n_candidates)
           ? NULL : "not an ICE candidate";
}

static const char *
on_end_of_candidates(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->end_of_candidates = true;
  return NULL;
}

/* ---- attributes of the grouping ---- */

static const char *
on_group(SdpAttributes *self, SdpSpan value)
{
  SdpDescription *description = self->description;
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
on_mid(SdpAttributes *self, SdpSpan value)
{
  SdpMedia *media = self->section;
  if (!sdp_span_is_of(value, SDP_CHARS_TOKEN)
      || !sdp_span_copy(value, media->mid, sizeof media->mid))
    return "a mid must be a token of 1 to 32 characters";
  for (const SdpMedia *other = self->description->media; other < media; other++)
    if (g_str_equal(other->mid, media->mid))
      return "the same mid on two m-lines";
  return NULL;
}

static const char *
on_bundle_only(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->bundle_only = true;
  return NULL;
}

static const char *
on_rtcp_mux(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->rtcp_mux = true;
  return NULL;
}

/* ---- attributes of the media ---- */

static const char *
on_sendrecv(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->direction = (SdpDirection) { true, true };
  return NULL;
}

static const char *
on_sendonly(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->direction = (SdpDirection) { true, false };
  return NULL;
}

static const char *
on_recvonly(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->direction = (SdpDirection) { false, true };
  return NULL;
}

static const char *
on_inactive(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->direction = (SdpDirection) { false, false };
  return NULL;
}

static const char *
on_rtcp_rsize(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->rtcp_rsize = true;
  return NULL;
}

/* RFC 3611 section 5.1: rcvr-rtt=all[:maximum size]. */
static const char *
on_rtcp_xr(SdpAttributes *self, SdpSpan value)
{
  while (value.length > 0) {
    SdpSpan format = sdp_span_cut(&value, ' ');
    SdpSpan mode = sdp_span_cut(&format, ':');
    if (sdp_span_equals(mode, "rcvr-rtt=all"))
      self->section->rcvr_rtt = true;
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
  if (sdp_span_equals_nocase(name, "red") && sdp_span_equals(clock_rate, "48000")
      && sdp_span_equals(channels, "2"))
    return SDP_ENCODING_RED;
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
on_rtpmap(SdpAttributes *self, SdpSpan value)
{
  guint32 payload_type;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), SDP_PAYLOAD_TYPES - 1, &payload_type))
    return "rtpmap needs a payload type of 0 to 127";
  SdpSpan name = sdp_span_cut(&value, '/');
  SdpSpan clock_rate = sdp_span_cut(&value, '/');
  guint32 rate;
  if (!sdp_span_is_of(name, SDP_CHARS_TOKEN) || !sdp_span_number(clock_rate, G_MAXUINT32, &rate))
    return "rtpmap needs an encoding name and a clock rate";
  SdpFormat *format = &self->section->by_payload_type[payload_type];
  if (format->encoding != SDP_ENCODING_NONE)
    return "two rtpmaps for one payload type";
  format->encoding = encoding_named(name, clock_rate, value);
  return NULL;
}

/* RFC 2198 section 5: "111/111", the payload types of the blocks, newest first. Only RED of
 * one codec is of use: anything else is passed over. */
static void
read_red_blocks(SdpSpan list, SdpFormat *format)
{
  guint32 first, other;
  if (!sdp_span_number(sdp_span_cut(&list, '/'), SDP_PAYLOAD_TYPES - 1, &first) || list.length == 0)
    return;
  while (list.length > 0)
    if (!sdp_span_number(sdp_span_cut(&list, '/'), SDP_PAYLOAD_TYPES - 1, &other) || other != first)
      return;
  format->has_red = true;
  format->red = (guint8)first;
}

static const char *
on_fmtp(SdpAttributes *self, SdpSpan value)
{
  guint32 payload_type;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), SDP_PAYLOAD_TYPES - 1, &payload_type))
    return "fmtp needs a payload type of 0 to 127";
  SdpFormat *format = &self->section->by_payload_type[payload_type];
  read_red_blocks(value, format);
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
on_rtcp_fb(SdpAttributes *self, SdpSpan value)
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
      self->section->by_payload_type[i].feedback |= bits;
  return NULL;
}

/* RFC 8285 section 8: <id>["/"<direction>] <URI> [<attributes>]. */
static const char *
on_extmap(SdpAttributes *self, SdpSpan value)
{
  SdpMedia *media = self->section;
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
    if (media->extensions[kind].id == 0 && sdp_span_equals(uri, sdp_extension_uri(kind)))
      media->extensions[kind] = (SdpExtension) { (guint8)id, direction };
  return NULL;
}

static const char *
on_extmap_allow_mixed(SdpAttributes *self, SdpSpan value G_GNUC_UNUSED)
{
  self->section->extmap_allow_mixed = true;
  return NULL;
}

static const char *
on_ssrc(SdpAttributes *self, SdpSpan value)
{
  guint32 ssrc;
  if (!sdp_span_number(sdp_span_cut(&value, ' '), G_MAXUINT32, &ssrc))
    return "ssrc needs a 32-bit number";
  if (self->section->ssrc == 0)
    self->section->ssrc = ssrc;
  return NULL;
}

/* RFC 5576 section 4.2, RFC 4588: FID pairs a stream with its retransmissions. */
static const char *
on_ssrc_group(SdpAttributes *self, SdpSpan value)
{
  SdpMedia *media = self->section;
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

/* ---- the table ---- */

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

const char *
sdp_attributes_read(SdpAttributes *self, SdpSpan value)
{
  SdpSpan name = sdp_span_cut(&value, ':');
  Level level = is_session_level(self) ? LEVEL_SESSION : LEVEL_MEDIA;
  for (guint i = 0; i < G_N_ELEMENTS(ATTRIBUTES); i++) {
    if (!sdp_span_equals(name, ATTRIBUTES[i].name))
      continue;
    if (!(ATTRIBUTES[i].level & level))
      return NULL;
    if (ATTRIBUTES[i].times == TIMES_ONCE && (self->seen & 1u << i))
      return "an attribute twice that may stand but once";
    self->seen |= 1u << i;
    return ATTRIBUTES[i].handler(self, value);
  }
  return NULL;
}

/* ICE credentials come in pairs of one level (RFC 8839 section 5.4). */
const char *
sdp_attributes_end(const SdpAttributes *self)
{
  return self->has_ufrag == self->has_password ? NULL : "ice-ufrag and ice-pwd come together";
}
