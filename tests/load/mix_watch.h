/* tests/load/mix_watch.h - listens to a mix: markers, silences, losses.
 *
 * Pure logic but for the LatencyBook; one owner. */
#pragma once
#include "media/base/thread_role.h"
#include "tests/load/change_watch.h"
#include "tests/load/watcher.h"

typedef struct MixWatch MixWatch;

/* @skews: borrowed, one of each site. @changes: borrowed, nullable: hears the same. */
MixWatch *mix_watch_new(guint listener, guint64 aside, double codec_delay_samples, LatencyBook *book, SkewMeter *skews,
                        ChangeWatch *changes);
void      mix_watch_free(MixWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MixWatch, mix_watch_free)

void mix_watch_begin(MixWatch *self, gint64 now_us);
/* In the order of arrival. @capture_us: 0: not known. */
void mix_watch_packet(MixWatch *self, const AudioPacket *packet, gint64 capture_us) ON_AUDIO_TICK;
/* Fills the part of @out that is about sound. */
void mix_watch_end(MixWatch *self, gint64 now_us, WatcherFigures *out, Samples *audio_ms);
