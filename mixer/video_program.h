/* mixer/video_program.h - one composed and encoded output, shared by all who receive it.
 *
 *   video tick: scene -> video_layout -> video_compositor -> canvas
 *   encode:     newest canvas -> VideoEncoder -> events.frame
 *
 * A VideoMixer is the thread of the video tick: absolute deadlines at start + n / fps; it
 * drives every program. If an encoder is still busy, its program's tick is skipped and
 * counted; nothing waits for it. */
#pragma once
#include "media/codec/video_encoder.h"
#include "mixer/video_scene.h"

typedef struct VideoMixer VideoMixer;
typedef struct VideoProgram VideoProgram;

typedef struct {
  guint width, height, bitrate_bps, encoder_threads;
} VideoProgramConfig;

typedef struct {
  /* @frame: (transfer full). The program's encode thread; must not block. */
  void (*frame)(EncodedFrame *frame, gpointer user);
} VideoProgramEvents;

typedef struct {
  guint64 ticks, frames_encoded, frames_skipped, keyframes, encode_errors, bytes;
  gint64  compose_cpu_us, encode_cpu_us;  /* totals, thread CPU time            */
  gint64  tick_lateness_max_us;           /* since the last call of _stats      */
} VideoProgramStats;

VideoMixer *video_mixer_new(guint fps_numerator, guint fps_denominator);
void        video_mixer_free(VideoMixer *self);  /* after its programs */

/* Control thread, like all below unless said otherwise. */
VideoProgram *video_program_new(VideoMixer *mixer, const VideoProgramConfig *config,
                                const VideoProgramEvents *events, gpointer user, GError **error);
/* No event comes after this returned. */
void video_program_free(VideoProgram *self);
/* @scene: (transfer full): shown from the next tick on. */
void video_program_set_scene(VideoProgram *self, VideoScene *scene);
/* An idle program (no receivers) neither composes nor encodes. Starts active. */
void video_program_set_active(VideoProgram *self, bool active);
void video_program_set_bitrate(VideoProgram *self, guint bitrate_bps);
/* Coalesced and limited by cost (TRANSPORT C8a): at once if the last keyframe is 300 ms
 * old and @for_join, else when max(1 s, its cost) has passed; never lost. Any thread. */
void video_program_request_keyframe(VideoProgram *self, bool for_join);
void video_program_stats(VideoProgram *self, VideoProgramStats *out);
