/* tests/load/watcher.h - looks at and listens to what one client receives, and measures it.
 *
 *   composed frame -> VP8 decode -> block code of each tile   -> LatencyBook -> video latency
 *   mixed packet   -> Opus decode -> markers; moments of silence -> LatencyBook -> audio latency
 *
 * A thread of its own, so that decoding never delays an arrival time: it may lag behind.
 * Everything else may be called from any thread. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"
#include "tests/lib/samples.h"
#include "tests/load/gap_meter.h"
#include "tests/load/latency_book.h"
#include "tests/load/room_view.h"
#include "tests/load/skew_meter.h"

typedef struct Watcher Watcher;

typedef struct {
  char   site[64];
  bool   is_alive;            /* its number advanced in the last two seconds of the window */
  guint64 advances;           /* frames of it that were seen                              */
  double fps;
  double standstill_max_ms;
  GapFigures gaps;            /* between two numbers                                      */
  guint64 moves;              /* pictures whose code could not be read, but had changed   */
  double returned_ms;         /* after watcher_expect(); negative: it did not             */
  double latency_p50_ms, latency_p95_ms;
  SkewFigures skew;           /* of its picture and sound                                 */
} WatchedTile;

typedef struct {
  guint    n_tiles;           /* of the sites that were named to watcher_new()            */
  WatchedTile tiles[ROOM_VIEW_SITES_MAX];
  guint64  frames_decoded, decode_errors;
  guint64  codes_missing;     /* tiles of a frame whose code could not be read            */
  guint64  tiles_misplaced;   /* a tile that shows another site                           */
  guint64  audio_concealed;   /* packets that were missing                                */
  guint    silences;          /* of more than 60 ms in the decoded sound                  */
  guint    markers_heard, markers_sent;
  guint    sound_peak;        /* the largest sample that was heard, of 32768              */
  double   picture_change;    /* the largest from one picture to the next: ChangeMeter's  */
  guint64  dropped;           /* frames and packets that this thread was too slow for     */
} WatcherFigures;

/* @sites: their ids, in the order of the numbers in their block codes; copied. @listener:
 * which of them watches. @aside: a bit a site: its latency is left out of the sums, because
 * another line than the listener's is in it. @codec_delay_samples: VoiceBank's. @book: borrowed. */
Watcher *watcher_new(const char *const *sites, guint n_sites, guint listener, guint64 aside,
                     double codec_delay_samples, LatencyBook *book);
void     watcher_free(Watcher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watcher, watcher_free)

void watcher_set_room(Watcher *self, const RoomView *room);
/* @capture_us: by the bridge's sender reports; 0: not known yet. */
void watcher_push_frame(Watcher *self, EncodedFrame *frame /* transfer full */, gint64 arrival_us, gint64 capture_us);
void watcher_push_audio(Watcher *self, AudioPacket *packet /* transfer full */, gint64 capture_us);

/* When @site's picture is next seen to move at or after @from_us is noted. */
void watcher_expect(Watcher *self, guint site, gint64 from_us);
/* Counts what arrives from @now_us on. */
void watcher_begin(Watcher *self, gint64 now_us);
/* Where all figures of a kind go besides. */
typedef struct {
  Samples *video_ms, *audio_ms, *skew_ms;  /* borrowed */
} WatcherSamples;

/* Waits for what was pushed before. */
void watcher_end(Watcher *self, gint64 now_us, WatcherFigures *out, const WatcherSamples *samples);
