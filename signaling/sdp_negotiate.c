/* signaling/sdp_negotiate.c - decides what of an offer is accepted (RFC 9429 section 5.3).
 *
 * An m-line that this bridge has no use for is refused alone, with port 0. One that it
 * wants but cannot take fails the whole offer: RFC 9725 section 4.2 advises against
 * sessions that half succeed, because people take them for whole ones. */
#include "signaling/sdp.h"
#include "signaling/sdp_description.h"
#include <string.h>

typedef struct {
  const SdpDescription *offer;
  const SdpPolicy      *policy;
  MediaPlan            *plan;
  guint                 n_audio, n_video;  /* m-lines that were offered for use */
} Negotiation;

static bool
fail(GError **error, SdpError code, guint m_line, const char *what)
{
  g_set_error(error, SDP_ERROR, code, "m-line %u: %s", m_line + 1, what);
  return false;
}

/* DESIGN 5.1: first audio, first video, and a second video for the shared document. */
static MediaUse
use_of(Negotiation *self, const SdpMedia *media)
{
  /* Port 0 is a line that the peer itself refuses, unless it is meant for the bundle's
   * port (RFC 8843 section 6). */
  if (media->is_zero_port && !media->bundle_only)
    return MEDIA_USE_NONE;
  if (media->kind == MEDIA_KIND_AUDIO)
    return self->n_audio++ == 0 ? MEDIA_USE_MAIN : MEDIA_USE_NONE;
  if (media->kind != MEDIA_KIND_VIDEO)
    return MEDIA_USE_NONE;
  switch (self->n_video++) {
  case 0:
    return MEDIA_USE_MAIN;
  case 1:
    return media->direction.sends && self->policy->may_send ? MEDIA_USE_DOCUMENT : MEDIA_USE_NONE;
  default:
    return MEDIA_USE_NONE;
  }
}

/* RFC 5761 section 4: with rtcp-mux these would be read as RTCP. */
static bool
is_usable_payload_type(guint8 payload_type)
{
  return payload_type < 64 || payload_type > 95;
}

static int
find_format(const SdpMedia *media, SdpEncoding encoding, int apt)
{
  for (guint i = 0; i < media->n_formats; i++) {
    const SdpFormat *format = &media->by_payload_type[media->formats[i]];
    if (format->encoding == encoding && is_usable_payload_type(media->formats[i])
        && (apt < 0 || (format->has_apt && format->apt == apt)))
      return media->formats[i];
  }
  return -1;
}

/* Returns: 0 if RED of @payload_type alone is not offered. */
static guint8
find_red(const SdpMedia *media, guint8 payload_type)
{
  for (guint i = 0; i < media->n_formats; i++) {
    const SdpFormat *format = &media->by_payload_type[media->formats[i]];
    if (format->encoding == SDP_ENCODING_RED && is_usable_payload_type(media->formats[i])
        && format->has_red && format->red == payload_type)
      return media->formats[i];
  }
  return 0;
}

static bool
choose_codec(const SdpMedia *media, guint m_line, MediaTrackPlan *track, GError **error)
{
  bool is_audio = media->kind == MEDIA_KIND_AUDIO;
  int payload_type = find_format(media, is_audio ? SDP_ENCODING_OPUS : SDP_ENCODING_VP8, -1);
  if (payload_type < 0)
    return fail(error, SDP_ERROR_NO_COMMON_CODEC, m_line,
                is_audio ? "Opus/48000/2 is needed" : "VP8 is needed");
  const SdpFormat *format = &media->by_payload_type[payload_type];
  track->payload_type = (guint8)payload_type;
  track->nack = format->feedback & SDP_FEEDBACK_NACK;
  track->pli = format->feedback & SDP_FEEDBACK_PLI;
  track->fir = format->feedback & SDP_FEEDBACK_FIR;
  track->remb = format->feedback & SDP_FEEDBACK_REMB;
  track->transport_cc = format->feedback & SDP_FEEDBACK_TRANSPORT_CC;
  if (is_audio) {
    track->opus_fec = format->useinbandfec;
    track->opus_dtx = format->usedtx;
    track->red_payload_type = find_red(media, track->payload_type);
    return true;
  }
  track->video_codec = VIDEO_CODEC_VP8;
  /* Without NACK nobody would ask for a retransmission. */
  int rtx = track->nack ? find_format(media, SDP_ENCODING_RTX, payload_type) : -1;
  track->rtx_payload_type = rtx < 0 ? 0 : (guint8)rtx;
  return true;
}

/* Whether @track can use what the peer offers as @extension. The answer writes audio-level
 * and orientation as things the peer sends, playout-delay as one that we send, and the rest
 * without direction: so the rest must have been offered both ways (RFC 8285 section 6). */
static bool
is_extension_usable(const MediaTrackPlan *track, SdpExtensionKind kind, SdpDirection offered)
{
  switch (kind) {
  case SDP_EXTENSION_MID:
    /* A one-byte header holds 16 bytes (RFC 8285 section 4.2). */
    return offered.sends && offered.receives && track->mid[0] != '\0' && strlen(track->mid) <= 16;
  case SDP_EXTENSION_TRANSPORT_CC:
    return offered.sends && offered.receives && track->transport_cc;
  case SDP_EXTENSION_ABS_SEND_TIME:
    return offered.sends && offered.receives;
  case SDP_EXTENSION_AUDIO_LEVEL:
    return offered.sends && track->we_receive && track->kind == MEDIA_KIND_AUDIO;
  case SDP_EXTENSION_VIDEO_ORIENTATION:
    return offered.sends && track->we_receive && track->kind == MEDIA_KIND_VIDEO;
  case SDP_EXTENSION_PLAYOUT_DELAY:
    return offered.receives && track->we_send && track->kind == MEDIA_KIND_VIDEO;
  case SDP_EXTENSIONS:
    break;
  }
  return false;
}

static void
choose_extensions(const SdpMedia *media, MediaTrackPlan *track)
{
  track->extmap_allow_mixed = media->extmap_allow_mixed;
  for (guint kind = 0; kind < SDP_EXTENSIONS; kind++) {
    const SdpExtension *offered = &media->extensions[kind];
    /* 15 is reserved in the one-byte form, and above it only the two-byte form serves. */
    bool is_id_usable = offered->id > 0
                        && (offered->id < 15 || (offered->id > 15 && media->extmap_allow_mixed));
    if (is_id_usable && is_extension_usable(track, kind, offered->direction))
      *sdp_extension_id(&track->extensions, kind) = offered->id;
  }
  /* Feedback on numbers that no packet carries is no feedback (webrtcbin offers just that). */
  track->transport_cc = track->extensions.transport_cc != 0;
}

/* Fills @track for an m-line that is wanted as @use. */
static bool
accept(Negotiation *self, guint m_line, MediaUse use, MediaTrackPlan *track, GError **error)
{
  const SdpMedia *media = &self->offer->media[m_line];
  bool is_alone = self->offer->n_media == 1 && !self->offer->has_bundle;
  if (!is_alone && !sdp_description_is_bundled(self->offer, media))
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "it must be in the BUNDLE group");
  if (!media->rtcp_mux)
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "rtcp-mux is needed");
  track->use = use;
  track->we_receive = media->direction.sends && self->policy->may_send;
  track->we_send = media->direction.receives && self->policy->may_receive && use == MEDIA_USE_MAIN;
  if (!choose_codec(media, m_line, track, error))
    return false;
  choose_extensions(media, track);
  track->reduced_size_rtcp = media->rtcp_rsize;
  track->rrtr = media->rcvr_rtt;
  track->recv_ssrc = media->ssrc;
  track->recv_rtx_ssrc = track->rtx_payload_type != 0 ? media->rtx_ssrc : 0;
  return true;
}

static bool
choose_tracks(Negotiation *self, GError **error)
{
  MediaPlan *plan = self->plan;
  for (guint i = 0; i < self->offer->n_media; i++) {
    const SdpMedia *media = &self->offer->media[i];
    MediaTrackPlan *track = &plan->tracks[plan->n_tracks++];
    track->kind = media->kind;
    memcpy(track->mid, media->mid, sizeof track->mid);
    memcpy(track->media, media->media, sizeof track->media);
    memcpy(track->protocol, media->protocol, sizeof track->protocol);
    memcpy(track->format, media->format, sizeof track->format);
    MediaUse use = use_of(self, media);
    if (use != MEDIA_USE_NONE && !accept(self, i, use, track, error))
      return false;
  }
  return true;
}

/* In a bundle the m-lines share one port: a payload type or an extension's number must mean
 * the same on each of them, and an SSRC must belong to one (RFC 8843 section 9). */
static const char *
conflict(const MediaTrackPlan *a, const MediaTrackPlan *b)
{
  if (a->kind != b->kind
      && (a->payload_type == b->payload_type || a->rtx_payload_type == b->payload_type
          || a->payload_type == b->rtx_payload_type))
    return "a payload type means two codecs in the BUNDLE group";
  MediaExtensionIds ids_a = a->extensions, ids_b = b->extensions;
  for (guint i = 0; i < SDP_EXTENSIONS; i++)
    for (guint j = 0; j < SDP_EXTENSIONS; j++)
      if (i != j && *sdp_extension_id(&ids_a, i) != 0
          && *sdp_extension_id(&ids_a, i) == *sdp_extension_id(&ids_b, j))
        return "an extmap number means two extensions in the BUNDLE group";
  const guint32 ssrcs_a[] = { a->recv_ssrc, a->recv_rtx_ssrc };
  const guint32 ssrcs_b[] = { b->recv_ssrc, b->recv_rtx_ssrc };
  for (guint i = 0; i < G_N_ELEMENTS(ssrcs_a); i++)
    for (guint j = 0; j < G_N_ELEMENTS(ssrcs_b); j++)
      if (ssrcs_a[i] != 0 && ssrcs_a[i] == ssrcs_b[j])
        return "the same SSRC on two m-lines";
  return NULL;
}

/* RED is worth no refusal: where its payload type means something else on another m-line, it
 * is left out. */
static void
drop_ambiguous_red(MediaPlan *plan)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    guint8 *red = &plan->tracks[i].red_payload_type;
    for (guint j = 0; j < plan->n_tracks && *red != 0; j++) {
      const MediaTrackPlan *other = &plan->tracks[j];
      if (other->use != MEDIA_USE_NONE && (other->payload_type == *red || other->rtx_payload_type == *red))
        *red = 0;
    }
  }
}

static bool
check_conflicts(const MediaPlan *plan, GError **error)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    for (guint j = 0; j < i; j++) {
      if (plan->tracks[i].use == MEDIA_USE_NONE || plan->tracks[j].use == MEDIA_USE_NONE)
        continue;
      const char *what = conflict(&plan->tracks[j], &plan->tracks[i]);
      if (what != NULL)
        return fail(error, SDP_ERROR_MALFORMED, i, what);
    }
  }
  return true;
}

/* The m-line that speaks for the transport of all: the first accepted one, which the answer's
 * BUNDLE group names first. If it is bundle-only and bare (RFC 8843 section 7.1.2), the
 * offer's own first. */
static const SdpMedia *
tagged_media(const Negotiation *self, guint *m_line)
{
  const SdpDescription *offer = self->offer;
  const SdpMedia *tagged = NULL;
  for (guint i = 0; i < offer->n_media && tagged == NULL; i++) {
    if (self->plan->tracks[i].use == MEDIA_USE_NONE)
      continue;
    *m_line = i;
    tagged = &offer->media[i];
  }
  for (guint i = 0; i < offer->n_media; i++)
    if (tagged != NULL && tagged->bundle_only && tagged->transport.ufrag[0] == '\0'
        && g_str_equal(offer->media[i].mid, offer->bundled[0]))
      return &offer->media[i];
  return tagged;
}

/* RFC 8842 section 5.3. Without a=setup an offer means active (RFC 4145 section 4.1). */
static DtlsRole
choose_dtls_role(SdpSetup offered, const SdpPolicy *policy)
{
  switch (offered) {
  case SDP_SETUP_ACTPASS:
    return policy->preferred_dtls_role == DTLS_ROLE_ACTIVE ? DTLS_ROLE_ACTIVE : DTLS_ROLE_PASSIVE;
  case SDP_SETUP_PASSIVE:
    return DTLS_ROLE_ACTIVE;
  case SDP_SETUP_ACTIVE:
  case SDP_SETUP_NONE:
    return DTLS_ROLE_PASSIVE;
  case SDP_SETUP_HOLDCONN:
    break;
  }
  return DTLS_ROLE_NONE;
}

static bool
choose_transport(Negotiation *self, GError **error)
{
  guint m_line = 0;
  const SdpMedia *media = tagged_media(self, &m_line);
  if (media == NULL) {
    g_set_error(error, SDP_ERROR, SDP_ERROR_UNSUPPORTED, "no m-line that can be accepted");
    return false;
  }
  const SdpTransport *transport = &media->transport;
  if (transport->ufrag[0] == '\0' || transport->password[0] == '\0')
    return fail(error, SDP_ERROR_MALFORMED, m_line, "ice-ufrag and ice-pwd are needed");
  if (!transport->has_sha256)
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "a SHA-256 fingerprint is needed");
  MediaPlan *plan = self->plan;
  plan->our_dtls_role = choose_dtls_role(transport->setup, self->policy);
  if (plan->our_dtls_role == DTLS_ROLE_NONE)
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "setup:holdconn");
  memcpy(plan->ufrag, transport->ufrag, sizeof plan->ufrag);
  memcpy(plan->password, transport->password, sizeof plan->password);
  memcpy(plan->fingerprint_sha256, transport->fingerprint_sha256, sizeof plan->fingerprint_sha256);
  plan->n_candidates = media->n_candidates;
  memcpy(plan->candidates, media->candidates, sizeof plan->candidates);
  return true;
}

static bool
is_ssrc_taken(const MediaPlan *plan, guint32 ssrc)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    const MediaTrackPlan *track = &plan->tracks[i];
    if (ssrc == track->send_ssrc || ssrc == track->send_rtx_ssrc || ssrc == track->recv_ssrc
        || ssrc == track->recv_rtx_ssrc)
      return true;
  }
  return false;
}

static guint32
new_ssrc(const MediaPlan *plan)
{
  guint32 ssrc;
  do
    ssrc = g_random_int();
  while (ssrc == 0 || is_ssrc_taken(plan, ssrc));
  return ssrc;
}

/* Tracks that only receive get one too: their RTCP reports need a sender (RFC 3550). */
static void
choose_ssrcs(MediaPlan *plan)
{
  for (guint i = 0; i < plan->n_tracks; i++) {
    MediaTrackPlan *track = &plan->tracks[i];
    if (track->use == MEDIA_USE_NONE)
      continue;
    track->send_ssrc = new_ssrc(plan);
    if (track->rtx_payload_type != 0)
      track->send_rtx_ssrc = new_ssrc(plan);
  }
}

bool
sdp_negotiate(const char *offer, gsize length, const SdpPolicy *policy, MediaPlan *plan,
              GError **error)
{
  g_return_val_if_fail(offer != NULL && policy != NULL && plan != NULL, false);
  memset(plan, 0, sizeof *plan);
  g_autoptr(SdpDescription) description = sdp_description_parse(offer, length, error);
  if (description == NULL)
    return false;
  /* A lite peer cannot control ICE, and nor does this side (RFC 8445 section 6.1.1). */
  if (description->is_ice_lite) {
    g_set_error(error, SDP_ERROR, SDP_ERROR_UNSUPPORTED, "the peer must not be ice-lite");
    return false;
  }
  Negotiation self = { .offer = description, .policy = policy, .plan = plan };
  if (!choose_tracks(&self, error) || !choose_transport(&self, error)
      || !check_conflicts(plan, error))
    return false;
  drop_ambiguous_red(plan);
  choose_ssrcs(plan);
  return true;
}
