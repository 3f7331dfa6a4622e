/* signaling/sdp_credentials.h - the lengths and characters of ICE credentials (RFC 8839 section 5.4). */
#pragma once
#include "media/media_plan.h"
#include "signaling/sdp_span.h"

/* 4 to 256 ice-chars; false, @out "", otherwise. */
static inline bool
sdp_credentials_read_ufrag(SdpSpan value, char out[MEDIA_TEXT_MAX])
{
  out[0] = '\0';
  return value.length >= 4 && sdp_span_is_of(value, SDP_CHARS_ICE)
         && sdp_span_copy(value, out, MEDIA_TEXT_MAX);
}

/* 22 to 256 ice-chars; false, @out "", otherwise. */
static inline bool
sdp_credentials_read_password(SdpSpan value, char out[MEDIA_TEXT_MAX])
{
  out[0] = '\0';
  return value.length >= 22 && sdp_span_is_of(value, SDP_CHARS_ICE)
         && sdp_span_copy(value, out, MEDIA_TEXT_MAX);
}
