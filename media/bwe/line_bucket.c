/* media/bwe/line_bucket.c - the one line that many sessions share, and its cap. */
#include "media/bwe/line_bucket.h"
#include <math.h>
#include <string.h>

/* A window of 100 ms that begins inside a slot touches 101 of them:
 *
 *   slot   | t-100 | t-99 | ...            | t |
 *   window      |------------- 100 ms -------|
 */
enum {
  SLOT_US = 1000,
  SLOTS = 1024,             /* power of two, more than a second          */
  WINDOW_SLOTS = LINE_WINDOW_MS + 1,
  SECOND_SLOTS = 1000,
  BURST_US = 5 * 1000,      /* paced packets that may leave at once      */
  BURST_MIN_BYTES = 4000,   /* else a slow line would never let one pass */
  TURN_US = 2 * 1000,       /* how far one may get ahead of its turn     */
  TURN_MIN_BYTES = 2600,
  RETRY_US = 1000,
  WAIT_KEPT_US = 10 * 1000, /* who does not ask again so long gave up    */
  PACED_SHARE_MIN_PERCENT = 5,
  RESERVE_MAX_PERCENT = 75,
};

/* The largest amount of unpaced traffic seen halves its weight in this time. */
static const double PEAK_HALF_LIFE_US = 6e6;

typedef struct {
  guint64 up, down, paced;  /* bytes; paced ones are part of up */
} Sums;

/* Shares of the line where there is not room for all. Nobody is held up for ever: the
 * governor's plan has the strict order, and follows within a second. */
static const double WEIGHTS[] = {
  [LINE_PRIORITY_FLOOR] = 4, [LINE_PRIORITY_DOCUMENT] = 2, [LINE_PRIORITY_REST] = 1,
};

struct LineMember {
  LineBucket  *line;   /* borrowed */
  /* state */
  LinePriority priority;
  double  start;           /* virtual time of its next packet */
  gint64  waits_until_us;  /* in the queue until then; 0: does not wait */
};

struct LineBucket {
  /* owned */
  GPtrArray *members;
  /* state */
  LineConfig config;
  guint64 reserve_bps;
  gint64  slot;        /* the present one; 0: nothing yet */
  Sums    slots[SLOTS];
  Sums    window, second;  /* sums of the last WINDOW_SLOTS and SECOND_SLOTS */
  double  unpaced_peak;    /* bytes in a window, fading */
  gint64  peak_us;
  double  tokens;          /* bytes of paced packets that may leave now */
  gint64  tokens_us;
  double  virtual_time;    /* start-time fair queueing: bytes, by weight, that one who always
                            * sends was served */
  LineMember *sending;     /* between begin_paced and end_paced */
  LineStats stats;
};

LineBucket *
line_bucket_new(const LineConfig *config)
{
  LineBucket *self = g_new0(LineBucket, 1);
  self->members = g_ptr_array_new_with_free_func(g_free);
  self->config = *config;
  return self;
}

void
line_bucket_free(LineBucket *self)
{
  if (self == NULL)
    return;
  g_warn_if_fail(self->members->len == 0);
  g_ptr_array_unref(self->members);
  g_free(self);
}

void
line_bucket_configure(LineBucket *self, const LineConfig *config)
{
  self->config = *config;
}

static bool
is_shared(const LineBucket *self)
{
  return self->config.shared_bps > 0;
}

void
line_bucket_set_reserve(LineBucket *self, guint64 audio_bps, guint64 uplink_bps)
{
  self->reserve_bps = audio_bps + (is_shared(self) ? uplink_bps : 0);
}

/* --- the window ---------------------------------------------------------------------- */

static void
subtract(Sums *sums, const Sums *slot)
{
  sums->up -= slot->up;
  sums->down -= slot->down;
  sums->paced -= slot->paced;
}

static void
advance(LineBucket *self, gint64 now_us)
{
  gint64 slot = now_us / SLOT_US;
  if (slot - self->slot >= SLOTS) {
    memset(self->slots, 0, sizeof self->slots);
    self->window = self->second = (Sums) { 0 };
    self->slot = slot;
  }
  while (self->slot < slot) {
    self->slot++;
    subtract(&self->window, &self->slots[(self->slot - WINDOW_SLOTS) & (SLOTS - 1)]);
    subtract(&self->second, &self->slots[(self->slot - SECOND_SLOTS) & (SLOTS - 1)]);
    self->slots[self->slot & (SLOTS - 1)] = (Sums) { 0 };
  }
}

/* What counts against the cap that holds paced packets back. */
static guint64
capped(const LineBucket *self, const Sums *sums)
{
  return sums->up + (is_shared(self) ? sums->down : 0);
}

static guint64
cap_bps(const LineBucket *self)
{
  return is_shared(self) ? self->config.shared_bps : self->config.up_bps;
}

static guint64
window_bytes(guint64 bps)
{
  return bps * LINE_WINDOW_MS / 8000;
}

static guint64
usable_window_bytes(const LineBucket *self)
{
  return window_bytes(cap_bps(self)) * (100 - LINE_MARGIN_PERCENT) / 100;
}

static guint64
unpaced_reserve(LineBucket *self, gint64 now_us)
{
  if (now_us > self->peak_us) {
    self->unpaced_peak *= exp2(-(double)(now_us - self->peak_us) / PEAK_HALF_LIFE_US);
    self->peak_us = now_us;
  }
  guint64 wanted = MAX(window_bytes(self->reserve_bps), (guint64)self->unpaced_peak);
  /* Cameras that have not heard yet what they may send must not stop all pictures. */
  return MIN(wanted, usable_window_bytes(self) * RESERVE_MAX_PERCENT / 100);
}

static void
count(LineBucket *self, const Sums *add, gint64 now_us)
{
  advance(self, now_us);
  Sums *sums[] = { &self->slots[self->slot & (SLOTS - 1)], &self->window, &self->second };
  for (guint i = 0; i < G_N_ELEMENTS(sums); i++) {
    sums[i]->up += add->up;
    sums[i]->down += add->down;
    sums[i]->paced += add->paced;
  }
  guint64 used = capped(self, &self->window);
  unpaced_reserve(self, now_us);
  self->unpaced_peak = MAX(self->unpaced_peak, (double)(used - self->window.paced));
  LineStats *stats = &self->stats;
  stats->up_bytes += add->up;
  stats->down_bytes += add->down;
  stats->peak_window_bytes = MAX(stats->peak_window_bytes, used);
  stats->peak_up_window_bytes = MAX(stats->peak_up_window_bytes, self->window.up);
  stats->peak_down_window_bytes = MAX(stats->peak_down_window_bytes, self->window.down);
}

/* Of @member and those who wait beside it. */
static double
least_start(const LineMember *member, gint64 now_us)
{
  double least = member->start;
  for (guint i = 0; i < member->line->members->len; i++) {
    const LineMember *other = g_ptr_array_index(member->line->members, i);
    if (other->waits_until_us > now_us)
      least = MIN(least, other->start);
  }
  return least;
}

void
line_bucket_on_sent(LineBucket *self, gsize wire_bytes, gint64 now_us)
{
  LineMember *member = self->sending;
  count(self, &(Sums) { .up = wire_bytes, .paced = member != NULL ? wire_bytes : 0 }, now_us);
  if (member == NULL)
    return;
  self->tokens -= (double)wire_bytes;
  self->virtual_time = MAX(self->virtual_time, least_start(member, now_us));
  member->start += (double)wire_bytes / WEIGHTS[member->priority];
}

void
line_bucket_on_received(LineBucket *self, gsize wire_bytes, gint64 now_us)
{
  count(self, &(Sums) { .down = wire_bytes }, now_us);
}

/* --- turns --------------------------------------------------------------------------- */

LineMember *
line_bucket_join(LineBucket *self, LinePriority priority)
{
  LineMember *member = g_new0(LineMember, 1);
  member->line = self;
  line_member_set_priority(member, priority);
  g_ptr_array_add(self->members, member);
  return member;
}

void
line_member_leave(LineMember *self)
{
  if (self == NULL)
    return;
  if (self->line->sending == self)
    self->line->sending = NULL;
  g_ptr_array_remove_fast(self->line->members, self);
}

void
line_member_set_priority(LineMember *self, LinePriority priority)
{
  g_return_if_fail(priority > LINE_PRIORITY_NONE && priority <= LINE_PRIORITY_REST);
  self->priority = priority;
}

void
line_member_withdraw(LineMember *self)
{
  self->waits_until_us = 0;
}

void
line_member_begin_paced(LineMember *self)
{
  self->line->sending = self;
}

void
line_member_end_paced(LineMember *self)
{
  self->line->sending = NULL;
}

static bool
is_its_turn(const LineMember *self, double turn_bytes, gint64 now_us)
{
  for (guint i = 0; i < self->line->members->len; i++) {
    const LineMember *other = g_ptr_array_index(self->line->members, i);
    if (other != self && other->waits_until_us > now_us && self->start > other->start + turn_bytes)
      return false;
  }
  return true;
}

/* Returns: when @bytes will fit into the window. */
static gint64
when_window_has_room(const LineBucket *self, guint64 bytes, guint64 reserve)
{
  Sums sums = self->window;
  for (guint i = 0; i <= LINE_WINDOW_MS; i++) {
    guint64 unpaced = MAX(capped(self, &sums) - sums.paced, reserve);
    if (sums.paced + unpaced + bytes <= usable_window_bytes(self))
      return (self->slot + i) * SLOT_US;
    subtract(&sums, &self->slots[(self->slot - LINE_WINDOW_MS + i) & (SLOTS - 1)]);
  }
  return (self->slot + LINE_WINDOW_MS) * SLOT_US;
}

static gint64
wait_in_turn(LineMember *self, gint64 until_us)
{
  self->waits_until_us = until_us + WAIT_KEPT_US;
  self->line->stats.refusals++;
  return until_us;
}

/* Refills the tokens. Returns: their rate, bytes per us. */
static double
refill(LineBucket *self, guint64 reserve, gint64 now_us)
{
  double usable = (double)usable_window_bytes(self);
  double rate = MAX(usable - (double)reserve, usable * PACED_SHARE_MIN_PERCENT / 100) / (LINE_WINDOW_MS * 1000);
  gint64 elapsed_us = CLAMP(now_us - self->tokens_us, 0, G_USEC_PER_SEC);
  self->tokens_us = MAX(self->tokens_us, now_us);
  self->tokens = MIN(self->tokens + rate * (double)elapsed_us, MAX(rate * BURST_US, BURST_MIN_BYTES));
  return rate;
}

gint64
line_member_may_send(LineMember *self, gsize wire_bytes, gint64 now_us)
{
  LineBucket *line = self->line;
  if (cap_bps(line) == 0)
    return 0;
  advance(line, now_us);
  guint64 reserve = unpaced_reserve(line, now_us);
  double rate = refill(line, reserve, now_us);
  if (self->waits_until_us <= now_us)
    self->start = MAX(self->start, line->virtual_time);  /* a pause earns nothing */
  if (!is_its_turn(self, MAX(rate * TURN_US, TURN_MIN_BYTES), now_us))
    return wait_in_turn(self, now_us + RETRY_US);
  gint64 room_us = when_window_has_room(line, wire_bytes, reserve);
  if (line->tokens < (double)wire_bytes)
    room_us = MAX(room_us, now_us + (gint64)(((double)wire_bytes - line->tokens) / rate) + 1);
  if (room_us > now_us)
    return wait_in_turn(self, MAX(room_us, now_us + RETRY_US));
  self->waits_until_us = 0;
  return 0;
}

/* --- figures ------------------------------------------------------------------------- */

void
line_bucket_stats(LineBucket *self, gint64 now_us, LineStats *out)
{
  advance(self, now_us);
  *out = self->stats;
  out->cap_window_bytes = window_bytes(cap_bps(self));
  out->used_up_bps = self->second.up * 8;
  out->used_down_bps = self->second.down * 8;
  out->unpaced_reserve_bytes = unpaced_reserve(self, now_us);
  out->n_members = self->members->len;
  out->n_waiting = 0;
  for (guint i = 0; i < self->members->len; i++)
    if (((LineMember *)g_ptr_array_index(self->members, i))->waits_until_us > now_us)
      out->n_waiting++;
}

void
line_bucket_reset_peaks(LineBucket *self)
{
  self->stats.peak_window_bytes = 0;
  self->stats.peak_up_window_bytes = self->stats.peak_down_window_bytes = 0;
}
