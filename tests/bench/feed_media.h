/* tests/bench/feed_media.h - the picture and the sound of a long record, encoded once and looped, with marks.
 *
 *   picture:  [ clip, 6 s, its frames numbered ][ clip ... ][ mark: white ][ clip ...
 *   sound:    [ soft hum ... ..................... ........][ mark: tone  ][ hum ...
 *
 * Both pieces of a picture begin with a keyframe, so either may follow the other at any time. All is
 * real VP8 and Opus. Immutable once made; one thread. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"

typedef struct FeedMedia FeedMedia;

typedef enum { FEED_LOOP = 0, FEED_MARK } FeedPiece;

/* Errors: of the encoders. */
FeedMedia *feed_media_new(guint width, guint height, guint kbps, GError **error);
void       feed_media_free(FeedMedia *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedMedia, feed_media_free)

guint feed_media_frames(const FeedMedia *self, FeedPiece piece);
guint feed_media_packets(const FeedMedia *self, FeedPiece piece);
/* Both (transfer none): the @i-th of a piece. The tone begins with the first packet of its mark. */
EncodedFrame *feed_media_frame(const FeedMedia *self, FeedPiece piece, guint i);
AudioPacket  *feed_media_packet(const FeedMedia *self, FeedPiece piece, guint i);
