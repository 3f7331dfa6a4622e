/* mcu/fanout.c - one room's composed pictures and mixes, handed to each of its receivers. */
#include "mcu/fanout.h"
#include "media/base/clock.h"
#include "media/base/ring.h"

enum {
  VIDEO_RING = 8,    /* frames of a program: a quarter of a second                    */
  RED_COPIES = 2,    /* of sound, at most, where the peer loses much               */
  AUDIO_RING = 512,  /* packets: many mixes of several ticks                       */
  ANSWERED_MIN_US = 100 * 1000,  /* a keyframe younger than this or an RTT answers a PLI */
};

typedef struct {
  FanoutPlace   place;    /* where it is to stand */
  int           program;  /* what it is sent      */
  bool          is_started;
  MediaSession *session;  /* borrowed */
  int           video_track, audio_track;
  gint64        keyframe_sent_us;
  guint         program_changes, keyframe_requests;
} Receiver;

/* One program's way from its encode thread. */
typedef struct {
  VideoProgram *program;  /* borrowed */
  Ring         *frames;   /* owned    */
} ProgramFeed;

typedef struct {
  AudioPacket *packet;
  guint        n_ids;
  guint        ids[];
} AudioItem;

struct Fanout {
  /* owned */
  LoopWake *wake;
  Ring     *audio;
  ProgramFeed programs[PROGRAMS_MAX];
  GArray   *receivers;  /* of Receiver; net thread */
  /* state */
  FanoutStats stats;
};

static void
audio_item_free(gpointer data)
{
  AudioItem *item = data;
  audio_packet_unref(item->packet);
  g_free(item);
}

static Receiver *
find(Fanout *self, guint id)
{
  for (guint i = 0; i < self->receivers->len; i++) {
    Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    if (receiver->place.id == id)
      return receiver;
  }
  return NULL;
}

/* Less of the program that a receiver leaves, if that was too much. */
static bool
is_step_down(int from, int to)
{
  return to > from && program_view((guint)to) == program_view((guint)from);
}

/* Decides whether @frame of @program is @receiver's; asks for the keyframe that is missing. */
static bool
takes_frame(Fanout *self, Receiver *receiver, guint program, const EncodedFrame *frame) ON_NET
{
  int wanted = receiver->place.program;
  if (!receiver->is_started || receiver->video_track < 0 || wanted == PROGRAM_NONE)
    return false;
  bool needs_keyframe = media_session_needs_keyframe(receiver->session, (guint)receiver->video_track);
  if ((int)program != wanted)
    return (int)program == receiver->program && !needs_keyframe
           && !(frame->is_droppable && is_step_down(receiver->program, wanted));
  bool is_too_old = frame->scene_serial < receiver->place.scene_min;
  if (frame->is_keyframe && !is_too_old)
    return true;
  if (receiver->program != wanted || needs_keyframe || is_too_old) {
    video_program_request_keyframe(self->programs[program].program,
                                   receiver->program != wanted || receiver->keyframe_sent_us == 0);
    return false;
  }
  return !(receiver->place.is_base_only && frame->is_droppable);
}

static void
send_video(Fanout *self, guint program, EncodedFrame *frame) ON_NET
{
  for (guint i = 0; i < self->receivers->len; i++) {
    Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    if (!takes_frame(self, receiver, program, frame))
      continue;
    if (frame->is_keyframe && (int)program == receiver->place.program) {
      receiver->program_changes += receiver->program != (int)program ? 1 : 0;
      receiver->program = (int)program;
      receiver->keyframe_sent_us = clock_now_us();
    }
    media_session_send_video(receiver->session, (guint)receiver->video_track, frame);
  }
}

static void
send_audio(Fanout *self, AudioItem *item) ON_NET
{
  for (guint i = 0; i < item->n_ids; i++) {
    Receiver *receiver = find(self, item->ids[i]);
    if (receiver != NULL && receiver->is_started && receiver->audio_track >= 0)
      media_session_send_audio(receiver->session, (guint)receiver->audio_track, item->packet);
  }
}

static void
drain(gpointer data)
{
  Fanout *self = data;
  assert_on_net();
  for (AudioItem *item = ring_pop(self->audio); item != NULL; item = ring_pop(self->audio)) {
    send_audio(self, item);
    audio_item_free(item);
  }
  for (guint program = 0; program < PROGRAMS_MAX; program++) {
    Ring *frames = self->programs[program].frames;
    for (EncodedFrame *frame = ring_pop(frames); frame != NULL; frame = ring_pop(frames)) {
      delay_histogram_add(&self->stats.latency, clock_now_us() - frame->capture_us);
      send_video(self, program, frame);
      encoded_frame_unref(frame);
    }
  }
}

Fanout *
fanout_new(Loop *net)
{
  Fanout *self = g_new0(Fanout, 1);
  for (guint program = 0; program < PROGRAMS_MAX; program++)
    self->programs[program].frames = ring_new(VIDEO_RING, (GDestroyNotify)encoded_frame_unref);
  self->audio = ring_new(AUDIO_RING, audio_item_free);
  self->receivers = g_array_new(FALSE, FALSE, sizeof(Receiver));
  self->wake = loop_wake_new(net, drain, self);
  return self;
}

void
fanout_free(Fanout *self)
{
  if (self == NULL)
    return;
  loop_wake_free(self->wake);
  for (guint program = 0; program < PROGRAMS_MAX; program++)
    ring_free(self->programs[program].frames);
  ring_free(self->audio);
  g_array_unref(self->receivers);
  g_free(self);
}

void
fanout_set_program(Fanout *self, guint number, VideoProgram *program)
{
  self->programs[number].program = program;
}

void
fanout_video(Fanout *self, guint program, EncodedFrame *frame)
{
  /* A dropped frame leaves a hole in the stream: only a keyframe mends it. */
  if (ring_push(self->programs[program].frames, frame) > 0)
    video_program_request_keyframe(self->programs[program].program, false);
  loop_wake_signal(self->wake);
}

void
fanout_audio(Fanout *self, AudioPacket *packet, const guint *ids, guint n_ids)
{
  AudioItem *item = g_malloc(sizeof *item + n_ids * sizeof item->ids[0]);
  item->packet = packet;
  item->n_ids = n_ids;
  for (guint i = 0; i < n_ids; i++)
    item->ids[i] = ids[i];
  ring_push(self->audio, item);
  loop_wake_signal(self->wake);
}

static void
ask_for_first_keyframe(Fanout *self, const Receiver *receiver) ON_NET
{
  int wanted = receiver->place.program;
  if (receiver->video_track >= 0 && wanted != PROGRAM_NONE && wanted != receiver->program)
    video_program_request_keyframe(self->programs[wanted].program, true);
}

static void
tell_session(const Receiver *receiver) ON_NET
{
  const FanoutPlace *place = &receiver->place;
  media_session_set_priority(receiver->session, place->priority);
  media_session_set_wanted(receiver->session, place->wanted_bps);
  media_session_suspend_video(receiver->session, place->program == PROGRAM_NONE);
  /* What has no room for a picture has none for copies of sound either. */
  media_session_limit_redundancy(receiver->session, place->program == PROGRAM_NONE ? 0 : RED_COPIES);
}

/* What stood for another scene than it may see now goes at once, as does every picture before a slate. */
static void
take_place(Receiver *receiver, const FanoutPlace *place) ON_NET
{
  bool is_into_slate = place->program != PROGRAM_NONE && view_is_slate(program_view((guint)place->program));
  bool is_later_scene = place->scene_min > receiver->place.scene_min
                        && (receiver->program == PROGRAM_NONE || !view_is_slate(program_view((guint)receiver->program)));
  if (place->program == PROGRAM_NONE || is_later_scene || (is_into_slate && receiver->program != place->program))
    receiver->program = PROGRAM_NONE;
  receiver->place = *place;
}

void
fanout_add(Fanout *self, const FanoutPlace *place, MediaSession *session, int video_track, int audio_track)
{
  g_return_if_fail(find(self, place->id) == NULL);
  Receiver receiver = { .session = session, .video_track = video_track, .audio_track = audio_track,
                        .program = PROGRAM_NONE, .place = *place };
  g_array_append_val(self->receivers, receiver);
}

void
fanout_start(Fanout *self, guint id)
{
  Receiver *receiver = find(self, id);
  g_return_if_fail(receiver != NULL && !receiver->is_started);
  receiver->is_started = true;
  tell_session(receiver);
  ask_for_first_keyframe(self, receiver);
}

void
fanout_move(Fanout *self, const FanoutPlace *place)
{
  Receiver *receiver = find(self, place->id);
  if (receiver == NULL)
    return;
  take_place(receiver, place);
  if (!receiver->is_started)
    return;
  tell_session(receiver);
  ask_for_first_keyframe(self, receiver);
}

void
fanout_remove(Fanout *self, guint id)
{
  for (guint i = 0; i < self->receivers->len; i++)
    if (g_array_index(self->receivers, Receiver, i).place.id == id)
      g_array_remove_index_fast(self->receivers, i--);
}

void
fanout_keyframe_requested(Fanout *self, guint id)
{
  Receiver *receiver = find(self, id);
  if (receiver == NULL)
    return;
  self->stats.keyframe_requests++;
  receiver->keyframe_requests++;
  MediaSessionStats stats;
  media_session_stats(receiver->session, &stats);
  gint64 answered_us = MAX(ANSWERED_MIN_US, (gint64)(stats.rtt_ms * 1000));
  if (receiver->keyframe_sent_us != 0
      && clock_now_us() < receiver->keyframe_sent_us + answered_us) {
    self->stats.keyframe_requests_answered_already++;
    return;
  }
  if (receiver->program != PROGRAM_NONE)  /* else its first keyframe is on the way */
    video_program_request_keyframe(self->programs[receiver->program].program, false);
}

guint
fanout_report(Fanout *self, FanoutReport *out, guint max)
{
  guint n = 0;
  for (guint i = 0; i < self->receivers->len && n < max; i++) {
    const Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    if (!receiver->is_started)
      continue;
    out[n] = (FanoutReport) { .id = receiver->place.id, .program = receiver->program,
                              .program_changes = receiver->program_changes,
                              .keyframe_requests = receiver->keyframe_requests };
    media_session_send_figures(receiver->session, &out[n++].figures);
  }
  return n;
}

void
fanout_stats(Fanout *self, FanoutStats *out)
{
  *out = self->stats;
  for (guint program = 0; program < PROGRAMS_MAX; program++)
    out->video_dropped += ring_dropped(self->programs[program].frames);
  out->audio_dropped = ring_dropped(self->audio);
}
