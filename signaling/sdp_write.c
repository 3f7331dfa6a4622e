/* signaling/sdp_write.c - writes the answer to an offer, and offers for clients (RFC 9429 section 5.3). */
#include "signaling/sdp.h"
#include "signaling/sdp_description.h"
#include <string.h>

static const char FALLBACK_CNAME[] = "diemcau";
enum { START_KBPS = 800 };  /* Chromium's own start of 300 shows a blurred picture first */

typedef struct {
  GString          *text;
  const MediaPlan  *plan;
  const MediaLocal *local;
  const SdpPolicy  *policy;  /* NULL: an offer */
} Writer;

static void G_GNUC_PRINTF(2, 3)
line(const Writer *self, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(self->text, format, arguments);
  va_end(arguments);
  g_string_append(self->text, "\r\n");
}

static bool
is_offer(const Writer *self)
{
  return self->policy == NULL;
}

static const char *
media_name(const MediaTrackPlan *track)
{
  if (track->media[0] != '\0')
    return track->media;
  return track->kind == MEDIA_KIND_AUDIO ? "audio" : "video";
}

static const char *
protocol_name(const MediaTrackPlan *track)
{
  return track->protocol[0] != '\0' ? track->protocol : "UDP/TLS/RTP/SAVPF";
}

static void
write_session(const Writer *self)
{
  /* RFC 9429 section 5.2.1: a random 63-bit number. */
  guint64 id = (guint64)(g_random_int() >> 1) << 32 | g_random_int();
  line(self, "v=0");
  line(self, "o=- %" G_GUINT64_FORMAT " 1 IN IP4 127.0.0.1", id);
  line(self, "s=-");
  line(self, "t=0 0");
  GString *text = self->text;
  gsize start = text->len;
  g_string_append(text, "a=group:BUNDLE");
  gsize bare = text->len;
  for (guint i = 0; i < self->plan->n_tracks; i++)
    if (self->plan->tracks[i].use != MEDIA_USE_NONE && self->plan->tracks[i].mid[0] != '\0')
      g_string_append_printf(text, " %s", self->plan->tracks[i].mid);
  if (text->len == bare)
    g_string_truncate(text, start);  /* the offer had one m-line, without a name */
  else
    g_string_append(text, "\r\n");
  line(self, "a=ice-options:trickle");
  line(self, "a=msid-semantic:WMS *");
}

static const char *
setup_name(const Writer *self)
{
  switch (self->plan->our_dtls_role) {
  case DTLS_ROLE_ACTIVE:
    return "active";
  case DTLS_ROLE_PASSIVE:
    return "passive";
  case DTLS_ROLE_NONE:
    break;
  }
  return is_offer(self) ? "actpass" : "passive";
}

static void
write_candidates(const Writer *self)
{
  for (guint i = 0; i < self->local->n_candidates; i++)
    line(self, "a=%s", self->local->candidates[i]);
  line(self, "a=end-of-candidates");
}

static void
write_transport(const Writer *self)
{
  const MediaLocal *local = self->local;
  line(self, "a=ice-ufrag:%s", local->ufrag);
  line(self, "a=ice-pwd:%s", local->password);
  g_string_append(self->text, "a=fingerprint:sha-256 ");
  for (gsize i = 0; i < sizeof local->fingerprint_sha256; i++)
    g_string_append_printf(self->text, i > 0 ? ":%02X" : "%02X", local->fingerprint_sha256[i]);
  line(self, "%s", "");
  line(self, "a=setup:%s", setup_name(self));
}

/* Which way an extension flows; the same rule as in sdp_negotiate. */
static const char *
extension_way(const Writer *self, SdpExtensionKind kind)
{
  switch (kind) {
  case SDP_EXTENSION_AUDIO_LEVEL:
  case SDP_EXTENSION_VIDEO_ORIENTATION:
    return is_offer(self) ? "/sendonly" : "/recvonly";
  case SDP_EXTENSION_PLAYOUT_DELAY:
    return is_offer(self) ? "/recvonly" : "/sendonly";
  default:
    return "";
  }
}

static void
write_extensions(const Writer *self, const MediaTrackPlan *track)
{
  MediaExtensionIds ids = track->extensions;
  for (guint kind = 0; kind < SDP_EXTENSIONS; kind++) {
    guint8 id = *sdp_extension_id(&ids, kind);
    if (id != 0)
      line(self, "a=extmap:%u%s %s", id, extension_way(self, kind), sdp_extension_uri(kind));
  }
  if (track->extmap_allow_mixed)
    line(self, "a=extmap-allow-mixed");
}

static void
write_feedback(const Writer *self, const MediaTrackPlan *track)
{
  const struct { bool agreed; const char *name; } FEEDBACK[] = {
    { track->remb, "goog-remb" }, { track->transport_cc, "transport-cc" },
    { track->fir, "ccm fir" }, { track->nack, "nack" }, { track->pli, "nack pli" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(FEEDBACK); i++)
    if (FEEDBACK[i].agreed)
      line(self, "a=rtcp-fb:%u %s", track->payload_type, FEEDBACK[i].name);
}

static void
write_audio_codec(const Writer *self, const MediaTrackPlan *track)
{
  line(self, "a=rtpmap:%u opus/48000/2", track->payload_type);
  write_feedback(self, track);
  line(self, "a=fmtp:%u minptime=10;useinbandfec=1%s", track->payload_type,
       is_offer(self) && track->opus_dtx ? ";usedtx=1" : "");
  if (track->red_payload_type != 0) {
    line(self, "a=rtpmap:%u red/48000/2", track->red_payload_type);
    line(self, "a=fmtp:%u %u/%u", track->red_payload_type, track->payload_type, track->payload_type);
  }
}

static void
write_video_codec(const Writer *self, const MediaTrackPlan *track)
{
  const char *name = track->video_codec == VIDEO_CODEC_VP9 ? "VP9" : "VP8";
  line(self, "a=rtpmap:%u %s/90000", track->payload_type, name);
  write_feedback(self, track);
  if (!is_offer(self) && track->we_receive) {
    guint max_kbps = self->policy->max_bitrate_bps / 1000;
    if (max_kbps > 0)
      line(self, "a=fmtp:%u x-google-max-bitrate=%u;x-google-start-bitrate=%u",
           track->payload_type, max_kbps, MIN(START_KBPS, max_kbps));
    else
      line(self, "a=fmtp:%u x-google-start-bitrate=%d", track->payload_type, START_KBPS);
  }
  if (track->rtx_payload_type != 0) {
    line(self, "a=rtpmap:%u rtx/90000", track->rtx_payload_type);
    line(self, "a=fmtp:%u apt=%u", track->rtx_payload_type, track->payload_type);
  }
}

/* Sound and picture are one stream, so that browsers keep them in step; a document is its own. */
static void
write_sources(const Writer *self, const MediaTrackPlan *track)
{
  if (!track->we_send)
    return;
  const char *stream = track->use == MEDIA_USE_DOCUMENT ? "document"
                       : is_offer(self)                 ? "site"
                                                        : "mix";
  const char *cname = !is_offer(self) && self->policy->cname != NULL ? self->policy->cname
                                                                     : FALLBACK_CNAME;
  line(self, "a=msid:%s %s-%s", stream, stream, media_name(track));
  bool has_rtx = track->rtx_payload_type != 0 && track->send_rtx_ssrc != 0;
  if (has_rtx)
    line(self, "a=ssrc-group:FID %u %u", track->send_ssrc, track->send_rtx_ssrc);
  line(self, "a=ssrc:%u cname:%s", track->send_ssrc, cname);
  if (has_rtx)
    line(self, "a=ssrc:%u cname:%s", track->send_rtx_ssrc, cname);
}

static const char *
direction_name(const MediaTrackPlan *track)
{
  if (track->we_send)
    return track->we_receive ? "sendrecv" : "sendonly";
  return track->we_receive ? "recvonly" : "inactive";
}

static void
write_rejected(const Writer *self, const MediaTrackPlan *track)
{
  line(self, "m=%s 0 %s %s", media_name(track), protocol_name(track),
       track->format[0] != '\0' ? track->format : "0");
  line(self, "c=IN IP4 0.0.0.0");
  if (track->mid[0] != '\0')
    line(self, "a=mid:%s", track->mid);
  line(self, "a=inactive");
}

static void
write_media(const Writer *self, const MediaTrackPlan *track, bool is_first)
{
  g_string_append_printf(self->text, "m=%s 9 %s %u", media_name(track), protocol_name(track),
                         track->payload_type);
  if (track->rtx_payload_type != 0)
    g_string_append_printf(self->text, " %u", track->rtx_payload_type);
  /* After Opus: a browser that finds RED first sends nothing else. */
  if (track->red_payload_type != 0)
    g_string_append_printf(self->text, " %u", track->red_payload_type);
  line(self, "%s", "");
  line(self, "c=IN IP4 0.0.0.0");
  bool is_capped = !is_offer(self) && self->policy->max_bitrate_bps > 0;
  if (is_capped && track->kind == MEDIA_KIND_VIDEO && track->we_receive)
    line(self, "b=TIAS:%u", self->policy->max_bitrate_bps);
  if (is_first)
    write_candidates(self);
  write_transport(self);
  if (track->mid[0] != '\0')
    line(self, "a=mid:%s", track->mid);
  write_extensions(self, track);
  line(self, "a=%s", direction_name(track));
  line(self, "a=rtcp-mux");
  if (track->reduced_size_rtcp)
    line(self, "a=rtcp-rsize");
  if (track->rrtr)
    line(self, "a=rtcp-xr:rcvr-rtt=all");
  if (track->kind == MEDIA_KIND_AUDIO)
    write_audio_codec(self, track);
  else
    write_video_codec(self, track);
  write_sources(self, track);
}

static char *
write_description(Writer self)
{
  self.text = g_string_sized_new(4096);
  write_session(&self);
  bool is_first = true;
  for (guint i = 0; i < self.plan->n_tracks; i++) {
    const MediaTrackPlan *track = &self.plan->tracks[i];
    if (track->use == MEDIA_USE_NONE) {
      write_rejected(&self, track);
      continue;
    }
    write_media(&self, track, is_first);
    is_first = false;
  }
  return g_string_free(self.text, FALSE);
}

char *
sdp_write_answer(const MediaPlan *plan, const MediaLocal *local, const SdpPolicy *policy)
{
  g_return_val_if_fail(plan != NULL && local != NULL && policy != NULL, NULL);
  return write_description((Writer) { .plan = plan, .local = local, .policy = policy });
}

char *
sdp_write_offer(const MediaPlan *plan, const MediaLocal *local)
{
  g_return_val_if_fail(plan != NULL && local != NULL, NULL);
  return write_description((Writer) { .plan = plan, .local = local });
}

char *
sdp_fragment_write(const MediaPlan *plan, const MediaLocal *local)
{
  g_return_val_if_fail(plan != NULL && local != NULL, NULL);
  Writer self = { .text = g_string_new(NULL), .plan = plan, .local = local };
  line(&self, "a=ice-ufrag:%s", local->ufrag);
  line(&self, "a=ice-pwd:%s", local->password);
  for (guint i = 0; i < plan->n_tracks; i++) {
    const MediaTrackPlan *track = &plan->tracks[i];
    if (track->use == MEDIA_USE_NONE)
      continue;
    /* RFC 8840 section 9: the m-line is there for its mid alone. */
    line(&self, "m=%s 9 %s %u", media_name(track), protocol_name(track), track->payload_type);
    if (track->mid[0] != '\0')
      line(&self, "a=mid:%s", track->mid);
    write_candidates(&self);
    break;
  }
  return g_string_free(self.text, FALSE);
}
