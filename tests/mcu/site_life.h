/* tests/mcu/site_life.h - a site's figures second by second, as a good line gives them, and with faults.
 *
 * Clean: a camera whose rate wanders with what it sees, single bursts of lost packets, jitter that
 * has its moments, a receiver on one of the upper rungs, a browser that reports every 1.5 seconds,
 * joins, layout changes, mutes and talk. Virtual time, seeded: the same seed, the same life. */
#pragma once
#include "mcu/site_figures.h"
#include "tests/lib/random_stream.h"

typedef enum {
  FAULT_NONE = 0,
  FAULT_UP_LOSS,            /* 5 %                                                             */
  FAULT_UP_JITTER,          /* 200 ms, order kept: clumps, late sound, small figure of RFC 3550 */
  FAULT_UP_JITTER_WILD,     /* 200 ms, packets overtake each other                             */
  FAULT_UP_CAP,             /* 500 kbit/s; the sender adapts                                   */
  FAULT_UP_CAP_DEAF,        /* the same; the sender does not                                   */
  FAULT_CAMERA_5_FPS,
  FAULT_CAMERA_DEAD,
  FAULT_SILENT_MICROPHONE,
  FAULT_SLOW_RECEIVER,
  FAULT_ECHO,               /* as the watch finds it after 3.5 s: -20 dB, 180 ms               */
  FAULT_DOWN_LOSS,          /* 5 %                                                             */
  FAULT_DOWN_CAP,           /* 500 kbit/s                                                      */
  FAULT_CUT,                /* nothing arrives                                                 */
  FAULTS,
} Fault;

typedef struct {
  SiteFigures figures;      /* of the last second */
  Fault fault;
  guint fault_s;            /* seconds since it began */
  /* how it lives */
  RandomStream random;
  guint  age_s, report_phase, layout_s, mute_s, talk_s, up_calm_s, down_calm_s;
  double motion, asked_kbps, rung_below, rtt_base_ms, decoded_last, decoded_before;
  bool   is_muted, is_settled_life;  /* settled: no joins, layout changes, mutes, rungs */
} SiteLife;

void site_life_begin(SiteLife *self, guint64 seed);
void site_life_set_fault(SiteLife *self, Fault fault);
/* The next second. */
void site_life_step(SiteLife *self);
