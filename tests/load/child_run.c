/* tests/load/child_run.c - the process of one faulty site. */
#include "tests/load/child_run.h"
#include "media/media_session_private.h"
#include "tests/load/garbage.h"
#include "tests/load/stage.h"
#include <arpa/inet.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
  STEP_MS = 20,
  GARBAGE_US = 5000,        /* a handful every 5 ms */
  GARBAGE_EACH = 5,
  HEALTHY_MS = 1000,        /* before the rubbish begins */
  CHURN_STAY_MS = 700, CHURN_AWAY_MS = 300,
};

typedef struct {
  LoadContext *context;     /* borrowed */
  FaultKind    kind;
  ClipStore   *clips;       /* owned */
  VoiceBank   *voices;      /* owned */
  Stage       *stage;       /* owned */
  GMainLoop   *loop;        /* owned */
  bool         is_ready;
  guint64      attempts;
  guint        age_ms, phase_ms;
  /* net thread */
  GSource     *garbage;     /* owned */
  RandomStream random;
  int          raw_socket;
} ChildRun;

/* --- garbage: net thread --- */

static void
send_beside(ChildRun *self, SiteMedia *media, const Packet *packet) ON_NET
{
  char address[16];
  guint16 port;
  if (self->attempts % 2 == 0 && site_media_relay(media) != NULL) {
    relay_inject(site_media_relay(media), packet->data, packet->length);
  } else if (site_media_server(media, address, &port)) {
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, address, &to.sin_addr);
    if (sendto(self->raw_socket, packet->data, packet->length, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to) < 0)
      return;
  }
}

static void
send_garbage(gpointer user)
{
  assert_on_net();
  ChildRun *self = user;
  SiteMedia *media = seat_media(stage_seat(self->stage, 0));
  for (guint i = 0; media != NULL && i < GARBAGE_EACH; i++) {
    GarbageKind kind;
    Packet *packet = garbage_next(&self->random, site_media_plan(media), &kind);
    MediaTransport *transport = site_media_session(media)->transport;
    self->attempts++;
    if (kind == GARBAGE_RTP) {
      media_transport_send_rtp(transport, packet);
    } else if (kind == GARBAGE_RTCP) {
      media_transport_send_rtcp(transport, packet);
    } else {
      send_beside(self, media, packet);
      packet_unref(packet);
    }
  }
}

static void
start_garbage(gpointer user)
{
  assert_on_net();
  ChildRun *self = user;
  self->raw_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  self->garbage = loop_add_ticker(self->context->net, GARBAGE_US, send_garbage, self);
}

static void
stop_garbage(gpointer user)
{
  ChildRun *self = user;
  if (self->garbage == NULL)
    return;
  g_source_destroy(self->garbage);
  g_clear_pointer(&self->garbage, g_source_unref);
  close(self->raw_socket);
}

/* --- the site --- */

static guint
site_number(const LoadContext *context, const SiteKey **key)
{
  for (guint i = 0; i < context->keys->len; i++) {
    *key = g_ptr_array_index(context->keys, i);
    if (g_str_equal((*key)->site, context->options->watch))
      return i;
  }
  return G_MAXUINT;
}

static Stage *
make_stage(ChildRun *self, guint number, const SiteKey *key) ON_CONTROL
{
  LoadContext *context = self->context;
  const LoadOptions *options = context->options;
  StageConfig config = {
    .url = options->url, .room = options->room, .web = context->web, .control = context->control,
    .net = context->net, .env = &context->env, .with_loopback = context->is_local,
    .n_sites = (guint)options->sites, .fps = (guint)options->fps, .kbps = (guint)options->uplink_kbps,
    .pace_bps = (guint)options->pace_kbps * 1000, .offers_red = options->red, .obeys_steering = options->obeys_steering,
    .first_size = options->first_size, .clips = self->clips, .voices = self->voices,
  };
  SeatConfig seat = { .site = number, .id = key->site, .key = key->key,
                      .name = load_context_name(context, key->site), .has_relay = self->kind == FAULT_GARBAGE };
  Stage *stage = stage_new(&config);
  stage_add(stage, &seat);
  return stage;
}

static void
say_ready(ChildRun *self)
{
  if (self->is_ready)
    return;
  self->is_ready = true;
  printf("ready\n");
  fflush(stdout);
}

static void
churn(ChildRun *self, guint number, const SiteKey *key) ON_CONTROL
{
  self->phase_ms += STEP_MS;
  if (self->stage == NULL && self->phase_ms >= CHURN_AWAY_MS) {
    self->stage = make_stage(self, number, key);
    stage_join(self->stage, 0);
    self->attempts++;
    self->phase_ms = 0;
  } else if (self->stage != NULL && self->phase_ms >= CHURN_STAY_MS) {
    stage_leave(self->stage);
    g_clear_pointer(&self->stage, stage_free);
    self->phase_ms = 0;
    say_ready(self);
  }
}

static gboolean
step(gpointer user)
{
  assert_on_control();
  ChildRun *self = user;
  const SiteKey *key = NULL;
  guint number = site_number(self->context, &key);
  if (self->kind == FAULT_CHURN) {
    churn(self, number, key);
    return G_SOURCE_CONTINUE;
  }
  if (!seat_is_connected(stage_seat(self->stage, 0)))
    return G_SOURCE_CONTINUE;
  if (self->age_ms == HEALTHY_MS && self->kind == FAULT_GARBAGE)
    loop_call(self->context->net, start_garbage, self);
  if (self->age_ms == HEALTHY_MS)
    say_ready(self);
  self->age_ms += STEP_MS;
  return G_SOURCE_CONTINUE;
}

static gboolean
quit(gpointer user)
{
  ChildRun *self = user;
  g_main_loop_quit(self->loop);
  return G_SOURCE_CONTINUE;
}

int
child_run(LoadContext *context)
{
  const SiteKey *key = NULL;
  guint number = site_number(context, &key);
  if (number == G_MAXUINT) {
    g_printerr("there is no key of site %s\n", context->options->watch);
    return EXIT_FAILURE;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  ChildRun self = { .context = context, .kind = fault_from_name(context->options->child),
                    .random = random_stream(number + 1), .clips = clip_store_new(1) };
  self.voices = voice_bank_new((guint)context->options->sites, G_MAXUINT, 0, 1);
  self.loop = g_main_loop_new(NULL, FALSE);
  if (self.kind != FAULT_CHURN) {
    self.stage = make_stage(&self, number, key);
    stage_join(self.stage, 0);
  }
  guint sources[] = { g_unix_signal_add(SIGTERM, quit, &self), g_timeout_add(STEP_MS, step, &self) };
  g_main_loop_run(self.loop);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  loop_call(context->net, stop_garbage, &self);
  printf("attempts %" G_GUINT64_FORMAT " media 0\n", self.attempts);
  fflush(stdout);
  stage_free(self.stage);
  g_main_loop_unref(self.loop);
  voice_bank_free(self.voices);
  clip_store_free(self.clips);
  return EXIT_SUCCESS;
}
