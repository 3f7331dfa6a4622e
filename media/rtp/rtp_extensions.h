/* media/rtp/rtp_extensions.h - the RTP header extensions we know (RFC 8285).
 *
 * Both header forms are read; the one-byte form is written unless an id needs the other.
 * A peer's unknown, repeated or cut-off elements are skipped. Pure functions, any thread. */
#pragma once
#include "media/media_plan.h"
#include "media/rtp/rtp_packet.h"

enum {
  RTP_EXTENSIONS_BYTES_MAX = 64,  /* room that rtp_extensions_write() may need */
  RTP_MID_BYTES_MAX = 16,         /* longest MID that we write: the one-byte form's limit */
};

/* One struct for what was read and for what is to be written. */
typedef struct {
  const char *mid;            /* borrowed (reading: points into the packet), not ended by 0; may be NULL */
  guint8  mid_length;
  bool    has_transport_seq;
  guint16 transport_seq;      /* transport-wide sequence number              */
  bool    has_audio_level;
  guint8  audio_level;        /* -dBov, 0 to 127 (RFC 6464)                  */
  bool    is_voice;
  bool    has_abs_send_time;
  guint32 abs_send_time;      /* 24 bit: seconds in 6.18 fixed point         */
  bool    has_orientation;
  guint8  quarter_turns;      /* clockwise, for display                      */
  bool    has_playout_delay;
  guint16 playout_min_ms, playout_max_ms;  /* 0 to 40950, in steps of 10     */
} RtpExtensions;

/* Fills @out with what @packet (parsed from @data) carries of @ids. */
void rtp_extensions_read(RtpExtensions *out, const guint8 *data, const RtpPacket *packet,
                         const MediaExtensionIds *ids);

/* True if @values has anything that @ids allows: the header's X bit. */
bool rtp_extensions_any(const RtpExtensions *values, const MediaExtensionIds *ids);

/* Writes the extension header, the elements and their padding. */
void rtp_extensions_write(ByteWriter *writer, const RtpExtensions *values,
                          const MediaExtensionIds *ids);

/* abs-send-time of @now_us. */
guint32 rtp_abs_send_time(gint64 now_us);
