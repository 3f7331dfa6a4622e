/* signaling/sdp_extension.h - the RTP header extensions that this bridge knows (RFC 8285). */
#pragma once
#include "media/media_plan.h"

/* The members of MediaExtensionIds. */
typedef enum {
  SDP_EXTENSION_MID = 0,
  SDP_EXTENSION_TRANSPORT_CC,
  SDP_EXTENSION_AUDIO_LEVEL,
  SDP_EXTENSION_ABS_SEND_TIME,
  SDP_EXTENSION_VIDEO_ORIENTATION,
  SDP_EXTENSION_PLAYOUT_DELAY,
  SDP_EXTENSIONS,
} SdpExtensionKind;

const char *sdp_extension_uri(SdpExtensionKind kind);
/* Its place in @ids. */
guint8 *sdp_extension_id(MediaExtensionIds *ids, SdpExtensionKind kind);
