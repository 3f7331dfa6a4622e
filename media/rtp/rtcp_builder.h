/* media/rtp/rtcp_builder.h - appends RTCP packets to a datagram.
 *
 * Each function writes one packet behind what @writer holds; a packet that does not fit
 * sets writer->failed. Pure functions, any thread. */
#pragma once
#include "media/base/bytes.h"
#include "media/rtp/rtcp_types.h"

/* A header whose length is filled by rtcp_end_packet(). @count: the 5-bit field.
 * Returns: where the packet starts. */
gsize rtcp_begin_packet(ByteWriter *writer, guint8 count, guint8 type);
void  rtcp_end_packet(ByteWriter *writer, gsize start);

void rtcp_write_sr(ByteWriter *writer, guint32 ssrc, const RtcpSenderInfo *info,
                   const RtcpReportBlock *blocks, guint n_blocks);
void rtcp_write_rr(ByteWriter *writer, guint32 ssrc, const RtcpReportBlock *blocks, guint n_blocks);
/* One chunk an SSRC, all with the same CNAME (at most 255 bytes). */
void rtcp_write_sdes(ByteWriter *writer, const guint32 *ssrcs, guint n_ssrcs, const char *cname);
void rtcp_write_bye(ByteWriter *writer, const guint32 *ssrcs, guint n_ssrcs);
void rtcp_write_pli(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc);
void rtcp_write_fir(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc, guint8 seq);
/* @seqs: ascending modulo 2^16. Neighbours share an item (PID and bitmask). */
void rtcp_write_nack(ByteWriter *writer, guint32 sender_ssrc, guint32 media_ssrc,
                     const guint16 *seqs, guint n_seqs);
void rtcp_write_remb(ByteWriter *writer, guint32 sender_ssrc, guint64 bps, const guint32 *ssrcs,
                     guint n_ssrcs);
void rtcp_write_rrtr(ByteWriter *writer, guint32 sender_ssrc, guint64 ntp);
void rtcp_write_dlrr(ByteWriter *writer, guint32 sender_ssrc, const RtcpDlrrItem *items, guint n_items);
