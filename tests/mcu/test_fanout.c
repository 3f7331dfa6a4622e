/* tests/mcu/test_fanout.c - who is sent which tier's frames, on sessions and programs that only count. */
#include "mcu/fanout.h"

struct MediaSession {
  bool   needs_keyframe, is_suspended;
  guint  n_frames, n_keyframes, n_upper, n_sound;
  guint  last_width;
};

struct VideoProgram {
  guint n_requests, n_for_join;
};

void
media_session_send_video(MediaSession *self, G_GNUC_UNUSED guint track, EncodedFrame *frame)
{
  if (frame->is_keyframe)
    self->needs_keyframe = false;
  g_assert_false(self->needs_keyframe);
  self->n_frames++;
  self->n_keyframes += frame->is_keyframe ? 1 : 0;
  self->n_upper += frame->is_droppable ? 1 : 0;
  self->last_width = frame->width;
}

void
media_session_send_audio(MediaSession *self, G_GNUC_UNUSED guint track, G_GNUC_UNUSED AudioPacket *packet)
{
  self->n_sound++;
}

bool
media_session_needs_keyframe(MediaSession *self, G_GNUC_UNUSED guint track)
{
  return self->needs_keyframe;
}

void
media_session_suspend_video(MediaSession *self, bool is_suspended)
{
  self->needs_keyframe = self->needs_keyframe || (self->is_suspended && !is_suspended);
  self->is_suspended = is_suspended;
}

void media_session_set_priority(G_GNUC_UNUSED MediaSession *self, G_GNUC_UNUSED LinePriority priority) { }
void media_session_limit_redundancy(G_GNUC_UNUSED MediaSession *self, G_GNUC_UNUSED guint copies) { }
void media_session_set_wanted(G_GNUC_UNUSED MediaSession *self, G_GNUC_UNUSED guint bps) { }

void
media_session_stats(G_GNUC_UNUSED MediaSession *self, MediaSessionStats *out)
{
  *out = (MediaSessionStats) { 0 };
}

void
media_session_send_figures(G_GNUC_UNUSED MediaSession *self, MediaSendFigures *out)
{
  *out = (MediaSendFigures) { 0 };
}

void
video_program_request_keyframe(VideoProgram *self, bool for_join)
{
  self->n_requests++;
  self->n_for_join += for_join ? 1 : 0;
}

enum { LARGE = 0, SMALL = 2, N = 2 };

typedef struct {
  Loop   *net;
  Fanout *fanout;
  VideoProgram programs[TIERS_MAX];
  MediaSession sessions[N];
  guint   n_frames[TIERS_MAX];  /* made */
  FanoutPlace place;            /* of the next order */
  guint   id;
} Rig;

static void
add(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_add(rig->fanout, &rig->place, &rig->sessions[rig->place.id], 0, 1);
}

static void
move(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_move(rig->fanout, &rig->place);
}

static void
ask(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_keyframe_requested(rig->fanout, rig->id);
}

static void
leave(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_remove(rig->fanout, rig->id);
}

static void
nothing(G_GNUC_UNUSED gpointer data)
{
}

static void
order(Rig *rig, LoopFunc what, guint id, int tier, bool is_base_only)
{
  rig->place = (FanoutPlace) { .id = id, .tier = tier, .is_base_only = is_base_only, .priority = LINE_PRIORITY_REST };
  rig->id = id;
  loop_call(rig->net, what, rig);
}

static void
frame(Rig *rig, guint tier, bool is_keyframe)
{
  static const guint widths[TIERS_MAX] = { 1920, 1280, 640, 426 };
  const guint8 byte = 0;
  EncodedFrame *made = encoded_frame_new(VIDEO_CODEC_VP8, &byte, 1);
  made->width = widths[tier];
  made->is_keyframe = is_keyframe;
  made->is_droppable = !is_keyframe && rig->n_frames[tier] % 2 == 1;
  rig->n_frames[tier] = is_keyframe ? 1 : rig->n_frames[tier] + 1;
  fanout_video(rig->fanout, tier, made);
  loop_call(rig->net, nothing, NULL);
}

static void
rig_init(Rig *rig) ON_CONTROL
{
  *rig = (Rig) { .net = loop_new_thread(THREAD_ROLE_NET) };
  rig->fanout = fanout_new(rig->net);
  for (guint i = 0; i < TIERS_MAX; i++)
    fanout_set_program(rig->fanout, i, &rig->programs[i]);
  for (guint i = 0; i < N; i++)
    rig->sessions[i].needs_keyframe = true;
}

static void
rig_clear(Rig *rig) ON_CONTROL
{
  for (guint i = 0; i < N; i++)
    order(rig, leave, i, 0, false);
  fanout_free(rig->fanout);
  loop_free(rig->net);
}

static void
test_newcomer_asks_for_a_keyframe_and_waits_for_it(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, SMALL, false);
  g_assert_cmpuint(rig.programs[SMALL].n_for_join, ==, 1);
  frame(&rig, SMALL, false);
  frame(&rig, LARGE, true);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 0);
  frame(&rig, SMALL, true);
  frame(&rig, SMALL, false);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 2);
  rig_clear(&rig);
}

static void
test_old_tier_is_shown_until_the_new_keyframe(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, SMALL, false);
  frame(&rig, SMALL, true);
  order(&rig, move, 0, LARGE, false);
  g_assert_cmpuint(rig.programs[LARGE].n_for_join, ==, 1);
  frame(&rig, SMALL, false);
  frame(&rig, LARGE, false);
  g_assert_cmpuint(rig.sessions[0].last_width, ==, 640);
  frame(&rig, LARGE, true);
  frame(&rig, SMALL, false);
  g_assert_cmpuint(rig.sessions[0].last_width, ==, 1920);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 3);
  rig_clear(&rig);
}

static void
test_less_of_a_tier_that_was_too_much(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, LARGE, false);
  frame(&rig, LARGE, true);
  order(&rig, move, 0, SMALL, false);
  for (guint i = 0; i < 10; i++)
    frame(&rig, LARGE, false);
  g_assert_cmpuint(rig.sessions[0].n_upper, ==, 0);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 6);
  rig_clear(&rig);
}

static void
test_base_only_halves_the_frames_without_a_keyframe(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, SMALL, false);
  frame(&rig, SMALL, true);
  guint asked = rig.programs[SMALL].n_requests;
  order(&rig, move, 0, SMALL, true);
  for (guint i = 0; i < 10; i++)
    frame(&rig, SMALL, false);
  g_assert_cmpuint(rig.sessions[0].n_upper, ==, 0);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 6);
  g_assert_cmpuint(rig.programs[SMALL].n_requests, ==, asked);
  rig_clear(&rig);
}

static void
test_sound_only_asks_for_nothing_and_comes_back(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, SMALL, false);
  frame(&rig, SMALL, true);
  order(&rig, move, 0, FANOUT_NO_TIER, false);
  g_assert_true(rig.sessions[0].is_suspended);
  guint asked = rig.programs[SMALL].n_requests;
  frame(&rig, SMALL, false);
  order(&rig, ask, 0, FANOUT_NO_TIER, false);
  g_assert_cmpuint(rig.programs[SMALL].n_requests, ==, asked);
  const guint8 byte = 0;
  AudioPacket *packet = audio_packet_new(&byte, 1);
  fanout_audio(rig.fanout, packet, &rig.id, 1);
  loop_call(rig.net, nothing, NULL);
  g_assert_cmpuint(rig.sessions[0].n_sound, ==, 1);
  order(&rig, move, 0, SMALL, false);
  g_assert_cmpuint(rig.programs[SMALL].n_for_join, ==, 2);
  frame(&rig, SMALL, true);
  g_assert_cmpuint(rig.sessions[0].n_keyframes, ==, 2);
  rig_clear(&rig);
}

/* A receiver in trouble costs those on other tiers no keyframe. */
static void
test_requests_go_to_the_receivers_own_tier(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, LARGE, false);
  order(&rig, add, 1, SMALL, false);
  frame(&rig, LARGE, true);
  frame(&rig, SMALL, true);
  guint large = rig.programs[LARGE].n_requests, small = rig.programs[SMALL].n_requests;
  g_usleep(150 * 1000);  /* the keyframe would have answered a request sooner than that */
  order(&rig, ask, 1, SMALL, false);
  g_assert_cmpuint(rig.programs[LARGE].n_requests, ==, large);
  g_assert_cmpuint(rig.programs[SMALL].n_requests, ==, small + 1);
  rig_clear(&rig);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  thread_role_enter(THREAD_ROLE_CONTROL);
#define ADD(name) g_test_add_func("/mcu/fanout/" #name, test_##name)
  ADD(newcomer_asks_for_a_keyframe_and_waits_for_it);
  ADD(old_tier_is_shown_until_the_new_keyframe);
  ADD(less_of_a_tier_that_was_too_much);
  ADD(base_only_halves_the_frames_without_a_keyframe);
  ADD(sound_only_asks_for_nothing_and_comes_back);
  ADD(requests_go_to_the_receivers_own_tier);
#undef ADD
  return g_test_run();
}
