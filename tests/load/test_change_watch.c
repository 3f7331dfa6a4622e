/* tests/load/test_change_watch.c - unit tests of tests/load/change_watch. */
#include "media/base/audio_packet.h"
#include "tests/lib/block_code.h"
#include "tests/load/change_watch.h"
#include <libyuv.h>
#include <string.h>

enum { FRAME_US = 33 * 1000, WIDTH = 640, HEIGHT = 360 };
static const char *const SITES[] = { "a", "b", "c" };

/* Three side by side; and the first one large above the two others. */
static const RoomView GRID = { WIDTH, HEIGHT, 3, { { .id = "a", .x = 0, .y = 90, .width = 200, .height = 180 },
                                                   { .id = "b", .x = 220, .y = 90, .width = 200, .height = 180 },
                                                   { .id = "c", .x = 440, .y = 90, .width = 200, .height = 180 } } };
static const RoomView SPOTLIGHT = { WIDTH, HEIGHT, 3, { { .id = "a", .x = 120, .y = 0, .width = 400, .height = 216 },
                                                        { .id = "b", .x = 80, .y = 220, .width = 240, .height = 136 },
                                                        { .id = "c", .x = 322, .y = 220, .width = 240, .height = 136 } } };

typedef struct {
  VideoFramePool *pool;
  VideoFrame *canvas;
  ChangeWatch *watch;
  gint64 now_us;
} Client;

static void
client_init(Client *self)
{
  self->pool = video_frame_pool_new(8);
  self->canvas = video_frame_new(self->pool, WIDTH, HEIGHT);
  self->watch = change_watch_new(SITES, G_N_ELEMENTS(SITES));
  self->now_us = G_USEC_PER_SEC;
}

static void
client_clear(Client *self)
{
  change_watch_free(self->watch);
  video_frame_unref(self->canvas);
  video_frame_pool_free(self->pool);
}

static void
fill(VideoFrame *frame)
{
  for (int p = 0; p < 3; p++)
    memset(frame->plane[p], 128, (gsize)frame->stride[p] * (p == 0 ? frame->height : (frame->height + 1) / 2));
}

/* @room: NULL: a slate. @aside: how far all stand from their places. */
static void
see(Client *self, const RoomView *room, guint aside, guint frames)
{
  for (guint k = 0; k < frames; k++, self->now_us += FRAME_US) {
    fill(self->canvas);
    for (guint i = 0; room != NULL && i < room->n_sites; i++) {
      const RoomViewSite *at = &room->sites[i];
      g_autoptr(VideoFrame) tile = video_frame_new(self->pool, at->width, at->height);
      fill(tile);
      block_code_draw(tile, (BlockCode) { .number = (guint16)k, .site = (guint8)i });
      guint x = at->x + aside * (at->x + at->width + aside <= WIDTH ? 1 : 0);
      I420Copy(tile->plane[0], tile->stride[0], tile->plane[1], tile->stride[1], tile->plane[2], tile->stride[2],
               self->canvas->plane[0] + at->y * (guint)self->canvas->stride[0] + x, self->canvas->stride[0],
               self->canvas->plane[1] + at->y / 2 * (guint)self->canvas->stride[1] + x / 2, self->canvas->stride[1],
               self->canvas->plane[2] + at->y / 2 * (guint)self->canvas->stride[2] + x / 2, self->canvas->stride[2],
               (int)at->width, (int)at->height);
    }
    change_watch_frame(self->watch, self->canvas, self->now_us);
  }
}

static void
assert_change(const Client *client, gsize i, const char *kind, gint64 from_us, gint64 until_us)
{
  json_t *changes = change_watch_json(client->watch), *change = json_array_get(changes, i);
  g_assert_cmpstr(json_string_value(json_object_get(change, "kind")), ==, kind);
  g_assert_cmpint(json_integer_value(json_object_get(change, "from_us")), ==, from_us);
  g_assert_cmpint(json_integer_value(json_object_get(change, "until_us")), ==, until_us);
  json_decref(changes);
}

static void
assert_changes(const Client *client, gsize n)
{
  json_t *changes = change_watch_json(client->watch);
  g_assert_cmpuint(json_array_size(changes), ==, n);
  json_decref(changes);
}

/* @is_told_first: the room's state comes before the first frame of it, or after all. */
static void
check_layout(bool is_told_first)
{
  Client client;
  client_init(&client);
  see(&client, &GRID, 0, 3);  /* nothing is known yet */
  assert_changes(&client, 0);
  change_watch_set_room(client.watch, &GRID);
  gint64 picture_us = client.now_us;
  see(&client, &GRID, 0, 5);
  assert_change(&client, 0, "picture", picture_us, picture_us);
  if (is_told_first)
    change_watch_set_room(client.watch, &SPOTLIGHT);
  see(&client, &GRID, 0, 3);
  gint64 left_us = client.now_us;
  see(&client, &GRID, 24, 4);  /* on the way */
  see(&client, &SPOTLIGHT, 0, is_told_first ? 0 : 2);
  change_watch_set_room(client.watch, &SPOTLIGHT);
  gint64 settled_us = client.now_us;
  see(&client, &SPOTLIGHT, 0, 20);
  assert_change(&client, 1, "layout", left_us, settled_us);
  assert_changes(&client, 2);
  client_clear(&client);
}

static void
test_a_layout_changes_from_its_first_other_frame_on(void)
{
  check_layout(true);
  check_layout(false);
}

static void
test_a_frame_that_cannot_be_read_is_no_change(void)
{
  Client client;
  client_init(&client);
  change_watch_set_room(client.watch, &GRID);
  see(&client, &GRID, 0, 3);
  see(&client, NULL, 0, 2);
  see(&client, &GRID, 0, 30);
  assert_changes(&client, 1);
  client_clear(&client);
}

static void
test_a_slate_and_the_picture_after_it(void)
{
  Client client;
  client_init(&client);
  change_watch_set_room(client.watch, &GRID);
  see(&client, NULL, 0, 30);
  assert_changes(&client, 0);
  see(&client, &GRID, 0, 3);
  gint64 slate_us = client.now_us;
  see(&client, NULL, 0, 30);
  change_watch_set_room(client.watch, &SPOTLIGHT);
  see(&client, NULL, 0, 3);
  gint64 picture_us = client.now_us;
  see(&client, &SPOTLIGHT, 0, 30);
  json_t *changes = change_watch_json(client.watch);
  g_assert_cmpuint(json_array_size(changes), ==, 3);
  g_assert_cmpint(json_integer_value(json_object_get(json_array_get(changes, 1), "from_us")), ==, slate_us);
  json_decref(changes);
  assert_change(&client, 2, "picture", picture_us, picture_us);
  client_clear(&client);
}

static void
hear(Client *self, gint16 sample, guint packets)
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = sample;
  for (guint k = 0; k < packets; k++, self->now_us += 20 * 1000)
    change_watch_sound(self->watch, samples, AUDIO_FRAME_SAMPLES, self->now_us);
}

static void
test_silence_is_every_sample_for_a_while(void)
{
  Client client;
  client_init(&client);
  hear(&client, 0, 20);
  gint64 sound_us = client.now_us;
  hear(&client, -3, 10);
  hear(&client, 2, 5);  /* 100 ms: not yet */
  hear(&client, 200, 10);
  gint64 silence_us = client.now_us;
  hear(&client, 1, 30);
  assert_change(&client, 0, "sound", sound_us, sound_us);
  assert_change(&client, 1, "silence", silence_us, silence_us + 100 * 1000);
  assert_changes(&client, 2);
  client_clear(&client);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/load/change_watch/" #name, test_##name)
  ADD(a_layout_changes_from_its_first_other_frame_on);
  ADD(a_frame_that_cannot_be_read_is_no_change);
  ADD(a_slate_and_the_picture_after_it);
  ADD(silence_is_every_sample_for_a_while);
  return g_test_run();
}
