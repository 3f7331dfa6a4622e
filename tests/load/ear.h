/* tests/load/ear.h - what one client hears: a jitter buffer pulled every 20 ms of the packets' own time.
 *
 * The time is that of the arrivals, so a busy machine that runs this late changes nothing.
 * One owner. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/thread_role.h"

typedef struct Ear Ear;

typedef struct {
  guint64 pulls;            /* of 20 ms, after the first sound                              */
  guint64 recovered;        /* from in-band FEC or redundancy inside the buffer             */
  guint64 missing;          /* concealed, or silence because nothing came                   */
  guint   gaps;             /* of more than 60 ms missing in a row                          */
  double  gap_max_ms;
  double  buffer_mean_ms;   /* that the jitter buffer adds to the latency                   */
} EarFigures;

Ear *ear_new(void);
void ear_free(Ear *self) ON_AUDIO_TICK;

void ear_packet(Ear *self, AudioPacket *packet /* transfer full */) ON_AUDIO_TICK;
/* Listens up to @now_us. */
void ear_run(Ear *self, gint64 now_us) ON_AUDIO_TICK;
void ear_begin(Ear *self, gint64 now_us) ON_AUDIO_TICK;
void ear_end(Ear *self, gint64 now_us, EarFigures *out) ON_AUDIO_TICK;
