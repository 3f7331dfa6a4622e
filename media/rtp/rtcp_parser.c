/* media/rtp/rtcp_parser.c - walks through a compound or reduced-size RTCP datagram. */
#include "media/rtp/rtcp_parser.h"
#include "media/rtp/rtcp_wire.h"

static RtcpKind
feedback_kind(guint8 type, guint8 format)
{
  if (type == RTCP_PT_RTPFB)
    return format == RTCP_FMT_NACK ? RTCP_NACK : format == RTCP_FMT_TWCC ? RTCP_TWCC : RTCP_OTHER;
  switch (format) {
  case RTCP_FMT_PLI: return RTCP_PLI;
  case RTCP_FMT_FIR: return RTCP_FIR;
  case RTCP_FMT_AFB: return RTCP_REMB;  /* rtcp_read_remb() checks the name */
  default:           return RTCP_OTHER;
  }
}

static void
parse_body(RtcpPacket *out, guint8 type)
{
  switch (type) {
  case RTCP_PT_SR: out->kind = RTCP_SR; break;
  case RTCP_PT_RR: out->kind = RTCP_RR; break;
  case RTCP_PT_XR: out->kind = RTCP_XR; break;
  case RTCP_PT_SDES: out->kind = RTCP_SDES; return;
  case RTCP_PT_BYE: out->kind = RTCP_BYE; return;
  case RTCP_PT_RTPFB:
  case RTCP_PT_PSFB: out->kind = feedback_kind(type, out->count); break;
  default: out->kind = RTCP_OTHER; return;
  }
  out->sender_ssrc = byte_reader_u32(&out->body);
  if (type == RTCP_PT_RTPFB || type == RTCP_PT_PSFB)
    out->media_ssrc = byte_reader_u32(&out->body);
}

bool
rtcp_parser_next(RtcpParser *self, RtcpPacket *out)
{
  if (self->is_malformed || byte_reader_remaining(&self->reader) == 0)
    return false;
  self->is_malformed = true;  /* until proved otherwise */
  guint8 first = byte_reader_u8(&self->reader);
  guint8 type = byte_reader_u8(&self->reader);
  gsize length = 4u * byte_reader_u16(&self->reader);
  const guint8 *body = byte_reader_take(&self->reader, length);
  if (self->reader.failed || body == NULL || first >> 6 != 2)
    return false;
  if (first & 0x20) {
    /* RFC 3550 allows it in the last packet only; libwebrtc pads each TWCC. */
    if (length == 0 || body[length - 1] == 0 || body[length - 1] > length)
      return false;
    length -= body[length - 1];
  }
  memset(out, 0, sizeof *out);
  out->count = first & 0x1F;
  out->body = byte_reader(body, length);
  parse_body(out, type);
  self->is_malformed = out->body.failed;
  return !out->body.failed;
}

bool
rtcp_read_sender_info(RtcpPacket *packet, RtcpSenderInfo *out)
{
  ByteReader *body = &packet->body;
  out->ntp = (guint64)byte_reader_u32(body) << 32;
  out->ntp |= byte_reader_u32(body);
  out->rtp_timestamp = byte_reader_u32(body);
  out->packets = byte_reader_u32(body);
  out->octets = byte_reader_u32(body);
  return !body->failed;
}

bool
rtcp_next_report_block(RtcpPacket *packet, RtcpReportBlock *out)
{
  ByteReader *body = &packet->body;
  if (packet->count == 0 || byte_reader_remaining(body) < RTCP_REPORT_BLOCK_BYTES)
    return false;
  packet->count--;
  out->ssrc = byte_reader_u32(body);
  out->fraction_lost = byte_reader_u8(body);
  out->cumulative_lost = (gint32)(byte_reader_u24(body) << 8) / 256;
  out->highest_seq = byte_reader_u32(body);
  out->jitter = byte_reader_u32(body);
  out->lsr = byte_reader_u32(body);
  out->dlsr = byte_reader_u32(body);
  return true;
}

bool
rtcp_next_bye(RtcpPacket *packet, guint32 *ssrc)
{
  if (packet->count == 0 || byte_reader_remaining(&packet->body) < 4)
    return false;
  packet->count--;
  *ssrc = byte_reader_u32(&packet->body);
  return true;
}

bool
rtcp_next_nack(RtcpPacket *packet, guint16 *pid, guint16 *blp)
{
  if (byte_reader_remaining(&packet->body) < 4)
    return false;
  *pid = byte_reader_u16(&packet->body);
  *blp = byte_reader_u16(&packet->body);
  return true;
}

bool
rtcp_next_fir(RtcpPacket *packet, guint32 *ssrc, guint8 *seq)
{
  if (byte_reader_remaining(&packet->body) < 8)
    return false;
  *ssrc = byte_reader_u32(&packet->body);
  *seq = byte_reader_u8(&packet->body);
  byte_reader_u24(&packet->body);
  return true;
}

bool
rtcp_read_remb(RtcpPacket *packet, guint64 *bps)
{
  ByteReader *body = &packet->body;
  if (byte_reader_u32(body) != RTCP_REMB_NAME)
    return false;
  byte_reader_u8(body);  /* number of SSRCs: the limit is for the whole session */
  guint32 packed = byte_reader_u24(body);
  *bps = MIN((guint64)(packed & 0x3FFFF) << MIN(packed >> 18, 45u), (guint64)G_MAXINT64);
  return !body->failed;
}

bool
rtcp_next_xr_block(RtcpPacket *packet, RtcpXrBlock *out)
{
  if (byte_reader_remaining(&packet->body) < 4)
    return false;
  guint8 type = byte_reader_u8(&packet->body);
  byte_reader_u8(&packet->body);
  gsize length = 4u * byte_reader_u16(&packet->body);
  const guint8 *at = byte_reader_take(&packet->body, length);
  if (at == NULL)
    return false;
  memset(out, 0, sizeof *out);
  ByteReader block = byte_reader(at, length);
  out->kind = RTCP_XR_OTHER;
  if (type == RTCP_XR_BT_RRTR && length >= 8) {
    out->kind = RTCP_XR_RRTR;
    out->rrtr_ntp = (guint64)byte_reader_u32(&block) << 32;
    out->rrtr_ntp |= byte_reader_u32(&block);
  } else if (type == RTCP_XR_BT_DLRR) {
    out->kind = RTCP_XR_DLRR;
    out->dlrr = block;
  }
  return true;
}

bool
rtcp_next_dlrr(RtcpXrBlock *block, RtcpDlrrItem *out)
{
  if (byte_reader_remaining(&block->dlrr) < 12)
    return false;
  out->ssrc = byte_reader_u32(&block->dlrr);
  out->lrr = byte_reader_u32(&block->dlrr);
  out->dlrr = byte_reader_u32(&block->dlrr);
  return true;
}
