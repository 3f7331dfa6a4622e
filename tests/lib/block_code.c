/* tests/lib/block_code.c - a number drawn into a picture that survives scaling and re-encoding. */
#include "tests/lib/block_code.h"
#include <math.h>
#include <string.h>

enum {
  COLUMNS = 8, ROWS = 4, BITS = COLUMNS * ROWS,
  BLOCKS_PER_WIDTH = 40,
  RING_COLUMNS = COLUMNS + 2, RING_ROWS = ROWS + 2,
  LUMA_WHITE = 210, LUMA_BLACK = 40, CHROMA_GREY = 128,
  CONTRAST_MIN = 70,      /* between the darkest and the lightest block */
  DOUBT_PERCENT = 15,     /* of the contrast around its middle          */
};

/* CRC-8, polynomial 0x07, not starting at 0: a uniform area is never a code. */
static guint8
checksum(const guint8 *data, gsize length)
{
  guint8 crc = 0x5a;
  for (gsize i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = (guint8)(crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1);
  }
  return crc;
}

static guint32
pack(BlockCode code)
{
  guint8 bytes[3] = { (guint8)(code.number >> 8), (guint8)code.number, code.site };
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8
         | checksum(bytes, sizeof bytes);
}

/* Where column @column (0 to RING_COLUMNS) of the ring begins in a picture of @width. */
static double
column_x(double width, double column)
{
  double block = width / BLOCKS_PER_WIDTH;
  return width - (RING_COLUMNS + 1) * block + column * block;
}

static double
row_y(double width, double row)
{
  return (1 + row) * width / BLOCKS_PER_WIDTH;
}

static void
fill(VideoFrame *frame, double x0, double y0, double x1, double y1, guint8 luma)
{
  guint left = (guint)lround(x0), right = MIN((guint)lround(x1), frame->width);
  for (guint y = (guint)lround(y0); y < MIN((guint)lround(y1), frame->height); y++) {
    memset(frame->plane[0] + (gsize)y * frame->stride[0] + left, luma, right - left);
    for (int p = 1; p < 3; p++)
      memset(frame->plane[p] + (gsize)(y / 2) * frame->stride[p] + left / 2, CHROMA_GREY,
             (right + 1) / 2 - left / 2);
  }
}

void
block_code_draw(VideoFrame *frame, BlockCode code)
{
  double width = frame->width;
  guint32 bits = pack(code);
  fill(frame, column_x(width, 0), row_y(width, 0), column_x(width, RING_COLUMNS),
       row_y(width, RING_ROWS), LUMA_WHITE);
  for (guint i = 0; i < BITS; i++) {
    if ((bits >> (BITS - 1 - i) & 1) == 0)
      continue;
    guint column = i % COLUMNS + 1, row = i / COLUMNS + 1;
    fill(frame, column_x(width, column), row_y(width, row), column_x(width, column + 1),
         row_y(width, row + 1), LUMA_BLACK);
  }
}

/* Mean luma of the middle half of a block: its edges carry the ringing of the codec. */
static int
block_luma(const VideoFrame *frame, double x, double y, double block)
{
  guint x0 = (guint)lround(x + block / 4), x1 = MAX((guint)lround(x + block * 3 / 4), x0 + 1);
  guint y0 = (guint)lround(y + block / 4), y1 = MAX((guint)lround(y + block * 3 / 4), y0 + 1);
  guint sum = 0;
  for (guint row = y0; row < y1; row++)
    for (guint column = x0; column < x1; column++)
      sum += frame->plane[0][(gsize)row * frame->stride[0] + column];
  return (int)(sum / ((x1 - x0) * (y1 - y0)));
}

static bool
decide(const int luma[BITS], int black, int white, guint32 *bits)
{
  int middle = (black + white) / 2, doubt = (white - black) * DOUBT_PERCENT / 100;
  *bits = 0;
  for (guint i = 0; i < BITS; i++) {
    if (ABS(luma[i] - middle) < doubt)
      return false;
    *bits = *bits << 1 | (luma[i] < middle);
  }
  return true;
}

static bool
is_inside(const VideoFrame *frame, guint x, guint y, guint width, guint height, guint width_min)
{
  double block = (double)width / BLOCKS_PER_WIDTH;
  return width >= width_min && (double)height >= (RING_ROWS + 2) * block && x + width <= frame->width
         && y + height <= frame->height;
}

static void
read_luma(const VideoFrame *frame, guint x, guint y, guint width, int luma[BITS])
{
  for (guint i = 0; i < BITS; i++)
    luma[i] = block_luma(frame, x + column_x(width, i % COLUMNS + 1), y + row_y(width, i / COLUMNS + 1),
                         (double)width / BLOCKS_PER_WIDTH);
}

bool
block_code_sketch(const VideoFrame *frame, guint x, guint y, guint width, guint height, guint8 out[BLOCK_CODE_BITS])
{
  int luma[BITS];
  if (!is_inside(frame, x, y, width, height, BLOCKS_PER_WIDTH))
    return false;
  read_luma(frame, x, y, width, luma);
  for (guint i = 0; i < BITS; i++)
    out[i] = (guint8)luma[i];
  return true;
}

bool
block_code_read(const VideoFrame *frame, guint x, guint y, guint width, guint height, BlockCode *out)
{
  int luma[BITS], black = 255, white = 0;
  if (!is_inside(frame, x, y, width, height, BLOCKS_PER_WIDTH * 2))
    return false;
  read_luma(frame, x, y, width, luma);
  for (guint i = 0; i < BITS; i++) {
    black = MIN(black, luma[i]);
    white = MAX(white, luma[i]);
  }
  guint32 bits;
  if (white - black < CONTRAST_MIN || !decide(luma, black, white, &bits))
    return false;
  BlockCode code = { (guint16)(bits >> 16), (guint8)(bits >> 8) };
  if (pack(code) != bits)
    return false;
  *out = code;
  return true;
}
