/* tests/media/rtp/bench_media_session.c - what sessions cost: one shared picture of 4 Mbit/s to nine
 * receivers, nine pictures of 700 kbit/s and sound both ways, over real transports.
 *
 *   bench_media_session [peers] [down kbit/s] [up kbit/s] [seconds] */
#include "tests/media/rtp/loopback.h"
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
  LoopbackConfig config = {
    .peers = argc > 1 ? (guint)atoi(argv[1]) : 9, .down_bps = 1000u * (argc > 2 ? (guint)atoi(argv[2]) : 4000),
    .down_fps = 30, .up_bps = 1000u * (argc > 3 ? (guint)atoi(argv[3]) : 700), .up_fps = 30,
  };
  guint seconds = argc > 4 ? (guint)atoi(argv[4]) : 10;
  config.peers = CLAMP(config.peers, 1, LOOPBACK_PEERS_MAX);
  g_autoptr(Loopback) loopback = loopback_new(&config);
  LoopbackFigures before, after;
  for (guint i = 0; i < 500; i++) {
    loopback_figures(loopback, &before);
    if (before.connected == config.peers)
      break;
    g_usleep(20 * 1000);
  }
  loopback_flow(loopback, true);
  g_usleep(1000 * 1000);
  loopback_figures(loopback, &before);
  g_usleep(seconds * G_USEC_PER_SEC);
  loopback_figures(loopback, &after);
  printf("{\"peers\": %u, \"frames_down_per_s\": %.1f, \"frames_up_per_s\": %.1f, \"audio_down_per_s\": %.1f, "
         "\"keyframe_requests\": %u, \"user_percent\": %.2f, \"kernel_percent\": %.2f, "
         "\"latency_ms_mean\": %.2f, \"latency_ms_max\": %.2f}\n",
         after.connected, (double)(after.frames_down - before.frames_down) / seconds / config.peers,
         (double)(after.frames_up - before.frames_up) / seconds / config.peers,
         (double)(after.audio_down - before.audio_down) / seconds / config.peers, after.keyframe_requests,
         100 * (after.bridge_user_s - before.bridge_user_s) / seconds,
         100 * (after.bridge_system_s - before.bridge_system_s) / seconds, after.latency_ms_mean, after.latency_ms_max);
  return 0;
}
