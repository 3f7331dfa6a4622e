/* tests/fuzz/fuzz_sdp_answer.c - an answer to a fixed offer of a client. */
#include "signaling/sdp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  MediaPlan plan = {
    .n_tracks = 2,
    .tracks = {
      { .kind = MEDIA_KIND_AUDIO, .use = MEDIA_USE_MAIN, .mid = "0", .we_send = true,
        .we_receive = true, .payload_type = 111,
        .extensions = { .mid = 1, .transport_cc = 2, .audio_level = 3 }, .transport_cc = true },
      { .kind = MEDIA_KIND_VIDEO, .use = MEDIA_USE_MAIN, .mid = "1", .we_send = true,
        .we_receive = true, .video_codec = VIDEO_CODEC_VP8, .payload_type = 96,
        .rtx_payload_type = 97, .extensions = { .mid = 1, .transport_cc = 2, .playout_delay = 6 },
        .nack = true, .pli = true, .fir = true, .transport_cc = true, .remb = true },
    },
  };
  sdp_read_answer((const char *)data, size, &plan, NULL);
  return 0;
}
