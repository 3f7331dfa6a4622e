/* mcu/fanout.c - one room's composed picture and mixes, handed to each of its receivers. */
#include "mcu/fanout.h"
#include "media/base/clock.h"
#include "media/base/ring.h"

enum {
  VIDEO_RING = 8,    /* frames: a quarter of a second                              */
  AUDIO_RING = 512,  /* packets: many mixes of several ticks                       */
  ANSWERED_MIN_US = 100 * 1000,  /* a keyframe younger than this or an RTT answers a PLI */
};

typedef struct {
  guint         id;
  MediaSession *session;  /* borrowed */
  int           video_track, audio_track;
  gint64        keyframe_sent_us;
} Receiver;

typedef struct {
  AudioPacket *packet;
  guint        n_ids;
  guint        ids[];
} AudioItem;

struct Fanout {
  /* borrowed */
  VideoProgram *program;
  /* owned */
  LoopWake *wake;
  Ring     *video, *audio;
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
    if (receiver->id == id)
      return receiver;
  }
  return NULL;
}

static void
send_video(Fanout *self, EncodedFrame *frame) ON_NET
{
  for (guint i = 0; i < self->receivers->len; i++) {
    Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    if (receiver->video_track < 0)
      continue;
    guint track = (guint)receiver->video_track;
    if (frame->is_keyframe)
      receiver->keyframe_sent_us = clock_now_us();
    else if (media_session_needs_keyframe(receiver->session, track))
      video_program_request_keyframe(self->program, receiver->keyframe_sent_us == 0);
    media_session_send_video(receiver->session, track, frame);
  }
}

static void
send_audio(Fanout *self, AudioItem *item) ON_NET
{
  for (guint i = 0; i < item->n_ids; i++) {
    Receiver *receiver = find(self, item->ids[i]);
    if (receiver != NULL && receiver->audio_track >= 0)
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
  for (EncodedFrame *frame = ring_pop(self->video); frame != NULL; frame = ring_pop(self->video)) {
    send_video(self, frame);
    encoded_frame_unref(frame);
  }
}

Fanout *
fanout_new(Loop *net)
{
  Fanout *self = g_new0(Fanout, 1);
  self->video = ring_new(VIDEO_RING, (GDestroyNotify)encoded_frame_unref);
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
  ring_free(self->video);
  ring_free(self->audio);
  g_array_unref(self->receivers);
  g_free(self);
}

void
fanout_set_program(Fanout *self, VideoProgram *program)
{
  self->program = program;
}

void
fanout_video(Fanout *self, EncodedFrame *frame)
{
  /* A dropped frame leaves a hole in the stream: only a keyframe mends it. */
  if (ring_push(self->video, frame) > 0)
    video_program_request_keyframe(self->program, false);
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

void
fanout_add(Fanout *self, guint id, MediaSession *session, int video_track, int audio_track)
{
  g_return_if_fail(find(self, id) == NULL);
  Receiver receiver = { .id = id, .session = session, .video_track = video_track,
                        .audio_track = audio_track };
  g_array_append_val(self->receivers, receiver);
  if (video_track >= 0)
    video_program_request_keyframe(self->program, true);
}

void
fanout_remove(Fanout *self, guint id)
{
  for (guint i = 0; i < self->receivers->len; i++)
    if (g_array_index(self->receivers, Receiver, i).id == id)
      g_array_remove_index_fast(self->receivers, i--);
}

void
fanout_keyframe_requested(Fanout *self, guint id)
{
  Receiver *receiver = find(self, id);
  if (receiver == NULL)
    return;
  self->stats.keyframe_requests++;
  MediaSessionStats stats;
  media_session_stats(receiver->session, &stats);
  gint64 answered_us = MAX(ANSWERED_MIN_US, (gint64)(stats.rtt_ms * 1000));
  if (receiver->keyframe_sent_us != 0
      && clock_now_us() < receiver->keyframe_sent_us + answered_us) {
    self->stats.keyframe_requests_answered_already++;
    return;
  }
  video_program_request_keyframe(self->program, receiver->keyframe_sent_us == 0);
}

void
fanout_stats(Fanout *self, FanoutStats *out)
{
  *out = self->stats;
  out->video_dropped = ring_dropped(self->video);
  out->audio_dropped = ring_dropped(self->audio);
}
