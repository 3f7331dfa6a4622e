/* tests/media/rtp/loopback.h - a bridge with several peers over real transports on 127.0.0.1,
 * each side on a net thread of its own.
 *
 * Track 0 is Opus, track 1 is VP8, both ways; the frames carry numbers. */
#pragma once
#include "media/media_session.h"

enum { LOOPBACK_PEERS_MAX = 64, LOOPBACK_AUDIO = 0, LOOPBACK_VIDEO = 1 };

typedef struct Loopback Loopback;

typedef struct {
  guint   peers;
  guint   down_bps, down_fps;  /* bridge to each peer, one shared frame */
  guint   up_bps, up_fps;      /* each peer to the bridge */
} LoopbackConfig;

typedef struct {
  guint   connected, closed;           /* sessions of the bridge */
  guint64 frames_down, frames_up;      /* received, all peers */
  guint64 audio_down, audio_up;
  guint64 broken;
  guint   keyframe_requests;
  double  bridge_user_s, bridge_system_s;  /* CPU time of the bridge's net thread so far */
  double  latency_ms_max;              /* of a frame, bridge to peer */
  double  latency_ms_mean;
} LoopbackFigures;

Loopback *loopback_new(const LoopbackConfig *config);
void      loopback_free(Loopback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loopback, loopback_free)
/* Starts the flow of sound and picture; call once all are connected. */
void loopback_flow(Loopback *self, bool is_on);
void loopback_figures(Loopback *self, LoopbackFigures *out);
/* The statistics of the bridge's session with @peer. */
void loopback_stats(Loopback *self, guint peer, MediaSessionStats *out);
/* Closes the peers' sessions. */
void loopback_close_peers(Loopback *self);
