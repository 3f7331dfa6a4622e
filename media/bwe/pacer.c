/* media/bwe/pacer.c - the one gate through which all media of a receiver leaves. */
#include "media/bwe/pacer.h"
#include <string.h>

enum {
  FRAMES_MAX = 64,
  RTX_MAX = 256,
  AUTO_FRAME_US = 8 * 1000,
  AUTO_PACE_MIN_BPS = 10 * 1000 * 1000,
  AUTO_PACE_MAX_BPS = 40 * 1000 * 1000,
  IDLE_CREDIT_BYTES = 2400,        /* two packets may start a frame          */
  BURST_US = 10 * 1000,            /* what a late poll may make up for       */
  POLL_MIN_US = 1000,
  RTX_CREDIT_START_BYTES = 32 * 1024,
  RTX_CREDIT_MAX_BYTES = 128 * 1024,
};

typedef struct {
  EncodedFrame *frame;  /* owned */
  guint  track;
  guint  next_packet;   /* > 0: partly sent, to be finished */
  gsize  bytes_left;
} QueuedFrame;

typedef struct {
  guint   track;
  guint16 seq;
} QueuedRtx;

struct Pacer {
  PacerEvents events;
  gpointer    user;
  /* state */
  guint   pace_bps;     /* 0: by frame size */
  gint64  last_us;      /* 0: not polled yet */
  double  credit_bytes;
  double  rtx_credit_bytes;
  bool    needs_keyframe[MEDIA_TRACKS_MAX];
  guint   n_frames;
  QueuedFrame frames[FRAMES_MAX];  /* oldest first */
  guint   rtx_first, n_rtx;
  QueuedRtx rtx[RTX_MAX];          /* ring */
  PacerStats stats;
};

Pacer *
pacer_new(const PacerEvents *events, gpointer user)
{
  Pacer *self = g_new0(Pacer, 1);
  self->events = *events;
  self->user = user;
  self->rtx_credit_bytes = RTX_CREDIT_START_BYTES;
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++)
    self->needs_keyframe[i] = true;
  return self;
}

void
pacer_free(Pacer *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_frames; i++)
    encoded_frame_unref(self->frames[i].frame);
  g_free(self);
}

void
pacer_set_pace(Pacer *self, guint bps)
{
  self->pace_bps = bps;
}

static double
pace_of(const Pacer *self)
{
  if (self->pace_bps > 0)
    return self->pace_bps;
  double bits = self->n_frames > 0 ? (double)self->frames[0].frame->length * 8 : 0;
  return CLAMP(bits * 1e6 / AUTO_FRAME_US, AUTO_PACE_MIN_BPS, AUTO_PACE_MAX_BPS);
}

static void
remove_frame(Pacer *self, guint i, bool is_drop)
{
  QueuedFrame *queued = &self->frames[i];
  if (is_drop)
    self->stats.frames_dropped[queued->track]++;
  self->stats.queued_bytes -= queued->bytes_left;
  encoded_frame_unref(queued->frame);
  memmove(queued, queued + 1, (self->n_frames - i - 1) * sizeof *queued);
  self->n_frames--;
}

/* A keyframe that is large for the pace must not be its followers' undoing: what is left
 * of it does not count. */
static bool
is_over_limit(const Pacer *self, gsize more_bytes)
{
  gsize bytes = more_bytes;
  for (guint i = 0; i < self->n_frames; i++)
    if (!self->frames[i].frame->is_keyframe)
      bytes += self->frames[i].bytes_left;
  return (double)bytes * 8e6 / pace_of(self) > PACER_QUEUE_MAX_US || self->n_frames == FRAMES_MAX;
}

static void
drop_droppable(Pacer *self, gsize more_bytes)
{
  for (guint i = 0; i < self->n_frames && is_over_limit(self, more_bytes);) {
    if (self->frames[i].frame->is_droppable && self->frames[i].next_packet == 0)
      remove_frame(self, i, true);
    else
      i++;
  }
}

/* @track: which; -1: all. A frame partly sent is finished all the same. */
static void
drop_unsent(Pacer *self, int track)
{
  for (guint i = 0; i < self->n_frames;) {
    QueuedFrame *queued = &self->frames[i];
    if (queued->next_packet == 0 && (track < 0 || queued->track == (guint)track)) {
      self->needs_keyframe[queued->track] = true;
      remove_frame(self, i, true);
    } else {
      i++;
    }
  }
}

/* Returns: false if @frame is not to be queued. */
static bool
make_room(Pacer *self, guint track, const EncodedFrame *frame)
{
  gsize more_bytes = frame->is_keyframe ? 0 : frame->length;
  if (!is_over_limit(self, more_bytes))
    return true;
  drop_droppable(self, more_bytes);
  if (!is_over_limit(self, more_bytes))
    return true;
  if (frame->is_droppable)
    return false;
  self->stats.overflows++;
  drop_unsent(self, frame->is_keyframe ? (int)track : -1);
  if (self->n_frames == FRAMES_MAX || !frame->is_keyframe) {
    self->needs_keyframe[track] = true;
    return false;
  }
  return true;  /* a keyframe replaces what waited before it */
}

bool
pacer_push_video(Pacer *self, guint track, EncodedFrame *frame)
{
  g_return_val_if_fail(track < MEDIA_TRACKS_MAX, false);
  if ((self->needs_keyframe[track] && !frame->is_keyframe) || !make_room(self, track, frame)) {
    self->stats.frames_dropped[track]++;
    return false;
  }
  if (frame->is_keyframe)
    self->needs_keyframe[track] = false;
  self->frames[self->n_frames++] = (QueuedFrame) {
    .frame = encoded_frame_ref(frame), .track = track, .bytes_left = frame->length,
  };
  self->stats.queued_bytes += frame->length;
  return true;
}

bool
pacer_push_rtx(Pacer *self, guint track, guint16 seq, gsize bytes)
{
  if (self->n_rtx == RTX_MAX || self->rtx_credit_bytes < (double)bytes) {
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
  self->rtx_credit_bytes = MIN(self->rtx_credit_bytes + (double)bytes * PACER_RTX_SHARE_PERCENT / 100,
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
  while (self->n_frames > 0)
    remove_frame(self, self->n_frames - 1, true);
  self->n_rtx = 0;
  for (guint i = 0; i < MEDIA_TRACKS_MAX; i++)
    self->needs_keyframe[i] = true;
}

bool
pacer_needs_keyframe(const Pacer *self, guint track)
{
  return self->needs_keyframe[track];
}

static void
send_video(Pacer *self)
{
  QueuedFrame *head = &self->frames[0];
  bool is_last = true;
  gsize bytes = self->events.send_video(head->track, head->frame, head->next_packet++, &is_last, self->user);
  gsize counted = MIN(bytes, head->bytes_left);
  head->bytes_left -= counted;
  self->stats.queued_bytes -= counted;
  self->credit_bytes -= (double)bytes;
  earn_rtx_credit(self, bytes);
  if (is_last)
    remove_frame(self, 0, false);
}

static void
send_rtx(Pacer *self)
{
  QueuedRtx item = self->rtx[self->rtx_first];
  self->rtx_first = (self->rtx_first + 1) % RTX_MAX;
  self->n_rtx--;
  self->credit_bytes -= (double)self->events.send_rtx(item.track, item.seq, self->user);
}

gint64
pacer_poll(Pacer *self, gint64 now_us)
{
  double bytes_per_us = pace_of(self) / 8e6;
  gint64 elapsed_us = self->last_us > 0 ? CLAMP(now_us - self->last_us, 0, BURST_US) : 0;
  self->last_us = now_us;
  /* What sound took in a pause is not owed for ever. */
  self->credit_bytes = MAX(self->credit_bytes, -bytes_per_us * BURST_US);
  self->credit_bytes = MIN(self->credit_bytes + bytes_per_us * (double)elapsed_us,
                           MAX(bytes_per_us * BURST_US, IDLE_CREDIT_BYTES));
  while (self->credit_bytes > 0 && (self->n_rtx > 0 || self->n_frames > 0)) {
    if (self->n_rtx > 0)
      send_rtx(self);
    else
      send_video(self);
  }
  if (self->n_rtx == 0 && self->n_frames == 0) {
    self->credit_bytes = MIN(self->credit_bytes, IDLE_CREDIT_BYTES);
    return G_MAXINT64;
  }
  return now_us + MAX((gint64)(-self->credit_bytes / bytes_per_us), POLL_MIN_US);
}

void
pacer_stats(const Pacer *self, PacerStats *out)
{
  *out = self->stats;
}
