/* media/rtp/rtcp_builder.c - appends RTCP packets to a datagram. */
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_wire.h"

gsize
rtcp_begin_packet(ByteWriter *writer, guint8 count, guint8 type)
{
  gsize start = writer->length;
  byte_writer_u8(writer, (guint8)(2 << 6 | (count & 0x1F)));
  byte_writer_u8(writer, type);
  byte_writer_u16(writer, 0);
  return start;
}

void
rtcp_end_packet(ByteWriter *writer, gsize start)
{
  while (!writer->failed && (writer->length - start) % 4 != 0)
    byte_writer_u8(writer, 0);
  if (writer->failed)
    return;
  gsize words = (writer->length - start) / 4 - 1;
  writer->data[start + 2] = (guint8)(words >> 8);
  writer->data[start + 3] = (guint8)words;
}

static void
write_blocks(ByteWriter *writer, const RtcpReportBlock *blocks, guint n_blocks)
{
  for (guint i = 0; i < n_blocks; i++) {
    const RtcpReportBlock *b = &blocks[i];
    byte_writer_u32(writer, b->ssrc);
    byte_writer_u8(writer, b->fraction_lost);
    byte_writer_u24(writer, (guint32)CLAMP(b->cumulative_lost, -0x800000, 0x7FFFFF) & 0xFFFFFF);
    byte_writer_u32(writer, b->highest_seq);
    byte_writer_u32(writer, b->jitter);
    byte_writer_u32(writer, b->lsr);
    byte_writer_u32(writer, b->dlsr);
  }
}

void
rtcp_write_sr(ByteWriter *writer, guint32 ssrc, const RtcpSenderInfo *info,
              const RtcpReportBlock *blocks, guint n_blocks)
{
  n_blocks = MIN(n_blocks, RTCP_REPORT_BLOCKS_MAX);
  gsize start = rtcp_begin_packet(writer, (guint8)n_blocks, RTCP_PT_SR);
  byte_writer_u32(writer, ssrc);
  byte_writer_u32(writer, (guint32)(info->ntp >> 32));
  byte_writer_u32(writer, (guint32)info->ntp);
  byte_writer_u32(writer, info->rtp_timestamp);
  byte_writer_u32(writer, info->packets);
  byte_writer_u32(writer, info->octets);
  write_blocks(writer, blocks, n_blocks);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_rr(ByteWriter *writer, guint32 ssrc, const RtcpReportBlock *blocks, guint n_blocks)
{
  n_blocks = MIN(n_blocks, RTCP_REPORT_BLOCKS_MAX);
  gsize start = rtcp_begin_packet(writer, (guint8)n_blocks, RTCP_PT_RR);
  byte_writer_u32(writer, ssrc);
  write_blocks(writer, blocks, n_blocks);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_sdes(ByteWriter *writer, const guint32 *ssrcs, guint n_ssrcs, const char *cname)
{
  n_ssrcs = MIN(n_ssrcs, RTCP_REPORT_BLOCKS_MAX);
  gsize cname_bytes = MIN(strlen(cname), 255);
  gsize start = rtcp_begin_packet(writer, (guint8)n_ssrcs, RTCP_PT_SDES);
  for (guint i = 0; i < n_ssrcs; i++) {
    byte_writer_u32(writer, ssrcs[i]);
    byte_writer_u8(writer, RTCP_SDES_CNAME);
    byte_writer_u8(writer, (guint8)cname_bytes);
    byte_writer_bytes(writer, cname, cname_bytes);
    /* At least one zero ends the chunk, which ends on a word (RFC 3550 section 6.5). */
    do
      byte_writer_u8(writer, 0);
    while (!writer->failed && (writer->length - start) % 4 != 0);
  }
  rtcp_end_packet(writer, start);
}

void
rtcp_write_bye(ByteWriter *writer, const guint32 *ssrcs, guint n_ssrcs)
{
  n_ssrcs = MIN(n_ssrcs, RTCP_REPORT_BLOCKS_MAX);
  gsize start = rtcp_begin_packet(writer, (guint8)n_ssrcs, RTCP_PT_BYE);
  for (guint i = 0; i < n_ssrcs; i++)
    byte_writer_u32(writer, ssrcs[i]);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_pli(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc)
{
  gsize start = rtcp_begin_packet(writer, RTCP_FMT_PLI, RTCP_PT_PSFB);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u32(writer, media_ssrc);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_fir(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc, guint8 seq)
{
  gsize start = rtcp_begin_packet(writer, RTCP_FMT_FIR, RTCP_PT_PSFB);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u32(writer, 0);  /* RFC 5104 section 4.3.1.2: not used, the item names the source */
  byte_writer_u32(writer, media_ssrc);
  byte_writer_u8(writer, seq);
  byte_writer_u24(writer, 0);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_nack(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc, const guint16 *seqs,
                guint n_seqs)
{
  gsize start = rtcp_begin_packet(writer, RTCP_FMT_NACK, RTCP_PT_RTPFB);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u32(writer, media_ssrc);
  for (guint i = 0; i < n_seqs;) {
    guint16 pid = seqs[i++], blp = 0;
    for (; i < n_seqs; i++) {
      guint16 distance = (guint16)(seqs[i] - pid);
      if (distance == 0 || distance > 16)
        break;
      blp |= (guint16)(1u << (distance - 1));
    }
    byte_writer_u16(writer, pid);
    byte_writer_u16(writer, blp);
  }
  rtcp_end_packet(writer, start);
}

void
rtcp_write_remb(ByteWriter *writer, guint32 sender_ssrc, guint64 bps, const guint32 *ssrcs,
                guint n_ssrcs)
{
  n_ssrcs = MIN(n_ssrcs, 255);
  guint exponent = 0;
  while (bps >> exponent > 0x3FFFF)
    exponent++;
  gsize start = rtcp_begin_packet(writer, RTCP_FMT_AFB, RTCP_PT_PSFB);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u32(writer, 0);
  byte_writer_u32(writer, RTCP_REMB_NAME);
  byte_writer_u8(writer, (guint8)n_ssrcs);
  byte_writer_u24(writer, exponent << 18 | (guint32)(bps >> exponent));
  for (guint i = 0; i < n_ssrcs; i++)
    byte_writer_u32(writer, ssrcs[i]);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_rrtr(ByteWriter *writer, guint32 sender_ssrc, guint64 ntp)
{
  gsize start = rtcp_begin_packet(writer, 0, RTCP_PT_XR);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u8(writer, RTCP_XR_BT_RRTR);
  byte_writer_u8(writer, 0);
  byte_writer_u16(writer, 2);
  byte_writer_u32(writer, (guint32)(ntp >> 32));
  byte_writer_u32(writer, (guint32)ntp);
  rtcp_end_packet(writer, start);
}

void
rtcp_write_dlrr(ByteWriter *writer, guint32 sender_ssrc, const RtcpDlrrItem *items, guint n_items)
{
  gsize start = rtcp_begin_packet(writer, 0, RTCP_PT_XR);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u8(writer, RTCP_XR_BT_DLRR);
  byte_writer_u8(writer, 0);
  byte_writer_u16(writer, (guint16)(3 * n_items));
  for (guint i = 0; i < n_items; i++) {
    byte_writer_u32(writer, items[i].ssrc);
    byte_writer_u32(writer, items[i].lrr);
    byte_writer_u32(writer, items[i].dlrr);
  }
  rtcp_end_packet(writer, start);
}
