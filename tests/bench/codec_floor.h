/* tests/bench/codec_floor.h - the least that such a bridge can cost: libvpx, libyuv and libopus
 * in a plain loop on the frames themselves. No packets, no buffers, no threads, no labels;
 * what is not one of the three libraries is not counted. */
#pragma once
#include "tests/bench/bench_input.h"
#include "tests/bench/stopwatch.h"

typedef struct CodecFloor CodecFloor;

typedef struct {
  Stopwatch decode, place, encode, opus_decode, opus_encode;
} CodecFloorTimes;

CodecFloor *codec_floor_new(const BenchInput *input);
void        codec_floor_free(CodecFloor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CodecFloor, codec_floor_free)

/* Decodes the @number-th frame of each site, places it, encodes the canvas. */
void codec_floor_video(CodecFloor *self, guint number);
/* Decodes the @number-th packet of each site, encodes each distinct mix once. */
void codec_floor_audio(CodecFloor *self, guint number);
/* Sum of the sizes of the canvases encoded so far. */
gsize codec_floor_bytes(const CodecFloor *self);
const CodecFloorTimes *codec_floor_times(const CodecFloor *self);
