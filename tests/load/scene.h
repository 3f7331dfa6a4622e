/* tests/load/scene.h - a drawn reception room with people in it: what a simulated camera sees.
 *
 * The room is drawn once by Cairo; people, and a clock when its text changes, are laid over
 * it for each picture, so a picture of 640x360 costs about 0.2 ms. One owner, one thread. */
#pragma once
#include "media/base/video_frame.h"
#include <stdbool.h>

typedef struct Scene Scene;

typedef struct {
  const char *name;       /* of the site, on the banner */
  guint       seed;       /* colours and faces          */
  guint       width, height;  /* even                   */
  guint       noise;      /* of the camera: 0 to 8 steps of luma; noise is what makes real
                             cameras expensive to encode                               */
  bool        leaves_corner;  /* keeps the upper right free for a BlockCode             */
} SceneConfig;

typedef struct {
  double      t_s;        /* moves the people                                          */
  guint       mouth;      /* 0 closed to 3 wide open                                   */
  const char *clock;      /* "08:30:15"                                                */
} SceneMoment;

enum { SCENE_MOUTHS = 4 };

Scene *scene_new(const SceneConfig *config, VideoFramePool *pool /* borrowed */);
void   scene_free(Scene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

/* Returns: (transfer full): a frame that nobody else has seen yet. */
VideoFrame *scene_draw(Scene *self, const SceneMoment *moment);
