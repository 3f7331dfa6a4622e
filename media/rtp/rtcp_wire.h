/* media/rtp/rtcp_wire.h - RTCP's numbers, shared by its reader and its writer. */
#pragma once

enum {
  RTCP_PT_SR = 200,
  RTCP_PT_RR = 201,
  RTCP_PT_SDES = 202,
  RTCP_PT_BYE = 203,
  RTCP_PT_RTPFB = 205,  /* RFC 4585 section 6.2 */
  RTCP_PT_PSFB = 206,   /* section 6.3          */
  RTCP_PT_XR = 207,     /* RFC 3611             */

  RTCP_FMT_NACK = 1,    /* of RTPFB */
  RTCP_FMT_TWCC = 15,
  RTCP_FMT_PLI = 1,     /* of PSFB  */
  RTCP_FMT_FIR = 4,     /* RFC 5104 section 4.3.1 */
  RTCP_FMT_AFB = 15,

  RTCP_XR_BT_RRTR = 4,
  RTCP_XR_BT_DLRR = 5,

  RTCP_SDES_CNAME = 1,
  RTCP_REPORT_BLOCK_BYTES = 24,
  RTCP_REMB_NAME = 0x52454D42,  /* "REMB" */
};
