/* media/media_session.h - everything between one peer's wire and its frames.
 *
 *   MediaTransport -> rtp_packet -> twcc_recv -> rtp_demux -> track_in -> on_video_frame
 *                                                                      -> on_audio_packet
 *   send_video / send_audio -> track_out -> vp8_pay -> send_history -> pacer -> MediaTransport
 *
 * The bridge answers (ICE_SIDE_CONTROLLED); test clients offer. Net thread only. The
 * session needs media_session_poll() every 5 ms (one ticker drives all sessions). */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/audio_playout.h"
#include "media/bwe/pacer.h"
#include "media/bwe/rate_estimator.h"
#include "media/transport/media_transport.h"

typedef struct MediaSession MediaSession;

typedef struct {
  /* All on the net thread; none may call media_session_free(). */
  void (*state_changed)(TransportState state, TransportCloseReason reason, gpointer user);
  /* A complete frame whose references were all delivered: decodable in this order.
   * @track: index in the plan. */
  void (*video_frame)(guint track, EncodedFrame *frame /* transfer full */, gpointer user);
  /* An Opus packet, in order of arrival, duplicates removed; reordering and loss are the
   * jitter buffer's work. */
  void (*audio_packet)(guint track, AudioPacket *packet /* transfer full */, gpointer user);
  /* The peer asked for a keyframe of what we send on @track (PLI or FIR). */
  void (*keyframe_requested)(guint track, gpointer user);
  /* The peer said BYE for the whole session. May be NULL. */
  void (*peer_left)(gpointer user);
} MediaSessionEvents;

typedef struct {
  guint64 packets, bytes, frames, keyframes;  /* bytes: RTP payload                  */
  guint64 lost;             /* received: RFC 3550 cumulative; sent: as the peer reports */
  double  loss_fraction;    /* 0..1, over the last report interval                   */
  guint64 nacks, plis, firs;      /* received track: sent by us; sent track: received */
  guint64 rtx_packets, rtx_bytes;
  guint64 red_packets;      /* sound. received: recovered from copies; sent: with copies */
  guint64 frames_dropped;   /* received: never completed; sent: pacer overflow        */
  double  jitter_ms;
  double  fps;              /* over the last second or so                             */
  double  kbps;             /* RTP packets with headers, over the last second or so   */
  guint   width, height;    /* of the last keyframe                                   */
  gint64  last_packet_us;   /* 0: none yet                                            */
} MediaTrackStats;

typedef struct {
  TransportStats transport;
  double  rtt_ms;           /* 0: not known yet                                       */
  guint   n_tracks;
  guint64 malformed;        /* RTP or RTCP that could not be parsed                   */
  guint64 unknown_ssrc;
  bool    has_av_skew;      /* by the peer's sender reports                           */
  double  av_skew_ms;       /* of the main tracks: the sound is so far ahead of the picture, where both are composed */
  MediaTrackStats received[MEDIA_TRACKS_MAX], sent[MEDIA_TRACKS_MAX];
} MediaSessionStats;

/* How much may be sent: by the peer's reports, and by the line that many sessions share. */
typedef struct {
  bool         is_estimating;  /* false (test clients): at the pace set, whatever is reported */
  guint        start_bps, min_bps, max_bps;  /* wire bits, sound included                     */
  ProbeToken  *token;          /* borrowed, nullable                                          */
  LineBucket  *line;           /* borrowed; NULL: no line is shared                           */
  LinePriority priority;
} MediaSendConfig;

typedef struct {
  RateEstimatorStats estimate;
  PacerStats pacer;
  gint64  rtt_us;              /* 0: not known                                                */
  guint   document_bps;        /* of the shared document that comes in                        */
  double  sound_loss;          /* 0..1, as the peer reports of our sound                      */
  bool    is_repeating;        /* the base layer goes out twice, because much is lost         */
  double  lost_overhead;       /* of the picture's rate: what of it is lost and sent again    */
  double  copies_overhead;     /* and with the copies that are made, or should be             */
  guint64 refreshes;           /* keyframes wanted because feedback showed a loss for good    */
} MediaSendFigures;

MediaSession *media_session_new(const TransportEnv *env, IceSide side, bool with_loopback,
                                const char *cname, const MediaSessionEvents *events,
                                gpointer user) ON_NET;
bool media_session_local(MediaSession *self, MediaLocal *out) ON_NET;
/* Starts ICE and the tracks of @plan (copied). Once. */
void media_session_start(MediaSession *self, const MediaPlan *plan) ON_NET;
void media_session_add_candidate(MediaSession *self, const char *candidate) ON_NET;
bool media_session_restart_ice(MediaSession *self, const char *ufrag, const char *password,
                               MediaLocal *out) ON_NET;

/* Packetises @frame (borrowed; a reference is kept while it may be asked for again) and
 * queues it in the pacer. A track's first frame must be a keyframe; frames before it are
 * dropped. The frames may come from one shared encoder: sequence numbers, PictureID and
 * TL0PICIDX are this session's own and continuous. */
void media_session_send_video(MediaSession *self, guint track, EncodedFrame *frame) ON_NET;
void media_session_send_audio(MediaSession *self, guint track, AudioPacket *packet) ON_NET;
/* True until a keyframe was sent on @track since it started or overflowed; false while the
 * transport is not up, so that a peer that is still connecting costs the others nothing. */
bool media_session_needs_keyframe(MediaSession *self, guint track) ON_NET;
/* Asks the peer for a keyframe (PLI, or FIR), limited in rate. */
void media_session_request_keyframe(MediaSession *self, guint track) ON_NET;
/* Caps what the peer sends on @track, for clients that ignore steering: REMB if agreed. 0: no cap. */
void media_session_limit_peer(MediaSession *self, guint bps) ON_NET;
/* Where RED was agreed, sound carries copies of the packets before it while the peer reports
 * loss, one or two (32 kbit/s each at that rate): at most so many, for a line without room. */
void media_session_limit_redundancy(MediaSession *self, guint copies) ON_NET;
/* Before media_session_start(). */
void media_session_configure_sending(MediaSession *self, const MediaSendConfig *config) ON_NET;
void media_session_set_priority(MediaSession *self, LinePriority priority) ON_NET;
/* What would be sent if the network carried it: how far probes go. */
void media_session_set_wanted(MediaSession *self, guint bps) ON_NET;
/* Sound alone, for a receiver whose network carries no picture. Afterwards a keyframe is needed. */
void media_session_suspend_video(MediaSession *self, bool is_suspended) ON_NET;
void media_session_send_figures(MediaSession *self, MediaSendFigures *out) ON_NET;
/* Pace of what we send: the pacer spreads a frame's packets at this rate. */
void media_session_set_pace(MediaSession *self, guint bps) ON_NET;

/* What the session asks of the jitter buffer of the peer's first audio track. */
typedef struct {
  guint lip_sync_ms;     /* play so much later: the picture comes later (media/rtp/av_sync) */
  guint resend_wait_ms;  /* lost packets that are asked for come so much later; 0: none is  */
} AudioDelayWish;
/* To be called some times a second with that buffer's state. */
AudioDelayWish media_session_on_playout(MediaSession *self, const AudioPlayout *playout) ON_NET;

/* Which moment of the peer's clock a timestamp of a main track means, by its sender reports: what a
 * player goes by. @out: microseconds since 1900. Returns: false before two reports of @kind. */
bool media_session_capture_us(const MediaSession *self, MediaKind kind, guint32 rtp_timestamp, gint64 *out) ON_NET;

void media_session_poll(MediaSession *self, gint64 now_us) ON_NET;
void media_session_stats(MediaSession *self, MediaSessionStats *out) ON_NET;
/* Sends BYE and close_notify; state CLOSED. Idempotent. */
void media_session_close(MediaSession *self) ON_NET;
void media_session_free(MediaSession *self) ON_NET;
