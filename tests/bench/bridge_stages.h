/* tests/bench/bridge_stages.h - the bridge's own parts, one after the other on one thread, each
 * timed by itself.
 *
 *   sites' packets -> [unprotect] -> [receive] -> [decode] -> [compose] -> [encode]
 *                                                  -> [packetise] -> [protect], each receiver
 *   sites' packets -> [unprotect] -> [receive] -> [opus decode] -> [mix] -> [opus encode]
 *                                                  -> [packetise] -> [protect], each receiver
 *
 * Left out are sockets, ICE, the kernel and thread switches: the load tool sees those. */
#pragma once
#include "tests/bench/bench_input.h"
#include "tests/bench/stopwatch.h"

typedef struct BridgeStages BridgeStages;

typedef struct {
  Stopwatch unprotect, receive, decode, compose, encode;
  Stopwatch opus_decode, mix, opus_encode;
  Stopwatch packetise, protect;
} BridgeTimes;

BridgeStages *bridge_stages_new(const BenchInput *input);
void          bridge_stages_free(BridgeStages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeStages, bridge_stages_free)

/* One picture of each site, one canvas to each receiver; @now_us goes on by a frame. */
void bridge_stages_video(BridgeStages *self, guint number, gint64 now_us);
/* One packet of each site, its mix to each receiver. */
void bridge_stages_audio(BridgeStages *self, guint number, gint64 now_us);

typedef struct {
  guint64 frames, bytes;        /* canvases encoded             */
  guint64 pictures;             /* decoded                      */
  guint64 packets_in, packets_out;
  guint64 own_mixes;            /* encodes besides the common one */
  guint64 sound_gaps;           /* pulls that were not normal   */
} BridgeCounts;
const BridgeCounts *bridge_stages_counts(const BridgeStages *self);
const BridgeTimes *bridge_stages_times(const BridgeStages *self);

/* The canvas composed last. (transfer none) */
const VideoFrame *bridge_stages_canvas(const BridgeStages *self);
/* The frame encoded last. (transfer none) */
const EncodedFrame *bridge_stages_encoded(const BridgeStages *self);
