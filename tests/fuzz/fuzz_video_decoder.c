/* tests/fuzz/fuzz_video_decoder.c - VP8 frames of at most 16384 pixels through the decoder.
 *
 * Input: u8 width and height to fit, then again and again u16 length and a frame. */
#include "media/base/bytes.h"
#include "media/codec/video_decoder.h"
#include "media/codec/vp8_depay.h"

enum { MAX_PIXELS = 128 * 128 };

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  assert_on_decode();
  static VideoFramePool *pool;
  if (pool == NULL)
    pool = video_frame_pool_new(4);
  g_autoptr(VideoDecoder) decoder = video_decoder_new(VIDEO_CODEC_VP8, pool, MAX_PIXELS);
  ByteReader reader = byte_reader(data, size);
  guint fit_width = byte_reader_u8(&reader), fit_height = byte_reader_u8(&reader);
  while (byte_reader_remaining(&reader) >= 2) {
    gsize length = byte_reader_u16(&reader);
    length = MIN(length, byte_reader_remaining(&reader));
    g_autoptr(EncodedFrame) frame = encoded_frame_new(VIDEO_CODEC_VP8, byte_reader_take(&reader, length), length);
    frame->quarter_turns = length & 3;
    VideoFrame *out = NULL;
    bool is_ok = video_decoder_decode(decoder, frame, fit_width, fit_height, &out) == VIDEO_DECODE_OK;
    g_assert_true(is_ok == (out != NULL));
    if (out != NULL)
      g_assert_cmpuint(out->width * out->height, <=, MAX_PIXELS);
    video_frame_unref(out);
  }
  return 0;
}
