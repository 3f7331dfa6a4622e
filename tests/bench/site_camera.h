/* tests/bench/site_camera.h - what a meeting-room camera sees, generated.
 *
 * A textured room, a person who moves before it, and the noise of a sensor: the codecs meet
 * the detail, motion and grain of a real picture, not flat colour. The same seed gives the
 * same pictures. */
#pragma once
#include "media/base/video_frame.h"

typedef struct SiteCamera SiteCamera;

SiteCamera *site_camera_new(guint width, guint height, guint seed);
void        site_camera_free(SiteCamera *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SiteCamera, site_camera_free)

/* Returns: (transfer full): the @number-th picture at 30 a second. */
VideoFrame *site_camera_picture(SiteCamera *self, VideoFramePool *pool, guint number);
