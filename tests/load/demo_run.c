/* tests/load/demo_run.c - the district sites of a demonstration, to be looked at. */
#include "tests/load/demo_run.h"
#include "tests/load/live_studio.h"
#include "tests/load/stage.h"
#include <glib-unix.h>
#include <stdlib.h>

enum {
  SPEECH_MAX_S = 12,
  TURN_GAP_PACKETS = 40,
  JOIN_INTERVAL_MS = 400,
};

typedef struct {
  LoadContext *context;  /* borrowed */
  VoiceBank   *voices;   /* owned */
  Stage       *stage;    /* owned */
  LiveStudio  *studio;   /* owned */
  GMainLoop   *loop;     /* owned */
} DemoRun;

/* --- from the studio's thread --- */

typedef struct {
  Seat         *seat;
  EncodedFrame *frame;  /* owned */
} FrameNote;

static void
send_frame(gpointer data)
{
  assert_on_net();
  FrameNote *note = data;
  seat_send_frame(note->seat, note->frame);
  encoded_frame_unref(note->frame);
  g_free(note);
}

static void
on_frame(guint camera, EncodedFrame *frame, gpointer user)
{
  DemoRun *self = user;
  FrameNote *note = g_new(FrameNote, 1);
  *note = (FrameNote) { stage_seat(self->stage, camera), frame };
  loop_post(self->context->net, send_frame, note);
}

static guint
get_mouth(guint camera, gpointer user)
{
  DemoRun *self = user;
  return seat_mouth(stage_seat(self->stage, camera));
}

static bool
get_on_air(guint camera, gpointer user)
{
  DemoRun *self = user;
  return seat_is_connected(stage_seat(self->stage, camera));
}

/* --- from the stage --- */

static void
on_uplink(guint site, const UplinkWish *wish, gpointer user)
{
  DemoRun *self = user;
  live_studio_obey(self->studio, site, wish);
}

static void
on_keyframe(guint site, gpointer user)
{
  DemoRun *self = user;
  live_studio_request_keyframe(self->studio, site);
}

static void
on_ended(Seat *seat, SiteClientEnd end, const char *text, G_GNUC_UNUSED gpointer user)
{
  g_printerr("%s: %s%s\n", seat_id(seat), text, end == SITE_CLIENT_TAKEN_OVER ? "; it is yours" : "; trying again");
}

/* --- the run --- */

static gboolean
quit(gpointer user)
{
  DemoRun *self = user;
  g_main_loop_quit(self->loop);
  return G_SOURCE_CONTINUE;
}

static GPtrArray *
districts(const LoadContext *context)
{
  GPtrArray *keys = g_ptr_array_new();
  for (guint i = 0; i < context->keys->len; i++) {
    SiteKey *key = g_ptr_array_index(context->keys, i);
    if (!key->is_chair && room_view_find(context->room, key->site) != NULL)
      g_ptr_array_add(keys, key);
  }
  return keys;
}

static void
open_stage(DemoRun *self, const GPtrArray *keys) ON_CONTROL
{
  LoadContext *context = self->context;
  StageConfig config = {
    .url = context->options->url, .room = context->options->room, .web = context->web, .control = context->control,
    .net = context->net, .env = &context->env, .with_loopback = context->is_local, .n_sites = keys->len,
    .fps = LIVE_FPS, .pace_bps = (guint)context->options->pace_kbps * 1000, .offers_red = context->options->red,
    .first_size = { 640, 360, LIVE_FPS, G_MAXUINT }, .rejoins = true, .voices = self->voices,
    .turn_gap_packets = TURN_GAP_PACKETS, .obeys_steering = true, .uplink = on_uplink, .keyframe = on_keyframe, .ended = on_ended, .user = self,
  };
  self->stage = stage_new(&config);
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < keys->len; i++) {
    const SiteKey *key = g_ptr_array_index(keys, i);
    SeatConfig seat = { .site = i, .id = key->site, .key = key->key, .name = load_context_name(context, key->site) };
    stage_add(self->stage, &seat);
    g_ptr_array_add(names, (char *)seat.name);
  }
  static const LiveStudioEvents EVENTS = { .frame = on_frame, .mouth = get_mouth, .is_on_air = get_on_air };
  self->studio = live_studio_new((const char *const *)names->pdata, names->len, &EVENTS, self);
}

int
demo_run(LoadContext *context)
{
  g_autoptr(GPtrArray) keys = districts(context);
  if (keys->len == 0) {
    g_printerr("room %s has no site but its hub\n", context->options->room);
    return EXIT_FAILURE;
  }
  DemoRun self = { .context = context, .loop = g_main_loop_new(NULL, FALSE) };
  self.voices = voice_bank_new(keys->len, G_MAXUINT, SPEECH_MAX_S, g_get_num_processors());
  open_stage(&self, keys);
  guint sources[] = { g_unix_signal_add(SIGINT, quit, &self), g_unix_signal_add(SIGTERM, quit, &self) };
  stage_join(self.stage, JOIN_INTERVAL_MS);
  g_printerr("%u simulated sites are joining room %s\n", keys->len, context->options->room);
  g_main_loop_run(self.loop);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  stage_leave(self.stage);
  live_studio_free(self.studio);  /* its last frames are posted before the stage waits for the net thread */
  stage_free(self.stage);
  voice_bank_free(self.voices);
  g_main_loop_unref(self.loop);
  return EXIT_SUCCESS;
}
