/* tests/bench/bench_input.h - what the sites send: some seconds of pictures and sound, encoded
 * once and played in a loop. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"
#include "media/base/video_frame.h"

enum {
  BENCH_FPS = 30,
  BENCH_LOOP_SECONDS = 3,
  BENCH_LOOP_FRAMES = BENCH_LOOP_SECONDS * BENCH_FPS,
  BENCH_LOOP_PACKETS = BENCH_LOOP_SECONDS * 50,
  BENCH_SITES_MAX = 64,
};

typedef struct {
  guint sites, talkers;              /* talkers speak, the others' rooms are quiet */
  guint input_width, input_height;
  guint input_bps;
  guint canvas_width, canvas_height;
  guint canvas_bps;
  guint encoder_threads;
  int   encoder_speed;               /* 0: as the bridge chooses */
} BenchConfig;

typedef struct {
  EncodedFrame *frames[BENCH_LOOP_FRAMES];
  AudioPacket  *packets[BENCH_LOOP_PACKETS];
} BenchSite;

typedef struct {
  BenchConfig config;
  BenchSite   sites[BENCH_SITES_MAX];
} BenchInput;

BenchInput *bench_input_new(const BenchConfig *config);
void        bench_input_free(BenchInput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BenchInput, bench_input_free)
