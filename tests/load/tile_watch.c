/* tests/load/tile_watch.c - reads the block codes of all tiles of composed pictures. */
#include "tests/load/tile_watch.h"
#include "tests/lib/block_code.h"
#include <string.h>

#define ALIVE_US (2 * G_USEC_PER_SEC)

typedef struct {
  char     id[64];
  gint64   number;           /* seen last; -1: none                  */
  gint64   advanced_us;      /* when it last changed; 0: never       */
  guint64  advances;
  gint64   standstill_max_us;
  Samples *latency_ms;       /* owned */
} Tile;

struct TileWatch {
  LatencyBook *book;   /* borrowed */
  guint        n_sites;
  Tile        *tiles;  /* owned, by the site's number */
  RoomView     room;
  bool         is_counting;
  gint64       begin_us;
  guint64      codes_missing, misplaced;
};

TileWatch *
tile_watch_new(const char *const *sites, guint n_sites, LatencyBook *book)
{
  TileWatch *self = g_new0(TileWatch, 1);
  self->book = book;
  self->n_sites = n_sites;
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

static void
note_standstill(const TileWatch *self, Tile *tile, gint64 now_us)
{
  gint64 since_us = MAX(tile->advanced_us, self->begin_us);
  tile->standstill_max_us = MAX(tile->standstill_max_us, now_us - since_us);
}

static void
advance(TileWatch *self, guint site, guint number, gint64 arrival_us)
{
  Tile *tile = &self->tiles[site];
  if (tile->number == number)
    return;
  if (self->is_counting) {
    note_standstill(self, tile, arrival_us);
    tile->advances++;
    double latency_ms = latency_book_frame_seen(self->book, site, number, arrival_us);
    if (latency_ms >= 0)
      samples_add(tile->latency_ms, latency_ms);
  }
  tile->number = number;
  tile->advanced_us = arrival_us;
}

/* The rectangle of a site on a frame that may have another size than the canvas. */
static bool
read_tile(const TileWatch *self, const RoomViewSite *site, const VideoFrame *frame, BlockCode *code)
{
  guint w = self->room.canvas_width, h = self->room.canvas_height;
  return block_code_read(frame, site->x * frame->width / w, site->y * frame->height / h,
                         site->width * frame->width / w, site->height * frame->height / h, code);
}

void
tile_watch_frame(TileWatch *self, const VideoFrame *frame, gint64 arrival_us)
{
  for (guint i = 0; i < self->n_sites && self->room.n_sites > 0; i++) {
    const RoomViewSite *site = room_view_find(&self->room, self->tiles[i].id);
    BlockCode code;
    if (site == NULL)
      continue;
    if (!read_tile(self, site, frame, &code))
      self->codes_missing += self->is_counting;
    else if (code.site != i)
      self->misplaced += self->is_counting;
    else
      advance(self, i, code.number, arrival_us);
  }
}

void
tile_watch_begin(TileWatch *self, gint64 now_us)
{
  self->is_counting = true;
  self->begin_us = now_us;
  self->codes_missing = self->misplaced = 0;
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
    note_standstill(self, tile, now_us);
    WatchedTile *watched = &out->tiles[i];
    *watched = (WatchedTile) {
      .is_alive = tile->advances > 0 && tile->advanced_us >= now_us - ALIVE_US,
      .advances = tile->advances,
      .fps = window_s > 0 ? (double)tile->advances / window_s : 0,
      .standstill_max_ms = (double)tile->standstill_max_us / 1000,
      .latency_p50_ms = samples_percentile(tile->latency_ms, 50),
      .latency_p95_ms = samples_percentile(tile->latency_ms, 95),
    };
    g_strlcpy(watched->site, tile->id, sizeof watched->site);
    samples_add_all(video_ms, tile->latency_ms);
  }
  self->is_counting = false;
}
