/* tests/recorder/live_media.h - a real VP8 picture and a real Opus sound, made as they are asked for. */
#pragma once
#include "media/base/audio_packet.h"
#include "media/base/encoded_frame.h"

typedef struct LiveMedia LiveMedia;

enum { LIVE_MEDIA_FRAME_US = 33333, LIVE_MEDIA_PACKET_US = 20000 };

/* @width, @height: even. */
LiveMedia *live_media_new(guint width, guint height);
void       live_media_free(LiveMedia *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LiveMedia, live_media_free)

/* (transfer full) No two frames are alike. The first is a keyframe. */
EncodedFrame *live_media_video(LiveMedia *self, gint64 time_us, bool force_keyframe);
AudioPacket  *live_media_audio(LiveMedia *self);

/* What a test has written: @path, and all below it. */
void live_media_remove_tree(const char *path);
