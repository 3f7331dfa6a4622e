/* tests/bench/site_camera.c - what a meeting-room camera sees, generated. */
#include "tests/bench/site_camera.h"
#include <math.h>
#include <string.h>

enum {
  NOISE_VALUES = 1 << 16,
  PAN = 16,               /* pixels by which the camera sways */
  FURNITURE = 24,
};

static const double NOISE_SIGMA = 2.0;

/* A still picture larger than the frame, in I420. */
typedef struct {
  guint   width, height;
  guint8 *plane[3];       /* owned */
} Texture;

struct SiteCamera {
  guint   width, height, seed;
  Texture room, person;
  gint8  *noise;          /* owned */
};

static double
lattice(GArray *values, guint columns, double x, double y)
{
  guint column = (guint)x, row = (guint)y;
  double u = x - column, v = y - row;
  const float *at = &g_array_index(values, float, row * columns + column);
  return (at[0] * (1 - u) + at[1] * u) * (1 - v) + (at[columns] * (1 - u) + at[columns + 1] * u) * v;
}

/* Adds interpolated random values that change every @cell pixels. */
static void
add_octave(float *plane, guint width, guint height, guint cell, double amplitude, GRand *rand)
{
  guint columns = width / cell + 2, rows = height / cell + 2;
  g_autoptr(GArray) values = g_array_sized_new(FALSE, FALSE, sizeof(float), columns * rows);
  for (guint i = 0; i < columns * rows; i++) {
    float value = (float)g_rand_double_range(rand, -amplitude, amplitude);
    g_array_append_val(values, value);
  }
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      plane[(gsize)y * width + x] += (float)lattice(values, columns, (double)x / cell, (double)y / cell);
}

/* Edges: windows, shelves, papers. */
static void
add_furniture(float *plane, guint width, guint height, GRand *rand)
{
  for (guint i = 0; i < FURNITURE; i++) {
    guint w = (guint)g_rand_int_range(rand, 8, (gint32)width / 4);
    guint h = (guint)g_rand_int_range(rand, 8, (gint32)height / 4);
    guint x0 = (guint)g_rand_int_range(rand, 0, (gint32)(width - w));
    guint y0 = (guint)g_rand_int_range(rand, 0, (gint32)(height - h));
    float lift = (float)g_rand_double_range(rand, -35, 35);
    for (guint y = y0; y < y0 + h; y++)
      for (guint x = x0; x < x0 + w; x++)
        plane[(gsize)y * width + x] += lift;
  }
}

static guint8 *
make_plane(guint width, guint height, double middle, double contrast, guint n_furniture, GRand *rand)
{
  g_autofree float *plane = g_new(float, (gsize)width * height);
  for (gsize i = 0; i < (gsize)width * height; i++)
    plane[i] = (float)middle;
  /* Natural pictures: the amplitude falls with the frequency. */
  for (guint cell = 256; cell >= 2; cell /= 2)
    add_octave(plane, width, height, cell, contrast * pow(cell / 256.0, 0.55), rand);
  if (n_furniture > 0)
    add_furniture(plane, width, height, rand);
  guint8 *bytes = g_malloc((gsize)width * height);
  for (gsize i = 0; i < (gsize)width * height; i++)
    bytes[i] = (guint8)CLAMP(plane[i], 20.0f, 230.0f);
  return bytes;
}

static void
texture_init(Texture *self, guint width, guint height, double luma, guint furniture, GRand *rand)
{
  self->width = width;
  self->height = height;
  self->plane[0] = make_plane(width, height, luma, 42, furniture, rand);
  for (int p = 1; p < 3; p++)
    self->plane[p] = make_plane((width + 1) / 2, (height + 1) / 2, 128, 16, 0, rand);
}

static void
texture_clear(Texture *self)
{
  for (int p = 0; p < 3; p++)
    g_free(self->plane[p]);
}

SiteCamera *
site_camera_new(guint width, guint height, guint seed)
{
  SiteCamera *self = g_new0(SiteCamera, 1);
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  self->width = width;
  self->height = height;
  self->seed = seed;
  texture_init(&self->room, width + 2 * PAN, height + 2 * PAN, 120, FURNITURE, rand);
  texture_init(&self->person, width / 3, height * 3 / 4, 150, 0, rand);
  self->noise = g_malloc(NOISE_VALUES);
  for (guint i = 0; i < NOISE_VALUES; i++) {
    double sum = 0;
    for (int k = 0; k < 6; k++)
      sum += g_rand_double_range(rand, -1, 1);
    self->noise[i] = (gint8)lround(sum / sqrt(2.0) * NOISE_SIGMA);
  }
  return self;
}

void
site_camera_free(SiteCamera *self)
{
  if (self == NULL)
    return;
  texture_clear(&self->room);
  texture_clear(&self->person);
  g_free(self->noise);
  g_free(self);
}

static void
draw_room(const SiteCamera *self, VideoFrame *frame, guint number)
{
  double t = number / 30.0;
  guint x0 = (guint)lround(PAN + (PAN - 1) * sin(t * 0.31 + self->seed)) & ~1u;
  guint y0 = (guint)lround(PAN + (PAN - 1) * sin(t * 0.23 + 2.0 * self->seed)) & ~1u;
  for (int p = 0; p < 3; p++) {
    guint shift = p == 0 ? 0 : 1;
    guint width = (self->width + shift) >> shift, height = (self->height + shift) >> shift;
    guint stride = (self->room.width + shift) >> shift;
    for (guint y = 0; y < height; y++)
      memcpy(frame->plane[p] + (gsize)frame->stride[p] * y,
             self->room.plane[p] + (gsize)stride * (y + (y0 >> shift)) + (x0 >> shift), width);
  }
}

/* Head and shoulders: two ellipses of the person's texture, which nod and turn. */
static gboolean
is_person(double x, double y)
{
  double head = pow((x - 0.5) / 0.22, 2) + pow((y - 0.27) / 0.25, 2);
  double body = pow((x - 0.5) / 0.5, 2) + pow((y - 1.05) / 0.55, 2);
  return head < 1 || body < 1;
}

static void
draw_person(const SiteCamera *self, VideoFrame *frame, guint number)
{
  double t = number / 30.0 + self->seed * 1.7;
  int dx = (int)lround(self->width * (0.33 + 0.04 * sin(t * 1.1) + 0.01 * sin(t * 5.3))) & ~1;
  int dy = (int)lround(self->height * (0.25 + 0.015 * sin(t * 2.7))) & ~1;
  for (int p = 0; p < 3; p++) {
    int shift = p == 0 ? 0 : 1;
    int width = (int)(self->person.width + (guint)shift) >> shift;
    int height = (int)(self->person.height + (guint)shift) >> shift;
    int frame_width = (int)(self->width + (guint)shift) >> shift;
    int frame_height = (int)(self->height + (guint)shift) >> shift;
    for (int y = 0; y < height && y + (dy >> shift) < frame_height; y++)
      for (int x = 0; x < width && x + (dx >> shift) < frame_width; x++)
        if (is_person((double)x / width, (double)y / height))
          frame->plane[p][(gsize)frame->stride[p] * (gsize)(y + (dy >> shift)) + (gsize)(x + (dx >> shift))] =
            self->person.plane[p][(gsize)y * (gsize)width + (gsize)x];
  }
}

static void
add_noise(const SiteCamera *self, VideoFrame *frame, guint number)
{
  guint32 state = number * 2654435761u + self->seed;
  for (guint y = 0; y < self->height; y++) {
    state = state * 1664525u + 1013904223u;
    guint at = state >> 8;
    guint8 *row = frame->plane[0] + (gsize)frame->stride[0] * y;
    for (guint x = 0; x < self->width; x++) {
      int value = row[x] + self->noise[(at + x) % NOISE_VALUES];
      row[x] = (guint8)CLAMP(value, 16, 235);
    }
  }
}

VideoFrame *
site_camera_picture(SiteCamera *self, VideoFramePool *pool, guint number)
{
  VideoFrame *frame = video_frame_new(pool, self->width, self->height);
  draw_room(self, frame, number);
  draw_person(self, frame, number);
  add_noise(self, frame, number);
  return frame;
}
