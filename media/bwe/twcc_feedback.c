/* media/bwe/twcc_feedback.c - one transport-wide feedback packet. */
#include "media/bwe/twcc_feedback.h"
#include "media/rtp/rtcp_builder.h"
#include "media/rtp/rtcp_wire.h"

enum {
  NOT_RECEIVED = 0,
  SMALL_DELTA = 1,  /* 1 byte, 0 to 63.75 ms */
  LARGE_DELTA = 2,  /* 2 bytes, signed       */

  RUN_MAX = 0x1FFF,
  ONE_BIT_SYMBOLS = 14,
  TWO_BIT_SYMBOLS = 7,
};

static guint8
symbol_of(const TwccFeedback *feedback, guint i)
{
  gint32 delta = feedback->delta_ticks[i];
  if (delta == TWCC_NOT_RECEIVED)
    return NOT_RECEIVED;
  return delta >= 0 && delta <= 0xFF ? SMALL_DELTA : LARGE_DELTA;
}

/* Writes the chunk that begins at status @i. Returns: how many statuses it covers. */
static guint
write_chunk(ByteWriter *writer, const TwccFeedback *feedback, guint i)
{
  guint left = feedback->n_statuses - i, run = 1;
  guint8 first = symbol_of(feedback, i);
  while (run < MIN(left, RUN_MAX) && symbol_of(feedback, i + run) == first)
    run++;
  if (run == left || run >= ONE_BIT_SYMBOLS || (run >= TWO_BIT_SYMBOLS && first == LARGE_DELTA)) {
    byte_writer_u16(writer, (guint16)(first << 13 | run));
    return run;
  }

  /* Symbols beyond the last status stay zero. */
  guint16 one_bit = 0, two_bit = 0;
  bool has_large = false;
  guint n = MIN(left, ONE_BIT_SYMBOLS);
  for (guint k = 0; k < n; k++) {
    guint8 symbol = symbol_of(feedback, i + k);
    has_large = has_large || symbol == LARGE_DELTA;
    one_bit |= (guint16)((symbol & 1) << (13 - k));
    if (k < TWO_BIT_SYMBOLS)
      two_bit |= (guint16)(symbol << (12 - 2 * k));
  }
  byte_writer_u16(writer, has_large ? 0xC000 | two_bit : 0x8000 | one_bit);
  return has_large ? MIN(n, TWO_BIT_SYMBOLS) : n;
}

void
twcc_feedback_write(ByteWriter *writer, const TwccFeedback *feedback, guint32 sender_ssrc,
                    guint32 media_ssrc)
{
  gsize start = rtcp_begin_packet(writer, RTCP_FMT_TWCC, RTCP_PT_RTPFB);
  byte_writer_u32(writer, sender_ssrc);
  byte_writer_u32(writer, media_ssrc);
  byte_writer_u16(writer, feedback->base_seq);
  byte_writer_u16(writer, feedback->n_statuses);
  byte_writer_u24(writer, feedback->reference & 0xFFFFFF);
  byte_writer_u8(writer, feedback->feedback_count);
  for (guint i = 0; i < feedback->n_statuses;)
    i += write_chunk(writer, feedback, i);
  for (guint i = 0; i < feedback->n_statuses; i++) {
    guint8 symbol = symbol_of(feedback, i);
    if (symbol != NOT_RECEIVED)
      byte_writer_be(writer, (guint32)feedback->delta_ticks[i], symbol == SMALL_DELTA ? 1 : 2);
  }
  rtcp_end_packet(writer, start);
}

/* Writes symbols from @chunk into @symbols, at most @max. Returns: how many. */
static guint
read_chunk(guint16 chunk, guint8 *symbols, guint max)
{
  guint n;
  if (!(chunk & 0x8000)) {
    n = MIN(chunk & RUN_MAX, max);
    memset(symbols, chunk >> 13, n);
  } else if (!(chunk & 0x4000)) {
    n = MIN(ONE_BIT_SYMBOLS, max);
    for (guint k = 0; k < n; k++)
      symbols[k] = chunk >> (13 - k) & 1;
  } else {
    n = MIN(TWO_BIT_SYMBOLS, max);
    for (guint k = 0; k < n; k++)
      symbols[k] = chunk >> (12 - 2 * k) & 3;
  }
  return n;
}

bool
twcc_feedback_parse(TwccFeedback *out, ByteReader body)
{
  guint8 symbols[TWCC_STATUSES_MAX];
  out->base_seq = byte_reader_u16(&body);
  out->n_statuses = byte_reader_u16(&body);
  out->reference = byte_reader_u24(&body);
  out->feedback_count = byte_reader_u8(&body);
  if (body.failed || out->n_statuses == 0 || out->n_statuses > TWCC_STATUSES_MAX)
    return false;

  guint n = 0;
  while (n < out->n_statuses) {
    guint16 chunk = byte_reader_u16(&body);
    guint read = body.failed ? 0 : read_chunk(chunk, symbols + n, out->n_statuses - n);
    if (read == 0)
      return false;  /* cut off, or a run of nothing */
    n += read;
  }
  for (guint i = 0; i < n; i++) {
    if (symbols[i] == SMALL_DELTA)
      out->delta_ticks[i] = byte_reader_u8(&body);
    else if (symbols[i] == LARGE_DELTA)
      out->delta_ticks[i] = (gint16)byte_reader_u16(&body);
    else
      out->delta_ticks[i] = TWCC_NOT_RECEIVED;  /* 3 is reserved: no delta follows */
  }
  return !body.failed;
}
