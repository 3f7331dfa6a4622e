/* mcu/fanout.h - one room's composed pictures and mixes, handed to each of its receivers.
 *
 *   encode, one for each program: fanout_video -> ring -.
 *   audio tick:                   fanout_audio -> ring -+-> (net) every receiver's MediaSession
 *
 * A packet is queued once and sent by reference; a receiver that cannot keep up loses its
 * own frames in its own pacer. A receiver stands at one program (mcu/view.h); moved to
 * another, it is shown the old one until a keyframe of the new one comes. Only into a slate it
 * goes at once: from the end of that fanout_move() on it is sent nothing of any other program,
 * and out of one it takes no frame of a scene before FanoutPlace.scene_min, whatever waits in
 * rings and encoders. Keyframes asked for by receivers are gathered here and passed to the
 * program, except those that the last keyframe has already answered (TRANSPORT C8b). */
#pragma once
#include "mcu/view.h"
#include "media/base/loop.h"
#include "media/media_session.h"
#include "mixer/video_program.h"

typedef struct Fanout Fanout;

/* What a receiver is to be sent. */
typedef struct {
  guint id;
  int   program;             /* or PROGRAM_NONE                                       */
  guint scene_min;           /* frames of scenes before this are not for it           */
  bool  is_base_only;        /* without the upper temporal layer                      */
  LinePriority priority;
  guint wanted_bps;          /* of the wire, if its network carried it; 0: the most   */
} FanoutPlace;

typedef struct {
  guint id;
  int   program;             /* that it is sent now, or PROGRAM_NONE */
  guint program_changes, keyframe_requests;
  MediaSendFigures figures;
} FanoutReport;

Fanout *fanout_new(Loop *net) ON_CONTROL;
/* After the programs that feed it are gone and the net thread has stopped or removed all. */
void    fanout_free(Fanout *self) ON_CONTROL;
/* The program whose frames come as @number; asked for keyframes. Before the first receiver. */
void    fanout_set_program(Fanout *self, guint number, VideoProgram *program) ON_CONTROL;

/* @frame: (transfer full). Any thread; never blocks. */
void fanout_video(Fanout *self, guint program, EncodedFrame *frame);
/* @packet: (transfer full). @ids: the receivers that hear it. Any thread; never blocks. */
void fanout_audio(Fanout *self, AudioPacket *packet, const guint *ids, guint n_ids);

/* A receiver that may be moved from now on, and is sent nothing yet. @video_track, @audio_track: index
 * in the session's plan, or -1. */
void fanout_add(Fanout *self, const FanoutPlace *place, MediaSession *session, int video_track, int audio_track) ON_NET;
/* It is connected: frames may go out. */
void fanout_start(Fanout *self, guint id) ON_NET;
void fanout_remove(Fanout *self, guint id) ON_NET;
/* Of a receiver that is gone: without effect. */
void fanout_move(Fanout *self, const FanoutPlace *place) ON_NET;
/* The receiver sent PLI or FIR, or feedback showed a loss for good. */
void fanout_keyframe_requested(Fanout *self, guint id) ON_NET;
/* Returns: how many of @out were filled, one for each receiver that was started, @max at most. */
guint fanout_report(Fanout *self, FanoutReport *out, guint max) ON_NET;

typedef struct {
  guint64 video_dropped, audio_dropped;  /* the net thread was behind          */
  guint64 keyframe_requests, keyframe_requests_answered_already;
  DelayHistogram latency;                /* from a picture's tick until it is handed to the senders: composing, encoding */
} FanoutStats;
void fanout_stats(Fanout *self, FanoutStats *out) ON_NET;
