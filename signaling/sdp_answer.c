/* signaling/sdp_answer.c - reads the answer to an offer of ours, for clients (RFC 9429 section 5.11). */
#include "signaling/sdp.h"
#include "signaling/sdp_description.h"
#include <string.h>

static bool
fail(GError **error, SdpError code, guint m_line, const char *what)
{
  g_set_error(error, SDP_ERROR, code, "m-line %u: %s", m_line + 1, what);
  return false;
}

static void
refuse(MediaTrackPlan *track)
{
  track->use = MEDIA_USE_NONE;
  track->we_send = track->we_receive = false;
}

/* What was offered and not repeated in the answer is not agreed. */
static bool
read_codec(const SdpMedia *media, guint m_line, MediaTrackPlan *track, GError **error)
{
  SdpEncoding encoding = media->kind == MEDIA_KIND_AUDIO               ? SDP_ENCODING_OPUS
                         : track->video_codec == VIDEO_CODEC_VP9 ? SDP_ENCODING_VP9
                                                                       : SDP_ENCODING_VP8;
  const SdpFormat *format = &media->by_payload_type[track->payload_type & 127];
  if (!format->listed || format->encoding != encoding)
    return fail(error, SDP_ERROR_NO_COMMON_CODEC, m_line, "not the codec that was offered");
  const SdpFormat *rtx = &media->by_payload_type[track->rtx_payload_type & 127];
  if (!rtx->listed || rtx->encoding != SDP_ENCODING_RTX || !rtx->has_apt
      || rtx->apt != track->payload_type)
    track->rtx_payload_type = 0;
  const SdpFormat *red = &media->by_payload_type[track->red_payload_type & 127];
  if (!red->listed || red->encoding != SDP_ENCODING_RED || !red->has_red || red->red != track->payload_type)
    track->red_payload_type = 0;
  track->nack = track->nack && (format->feedback & SDP_FEEDBACK_NACK);
  track->pli = track->pli && (format->feedback & SDP_FEEDBACK_PLI);
  track->fir = track->fir && (format->feedback & SDP_FEEDBACK_FIR);
  track->remb = track->remb && (format->feedback & SDP_FEEDBACK_REMB);
  track->transport_cc = track->transport_cc && (format->feedback & SDP_FEEDBACK_TRANSPORT_CC);
  track->opus_fec = format->useinbandfec;
  track->opus_dtx = format->usedtx;
  return true;
}

static void
read_extensions(const SdpMedia *media, MediaTrackPlan *track)
{
  track->extmap_allow_mixed = track->extmap_allow_mixed && media->extmap_allow_mixed;
  for (guint kind = 0; kind < SDP_EXTENSIONS; kind++) {
    guint8 *id = sdp_extension_id(&track->extensions, kind);
    if (*id != media->extensions[kind].id)
      *id = 0;
  }
}

static bool
read_track(const SdpDescription *answer, guint m_line, MediaTrackPlan *track, GError **error)
{
  const SdpMedia *media = &answer->media[m_line];
  if (!g_str_equal(media->mid, track->mid))
    return fail(error, SDP_ERROR_MALFORMED, m_line, "not the mid that was offered");
  if (media->is_zero_port || track->use == MEDIA_USE_NONE) {
    refuse(track);
    return true;
  }
  if (media->kind != track->kind)
    return fail(error, SDP_ERROR_MALFORMED, m_line, "not the media that was offered");
  if (track->mid[0] != '\0' && !sdp_description_is_bundled(answer, media))
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "it must be in the BUNDLE group");
  if (!media->rtcp_mux)
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "rtcp-mux is needed");
  if (!read_codec(media, m_line, track, error))
    return false;
  read_extensions(media, track);
  track->we_send = track->we_send && media->direction.receives;
  track->we_receive = track->we_receive && media->direction.sends;
  track->reduced_size_rtcp = track->reduced_size_rtcp && media->rtcp_rsize;
  track->rrtr = media->rcvr_rtt;
  track->recv_ssrc = media->ssrc;
  track->recv_rtx_ssrc = track->rtx_payload_type != 0 ? media->rtx_ssrc : 0;
  return true;
}

static bool
read_transport(const SdpMedia *media, guint m_line, MediaPlan *plan, GError **error)
{
  const SdpTransport *transport = &media->transport;
  if (transport->ufrag[0] == '\0' || transport->password[0] == '\0')
    return fail(error, SDP_ERROR_MALFORMED, m_line, "ice-ufrag and ice-pwd are needed");
  if (!transport->has_sha256)
    return fail(error, SDP_ERROR_UNSUPPORTED, m_line, "a SHA-256 fingerprint is needed");
  DtlsRole role = transport->setup == SDP_SETUP_PASSIVE  ? DTLS_ROLE_ACTIVE
                  : transport->setup == SDP_SETUP_ACTIVE ? DTLS_ROLE_PASSIVE
                                                         : DTLS_ROLE_NONE;
  /* An answer decides; and it cannot decide for both to wait or both to call. */
  if (role == DTLS_ROLE_NONE || (plan->our_dtls_role != DTLS_ROLE_NONE && plan->our_dtls_role != role))
    return fail(error, SDP_ERROR_MALFORMED, m_line, "setup does not answer the offer");
  plan->our_dtls_role = role;
  memcpy(plan->ufrag, transport->ufrag, sizeof plan->ufrag);
  memcpy(plan->password, transport->password, sizeof plan->password);
  memcpy(plan->fingerprint_sha256, transport->fingerprint_sha256, sizeof plan->fingerprint_sha256);
  plan->n_candidates = media->n_candidates;
  memcpy(plan->candidates, media->candidates, sizeof plan->candidates);
  return true;
}

bool
sdp_read_answer(const char *answer, gsize length, MediaPlan *plan, GError **error)
{
  g_return_val_if_fail(answer != NULL && plan != NULL, false);
  g_autoptr(SdpDescription) description = sdp_description_parse(answer, length, error);
  if (description == NULL)
    return false;
  if (description->n_media != plan->n_tracks) {
    g_set_error(error, SDP_ERROR, SDP_ERROR_MALFORMED, "as many m-lines as offered are needed");
    return false;
  }
  MediaPlan read = *plan;  /* @plan stays whole if the answer is not */
  bool has_transport = false;
  for (guint i = 0; i < read.n_tracks; i++) {
    if (!read_track(description, i, &read.tracks[i], error))
      return false;
    if (read.tracks[i].use == MEDIA_USE_NONE || has_transport)
      continue;
    if (!read_transport(&description->media[i], i, &read, error))
      return false;
    has_transport = true;
  }
  if (!has_transport) {
    g_set_error(error, SDP_ERROR, SDP_ERROR_NO_COMMON_CODEC, "every m-line was rejected");
    return false;
  }
  *plan = read;
  return true;
}
