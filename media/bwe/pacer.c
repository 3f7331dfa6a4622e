/* media/bwe/pacer.c - the one gate through which all media of a receiver leaves. */
#include "media/bwe/pacer.h"
#include "media/bwe/frame_queue.h"
#include <string.h>

enum {
  RTX_MAX = 256,
  AUTO_FRAME_US = 8 * 1000,
  AUTO_PACE_MIN_BPS = 10 * 1000 * 1000,
  AUTO_PACE_MAX_BPS = 40 * 1000 * 1000,
  IDLE_CREDIT_BYTES = 2400,        /* two packets may start a frame          */
  BURST_US = 10 * 1000,            /* what a late poll may make up for       */
  POLL_MIN_US = 1000,
  RTX_CREDIT_START_BYTES = 32 * 1024,
  RTX_CREDIT_MAX_BYTES = 128 * 1024,
  CONGESTED_POLL_US = 5 * 1000,
  PROBE_PACKET_BYTES = 1200,
  PROBE_LATE_US = 30 * 1000,       /* a probe held up so long measures the hold-up */
};

typedef struct {
  guint   track;
  guint16 seq;
} QueuedRtx;

typedef struct {
  int    cluster;     /* 0: none under way */
  double bytes_per_us;
  gsize  bytes, sent_bytes;
  guint  packets, sent_packets;
  gint64 start_us;    /* when its first packet left; 0: not yet */
} Probe;

struct Pacer {
  PacerEvents events;
  gpointer    user;
  /* borrowed */
  LineBucket *line;
  /* owned */
  LineMember *member;   /* NULL: no line is shared */
  /* state */
  guint   target_bps;   /* 0: not known            */
  guint   pace_bps;     /* 0: by the target        */
  double  share;        /* of the target; 1: all, and more */
  bool    is_suspended, is_congested;
  bool    is_behind_keyframe;  /* one leaves, or what waited for it: that must not leap after it */
  bool    is_video[MEDIA_TRACKS_MAX];
  gint64  last_us;      /* 0: not polled yet       */
  double  credit_bytes;
  guint   rtx_share_percent;
  double  rtx_credit_bytes;
  FrameQueue queue;
  guint   rtx_first, n_rtx;
  QueuedRtx rtx[RTX_MAX];          /* ring */
  Probe   probe;
  bool    is_probing_now;  /* the packet in the callback belongs to the probe */
  PacerStats stats;
};

Pacer *
pacer_new(const PacerEvents *events, gpointer user)
{
  Pacer *self = g_new0(Pacer, 1);
  self->events = *events;
  self->user = user;
  self->rtx_credit_bytes = RTX_CREDIT_START_BYTES;
  self->rtx_share_percent = PACER_RTX_SHARE_PERCENT;
  self->share = 1;
  frame_queue_init(&self->queue);
  return self;
}

void
pacer_free(Pacer *self)
{
  if (self == NULL)
    return;
  line_member_leave(self->member);
  frame_queue_clear(&self->queue);
  g_free(self);
}

void
pacer_set_pace(Pacer *self, guint bps)
{
  self->pace_bps = bps;
}

void
pacer_set_target(Pacer *self, guint bps)
{
  self->target_bps = bps;
}

void
pacer_set_share(Pacer *self, double share)
{
  self->share = share;
}

void
pacer_set_line(Pacer *self, LineBucket *line, LinePriority priority)
{
  if (line != NULL && line == self->line) {
    line_member_set_priority(self->member, priority);
    return;
  }
  g_clear_pointer(&self->member, line_member_leave);
  self->line = line;
  if (line != NULL)
    self->member = line_bucket_join(line, priority);
}

void
pacer_set_congested(Pacer *self, bool is_congested)
{
  self->is_congested = is_congested;
}

bool
pacer_is_suspended(const Pacer *self)
{
  return self->is_suspended;
}

void
pacer_set_suspended(Pacer *self, bool is_suspended)
{
  if (is_suspended && !self->is_suspended) {
    frame_queue_clear(&self->queue);
    self->n_rtx = 0;
  }
  self->is_suspended = is_suspended;
}

static double
pace_of(const Pacer *self)
{
  const FrameQueue *queue = &self->queue;
  if (self->pace_bps > 0)
    return self->pace_bps;
  if (self->target_bps > 0 && self->share < 1)
    return (double)self->target_bps * self->share;
  if (self->target_bps > 0)
    return (double)self->target_bps * (self->is_behind_keyframe ? PACER_KEYFRAME_PACE_PERCENT : PACER_PACE_PERCENT) / 100;
  double bits = queue->n_frames > 0 ? (double)queue->frames[0].frame->length * 8 : 0;
  return CLAMP(bits * 1e6 / AUTO_FRAME_US, AUTO_PACE_MIN_BPS, AUTO_PACE_MAX_BPS);
}

/* The rate at which what waits is judged. */
static double
drain_bps(const Pacer *self)
{
  return self->target_bps > 0 ? self->target_bps : pace_of(self);
}

bool
pacer_push_video(Pacer *self, guint track, EncodedFrame *frame, gint64 now_us)
{
  g_return_val_if_fail(track < MEDIA_TRACKS_MAX, false);
  self->is_video[track] = true;
  if (self->is_suspended) {
    self->stats.refused_suspended++;
    return false;
  }
  return frame_queue_push(&self->queue, track, frame, (gsize)(drain_bps(self) * FRAME_QUEUE_MAX_US / 8e6), now_us);
}

void
pacer_set_rtx_share(Pacer *self, guint percent)
{
  self->rtx_share_percent = percent;
}

bool
pacer_push_rtx(Pacer *self, guint track, guint16 seq, gsize bytes)
{
  g_return_val_if_fail(track < MEDIA_TRACKS_MAX, false);
  if ((self->is_suspended && self->is_video[track]) || self->n_rtx == RTX_MAX || self->rtx_credit_bytes < (double)bytes) {
    self->stats.rtx_refused++;
    return false;
  }
  self->rtx_credit_bytes -= (double)bytes;
  self->rtx[(self->rtx_first + self->n_rtx++) % RTX_MAX] = (QueuedRtx) { track, seq };
  return true;
}

static void
earn_rtx_credit(Pacer *self, gsize bytes)
{
  self->rtx_credit_bytes = MIN(self->rtx_credit_bytes + (double)bytes * self->rtx_share_percent / 100,
                               (double)RTX_CREDIT_MAX_BYTES);
}

void
pacer_on_unpaced(Pacer *self, gsize bytes)
{
  self->credit_bytes -= (double)bytes;
  earn_rtx_credit(self, bytes);
}

void
pacer_clear(Pacer *self)
{
  frame_queue_clear(&self->queue);
  self->n_rtx = 0;
  self->probe = (Probe) { 0 };
}

bool
pacer_needs_keyframe(const Pacer *self, guint track)
{
  return !self->is_suspended && self->queue.needs_keyframe[track];
}

/* --- sending ------------------------------------------------------------------------- */

static bool
has_media(const Pacer *self)
{
  return self->n_rtx > 0 || self->queue.n_frames > 0;
}

static gsize
send_video(Pacer *self) ON_NET
{
  QueuedFrame *head = &self->queue.frames[0];
  bool is_last = true;
  gsize bytes = self->events.send_video(head->track, head->frame, head->next_packet, &is_last, self->user);
  frame_queue_on_sent(&self->queue, bytes, is_last);
  earn_rtx_credit(self, bytes);
  return bytes;
}

static gsize
send_rtx(Pacer *self) ON_NET
{
  QueuedRtx item = self->rtx[self->rtx_first];
  self->rtx_first = (self->rtx_first + 1) % RTX_MAX;
  self->n_rtx--;
  return self->events.send_rtx(item.track, item.seq, self->user);
}

static gsize
send_padding(Pacer *self) ON_NET
{
  gsize bytes = self->events.send_padding(PROBE_PACKET_BYTES, self->user);
  self->stats.padding_bytes += bytes;
  return bytes;
}

/* Sends the next packet of what there is. Returns: its bytes. */
static gsize
send_one(Pacer *self) ON_NET
{
  if (self->member != NULL)
    line_member_begin_paced(self->member);
  gsize bytes = self->n_rtx > 0 ? send_rtx(self)
              : self->queue.n_frames > 0 ? send_video(self) : send_padding(self);
  if (self->member != NULL)
    line_member_end_paced(self->member);
  self->credit_bytes -= (double)bytes;
  return bytes;
}

/* Returns: 0 if the line has room for a packet; else when to ask again. */
static gint64
ask_line(Pacer *self, gint64 now_us) ON_NET
{
  gint64 retry_us = self->member != NULL ? line_member_may_send(self->member, PACER_DATAGRAM_MAX, now_us) : 0;
  if (retry_us > 0)
    self->stats.line_waits++;
  return retry_us;
}

/* --- probes -------------------------------------------------------------------------- */

int
pacer_probe_cluster(const Pacer *self)
{
  return self->is_probing_now ? self->probe.cluster : 0;
}

bool
pacer_start_probe(Pacer *self, int cluster, guint rate_bps, gsize bytes, guint packets)
{
  g_return_val_if_fail(cluster > 0 && rate_bps > 0, false);
  if (self->events.send_padding == NULL)
    return false;
  if (self->probe.cluster > 0)
    self->stats.probes_aborted++;
  self->probe = (Probe) {
    .cluster = cluster, .bytes_per_us = rate_bps / 8e6, .bytes = bytes, .packets = packets,
  };
  return true;
}

static void
end_probe(Pacer *self, guint64 *counter)
{
  (*counter)++;
  self->probe = (Probe) { 0 };
}

/* When the next packet of the probe is due: each when those before it have left at the rate. */
static gint64
probe_due_us(const Probe *probe)
{
  return probe->start_us + (gint64)((double)probe->sent_bytes / probe->bytes_per_us);
}

/* Returns: when to call again; G_MAXINT64: the probe is over. */
static gint64
send_probe(Pacer *self, gint64 now_us) ON_NET
{
  Probe *probe = &self->probe;
  if (probe->start_us == 0)
    probe->start_us = now_us;
  while (probe_due_us(probe) <= now_us) {
    if (now_us - probe_due_us(probe) > PROBE_LATE_US) {
      end_probe(self, &self->stats.probes_aborted);
      return G_MAXINT64;
    }
    gint64 retry_us = ask_line(self, now_us);
    if (retry_us > 0)
      return retry_us;
    self->is_probing_now = true;
    bool is_padding = !has_media(self);
    gsize bytes = send_one(self);
    self->is_probing_now = false;
    if (bytes == 0 && is_padding) {
      end_probe(self, &self->stats.probes_aborted);
      return G_MAXINT64;
    }
    probe->sent_bytes += bytes;
    probe->sent_packets += bytes > 0 ? 1 : 0;
    if (probe->sent_bytes >= probe->bytes && probe->sent_packets >= probe->packets) {
      end_probe(self, &self->stats.probes_sent);
      return G_MAXINT64;
    }
  }
  return probe_due_us(probe);
}

/* --- the clock ----------------------------------------------------------------------- */

static void
refill(Pacer *self, double bytes_per_us, gint64 now_us)
{
  gint64 elapsed_us = self->last_us > 0 ? CLAMP(now_us - self->last_us, 0, BURST_US) : 0;
  self->last_us = now_us;
  /* What sound or a probe took is not owed for ever. */
  self->credit_bytes = MAX(self->credit_bytes, -bytes_per_us * BURST_US);
  self->credit_bytes = MIN(self->credit_bytes + bytes_per_us * (double)elapsed_us,
                           MAX(bytes_per_us * BURST_US, IDLE_CREDIT_BYTES));
}

static gint64
send_media(Pacer *self, double bytes_per_us, gint64 now_us) ON_NET
{
  while (self->credit_bytes > 0 && has_media(self)) {
    gint64 retry_us = ask_line(self, now_us);
    if (retry_us > 0)
      return retry_us;
    send_one(self);
  }
  if (!has_media(self)) {
    self->credit_bytes = MIN(self->credit_bytes, IDLE_CREDIT_BYTES);
    return G_MAXINT64;
  }
  return now_us + MAX((gint64)(-self->credit_bytes / bytes_per_us), POLL_MIN_US);
}

gint64
pacer_poll(Pacer *self, gint64 now_us)
{
  self->is_behind_keyframe = self->queue.n_frames > 0
                             && (self->is_behind_keyframe || self->queue.frames[0].frame->is_keyframe);
  double bytes_per_us = pace_of(self) / 8e6;
  refill(self, bytes_per_us, now_us);
  if (self->is_congested && (has_media(self) || self->probe.cluster > 0))
    return now_us + CONGESTED_POLL_US;
  gint64 probe_us = self->probe.cluster > 0 ? send_probe(self, now_us) : G_MAXINT64;
  gint64 media_us = self->probe.cluster > 0 ? probe_us : send_media(self, bytes_per_us, now_us);
  if (!has_media(self) && self->probe.cluster == 0 && self->member != NULL)
    line_member_withdraw(self->member);
  return MIN(probe_us, media_us);
}

void
pacer_stats(const Pacer *self, PacerStats *out)
{
  *out = self->stats;
  memcpy(out->frames_dropped, self->queue.dropped, sizeof out->frames_dropped);
  out->overflows = self->queue.overflows;
  out->droppable_dropped = self->queue.droppable_dropped;
  out->queued_bytes = self->queue.bytes;
  out->queue_us = (gint64)((double)self->queue.bytes * 8e6 / drain_bps(self));
}
