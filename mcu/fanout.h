/* mcu/fanout.h - one room's composed picture and mixes, handed to each of its receivers.
 *
 *   encode:     fanout_video -> ring -.
 *   audio tick: fanout_audio -> ring -+-> (net) every receiver's MediaSession
 *
 * A packet is queued once and sent by reference; a receiver that cannot keep up loses its
 * own frames in its own pacer. Keyframes asked for by receivers are gathered here and
 * passed to the program, except those that the last keyframe has already answered
 * (TRANSPORT C8b). */
#pragma once
#include "media/base/loop.h"
#include "media/media_session.h"
#include "mixer/video_program.h"

typedef struct Fanout Fanout;

Fanout *fanout_new(Loop *net) ON_CONTROL;
/* After the programs that feed it are gone and the net thread has stopped or removed all. */
void    fanout_free(Fanout *self) ON_CONTROL;
/* The program whose frames these are; asked for keyframes. Before the first receiver. */
void    fanout_set_program(Fanout *self, VideoProgram *program) ON_CONTROL;

/* @frame: (transfer full). Any thread; never blocks. */
void fanout_video(Fanout *self, EncodedFrame *frame);
/* @packet: (transfer full). @ids: the receivers that hear it. Any thread; never blocks. */
void fanout_audio(Fanout *self, AudioPacket *packet, const guint *ids, guint n_ids);

/* @video_track, @audio_track: index in the session's plan, or -1. */
void fanout_add(Fanout *self, guint id, MediaSession *session, int video_track, int audio_track) ON_NET;
void fanout_remove(Fanout *self, guint id) ON_NET;
/* The receiver sent PLI or FIR. */
void fanout_keyframe_requested(Fanout *self, guint id) ON_NET;

typedef struct {
  guint64 video_dropped, audio_dropped;  /* the net thread was behind          */
  guint64 keyframe_requests, keyframe_requests_answered_already;
} FanoutStats;
void fanout_stats(Fanout *self, FanoutStats *out) ON_NET;
