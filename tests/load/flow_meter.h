/* tests/load/flow_meter.h - what one client received: frames, gaps, sound.
 *
 * Pure logic, times are parameters. Figures are of the window between _begin and _end. */
#pragma once
#include "tests/load/gap_meter.h"
#include "tests/load/tier_log.h"
#include <stdbool.h>

enum {
  AUDIO_PACKET_US = 20 * 1000,
  AUDIO_GAP_US = 60 * 1000,       /* of missing sound, longer is a gap                     */
};

typedef struct FlowMeter FlowMeter;

typedef struct {
  guint64 frames, keyframes, bytes;
  double  fps;
  GapFigures picture;             /* between two composed frames                           */
  double  frozen_percent;         /* of the window, in gaps of more than 200 ms            */
  guint   audio_gaps;             /* as the packets come, without a buffer                 */
  double  audio_gap_max_ms;
  guint64 audio_packets;
  double  window_s;
} FlowFigures;

FlowMeter *flow_meter_new(void);
void       flow_meter_free(FlowMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowMeter, flow_meter_free)

/* @data: of the encoded frame; its fingerprint is kept, to be compared with another client's. */
void flow_meter_frame(FlowMeter *self, gint64 arrival_us, bool is_keyframe, const guint8 *data, gsize length);
/* @width, @height: of the frame; 0 if it does not say. */
void flow_meter_size(FlowMeter *self, gint64 arrival_us, guint width, guint height);
void flow_meter_audio(FlowMeter *self, gint64 arrival_us, guint32 rtp_timestamp);

void flow_meter_begin(FlowMeter *self, gint64 now_us);
void flow_meter_end(FlowMeter *self, gint64 now_us, FlowFigures *out);
/* When the first frame ever was complete, at a keyframe; 0: not yet. */
gint64 flow_meter_first_frame_us(const FlowMeter *self);
/* Returns: (transfer none): the sizes of the received pictures. */
const TierLog *flow_meter_tiers(const FlowMeter *self);
/* How many frames of @self in the window @other had too. */
guint64 flow_meter_shared_frames(const FlowMeter *self, const FlowMeter *other);
