/* media/rtp/rtx.h - retransmissions in a stream of their own (RFC 4588).
 *
 *   original  [ header, PT, seq n   | extensions | payload       | padding ]
 *   RTX       [ header, rtx PT, own | extensions | OSN = n | payload       ]
 *
 * Pure functions, any thread. */
#pragma once
#include "media/rtp/rtp_packet.h"

enum { RTX_OSN_BYTES = 2 };

/* Turns the view of an RTX packet into the view of the packet it carries: sequence number
 * from the OSN, @payload_type and @ssrc of the original, padding gone. The bytes are not
 * touched. Returns: false if it carries none (a probe of padding only). */
bool rtx_unwrap(RtpPacket *packet, const guint8 *data, guint8 payload_type, guint32 ssrc);

/* The first bytes of an RTX payload. */
void rtx_write_osn(ByteWriter *writer, guint16 original_seq);
