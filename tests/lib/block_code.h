/* tests/lib/block_code.h - a number drawn into a picture that survives scaling and re-encoding.
 *
 *   +---------- picture, width w ----------+
 *   |                        [ white ring ]|   block b = w / 40; the ring begins one block
 *   |                        [ 8 x 4 bits ]|   from the right and the upper edge, is 10 x 6
 *   |                        [            ]|   blocks large and one block wide
 *   +--------------------------------------+
 *
 * 16 bits of number, 8 of site, 8 of checksum; black is 1. The place is free of what the
 * mixer draws: the label (lower left) and the speaker's border (some pixels). */
#pragma once
#include "media/base/video_frame.h"
#include <stdbool.h>

typedef struct {
  guint16 number;
  guint8  site;
} BlockCode;

void block_code_draw(VideoFrame *frame, BlockCode code);
/* Reads the code of the picture that stands in the rectangle @x, @y, @width, @height of
 * @frame. Returns: false if there is none, or it is not certain. */
bool block_code_read(const VideoFrame *frame, guint x, guint y, guint width, guint height,
                     BlockCode *out);

enum { BLOCK_CODE_BITS = 32 };
/* The mean luma of each block, where a picture is too small or too coarse to be read: two
 * sketches that differ are of different pictures. Returns: false if the rectangle is outside
 * or its blocks are less than a pixel. */
bool block_code_sketch(const VideoFrame *frame, guint x, guint y, guint width, guint height,
                       guint8 out[BLOCK_CODE_BITS]);
