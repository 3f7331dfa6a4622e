/* media/rtp/rtcp_parser.h - walks through a compound or reduced-size RTCP datagram.
 *
 *   RtcpParser parser = rtcp_parser(data, length);
 *   RtcpPacket packet;
 *   while (rtcp_parser_next(&parser, &packet))
 *     switch (packet.kind) {
 *     case RTCP_NACK: while (rtcp_next_nack(&packet, &pid, &blp)) ...
 *
 * Each rtcp_next_*() reads one item on and returns false at the end or where the bytes
 * run out. Pure functions, any thread. RFC 3550, 3611, 4585, 5104, 5506. */
#pragma once
#include "media/base/bytes.h"
#include "media/rtp/rtcp_types.h"

typedef enum {
  RTCP_NONE = 0,
  RTCP_SR,
  RTCP_RR,
  RTCP_SDES,
  RTCP_BYE,
  RTCP_XR,
  RTCP_NACK,   /* Generic NACK                              */
  RTCP_TWCC,   /* draft-holmer-rmcat-transport-wide-cc-01   */
  RTCP_PLI,
  RTCP_FIR,
  RTCP_REMB,   /* draft-alvestrand-rmcat-remb-03            */
  RTCP_OTHER,
} RtcpKind;

typedef struct {
  RtcpKind   kind;
  guint8     count;        /* the header's 5-bit field                        */
  guint32    sender_ssrc;  /* 0 for BYE and SDES, whose SSRCs are items       */
  guint32    media_ssrc;   /* feedback only                                   */
  ByteReader body;         /* what follows these, padding not included        */
} RtcpPacket;

typedef struct {
  ByteReader reader;
  bool       is_malformed;  /* set when the walk stopped before the end */
} RtcpParser;

static inline RtcpParser
rtcp_parser(const guint8 *data, gsize length)
{
  return (RtcpParser) { .reader = byte_reader(data, length) };
}

bool rtcp_parser_next(RtcpParser *self, RtcpPacket *out);

/* SR only, before its report blocks. */
bool rtcp_read_sender_info(RtcpPacket *packet, RtcpSenderInfo *out);
/* SR and RR. */
bool rtcp_next_report_block(RtcpPacket *packet, RtcpReportBlock *out);
bool rtcp_next_bye(RtcpPacket *packet, guint32 *ssrc);
/* @blp: bit i set: packet @pid + i + 1 is missing as well. */
bool rtcp_next_nack(RtcpPacket *packet, guint16 *pid, guint16 *blp);
bool rtcp_next_fir(RtcpPacket *packet, guint32 *ssrc, guint8 *seq);
/* Returns: false if the item is not well formed. */
bool rtcp_read_remb(RtcpPacket *packet, guint64 *bps);

typedef enum { RTCP_XR_NONE = 0, RTCP_XR_RRTR, RTCP_XR_DLRR, RTCP_XR_OTHER } RtcpXrKind;

typedef struct {
  RtcpXrKind kind;
  guint64    rrtr_ntp;
  ByteReader dlrr;  /* of RtcpDlrrItem */
} RtcpXrBlock;

bool rtcp_next_xr_block(RtcpPacket *packet, RtcpXrBlock *out);
bool rtcp_next_dlrr(RtcpXrBlock *block, RtcpDlrrItem *out);
