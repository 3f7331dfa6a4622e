/* media/rtp/rtp_packet.h - one RTP packet as offsets into its bytes (RFC 3550 section 5.1).
 *
 *   data [ fixed header | CSRCs | extension header, elements | payload | padding ]
 *                                extension_offset ^            ^ payload_offset
 *
 * Parsed once; nobody else computes an offset. Pure functions, any thread. */
#pragma once
#include "media/base/bytes.h"
#include <glib.h>
#include <stdbool.h>

enum {
  RTP_VERSION = 2,
  RTP_HEADER_BYTES = 12,
  RTP_EXTENSION_ONE_BYTE = 0xBEDE,  /* RFC 8285 section 4.2                        */
  RTP_EXTENSION_TWO_BYTE = 0x1000,  /* section 4.3; the low 4 bits are `appbits`   */
};

typedef struct {
  bool    marker;
  guint8  payload_type;
  guint16 seq;
  guint32 timestamp;
  guint32 ssrc;
} RtpHeader;

/* Invariant: all offsets and lengths lie inside the bytes that were parsed. */
typedef struct {
  RtpHeader header;
  guint8  n_csrc;
  guint16 extension_profile;  /* 0: no extension               */
  guint16 extension_offset;   /* of the first element          */
  guint16 extension_length;   /* bytes of elements             */
  guint16 payload_offset;
  guint16 payload_length;     /* padding not included; may be 0 */
  guint8  padding_length;
} RtpPacket;

/* Returns: false if @data is not an RTP packet, or its lengths lie; @out is then undefined. */
bool rtp_packet_parse(RtpPacket *out, const guint8 *data, gsize length);

/* Writes the fixed header without CSRCs. @has_extension: the caller writes the extension
 * header next (rtp_extensions_write()). */
void rtp_packet_write_header(ByteWriter *writer, const RtpHeader *header, bool has_extension);
