/* tests/load/tile_watch.c - reads the block codes of all tiles of composed pictures. */
#include "tests/load/tile_watch.h"
#include "tests/lib/block_code.h"
#include <string.h>

/* Summed over the blocks: a new number turns at least four of them over, by 40 and more each. */
enum { SKETCH_DIFFERENCE = 100 };
#define ALIVE_US (2 * G_USEC_PER_SEC)

typedef struct {
  char     id[64];
  gint64   number;           /* seen last; -1: none                  */
  gint64   advanced_us;      /* when it last changed; 0: never       */
  guint64  advances, moves;
  GapMeter gaps;
  bool     has_sketch;
  guint8   sketch[BLOCK_CODE_BITS];
  gint64   expected_us, returned_us;  /* 0: not expected; 0: not yet */
  Samples *latency_ms;       /* owned */
} Tile;

struct TileWatch {
  LatencyBook *book;   /* borrowed */
  SkewMeter   *skews;  /* borrowed, nullable */
  guint        n_sites;
  guint64      aside;
  Tile        *tiles;  /* owned, by the site's number */
  RoomView     room;
  bool         is_counting;   /* in the window, and what is looked at arrived in it */
  bool         has_begun;
  gint64       begin_us;
  guint64      codes_missing, misplaced;
};

TileWatch *
tile_watch_new(const char *const *sites, guint n_sites, guint64 aside, LatencyBook *book, SkewMeter *skews)
{
  TileWatch *self = g_new0(TileWatch, 1);
  self->book = book;
  self->skews = skews;
  self->n_sites = n_sites;
  self->aside = aside;
  self->tiles = g_new0(Tile, n_sites);
  for (guint i = 0; i < n_sites; i++) {
    g_strlcpy(self->tiles[i].id, sites[i], sizeof self->tiles[i].id);
    self->tiles[i].number = -1;
    self->tiles[i].latency_ms = samples_new();
  }
  return self;
}

void
tile_watch_free(TileWatch *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_sites; i++)
    samples_free(self->tiles[i].latency_ms);
  g_free(self->tiles);
  g_free(self);
}

void
tile_watch_set_room(TileWatch *self, const RoomView *room)
{
  self->room = *room;
}

void
tile_watch_expect(TileWatch *self, guint site, gint64 from_us)
{
  g_return_if_fail(site < self->n_sites);
  self->tiles[site].expected_us = from_us;
  self->tiles[site].returned_us = 0;
}

/* The tile shows something new. */
static void
note_change(TileWatch *self, Tile *tile, gint64 arrival_us)
{
  tile->advanced_us = arrival_us;
  if (self->is_counting)
    gap_meter_event(&tile->gaps, arrival_us);
  if (tile->expected_us != 0 && tile->returned_us == 0 && arrival_us >= tile->expected_us)
    tile->returned_us = arrival_us;
}

/* A picture too coarse for its code to be read still moves. */
static void
compare(TileWatch *self, Tile *tile, const guint8 sketch[BLOCK_CODE_BITS], gint64 arrival_us)
{
  guint difference = 0;
  for (guint i = 0; i < BLOCK_CODE_BITS; i++)
    difference += (guint)ABS(sketch[i] - tile->sketch[i]);
  bool is_new = !tile->has_sketch || difference >= SKETCH_DIFFERENCE;
  if (!is_new)
    return;
  if (tile->has_sketch) {
    tile->moves += self->is_counting;
    note_change(self, tile, arrival_us);
  }
  memcpy(tile->sketch, sketch, BLOCK_CODE_BITS);
  tile->has_sketch = true;
}

static void
advance(TileWatch *self, guint site, guint number, gint64 arrival_us, gint64 capture_us)
{
  Tile *tile = &self->tiles[site];
  if (tile->number == number)
    return;
  if (self->is_counting) {
    tile->advances++;
    double latency_ms = latency_book_frame_seen(self->book, site, number, arrival_us);
    if (latency_ms >= 0)
      samples_add(tile->latency_ms, latency_ms);
    if (latency_ms >= 0 && capture_us != 0 && self->skews != NULL)
      skew_meter_picture(&self->skews[site], &(SkewMoment) { arrival_us - (gint64)(latency_ms * 1000), capture_us });
  }
  tile->number = number;
  note_change(self, tile, arrival_us);
}

/* The rectangle of a site on a frame that may have another size than the canvas. */
static bool
read_tile(const TileWatch *self, const RoomViewSite *site, const VideoFrame *frame, BlockCode *code,
          guint8 sketch[BLOCK_CODE_BITS], bool *has_sketch)
{
  guint w = self->room.canvas_width, h = self->room.canvas_height;
  guint x = site->x * frame->width / w, y = site->y * frame->height / h;
  guint width = site->width * frame->width / w, height = site->height * frame->height / h;
  *has_sketch = false;
  if (block_code_read(frame, x, y, width, height, code))
    return true;
  *has_sketch = block_code_sketch(frame, x, y, width, height, sketch);
  return false;
}

void
tile_watch_frame(TileWatch *self, const VideoFrame *frame, gint64 arrival_us, gint64 capture_us)
{
  self->is_counting = self->has_begun && arrival_us >= self->begin_us;
  for (guint i = 0; i < self->n_sites && self->room.n_sites > 0; i++) {
    const RoomViewSite *site = room_view_find(&self->room, self->tiles[i].id);
    BlockCode code;
    guint8 sketch[BLOCK_CODE_BITS];
    bool has_sketch;
    if (site == NULL)
      continue;
    if (!read_tile(self, site, frame, &code, sketch, &has_sketch)) {
      self->codes_missing += self->is_counting;
      if (has_sketch)
        compare(self, &self->tiles[i], sketch, arrival_us);
    } else if (code.site != i)
      self->misplaced += self->is_counting;
    else
      advance(self, i, code.number, arrival_us, capture_us);
  }
}

void
tile_watch_begin(TileWatch *self, gint64 now_us)
{
  self->has_begun = true;
  self->begin_us = now_us;
  self->codes_missing = self->misplaced = 0;
  for (guint i = 0; i < self->n_sites; i++)
    gap_meter_begin(&self->tiles[i].gaps, now_us);
}

void
tile_watch_end(TileWatch *self, gint64 now_us, WatcherFigures *out, Samples *video_ms)
{
  double window_s = (double)(now_us - self->begin_us) / G_USEC_PER_SEC;
  out->codes_missing = self->codes_missing;
  out->tiles_misplaced = self->misplaced;
  out->n_tiles = MIN(self->n_sites, G_N_ELEMENTS(out->tiles));
  for (guint i = 0; i < out->n_tiles; i++) {
    Tile *tile = &self->tiles[i];
    gap_meter_event(&tile->gaps, now_us);
    WatchedTile *watched = &out->tiles[i];
    *watched = (WatchedTile) {
      .is_alive = tile->advances + tile->moves > 0 && tile->advanced_us >= now_us - ALIVE_US,
      .advances = tile->advances,
      .fps = window_s > 0 ? (double)tile->advances / window_s : 0,
      .standstill_max_ms = tile->gaps.figures.longest_ms,
      .gaps = tile->gaps.figures,
      .moves = tile->moves,
      .returned_ms = tile->returned_us == 0 ? -1 : (double)(tile->returned_us - tile->expected_us) / 1000,
      .latency_p50_ms = samples_percentile(tile->latency_ms, 50),
      .latency_p95_ms = samples_percentile(tile->latency_ms, 95),
    };
    g_strlcpy(watched->site, tile->id, sizeof watched->site);
    if ((self->aside >> i & 1) == 0)
      samples_add_all(video_ms, tile->latency_ms);
  }
  self->has_begun = self->is_counting = false;
}
