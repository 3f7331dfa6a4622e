/* mcu/site_figures.h - what the technicians' desk knows of one second of one site, and of the box.
 *
 * Plain values, filled by figure_sampler on the control thread once a second; nothing here is a
 * total since the start but what says so. A figure that is not known is NAN. "up" is from the
 * site to the bridge, "down" from the bridge to the site. */
#pragma once
#include "mcu/line_governor.h"

typedef struct {
  /* presence */
  bool   is_expected;          /* a session is open and the site is of it                        */
  bool   is_connected;
  bool   is_muted;             /* by itself or by the chair: silence is no fault                 */
  bool   is_camera_off;        /* switched off by the site, or asked for by nobody               */
  LineReason down_reason;      /* why the picture it is sent is no better; NONE: it is sent none */
  double silent_s;             /* since the last datagram of it                                  */

  /* up, as we receive it */
  double up_kbps, up_cap_kbps; /* cap: what its camera was asked for at most                     */
  double up_loss;              /* 0..1, picture and sound together, before repair                */
  double up_jitter_ms;
  double up_fps, up_asked_fps;
  double up_width, up_height;
  double up_asked_width, up_asked_height;     /* what its camera was asked for at most           */
  double up_keyframes, up_nacks, up_plis;     /* in this second; nacks and plis are sent by us   */
  double up_freezes;           /* new pictures came more than 300 ms apart                       */
  double up_audio_level_dbov;  /* loudest 20 ms of the second, -127 for digital silence          */
  double up_audio_depth_ms;    /* of the jitter buffer                                           */
  double up_audio_concealed;   /* 0..1 of the second                                             */
  double up_echo_db;           /* its own sound that comes back, below what it was sent; NAN: none found */
  double up_echo_ms;
  double up_av_skew_ms;        /* its sound is so far ahead of its picture, as both are composed  */
  double up_delay_ms;          /* estimate: from leaving the site until it is in the composed picture */

  /* down, as the site reports it */
  double down_kbps, down_estimate_kbps, down_cap_kbps;  /* cap: what the line governor grants    */
  double down_loss;
  double down_jitter_ms;
  double down_rtt_ms;
  double down_fps, down_width, down_height;
  double down_rungs_below;     /* the best one: of the ladder (tier_ladder.h); 0: it is the best */
  double down_rtx_share;       /* 0..1 of what was sent                                          */
  double down_keyframes, down_nacks, down_plis;         /* in this second                        */
  double down_queue_ms;        /* in our pacer                                                   */
  double down_delay_ms;        /* estimate: from the composed picture until the site shows it; one
                                * site's up_delay_ms and another's down_delay_ms are glass to glass,
                                * without camera and screen                                      */

  /* the client's own report, NAN where it makes none */
  double client_age_s;
  double client_decode_fps, client_buffer_ms, client_freezes, client_dropped;  /* the last two: in this second */
  double client_audio_concealed;                                               /* 0..1                         */
  double client_audio_level_dbov;  /* loudest of what it played since its report before, -127 for digital silence */
  double client_outgoing_kbps;     /* what its own estimate lets it send                         */
  double client_av_skew_ms;        /* what it plays: the sound is so far ahead of the picture    */
} SiteFigures;

typedef struct {
  double cpu_decode, cpu_compose, cpu_encode, cpu_audio, cpu_net, cpu_control, cpu_recorder;  /* of one core, 0..n */
  double tick_lateness_ms, audio_tick_lateness_ms;  /* worst of the second */
  double ticks_missed;         /* in this second */
  double fps_divisor, tiers_closed;                 /* of the CPU governor: 1 and 0 if all is well */
  double memory_bytes, descriptors;
  double disk_free_bytes, disk_hours_left;
  double recorder_lag_s;
  double certificate_days_left;
  double line_up_kbps, line_down_kbps, line_committed_kbps, line_cap_kbps;
} BoxFigures;
