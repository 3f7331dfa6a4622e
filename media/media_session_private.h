/* media/media_session_private.h - the inside of a MediaSession, for its three source files:
 * media_session.c (life, media), media_session_rtcp.c (control packets) and
 * media_session_sending.c (estimate, line, probes). */
#pragma once
#include "media/base/clock.h"
#include "media/bwe/pacer.h"
#include "media/bwe/twcc_recv.h"
#include "media/bwe/repeat_queue.h"
#include "media/media_session.h"
#include "media/rtp/av_sync.h"
#include "media/rtp/playout_hint.h"
#include "media/rtp/rtcp_parser.h"
#include "media/rtp/rtcp_sender.h"
#include "media/rtp/rtp_demux.h"
#include "media/rtp/rtt_estimator.h"
#include "media/rtp/track_in.h"
#include "media/rtp/track_out.h"

enum { SESSION_RRTR_MAX = 4 };  /* reference times that wait for their DLRR */

typedef struct {
  guint32 ssrc;        /* 0: unused */
  guint32 lrr;
  gint64  arrival_us;
} ReceivedRrtr;

struct MediaSession {
  /* borrowed */
  MediaSessionEvents events;
  gpointer           user;
  /* owned */
  MediaTransport    *transport;
  char              *cname;
  MediaPlan         *plan;            /* NULL before media_session_start()        */
  TrackIn           *in[MEDIA_TRACKS_MAX];
  TrackOut          *out[MEDIA_TRACKS_MAX];
  TwccRecv          *twcc;
  Pacer             *pacer;
  RateEstimator     *estimator;       /* NULL: at the pace that is set, whatever the peer says */
  GSource           *pace_source;     /* finer than the poll; NULL without a loop */
  /* state */
  gint64             now_us;          /* of the last poll, packet or pace tick    */
  TransportState     transport_state;
  bool               is_closed;
  MediaExtensionIds  ids;             /* BUNDLE: one meaning an id                */
  bool               uses_twcc;
  RtpDemux           demux;
  RttEstimator       rtt;
  AvSync             av_sync;         /* of the peer's main tracks                */
  guint16            transport_seq;   /* of the next packet sent                  */
  gint64             transport_poll_us;
  guint64            malformed, unknown_ssrc;
  MediaSendConfig    sending;
  guint              wanted_bps;
  RepeatQueue        repeats;
  PlayoutHint        playout;
  bool               has_feedback;    /* transport-wide, of what we send          */
  /* state of media_session_rtcp.c */
  RtcpSender         rtcp;
  guint32            media_ssrc;      /* received last: what TWCC reports name    */
  gint64             next_report_us;
  bool               was_sr_answered; /* the peer's first SR: it learns the round trip early */
  gint64             next_sr_us[MEDIA_TRACKS_MAX];
  ReceivedRrtr       rrtr[SESSION_RRTR_MAX];
  guint              remb_bps;
  guint              remb_lifts;      /* times to say yet that the cap is gone    */
  gint64             next_remb_us;
  bool               has_left[MEDIA_TRACKS_MAX];  /* BYE, and no packet since     */
  gint64             left_us;         /* when the last of them left; 0: somebody is there */
  bool               is_left_told;
};

/* The round trip, or 0 if it is not known. */
gint64 session_rtt_us(const MediaSession *self) ON_NET;

/* Something waits in the pacer: it runs as soon as the loop is back. */
void session_pace_soon(MediaSession *self) ON_NET;

/* TransportEvents.datagram and PacerEvents.send_padding. */
void  session_sending_on_datagram(bool is_sent, gsize wire_bytes, gpointer user);
gsize session_sending_padding(gsize bytes, gpointer user);
void  session_sending_start(MediaSession *self) ON_NET;
/* @seq: of the packet, or of the one that RTX repeats. @rtp_bytes: before SRTP. */
void  session_sending_on_sent(MediaSession *self, guint track, guint16 seq, guint16 transport_seq,
                              gsize rtp_bytes) ON_NET;
void  session_sending_on_twcc(MediaSession *self, RtcpPacket *packet) ON_NET;
void  session_sending_on_remb(MediaSession *self, RtcpPacket *packet) ON_NET;
void  session_sending_on_report(MediaSession *self, guint track) ON_NET;
void  session_sending_poll(MediaSession *self) ON_NET;
/* One waits to leave. Where a queue stands, what was lost before it would only hold it up. */
void  session_sending_on_keyframe(MediaSession *self, guint track) ON_NET;
/* A packet that the peer asked for is sent again. */
void  session_sending_on_asked(MediaSession *self, guint track, guint16 seq) ON_NET;
/* A packet of a picture left for the first time. */
void  session_sending_on_picture_packet(MediaSession *self, guint track, guint16 seq, gsize bytes, bool is_base) ON_NET;
/* Before each run of the pacer: it waits while too much is under way. */
void  session_sending_before_pacer(MediaSession *self) ON_NET;

void session_rtcp_start(MediaSession *self) ON_NET;
void session_rtcp_on_datagram(MediaSession *self, const Packet *packet) ON_NET;
/* A packet of @track came: whoever said BYE is back. */
void session_rtcp_on_media(MediaSession *self, guint track, guint32 ssrc) ON_NET;
/* NACK, PLI, feedback and reports that are due at self->now_us. */
void session_rtcp_poll(MediaSession *self) ON_NET;
void session_rtcp_limit_peer(MediaSession *self, guint bps) ON_NET;
void session_rtcp_send_bye(MediaSession *self) ON_NET;
