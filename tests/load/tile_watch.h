/* tests/load/tile_watch.h - reads the block codes of all tiles of composed pictures.
 *
 * Pure logic but for the LatencyBook; one owner. */
#pragma once
#include "media/base/video_frame.h"
#include "tests/load/watcher.h"

typedef struct TileWatch TileWatch;

/* @skews: borrowed, one of each site; NULL: none is wanted. */
TileWatch *tile_watch_new(const char *const *sites, guint n_sites, guint64 aside, LatencyBook *book, SkewMeter *skews);
void       tile_watch_free(TileWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TileWatch, tile_watch_free)

void tile_watch_set_room(TileWatch *self, const RoomView *room);
void tile_watch_expect(TileWatch *self, guint site, gint64 from_us);
void tile_watch_begin(TileWatch *self, gint64 now_us);
/* @arrival_us: when the composed frame was complete. @capture_us: 0: not known. */
void tile_watch_frame(TileWatch *self, const VideoFrame *frame, gint64 arrival_us, gint64 capture_us);
/* Fills the part of @out that is about tiles. */
void tile_watch_end(TileWatch *self, gint64 now_us, WatcherFigures *out, Samples *video_ms);
