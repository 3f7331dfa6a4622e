/* tests/media/rtp/session_pair.h - two MediaSessions that send each other picture and sound
 * over a FakeNetwork in virtual time, and what they made of it.
 *
 * End 0 is the bridge, end 1 the client. Track 0 is Opus, track 1 is VP8; both ways. A
 * frame carries its number and a pattern, so that what arrives can be proved. */
#pragma once
#include "tests/media/rtp/fake_network.h"
#include "media/media_session.h"

enum { PAIR_AUDIO = 0, PAIR_VIDEO = 1, PAIR_FRAMES_MAX = 4096 };

typedef struct {
  MediaSession *session;
  gint64  state_us[TRANSPORT_STATE_CLOSED + 1];  /* when it was entered; 0: never   */
  guint   frames_sent, keyframes_sent;
  gint64  sent_us[PAIR_FRAMES_MAX];              /* by frame number                 */
  guint   frames_received, keyframes_received, frames_broken;
  gint64  received_us[PAIR_FRAMES_MAX];          /* 0: not received                 */
  guint   last_frame;                            /* number of the last one received */
  guint   audio_sent, audio_received, audio_broken;
  guint   keyframe_requests;
  guint   byes;
  bool    sends_video, sends_audio;
  bool    wants_keyframe;
  gint64  next_video_us, next_audio_us;
  gint64  video_age_us;                          /* of a picture when it is sent     */
  gint64  first_audio_us;                        /* when packet 0 was sent           */
  /* Hears each packet of sound that comes, with its number at the sender; may be NULL. */
  void  (*hear)(const AudioPacket *packet, guint number, gpointer user);
  gpointer hear_user;
} PairEnd;

typedef struct {
  guint   frame_bytes, keyframe_bytes;
  guint   temporal_layers;                       /* 1 or 2 */
  gint64  keyframe_interval_min_us;
  MediaPlan plan[2];                             /* may be changed before session_pair_start() */
  FakeNetwork *network;
  PairEnd end[2];
  gint64  now_us;
} SessionPair;

SessionPair *session_pair_new(guint32 seed);
void         session_pair_free(SessionPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionPair, session_pair_free)

/* The same link both ways. */
void session_pair_set_link(SessionPair *self, double loss, gint64 delay_us, gint64 jitter_us);
void session_pair_start(SessionPair *self);
/* Lets @duration_us pass. */
void session_pair_run(SessionPair *self, gint64 duration_us);
