/* tests/load/live_studio.h - live cameras of a demonstration: drawn and encoded as they are shown.
 *
 * One thread for all: at 15 fps a camera of 640x360 costs about 2 % of a core. A picture
 * that hardly changes is cheap; the clock on the wall is the real one. */
#pragma once
#include "media/base/encoded_frame.h"
#include "tests/load/room_view.h"

typedef struct LiveStudio LiveStudio;

enum { LIVE_FPS = 15 };

typedef struct {
  /* All on the studio's thread. */
  void  (*frame)(guint camera, EncodedFrame *frame /* transfer full */, gpointer user);
  guint (*mouth)(guint camera, gpointer user);
  /* A camera that nobody sees rests. */
  bool  (*is_on_air)(guint camera, gpointer user);
} LiveStudioEvents;

/* @names: one a camera, copied. Starts at once. */
LiveStudio *live_studio_new(const char *const *names, guint n_cameras, const LiveStudioEvents *events, gpointer user);
/* No event comes after this returned. */
void        live_studio_free(LiveStudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LiveStudio, live_studio_free)

/* Any thread. */
void        live_studio_obey(LiveStudio *self, guint camera, const UplinkWish *wish);
void        live_studio_request_keyframe(LiveStudio *self, guint camera);
