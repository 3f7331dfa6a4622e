/* media/rtp/track_in.h - one track that we receive: RTP packets into frames and sound.
 *
 *   packet -> recv_stats -> duplicates out -> nack_requester -> video_jitter -> EncodedFrame
 *                                                            -> red -> AudioPacket
 *
 * A retransmission enters by the same door, marked as resent. Net thread. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/packet.h"
#include "media/media_plan.h"
#include "media/rtp/rate_meter.h"
#include "media/rtp/recv_stats.h"
#include "media/rtp/rtp_extensions.h"
#include "media/rtp/rtp_packet.h"

typedef struct TrackIn TrackIn;

typedef struct {
  guint64 packets, payload_bytes, frames, keyframes;
  guint64 frames_dropped;               /* never completed                  */
  guint64 rtx_packets, rtx_bytes;       /* resent: as RTX, or, without it, as they were */
  guint64 duplicates, out_of_range;     /* dropped: seen before; absurd seq */
  guint64 red_recovered, red_malformed; /* from copies in later packets     */
  guint64 nacks, plis, firs;            /* sent                             */
  gint64  lost;                         /* before repair                    */
  double  loss_fraction, jitter_ms;
  guint   width, height;                /* of the last keyframe             */
  gint64  last_packet_us;
  RateMeter rate;
} TrackInStats;

/* @plan: copied. Returns: (transfer full). */
TrackIn *track_in_new(const MediaTrackPlan *plan) ON_NET;
void     track_in_free(TrackIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrackIn, track_in_free)

/* The stream in use: 0 before the first packet. */
guint32 track_in_ssrc(const TrackIn *self) ON_NET;
/* @order: see RtpDemuxEntry. The latest SSRC that appears replaces the one before, which
 * comes back only when the new one falls silent. Returns: false: drop the packet. */
bool track_in_use_ssrc(TrackIn *self, guint32 ssrc, guint order, gint64 now_us) ON_NET;

/* Takes one packet of the track's stream, or the original inside an RTX packet.
 * @packet: a reference is taken while needed; @view and @extensions describe its bytes. */
void track_in_on_packet(TrackIn *self, Packet *packet, const RtpPacket *view,
                        const RtpExtensions *extensions, bool is_resent, gint64 now_us) ON_NET;
/* Returns: (transfer full) (nullable): audio only: the next Opus packet to deliver, oldest
 * first; until NULL. RED (RFC 2198) is undone here: a lost packet that a later one repeats
 * comes with its own sequence number and timestamp, and the later one's time of arrival. */
AudioPacket *track_in_pop_audio(TrackIn *self) ON_NET;
/* Returns: (transfer full) (nullable): video only: the next decodable frame; until NULL. */
EncodedFrame *track_in_pop_video(TrackIn *self, gint64 now_us, gint64 rtt_us) ON_NET;

/* What to ask for again now: see nack_requester_poll(). @rtt_us: 0: not known. */
guint track_in_poll_nacks(TrackIn *self, gint64 now_us, gint64 rtt_us, guint16 *out, guint out_max) ON_NET;
/* True if NACK was agreed. */
bool  track_in_asks_again(const TrackIn *self) ON_NET;
/* Audio: how late a packet may come and still be heard, as the jitter buffer says; 60 ms until
 * it does. Only what can be answered before is asked for. */
void  track_in_set_playout_target(TrackIn *self, gint64 target_us) ON_NET;
void  track_in_want_keyframe(TrackIn *self) ON_NET;

typedef enum { KEYFRAME_ASK_NONE = 0, KEYFRAME_ASK_PLI, KEYFRAME_ASK_FIR } KeyframeAsk;
/* What to send now, if anything; it is then taken as sent. @fir_seq: for FIR. */
KeyframeAsk track_in_poll_keyframe(TrackIn *self, gint64 now_us, gint64 rtt_us, guint8 *fir_seq) ON_NET;

void track_in_on_sender_report(TrackIn *self, guint64 ntp, gint64 now_us) ON_NET;
/* Returns: false if nothing was received yet. Starts the next loss interval. */
bool track_in_report(TrackIn *self, gint64 now_us, RtcpReportBlock *out) ON_NET;
void track_in_poll(TrackIn *self, gint64 now_us) ON_NET;
void track_in_stats(const TrackIn *self, TrackInStats *out) ON_NET;
