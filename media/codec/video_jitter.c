/* media/codec/video_jitter.c - assembles frames and releases the decodable ones at once.
 *
 *   slots   [ next_seq ............................ newest ]   at most WINDOW
 *             frame | frame | hole | rest of a frame | ...
 *
 * video_jitter_pop() walks from next_seq, unit by unit. What is decided leaves the window.
 * A hole that may still be filled blocks: from there on the walk only looks ahead, on a
 * copy of the chain, for a frame that does not need what is missing. */
#include "media/codec/video_jitter.h"
#include "media/base/seq.h"
#include "media/codec/vp8_chain.h"
#include <string.h>

enum {
  WINDOW = 2048,             /* packets; a power of two. With PACKET_DATA_MAX under 4 MB     */
  PENDING_FRAMES_MAX = 64,
  START_REORDER = 8,         /* packets that may precede the first one to arrive             */
  WAIT_MIN_US = 300 * 1000,
  WAIT_MAX_US = 1000 * 1000,
  RTT_DEFAULT_US = 100 * 1000,
};

typedef enum {
  SLOT_MISSING = 0,
  SLOT_PADDING,
  SLOT_BAD,      /* came, but is no VP8 payload */
  SLOT_DATA,
} SlotState;

typedef struct {
  SlotState     state;
  bool          starts_frame, is_keyframe, marker;
  gint8         quarter_turns;
  guint16       length;      /* of the data, without the descriptor */
  guint32       rtp_timestamp;
  gint64        since_us;    /* arrival; of a missing packet: when the gap was seen */
  const guint8 *data;        /* in packet */
  Packet       *packet;
  Vp8Descriptor descriptor;
} Slot;

struct VideoJitter {
  VideoCodec codec;
  bool    started;
  bool    is_dirty;          /* a walk may find something new                         */
  bool    is_refused;        /* something was dropped for want of a keyframe          */
  bool    keyframe_is_coming;
  guint8  quarter_turns;     /* sticky: sent with keyframes and on change             */
  gint64  next_seq, newest;  /* next_seq <= newest + 1                                */
  gint64  blocked_since_us;  /* of the hole that blocks; -1: none                     */
  gint64  restart_seq;       /* the sequence number that would prove a restart        */
  guint32 newest_timestamp;
  guint   n_starts;          /* frame starts in the window                            */
  guint64 n_released;
  Vp8Chain chain;
  VideoJitterStats stats;
  Slot    slots[WINDOW];
};

VideoJitter *
video_jitter_new(VideoCodec codec)
{
  g_return_val_if_fail(codec == VIDEO_CODEC_VP8, NULL);
  VideoJitter *self = g_new0(VideoJitter, 1);
  self->codec = codec;
  self->restart_seq = G_MININT64;
  self->blocked_since_us = -1;
  vp8_chain_init(&self->chain);
  return self;
}

static Slot *
slot_at(VideoJitter *self, gint64 seq)
{
  return &self->slots[(guint64)seq % WINDOW];
}

static void
slot_clear(VideoJitter *self, Slot *slot)
{
  if (slot->state == SLOT_DATA && slot->starts_frame)
    self->n_starts--;
  packet_unref(slot->packet);
  *slot = (Slot) { 0 };
}

/* Forgets everything before @seq. */
static void
forget_before(VideoJitter *self, gint64 seq)
{
  for (gint64 s = self->next_seq; s < seq && s <= self->newest; s++)
    slot_clear(self, slot_at(self, s));
  self->next_seq = seq;
  self->newest = MAX(self->newest, seq - 1);
}

void
video_jitter_free(VideoJitter *self)
{
  if (self == NULL)
    return;
  if (self->started)
    forget_before(self, self->newest + 1);
  g_free(self);
}

/* ---- packets in ---- */

static void
start_at(VideoJitter *self, gint64 seq, gint64 now_us)
{
  if (self->started)
    forget_before(self, self->newest + 1);
  self->started = true;
  self->next_seq = seq - START_REORDER;
  self->newest = seq - 1;
  for (gint64 s = self->next_seq; s < seq; s++)
    slot_at(self, s)->since_us = now_us;
  self->restart_seq = G_MININT64;
  vp8_chain_init(&self->chain);
}

/* A packet from before the window is late, unless it opens a new numbering: two in a row
 * that are too old to be late, or are of a newer picture (RFC 3550 A.1). */
static bool
is_restart(VideoJitter *self, gint64 seq, guint32 rtp_timestamp)
{
  bool is_strange = seq < self->newest - WINDOW || ts_newer(rtp_timestamp, self->newest_timestamp);
  bool proven = is_strange && seq == self->restart_seq;
  self->restart_seq = is_strange ? seq + 1 : G_MININT64;
  return proven;
}

/* Makes room for @seq. Returns: false if the packet is of no use. */
static bool
place(VideoJitter *self, gint64 seq, guint32 rtp_timestamp, gsize length, gint64 now_us)
{
  if (!self->started || seq - self->newest > WINDOW) {
    start_at(self, seq, now_us);
  } else if (seq < self->next_seq) {
    if (length == 0)
      return false;
    if (!is_restart(self, seq, rtp_timestamp)) {
      self->stats.packets_late++;
      return false;
    }
    start_at(self, seq, now_us);
  } else if (seq - self->next_seq >= WINDOW) {
    forget_before(self, seq - WINDOW + 1);
    self->chain.is_lost = true;
    self->is_refused = true;
  }
  for (gint64 s = self->newest + 1; s < seq; s++)
    slot_at(self, s)->since_us = now_us;
  self->newest = MAX(self->newest, seq);
  return slot_at(self, seq)->state == SLOT_MISSING;
}

static void
fill(VideoJitter *self, Slot *slot, Packet *packet, const guint8 *payload, gsize length)
{
  if (length == 0) {
    slot->state = SLOT_PADDING;
    return;
  }
  Vp8Descriptor *d = &slot->descriptor;
  if (length > PACKET_DATA_MAX || !vp8_descriptor_parse(d, payload, length)) {
    slot->state = SLOT_BAD;
    self->stats.packets_malformed++;
    return;
  }
  slot->state = SLOT_DATA;
  slot->packet = packet_ref(packet);
  slot->data = payload + d->header_bytes;
  slot->length = (guint16)(length - d->header_bytes);
  slot->starts_frame = d->starts_partition && d->partition == 0;
  if (slot->starts_frame) {
    slot->is_keyframe = (slot->data[0] & 1) == 0;
    self->n_starts++;
    /* Joined in the middle of a stream: no need to wait to know that. */
    if (self->chain.is_lost && !slot->is_keyframe)
      self->is_refused = true;
  }
}

void
video_jitter_push(VideoJitter *self, Packet *packet, const guint8 *payload, gsize length,
                  gint64 seq_unwrapped, guint32 rtp_timestamp, bool marker, int quarter_turns,
                  gint64 now_us)
{
  if (!place(self, seq_unwrapped, rtp_timestamp, length, now_us))
    return;
  Slot *slot = slot_at(self, seq_unwrapped);
  slot->rtp_timestamp = rtp_timestamp;
  slot->marker = marker;
  slot->quarter_turns = quarter_turns < 0 ? -1 : (gint8)(quarter_turns & 3);
  slot->since_us = now_us;
  fill(self, slot, packet, payload, length);
  if (slot->state == SLOT_DATA && (seq_unwrapped == self->newest
                                   || ts_newer(rtp_timestamp, self->newest_timestamp)))
    self->newest_timestamp = rtp_timestamp;
  self->is_dirty = true;
}

/* ---- the walk ---- */

typedef enum {
  UNIT_NONE = 0,
  UNIT_NOTHING,   /* padding                                     */
  UNIT_HOLE,      /* missing packets                             */
  UNIT_BROKEN,    /* packets that cannot become a frame          */
  UNIT_PARTIAL,   /* a frame up to a hole, or to the newest packet */
  UNIT_WHOLE,     /* a frame                                     */
} UnitKind;

typedef struct {
  UnitKind kind;
  gint64   first, end;   /* sequence numbers, end is one past the last */
} Unit;

static gint64
end_of_run(VideoJitter *self, gint64 seq, SlotState state)
{
  while (seq <= self->newest && slot_at(self, seq)->state == state)
    seq++;
  return seq;
}

/* RFC 7741 wants the marker on a frame's last packet; a sender that forgets it is understood
 * when the next frame's first packet follows directly. */
static Unit
frame_at(VideoJitter *self, gint64 first)
{
  guint32 timestamp = slot_at(self, first)->rtp_timestamp;
  for (gint64 s = first; s <= self->newest; s++) {
    const Slot *slot = slot_at(self, s);
    if (slot->state == SLOT_MISSING)
      return (Unit) { UNIT_PARTIAL, first, s };
    if (slot->state == SLOT_BAD)
      return (Unit) { UNIT_BROKEN, first, s };
    if (slot->state == SLOT_PADDING)
      continue;
    if (s > first && slot->starts_frame)
      return (Unit) { UNIT_WHOLE, first, s };
    if (slot->rtp_timestamp != timestamp)
      return (Unit) { UNIT_BROKEN, first, s };
    if (slot->marker)
      return (Unit) { UNIT_WHOLE, first, s + 1 };
  }
  return (Unit) { UNIT_PARTIAL, first, self->newest + 1 };
}

static Unit
unit_at(VideoJitter *self, gint64 seq)
{
  const Slot *slot = slot_at(self, seq);
  switch (slot->state) {
  case SLOT_MISSING:
    return (Unit) { UNIT_HOLE, seq, end_of_run(self, seq, SLOT_MISSING) };
  case SLOT_PADDING:
    return (Unit) { UNIT_NOTHING, seq, end_of_run(self, seq, SLOT_PADDING) };
  case SLOT_DATA:
    if (slot->starts_frame)
      return frame_at(self, seq);
    break;
  case SLOT_BAD:
    break;
  }
  return (Unit) { UNIT_BROKEN, seq, seq + 1 };
}

static gint64
wait_budget_us(gint64 rtt_us)
{
  /* Six rounds of asking again: where a fifth is lost each way, a third of the rounds fail. To give up sooner
   * is no gain: a keyframe takes a round trip as well, is many packets, and each of those can be lost in its turn. */
  gint64 rtt = rtt_us > 0 ? rtt_us : RTT_DEFAULT_US;
  return CLAMP(6 * rtt + 60 * 1000, WAIT_MIN_US, WAIT_MAX_US);
}

typedef struct {
  Vp8Chain chain;
  gint64   at;
  gint64   now_us, budget_us;
  bool     is_blocked;
} Walk;

/* A hole is given up when its oldest packet has been missing too long. */
static bool
is_given_up(VideoJitter *self, const Walk *walk, gint64 missing_seq)
{
  return walk->now_us - slot_at(self, missing_seq)->since_us >= walk->budget_us
         || self->n_starts > PENDING_FRAMES_MAX;
}

static void
block(VideoJitter *self, Walk *walk, gint64 missing_seq)
{
  if (!walk->is_blocked && missing_seq <= self->newest)
    self->blocked_since_us = slot_at(self, missing_seq)->since_us;
  walk->is_blocked = true;
}

/* Takes a unit that is not released into account. */
static void
pass(VideoJitter *self, Walk *walk, const Unit *unit)
{
  const Slot *slot = slot_at(self, unit->first);
  switch (unit->kind) {
  case UNIT_HOLE:
    if (!is_given_up(self, walk, unit->first))
      block(self, walk, unit->first);
    vp8_chain_gap(&walk->chain);
    break;
  case UNIT_PARTIAL:
    if (unit->end > self->newest || !is_given_up(self, walk, unit->end)) {
      block(self, walk, unit->end);
      self->keyframe_is_coming |= slot->is_keyframe;
    }
    vp8_chain_skip(&walk->chain, &slot->descriptor);
    break;
  case UNIT_BROKEN:
    if (slot->state == SLOT_DATA && slot->starts_frame)
      vp8_chain_skip(&walk->chain, &slot->descriptor);
    else if (slot->state == SLOT_DATA && vp8_frame_is_expendable(&slot->descriptor))
      vp8_chain_skip(&walk->chain, &slot->descriptor);
    vp8_chain_gap(&walk->chain);
    break;
  case UNIT_WHOLE:
    vp8_chain_skip(&walk->chain, &slot->descriptor);
    break;
  case UNIT_NOTHING:
  case UNIT_NONE:
    break;
  }
}

static void
commit(VideoJitter *self, const Walk *walk, const Unit *unit)
{
  const Slot *slot = slot_at(self, unit->first);
  if (slot->state == SLOT_DATA && slot->starts_frame)
    self->stats.frames_dropped++;
  self->chain = walk->chain;
  if (self->chain.is_lost && unit->kind != UNIT_NOTHING)
    self->is_refused = true;
  forget_before(self, unit->end);
}

static EncodedFrame *
assemble(VideoJitter *self, const Unit *unit)
{
  const Slot *head = slot_at(self, unit->first);
  gsize length = 0;
  for (gint64 s = unit->first; s < unit->end; s++)
    length += slot_at(self, s)->length;
  guint8 *data = g_malloc(length);
  gint64 first_arrival_us = head->since_us;
  gint8 quarter_turns = -1;
  gsize offset = 0;
  for (gint64 s = unit->first; s < unit->end; s++) {
    const Slot *slot = slot_at(self, s);
    if (slot->state != SLOT_DATA)
      continue;
    memcpy(data + offset, slot->data, slot->length);
    offset += slot->length;
    first_arrival_us = MIN(first_arrival_us, slot->since_us);
    quarter_turns = slot->quarter_turns >= 0 ? slot->quarter_turns : quarter_turns;
  }
  EncodedFrame *frame = encoded_frame_new_take(self->codec, data, length);
  if (!vp8_frame_peek(data, length, &frame->is_keyframe, &frame->width, &frame->height)) {
    encoded_frame_unref(frame);
    return NULL;
  }
  if (quarter_turns >= 0)
    self->quarter_turns = (guint8)quarter_turns;
  frame->quarter_turns = self->quarter_turns;
  frame->capture_us = first_arrival_us;
  frame->rtp_timestamp = head->rtp_timestamp;
  frame->is_droppable = head->descriptor.is_non_reference;
  frame->is_layer_sync = head->descriptor.is_layer_sync;
  frame->temporal_id = head->descriptor.temporal_id;
  return frame;
}

static guint
count_starts(VideoJitter *self, gint64 end)
{
  guint n = 0;
  for (gint64 s = self->next_seq; s < end; s++)
    n += slot_at(self, s)->state == SLOT_DATA && slot_at(self, s)->starts_frame;
  return n;
}

/* Returns: (nullable): NULL if its bytes are no VP8 frame after all; it is passed then. */
static EncodedFrame *
release(VideoJitter *self, Walk *walk, const Unit *unit)
{
  EncodedFrame *frame = assemble(self, unit);
  if (frame == NULL) {
    self->stats.packets_malformed++;
    return NULL;
  }
  self->stats.frames_dropped += count_starts(self, unit->first);
  vp8_chain_accept(&walk->chain, &slot_at(self, unit->first)->descriptor, frame->is_keyframe);
  self->chain = walk->chain;
  if (frame->is_keyframe) {
    self->is_refused = false;
    self->stats.keyframes++;
  }
  frame->index = self->n_released++;
  self->stats.frames_released++;
  forget_before(self, unit->end);
  return frame;
}

static EncodedFrame *
walk_window(VideoJitter *self, Walk *walk)
{
  while (walk->at <= self->newest) {
    Unit unit = unit_at(self, walk->at);
    const Slot *slot = slot_at(self, unit.first);
    if (unit.kind == UNIT_WHOLE
        && vp8_chain_accepts(&walk->chain, &slot->descriptor, slot->is_keyframe)) {
      EncodedFrame *frame = release(self, walk, &unit);
      if (frame != NULL)
        return frame;
    }
    pass(self, walk, &unit);
    if (!walk->is_blocked)
      commit(self, walk, &unit);
    walk->at = unit.end;
  }
  return NULL;
}

EncodedFrame *
video_jitter_pop(VideoJitter *self, gint64 now_us, gint64 rtt_us)
{
  gint64 budget_us = wait_budget_us(rtt_us);
  bool is_due = self->blocked_since_us >= 0 && now_us - self->blocked_since_us >= budget_us;
  if (!self->started || (!self->is_dirty && !is_due))
    return NULL;
  Walk walk = { .chain = self->chain, .at = self->next_seq, .now_us = now_us,
                .budget_us = budget_us };
  self->keyframe_is_coming = false;
  self->blocked_since_us = -1;
  EncodedFrame *frame = walk_window(self, &walk);
  self->is_dirty = frame != NULL;
  return frame;
}

bool
video_jitter_wants_keyframe(const VideoJitter *self)
{
  return self->chain.is_lost && self->is_refused && !self->keyframe_is_coming;
}

void
video_jitter_reset(VideoJitter *self)
{
  vp8_chain_init(&self->chain);
  self->is_refused = true;
  self->is_dirty = true;
}

gint64
video_jitter_oldest_needed(const VideoJitter *self)
{
  return self->started ? self->next_seq : G_MININT64;
}

void
video_jitter_stats(const VideoJitter *self, VideoJitterStats *out)
{
  *out = self->stats;
}
