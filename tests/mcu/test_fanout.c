/* tests/mcu/test_fanout.c - who is sent which tier's frames, on sessions and programs that only count. */
#include "mcu/fanout.h"

enum { SLATE_WIDTH = 1000 };

struct MediaSession {
  bool   needs_keyframe, is_suspended;
  guint  n_frames, n_keyframes, n_upper, n_sound;
  guint  last_width;
  guint  n_secret;       /* of scenes from secret_from to before public_from */
};

static guint secret_from = G_MAXUINT, public_from = G_MAXUINT;

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
  bool is_slate = frame->width == SLATE_WIDTH;
  self->n_secret += !is_slate && frame->scene_serial >= secret_from && frame->scene_serial < public_from ? 1 : 0;
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

enum { LARGE = 0, SMALL = 2, HUBS = TIERS_MAX, SLATE = 2 * TIERS_MAX + 1, N = 2 };

typedef struct {
  Loop   *net;
  Fanout *fanout;
  VideoProgram programs[PROGRAMS_MAX];
  MediaSession sessions[N];
  guint   n_frames[PROGRAMS_MAX];  /* made */
  FanoutPlace place;            /* of the next order */
  guint   id, scene_min;
  guint   serial;               /* of the scene that is composed */
} Rig;

static void
add(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_add(rig->fanout, &rig->place, &rig->sessions[rig->place.id], 0, 1);
  fanout_start(rig->fanout, rig->place.id);
}

static void
add_only(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_add(rig->fanout, &rig->place, &rig->sessions[rig->place.id], 0, 1);
}

static void
start(gpointer data)
{
  assert_on_net();
  Rig *rig = data;
  fanout_start(rig->fanout, rig->id);
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
order(Rig *rig, LoopFunc what, guint id, int program, bool is_base_only)
{
  rig->place = (FanoutPlace) { .id = id, .program = program, .is_base_only = is_base_only, .priority = LINE_PRIORITY_REST,
                               .scene_min = rig->scene_min };
  rig->id = id;
  loop_call(rig->net, what, rig);
}

static EncodedFrame *
make_frame(Rig *rig, guint program, bool is_keyframe)
{
  static const guint widths[TIERS_MAX] = { 1920, 1280, 640, 426 };
  const guint8 byte = 0;
  EncodedFrame *made = encoded_frame_new(VIDEO_CODEC_VP8, &byte, 1);
  made->width = program < 2 * TIERS_MAX ? widths[program % TIERS_MAX] : SLATE_WIDTH;
  made->scene_serial = rig->serial;
  made->is_keyframe = is_keyframe;
  made->is_droppable = !is_keyframe && rig->n_frames[program] % 2 == 1;
  rig->n_frames[program] = is_keyframe ? 1 : rig->n_frames[program] + 1;
  return made;
}

static void
frame(Rig *rig, guint program, bool is_keyframe)
{
  fanout_video(rig->fanout, program, make_frame(rig, program, is_keyframe));
  loop_call(rig->net, nothing, NULL);
}

static void
rig_init(Rig *rig) ON_CONTROL
{
  *rig = (Rig) { .net = loop_new_thread(THREAD_ROLE_NET) };
  rig->fanout = fanout_new(rig->net);
  for (guint i = 0; i < PROGRAMS_MAX; i++)
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
  order(&rig, move, 0, PROGRAM_NONE, false);
  g_assert_true(rig.sessions[0].is_suspended);
  guint asked = rig.programs[SMALL].n_requests;
  frame(&rig, SMALL, false);
  order(&rig, ask, 0, PROGRAM_NONE, false);
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

/* Its tier goes on while the new view has no keyframe yet, whatever its size. */
static void
test_old_view_is_shown_until_the_new_keyframe(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, SMALL, false);
  frame(&rig, SMALL, true);
  order(&rig, move, 0, HUBS + SMALL, false);
  for (guint i = 0; i < 4; i++)
    frame(&rig, SMALL, false);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 5);  /* also its droppable frames */
  frame(&rig, HUBS + SMALL, true);
  frame(&rig, SMALL, true);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 6);
  rig_clear(&rig);
}

static void
test_into_a_slate_the_old_view_ends_at_once(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add, 0, LARGE, false);
  frame(&rig, LARGE, true);
  frame(&rig, LARGE, false);
  order(&rig, move, 0, SLATE, false);
  g_assert_cmpuint(rig.programs[SLATE].n_for_join, ==, 1);
  for (guint i = 0; i < 10; i++)
    frame(&rig, LARGE, i % 3 == 0);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 2);
  frame(&rig, SLATE, true);
  frame(&rig, LARGE, true);
  frame(&rig, SLATE, false);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 4);
  g_assert_cmpuint(rig.sessions[0].last_width, ==, SLATE_WIDTH);
  rig_clear(&rig);
}

/* It was let in before the flag and connects after it: the order to move it came in between. */
static void
test_a_receiver_is_moved_before_it_is_connected(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  order(&rig, add_only, 0, LARGE, false);
  frame(&rig, LARGE, true);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 0);
  order(&rig, move, 0, SLATE, false);
  order(&rig, start, 0, SLATE, false);
  frame(&rig, LARGE, true);
  g_assert_cmpuint(rig.sessions[0].n_frames, ==, 0);
  frame(&rig, SLATE, true);
  g_assert_cmpuint(rig.sessions[0].last_width, ==, SLATE_WIDTH);
  rig_clear(&rig);
}

/* Random cases, one after the other, with frames of before and after in the rings and late ones in the
 * encoders: of no scene between a flag and its end does a frame reach who was excluded, and every one reaches who
 * was not. */
static void
test_no_frame_of_a_confidential_scene_reaches_the_excluded(void)
{
  assert_on_control();
  Rig rig;
  rig_init(&rig);
  guint n_seen = 0, n_slates = 0;
  for (guint i = 0; i < N; i++)
    order(&rig, add, i, LARGE, false);
  for (guint round = 0; round < 300; round++) {
    for (int i = g_test_rand_int_range(1, 6); i > 0; i--)
      frame(&rig, LARGE, g_test_rand_int_range(0, 4) == 0);
    /* the flag: the order is on its way while the last public frames still come */
    secret_from = rig.serial + 1;
    public_from = G_MAXUINT;
    order(&rig, move, 0, SLATE, false);
    guint n_before = rig.sessions[1].n_frames;
    rig.serial++;
    for (int i = g_test_rand_int_range(3, 20); i > 0; i--) {
      frame(&rig, LARGE, i % 3 == 0);
      frame(&rig, SLATE, g_test_rand_int_range(0, 3) == 0);
    }
    n_seen += rig.sessions[1].n_frames - n_before;
    n_slates += rig.sessions[0].last_width == SLATE_WIDTH ? 1 : 0;
    /* the end: keyframes of the case are still in the encoder when the receiver is moved back */
    public_from = rig.serial + 1;
    rig.scene_min = public_from;
    order(&rig, move, 0, g_test_rand_int_range(0, 2) == 0 ? SMALL : LARGE, false);
    for (int i = g_test_rand_int_range(0, 5); i > 0; i--) {
      frame(&rig, LARGE, true);
      frame(&rig, SMALL, true);
    }
    rig.serial++;
    frame(&rig, SMALL, true);
    frame(&rig, LARGE, true);
    g_assert_cmpuint(rig.sessions[0].last_width, !=, SLATE_WIDTH);
    g_assert_cmpuint(rig.sessions[0].n_secret, ==, 0);
    order(&rig, move, 0, LARGE, false);
    frame(&rig, LARGE, true);
  }
  g_assert_cmpuint(rig.sessions[1].n_secret, >, n_seen / 2);  /* it is counted where it is to come */
  g_assert_cmpuint(n_slates, >, 200);
  secret_from = public_from = G_MAXUINT;
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
  ADD(old_view_is_shown_until_the_new_keyframe);
  ADD(into_a_slate_the_old_view_ends_at_once);
  ADD(a_receiver_is_moved_before_it_is_connected);
  ADD(no_frame_of_a_confidential_scene_reaches_the_excluded);
#undef ADD
  return g_test_run();
}
