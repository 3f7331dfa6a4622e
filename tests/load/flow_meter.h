/* tests/load/flow_meter.h - what one client received: frames, gaps, sound.
 *
 * Pure logic, times are parameters. Figures are of the window between _begin and _end. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum {
  FREEZE_US = 200 * 1000,         /* between two composed frames, longer is a freeze       */
  AUDIO_PACKET_US = 20 * 1000,
  AUDIO_GAP_US = 60 * 1000,       /* of missing sound, longer is a gap                     */
};

typedef struct FlowMeter FlowMeter;

typedef struct {
  guint64 frames, keyframes, bytes;
  double  fps;
  guint   freezes, audio_gaps;
  double  frame_gap_max_ms, audio_gap_max_ms;
  guint64 audio_packets;
  double  window_s;
} FlowFigures;

FlowMeter *flow_meter_new(void);
void       flow_meter_free(FlowMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowMeter, flow_meter_free)

/* @data: of the encoded frame; its fingerprint is kept, to be compared with another client's. */
void flow_meter_frame(FlowMeter *self, gint64 arrival_us, bool is_keyframe, const guint8 *data, gsize length);
void flow_meter_audio(FlowMeter *self, gint64 arrival_us, guint32 rtp_timestamp);

void flow_meter_begin(FlowMeter *self, gint64 now_us);
void flow_meter_end(FlowMeter *self, gint64 now_us, FlowFigures *out);
/* When the first frame ever was complete, at a keyframe; 0: not yet. */
gint64 flow_meter_first_frame_us(const FlowMeter *self);
/* How many frames of @self in the window @other had too. */
guint64 flow_meter_shared_frames(const FlowMeter *self, const FlowMeter *other);
