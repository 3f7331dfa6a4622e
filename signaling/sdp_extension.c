/* signaling/sdp_extension.c - the RTP header extensions that this bridge knows (RFC 8285). */
#include "signaling/sdp_extension.h"

static const char *const URIS[SDP_EXTENSIONS] = {
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
  return URIS[kind];
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
