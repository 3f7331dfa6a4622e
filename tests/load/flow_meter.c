/* tests/load/flow_meter.c - what one client received: frames, gaps, sound. */
#include "tests/load/flow_meter.h"
#include "media/base/seq.h"
#include <string.h>

enum {
  SAMPLES_PER_MS = 48,
  FINGERPRINTS_MAX = 60 * 60 * 30,  /* an hour */
};

struct FlowMeter {
  bool        is_counting;
  gint64      begin_us, first_frame_us, last_frame_us, last_audio_us;
  guint32     last_audio_ts;
  bool        has_audio;
  FlowFigures figures;
  GapMeter    gaps;
  TierLog     tiers;
  GArray     *fingerprints;  /* owned, of guint64 */
};

FlowMeter *
flow_meter_new(void)
{
  FlowMeter *self = g_new0(FlowMeter, 1);
  self->fingerprints = g_array_new(FALSE, FALSE, sizeof(guint64));
  return self;
}

void
flow_meter_free(FlowMeter *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->fingerprints);
  g_free(self);
}

/* FNV-1a over words: equal frames are looked for, not an adversary. */
static guint64
fingerprint(const guint8 *data, gsize length)
{
  guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325) ^ length;
  for (; length >= 8; data += 8, length -= 8) {
    guint64 word;
    memcpy(&word, data, 8);
    hash = (hash ^ word) * G_GUINT64_CONSTANT(0x100000001b3);
    hash ^= hash >> 29;
  }
  for (; length > 0; data++, length--)
    hash = (hash ^ *data) * G_GUINT64_CONSTANT(0x100000001b3);
  return hash;
}

void
flow_meter_frame(FlowMeter *self, gint64 arrival_us, bool is_keyframe, const guint8 *data, gsize length)
{
  if (self->first_frame_us == 0) {
    if (!is_keyframe)
      return;
    self->first_frame_us = arrival_us;
  }
  self->last_frame_us = MAX(self->last_frame_us, arrival_us);
  if (self->is_counting) {
    gap_meter_event(&self->gaps, arrival_us);
    self->figures.frames++;
    self->figures.keyframes += is_keyframe;
    self->figures.bytes += length;
    guint64 hash = fingerprint(data, length);
    if (self->fingerprints->len < FINGERPRINTS_MAX)
      g_array_append_val(self->fingerprints, hash);
  }
}

void
flow_meter_size(FlowMeter *self, gint64 arrival_us, guint width, guint height)
{
  tier_log_size(&self->tiers, arrival_us, width, height);
}

const TierLog *
flow_meter_tiers(const FlowMeter *self)
{
  return &self->tiers;
}

/* @missing_us: of sound that a player without a buffer could not play. */
static void
note_missing_audio(FlowMeter *self, gint64 missing_us)
{
  self->figures.audio_gaps += missing_us > AUDIO_GAP_US;
  self->figures.audio_gap_max_ms = MAX(self->figures.audio_gap_max_ms, (double)missing_us / 1000);
}

void
flow_meter_audio(FlowMeter *self, gint64 arrival_us, guint32 rtp_timestamp)
{
  bool is_newer = !self->has_audio || ts_newer(rtp_timestamp, self->last_audio_ts);
  if (self->is_counting) {
    self->figures.audio_packets++;
    gint64 late_us = arrival_us - MAX(self->last_audio_us, self->begin_us) - AUDIO_PACKET_US;
    gint64 skipped_us = 0;
    if (self->has_audio && is_newer)
      skipped_us = (gint64)(rtp_timestamp - self->last_audio_ts) * 1000 / SAMPLES_PER_MS - AUDIO_PACKET_US;
    note_missing_audio(self, MAX(late_us, skipped_us));
  }
  self->last_audio_us = arrival_us;
  if (is_newer)
    self->last_audio_ts = rtp_timestamp;
  self->has_audio = true;
}

void
flow_meter_begin(FlowMeter *self, gint64 now_us)
{
  self->is_counting = true;
  self->begin_us = now_us;
  self->figures = (FlowFigures) { 0 };
  gap_meter_begin(&self->gaps, MAX(now_us, self->last_frame_us));  /* those under way are shown before those to come */
  tier_log_begin(&self->tiers, now_us);
  g_array_set_size(self->fingerprints, 0);
}

void
flow_meter_end(FlowMeter *self, gint64 now_us, FlowFigures *out)
{
  if (self->is_counting) {
    gap_meter_event(&self->gaps, now_us);
    self->figures.picture = self->gaps.figures;
    note_missing_audio(self, now_us - MAX(self->last_audio_us, self->begin_us) - AUDIO_PACKET_US);
    self->is_counting = false;
  }
  self->figures.window_s = (double)(now_us - self->begin_us) / G_USEC_PER_SEC;
  if (self->figures.window_s > 0)
    self->figures.frozen_percent = self->figures.picture.frozen_ms / 10 / self->figures.window_s;
  self->figures.fps = self->figures.window_s > 0 ? (double)self->figures.frames / self->figures.window_s : 0;
  *out = self->figures;
}

gint64
flow_meter_first_frame_us(const FlowMeter *self)
{
  return self->first_frame_us;
}

guint64
flow_meter_shared_frames(const FlowMeter *self, const FlowMeter *other)
{
  g_autoptr(GHashTable) set = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (guint i = 0; i < other->fingerprints->len; i++)
    g_hash_table_add(set, &g_array_index(other->fingerprints, guint64, i));
  guint64 shared = 0;
  for (guint i = 0; i < self->fingerprints->len; i++)
    shared += g_hash_table_contains(set, &g_array_index(self->fingerprints, guint64, i));
  return shared;
}
