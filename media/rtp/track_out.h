/* media/rtp/track_out.h - one track that we send: frames and sound into RTP packets.
 *
 *   EncodedFrame -> track_out_begin_frame -> track_out_video_packet (each) -> wire
 *   AudioPacket  -> track_out_audio_packet (-> red_sender) -> wire
 *   NACK         -> track_out_resend_bytes -> track_out_resend -> wire (RTX)
 *
 * Numbers are the track's own and continuous, whichever encoder the frames come from:
 * sequence number, PictureID, TL0PICIDX, KEYIDX and timestamps, the latter from the time of
 * capture on the one monotonic clock that sender reports refer to. Net thread. */
#pragma once
#include "media/base/packet.h"
#include "media/media_plan.h"
#include "media/rtp/rate_meter.h"
#include "media/rtp/rtcp_types.h"
#include "media/rtp/send_history.h"

enum { TRACK_OUT_PAYLOAD_MAX = 1120 };  /* + headers, RTX, SRTP, tunnels < 1280 */

typedef struct TrackOut TrackOut;

/* Where the counters begin. */
typedef struct {
  guint16 seq, rtx_seq;      /* below 2^15: a first packet near the wrap that is lost
                              * would leave the peer with the wrong SRTP rollover count */
  guint16 picture_id;        /* 15 bit */
  guint8  tl0_pic_idx, key_index;
  guint32 timestamp;
} TrackOutStart;

/* What each packet of this moment carries besides the track's own fields. */
typedef struct {
  gint64   now_us;
  guint16 *transport_seq;    /* the session's next transport-wide number; advanced if used */
} TrackOutSend;

typedef struct {
  guint64 packets, payload_bytes, frames, keyframes;  /* sent the first time      */
  guint64 rtx_packets, rtx_bytes;
  guint64 nacks, plis, firs;                          /* received                 */
  guint64 nacks_missed;       /* asked for, but no longer kept                    */
  guint64 red_packets;        /* sound with copies of earlier packets             */
  guint64 refreshes;          /* keyframes wanted before the peer knew            */
  gint64  lost;               /* as the peer reports                              */
  double  loss_fraction, jitter_ms;
  guint   width, height;
  gint64  last_packet_us;
  RateMeter rate;
} TrackOutStats;

/* @plan: copied. @start: NULL: random. Returns: (transfer full). */
TrackOut *track_out_new(const MediaTrackPlan *plan, const TrackOutStart *start) ON_NET;
void      track_out_free(TrackOut *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrackOut, track_out_free)

/* Gives @frame its timestamp and PictureID. Frames are begun in the order in which they
 * leave, so that one dropped before leaves no trace.
 * Returns: how many packets it needs; 0 if it cannot be sent. */
guint track_out_begin_frame(TrackOut *self, const EncodedFrame *frame) ON_NET;
/* Of the frame begun last. */
guint track_out_frame_packets(const TrackOut *self) ON_NET;
/* Returns: (transfer full): the @i-th packet of the frame begun last, plain RTP. @frame: a
 * reference is kept while the packet may be asked for. */
Packet *track_out_video_packet(TrackOut *self, EncodedFrame *frame, guint i, const TrackOutSend *send) ON_NET;
/* Returns: (transfer full) (nullable): NULL if @audio is empty or too long. */
Packet *track_out_audio_packet(TrackOut *self, AudioPacket *audio, const TrackOutSend *send) ON_NET;

/* What sending @seq again would put on the wire; 0: not now, or never. Notes that it is
 * going to be resent. @rtt_us: 0 for a further copy, which is no answer to anybody. */
gsize track_out_resend_bytes(TrackOut *self, guint16 seq, gint64 now_us, gint64 rtt_us) ON_NET;
/* Returns: (transfer full) (nullable): by RTX, or without it the very same packet again. */
Packet *track_out_resend(TrackOut *self, guint16 seq, const TrackOutSend *send) ON_NET;

/* True if the application must hear of a PLI or FIR: it is not answered by a keyframe that
 * may still be under way (TRANSPORT C8 b), nor an FIR that repeats the last one. */
bool track_out_on_pli(TrackOut *self, gint64 now_us, gint64 rtt_us) ON_NET;
bool track_out_on_fir(TrackOut *self, guint8 fir_seq, gint64 now_us, gint64 rtt_us) ON_NET;
void track_out_on_nack(TrackOut *self, guint n_packets) ON_NET;
/* Audio: at most so many copies of earlier packets in each (RED_SENDER_COPIES_MAX at first):
 * for a line that has no room for them. */
void track_out_limit_redundancy(TrackOut *self, guint copies) ON_NET;

/* Video: how long the receiver should at least hold a picture back (PlayoutHint). */
void track_out_set_playout_delay(TrackOut *self, guint min_ms) ON_NET;

/* Sequence number of the packet made last. */
guint16 track_out_last_seq(const TrackOut *self) ON_NET;
/* What was sent is not sent again, whoever asks: a keyframe comes that makes it needless. */
void track_out_forget(TrackOut *self) ON_NET;
/* Transport-wide feedback: packet @seq, or its retransmission, was received or lost. */
void track_out_on_fate(TrackOut *self, guint16 seq, bool is_received) ON_NET;
/* True, once, if a packet of the base layer is lost for good: its retransmissions are lost as
 * well, or it is too late for one. The peer would ask for a keyframe up to 3 s later
 * (TRANSPORT C8c). */
bool track_out_needs_refresh(TrackOut *self, gint64 now_us, gint64 rtt_us) ON_NET;
/* Returns: (transfer full) (nullable): the newest packet once more, by RTX, to fill a probe;
 * NULL without RTX, or if nothing is kept. */
Packet *track_out_padding(TrackOut *self, const TrackOutSend *send) ON_NET;
void track_out_on_report(TrackOut *self, const RtcpReportBlock *block) ON_NET;

/* Returns: false if nothing was sent yet. */
bool track_out_sender_info(const TrackOut *self, gint64 now_us, RtcpSenderInfo *out) ON_NET;
/* Lets old packets go, moves the rates on. */
void track_out_poll(TrackOut *self, gint64 now_us, gint64 rtt_us) ON_NET;
const TrackOutStats *track_out_stats(const TrackOut *self) ON_NET;
