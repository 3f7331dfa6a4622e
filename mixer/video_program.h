/* mixer/video_program.h - one composed and encoded output, shared by all who receive it.
 *
 *   video tick: scene -> video_layout -> video_compositor -> canvas
 *   encode:     newest canvas -> VideoEncoder -> events.frame
 *
 * A VideoMixer is the thread of the video tick: absolute deadlines at start + n / fps; it
 * drives every program. If an encoder is still busy, its program's tick is skipped and
 * counted; nothing waits for it.
 *
 * A room has several programs of one scene, one for each tier of size and rate. One that
 * nobody watches is inactive: it keeps its scene and a sleeping thread, nothing else; the
 * encoder goes after 30 s. */
#pragma once
#include "media/base/delay_histogram.h"
#include "media/codec/video_encoder.h"
#include "mixer/video_scene.h"

typedef struct VideoMixer VideoMixer;
typedef struct VideoProgram VideoProgram;

enum { VIDEO_FPS_DIVISOR_MAX = 30 };

typedef struct {
  guint width, height, bitrate_bps, encoder_threads;
  guint fps_divisor;      /* 0 or 1: every tick; 2: every second one; to VIDEO_FPS_DIVISOR_MAX */
  guint encoder_idle_ms;  /* how long an idle program keeps its encoder; 0: 30 s               */
} VideoProgramConfig;

typedef struct {
  /* @frame: (transfer full). The program's encode thread; must not block. The first one
   * after the program became active is a keyframe; none comes while it is not. */
  void (*frame)(EncodedFrame *frame, gpointer user);
} VideoProgramEvents;

typedef struct {
  guint64 ticks;            /* canvases composed                                       */
  guint64 frames_encoded;
  guint64 frames_skipped;   /* composed, but the encoder did not come to them          */
  guint64 keyframes, encode_errors, bytes;
  gint64  compose_cpu_us, encode_cpu_us;  /* totals, thread CPU time                   */
  gint64  tick_lateness_max_us;           /* since the last call of _stats             */
  guint   fps_divisor;
  bool    is_active;
  bool    has_encoder;
} VideoProgramStats;

/* Totals since the mixer began: the difference of two readings tells how the tick does. */
typedef struct {
  guint64 ticks_due;      /* passed, run or skipped                 */
  guint64 ticks_skipped;  /* so late that the next one was preferred */
} VideoMixerStats;

VideoMixer *video_mixer_new(guint fps_numerator, guint fps_denominator);
void        video_mixer_free(VideoMixer *self);  /* after its programs */
void        video_mixer_stats(const VideoMixer *self, VideoMixerStats *out);  /* any thread */
/* How late its ticks woke up. Returns: the worst since the last call, in us: for one reader. Any thread. */
gint64      video_mixer_lateness(VideoMixer *self, DelayHistogram *out);

/* Control thread, like all below unless said otherwise. Starts active.
 * Errors: what the encoder refuses (one is made to know, and kept no longer than it is used:
 * if libvpx fails later, that is counted, logged once, and tried again each second). */
VideoProgram *video_program_new(VideoMixer *mixer, const VideoProgramConfig *config,
                                const VideoProgramEvents *events, gpointer user, GError **error);
/* No event comes after this returned. */
void video_program_free(VideoProgram *self);
/* @scene: (transfer full): shown from the next tick on; texts for pictures that stop coming are drawn
 * after it, when the control thread (whose loop is the default one) has nothing else to do. Costs nothing
 * while inactive. */
void video_program_set_scene(VideoProgram *self, VideoScene *scene);
/* An idle program (no receivers) neither composes nor encodes, and holds no canvas. */
void video_program_set_active(VideoProgram *self, bool active);
void video_program_set_bitrate(VideoProgram *self, guint bitrate_bps);
/* From the next tick on; the bitrate stays. @divisor: as in the configuration. Programs of
 * one divisor compose at the same ticks. */
void video_program_set_fps_divisor(VideoProgram *self, guint divisor);
/* Coalesced and limited by cost (TRANSPORT C8a): at once if the last keyframe is 300 ms
 * old and @for_join, else when max(1 s, its cost) has passed; never lost. Any thread. */
void video_program_request_keyframe(VideoProgram *self, bool for_join);
void video_program_stats(VideoProgram *self, VideoProgramStats *out);
