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

static void
note_frame_gap(FlowMeter *self, gint64 now_us)
{
  gint64 gap_us = now_us - MAX(self->last_frame_us, self->begin_us);
  self->figures.freezes += gap_us > FREEZE_US;
  self->figures.frame_gap_max_ms = MAX(self->figures.frame_gap_max_ms, (double)gap_us / 1000);
}

void
flow_meter_frame(FlowMeter *self, gint64 arrival_us, bool is_keyframe, const guint8 *data, gsize length)
{
  if (self->first_frame_us == 0) {
    if (!is_keyframe)
      return;
    self->first_frame_us = arrival_us;
  }
  if (self->is_counting) {
    note_frame_gap(self, arrival_us);
    self->figures.frames++;
    self->figures.keyframes += is_keyframe;
    self->figures.bytes += length;
    guint64 hash = fingerprint(data, length);
    if (self->fingerprints->len < FINGERPRINTS_MAX)
      g_array_append_val(self->fingerprints, hash);
  }
  self->last_frame_us = arrival_us;
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
  g_array_set_size(self->fingerprints, 0);
}

void
flow_meter_end(FlowMeter *self, gint64 now_us, FlowFigures *out)
{
  if (self->is_counting) {
    note_frame_gap(self, now_us);
    note_missing_audio(self, now_us - MAX(self->last_audio_us, self->begin_us) - AUDIO_PACKET_US);
    self->is_counting = false;
  }
  self->figures.window_s = (double)(now_us - self->begin_us) / G_USEC_PER_SEC;
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
