/* tests/load/clip.c - some seconds of a simulated camera, encoded in advance. */
#include "tests/load/clip.h"
#include "media/codec/video_encoder.h"
#include "tests/lib/block_code.h"
#include "tests/load/scene.h"

enum {
  SPEED = -12,   /* cpu-used: quick, and nobody judges these pictures by their beauty */
  NOISE = 2,     /* enough that the rate is used, as with a real camera               */
};

struct Clip {
  ClipSpec   spec;
  GPtrArray *frames;  /* owned, of EncodedFrame */
  guint64    bytes;
};

static bool
encode(Clip *self, VideoEncoder *encoder, Scene *scene, guint site, guint n_frames)
{
  assert_on_encode();
  for (guint i = 0; i < n_frames; i++) {
    char clock[16];
    double t_s = (double)i / self->spec.fps;
    g_snprintf(clock, sizeof clock, "%02u:%05.2f", site, t_s);
    SceneMoment moment = { .t_s = t_s, .mouth = i / 4 % SCENE_MOUTHS, .clock = clock };
    g_autoptr(VideoFrame) picture = scene_draw(scene, &moment);
    block_code_draw(picture, (BlockCode) { (guint16)i, (guint8)site });
    EncodedFrame *frame = video_encoder_encode(encoder, picture, (gint64)(t_s * G_USEC_PER_SEC), i == 0);
    if (frame == NULL)
      return false;
    self->bytes += frame->length;
    g_ptr_array_add(self->frames, frame);
  }
  return true;
}

Clip *
clip_new(const ClipSpec *spec, const char *name, guint site, GError **error)
{
  VideoEncoderConfig encoding = {
    .codec = VIDEO_CODEC_VP8, .width = spec->width, .height = spec->height,
    .fps_numerator = spec->fps, .fps_denominator = 1, .bitrate_bps = spec->kbps * 1000,
    .threads = 1, .speed = SPEED,
  };
  SceneConfig looks = {
    .name = name, .seed = site, .width = spec->width, .height = spec->height,
    .noise = NOISE, .leaves_corner = true,
  };
  g_autoptr(VideoEncoder) encoder = video_encoder_new(&encoding, error);
  if (encoder == NULL)
    return NULL;
  g_autoptr(Clip) self = g_new0(Clip, 1);
  self->spec = *spec;
  self->frames = g_ptr_array_new_with_free_func((GDestroyNotify)encoded_frame_unref);
  g_autoptr(VideoFramePool) pool = video_frame_pool_new(2);
  g_autoptr(Scene) scene = scene_new(&looks, pool);
  if (!encode(self, encoder, scene, site, CLIP_SECONDS * spec->fps)) {
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "libvpx did not encode a picture of %ux%u",
                spec->width, spec->height);
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
clip_free(Clip *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->frames);
  g_free(self);
}

const ClipSpec *
clip_spec(const Clip *self)
{
  return &self->spec;
}

guint
clip_frames(const Clip *self)
{
  return self->frames->len;
}

const EncodedFrame *
clip_frame(const Clip *self, guint i)
{
  return g_ptr_array_index(self->frames, i);
}

double
clip_kbps(const Clip *self)
{
  return (double)self->bytes * 8 / 1000 / CLIP_SECONDS;
}
