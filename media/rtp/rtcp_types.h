/* media/rtp/rtcp_types.h - the fields that RTCP packets are made of (RFC 3550 section 6). */
#pragma once
#include <glib.h>

enum {
  RTCP_REPORT_BLOCKS_MAX = 31,  /* the count is 5 bit */
  RTCP_DATAGRAM_BYTES_MAX = 1200,
};

typedef struct {
  guint64 ntp;
  guint32 rtp_timestamp;
  guint32 packets, octets;  /* octets: RTP payload */
} RtcpSenderInfo;

typedef struct {
  guint32 ssrc;              /* whose packets are reported                    */
  guint8  fraction_lost;     /* 1/256, since the report before                */
  gint32  cumulative_lost;   /* 24 bit on the wire; negative after duplicates */
  guint32 highest_seq;       /* extended by the number of wraps               */
  guint32 jitter;            /* in timestamp units                            */
  guint32 lsr, dlsr;         /* 16.16 seconds; lsr 0: no SR received yet      */
} RtcpReportBlock;

/* RFC 3611 section 4.5 */
typedef struct {
  guint32 ssrc;
  guint32 lrr, dlrr;         /* 16.16 seconds */
} RtcpDlrrItem;
