/* tests/load/watcher.c - looks at and listens to what one client receives, and measures it. */
#include "tests/load/watcher.h"
#include "media/base/clock.h"
#include "media/base/ring.h"
#include "media/codec/video_decoder.h"
#include "tests/load/change_meter.h"
#include "tests/load/change_watch.h"
#include "tests/load/mix_watch.h"
#include "tests/load/tile_watch.h"
#include <sys/resource.h>
#include <unistd.h>

enum {
  QUEUE = 4096,  /* 50 s of a slow machine: a frame that is dropped would spoil all after it */
  MAX_PIXELS = 4096 * 2304,
  POP_WAIT_US = 100 * 1000,
  NICE = 10,
};

typedef struct {
  EncodedFrame *frame;   /* owned; or */
  AudioPacket  *packet;  /* owned     */
  gint64        arrival_us, capture_us;
} Item;

struct Watcher {
  /* owned */
  Ring           *queue;
  GThread        *thread;
  TileWatch      *tiles;   /* under the lock */
  MixWatch       *mix;     /* under the lock */
  ChangeWatch    *changes; /* under the lock, nullable */
  SkewMeter      *skews;   /* under the lock; one of each site */
  ChangeMeter     change;  /* under the lock */
  VideoFramePool *pool;
  VideoDecoder   *decoder; /* the thread's   */
  GMutex          lock;
  /* state */
  guint           n_sites;
  guint64         aside;
  gint            stop, n_pushed, n_done;  /* atomic: the net thread never waits for the lock */
  guint64         frames_decoded, decode_errors, dropped_before;
  bool            is_counting;
  gint64          begin_us;
};

static void
item_free(gpointer data)
{
  Item *item = data;
  encoded_frame_unref(item->frame);
  audio_packet_unref(item->packet);
  g_free(item);
}

static void
look(Watcher *self, const Item *item) ON_DECODE
{
  g_autoptr(VideoFrame) picture = NULL;
  VideoDecodeResult result = video_decoder_decode(self->decoder, item->frame, 0, 0, &picture);
  g_mutex_lock(&self->lock);
  bool counts = self->is_counting && item->arrival_us >= self->begin_us;
  if (counts) {
    self->frames_decoded += result == VIDEO_DECODE_OK;
    self->decode_errors += result != VIDEO_DECODE_OK && result != VIDEO_DECODE_NO_PICTURE;
  }
  if (picture != NULL) {
    if (counts)
      change_meter_picture(&self->change, picture);
    tile_watch_frame(self->tiles, picture, item->arrival_us, item->capture_us);
    if (self->changes != NULL)
      change_watch_frame(self->changes, picture, item->arrival_us);
  }
  g_mutex_unlock(&self->lock);
}

static void
listen(Watcher *self, const Item *item) ON_AUDIO_TICK
{
  g_mutex_lock(&self->lock);
  mix_watch_packet(self->mix, item->packet, item->capture_us);
  g_mutex_unlock(&self->lock);
}

static gpointer
run(gpointer data)
{
  Watcher *self = data;
  assert_on_decode();
  assert_on_audio_tick();
  setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);  /* it may lag; the bridge beside it may not */
  while (!g_atomic_int_get(&self->stop)) {
    Item *item = ring_pop_wait(self->queue, clock_now_us() + POP_WAIT_US);
    if (item == NULL)
      continue;
    if (item->frame != NULL)
      look(self, item);
    else
      listen(self, item);
    item_free(item);
    g_atomic_int_inc(&self->n_done);
  }
  return NULL;
}

Watcher *
watcher_new(const char *const *sites, guint n_sites, guint listener, guint64 aside, double codec_delay_samples,
            LatencyBook *book, bool with_changes)
{
  Watcher *self = g_new0(Watcher, 1);
  g_mutex_init(&self->lock);
  self->queue = ring_new(QUEUE, item_free);
  self->n_sites = n_sites;
  self->aside = aside;
  self->skews = g_new0(SkewMeter, n_sites);
  for (guint i = 0; i < n_sites; i++)
    self->skews[i].skew_ms = samples_new();
  self->tiles = tile_watch_new(sites, n_sites, aside, book, self->skews);
  self->changes = with_changes ? change_watch_new(sites, n_sites) : NULL;
  self->mix = mix_watch_new(listener, aside, codec_delay_samples, book, self->skews, self->changes);
  self->pool = video_frame_pool_new(2);
  self->decoder = video_decoder_new(VIDEO_CODEC_VP8, self->pool, MAX_PIXELS);
  self->thread = g_thread_new("watcher", run, self);
  return self;
}

void
watcher_free(Watcher *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set(&self->stop, 1);
  g_thread_join(self->thread);
  ring_free(self->queue);
  tile_watch_free(self->tiles);
  mix_watch_free(self->mix);
  change_watch_free(self->changes);
  for (guint i = 0; i < self->n_sites; i++)
    samples_free(self->skews[i].skew_ms);
  g_free(self->skews);
  video_decoder_free(self->decoder);
  video_frame_pool_free(self->pool);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
watcher_set_room(Watcher *self, const RoomView *room)
{
  g_mutex_lock(&self->lock);
  tile_watch_set_room(self->tiles, room);
  if (self->changes != NULL)
    change_watch_set_room(self->changes, room);
  g_mutex_unlock(&self->lock);
}

void
watcher_expect(Watcher *self, guint site, gint64 from_us)
{
  g_mutex_lock(&self->lock);
  tile_watch_expect(self->tiles, site, from_us);
  g_mutex_unlock(&self->lock);
}

static void
push(Watcher *self, Item *item)
{
  g_atomic_int_inc(&self->n_pushed);
  ring_push(self->queue, item);
}

void
watcher_push_frame(Watcher *self, EncodedFrame *frame, gint64 arrival_us, gint64 capture_us)
{
  Item *item = g_new(Item, 1);
  *item = (Item) { .frame = frame, .arrival_us = arrival_us, .capture_us = capture_us };
  push(self, item);
}

void
watcher_push_audio(Watcher *self, AudioPacket *packet, gint64 capture_us)
{
  Item *item = g_new(Item, 1);
  *item = (Item) { .packet = packet, .arrival_us = packet->arrival_us, .capture_us = capture_us };
  push(self, item);
}

void
watcher_begin(Watcher *self, gint64 now_us)
{
  g_mutex_lock(&self->lock);
  self->is_counting = true;
  self->begin_us = now_us;
  change_meter_begin(&self->change);
  self->dropped_before = ring_dropped(self->queue);
  tile_watch_begin(self->tiles, now_us);
  mix_watch_begin(self->mix, now_us);
  g_mutex_unlock(&self->lock);
}

json_t *
watcher_changes(Watcher *self)
{
  g_mutex_lock(&self->lock);
  json_t *changes = self->changes != NULL ? change_watch_json(self->changes) : NULL;
  g_mutex_unlock(&self->lock);
  return changes;
}

static void
end_skews(Watcher *self, WatcherFigures *out, Samples *skew_ms)
{
  for (guint i = 0; i < out->n_tiles; i++) {
    out->tiles[i].skew = skew_figures(self->skews[i].skew_ms);
    if ((self->aside >> (i & 63) & 1) == 0)
      samples_add_all(skew_ms, self->skews[i].skew_ms);
  }
}

void
watcher_end(Watcher *self, gint64 now_us, WatcherFigures *out, const WatcherSamples *samples)
{
  *out = (WatcherFigures) { 0 };
  gint pushed = g_atomic_int_get(&self->n_pushed);
  while (g_atomic_int_get(&self->n_done) + (gint)ring_dropped(self->queue) < pushed)
    g_usleep(5000);
  g_mutex_lock(&self->lock);
  tile_watch_end(self->tiles, now_us, out, samples->video_ms);
  mix_watch_end(self->mix, now_us, out, samples->audio_ms);
  end_skews(self, out, samples->skew_ms);
  out->frames_decoded = self->frames_decoded;
  out->decode_errors = self->decode_errors;
  out->picture_change = change_meter_largest(&self->change);
  out->dropped = ring_dropped(self->queue) - self->dropped_before;
  self->is_counting = false;
  g_mutex_unlock(&self->lock);
}
