/* mcu/fanout.c - one room's composed pictures and mixes, handed to each of its receivers. */
#include "mcu/fanout.h"
#include "media/base/clock.h"
#include "media/base/ring.h"

enum {
  VIDEO_RING = 8,    /* frames of a tier: a quarter of a second                    */
  RED_COPIES = 2,    /* of sound, at most, where the peer loses much               */
  AUDIO_RING = 512,  /* packets: many mixes of several ticks                       */
  ANSWERED_MIN_US = 100 * 1000,  /* a keyframe younger than this or an RTT answers a PLI */
};

typedef struct {
  FanoutPlace   place;    /* where it is to stand */
  int           tier;     /* what it is sent      */
  MediaSession *session;  /* borrowed */
  int           video_track, audio_track;
  gint64        keyframe_sent_us;
  guint         tier_changes, keyframe_requests;
} Receiver;

/* One tier's way from its encode thread. */
typedef struct {
  VideoProgram *program;  /* borrowed */
  Ring         *frames;   /* owned    */
} TierFeed;

typedef struct {
  AudioPacket *packet;
  guint        n_ids;
  guint        ids[];
} AudioItem;

struct Fanout {
  /* owned */
  LoopWake *wake;
  Ring     *audio;
  TierFeed  tiers[TIERS_MAX];
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

/* Decides whether @frame of @tier is @receiver's; asks for the keyframe that is missing. */
static bool
takes_frame(Fanout *self, Receiver *receiver, guint tier, const EncodedFrame *frame) ON_NET
{
  int wanted = receiver->place.tier;
  if (receiver->video_track < 0 || wanted == FANOUT_NO_TIER)
    return false;
  bool needs_keyframe = media_session_needs_keyframe(receiver->session, (guint)receiver->video_track);
  if ((int)tier != wanted)  /* the tier that it leaves: less of it if that was too much */
    return (int)tier == receiver->tier && !needs_keyframe && !(frame->is_droppable && wanted > receiver->tier);
  if (frame->is_keyframe)
    return true;
  if (receiver->tier != wanted || needs_keyframe) {
    video_program_request_keyframe(self->tiers[tier].program,
                                   receiver->tier != wanted || receiver->keyframe_sent_us == 0);
    return false;
  }
  return !(receiver->place.is_base_only && frame->is_droppable);
}

static void
send_video(Fanout *self, guint tier, EncodedFrame *frame) ON_NET
{
  for (guint i = 0; i < self->receivers->len; i++) {
    Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    if (!takes_frame(self, receiver, tier, frame))
      continue;
    if (frame->is_keyframe && (int)tier == receiver->place.tier) {
      receiver->tier_changes += receiver->tier != (int)tier ? 1 : 0;
      receiver->tier = (int)tier;
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
  for (guint tier = 0; tier < TIERS_MAX; tier++) {
    Ring *frames = self->tiers[tier].frames;
    for (EncodedFrame *frame = ring_pop(frames); frame != NULL; frame = ring_pop(frames)) {
      send_video(self, tier, frame);
      encoded_frame_unref(frame);
    }
  }
}

Fanout *
fanout_new(Loop *net)
{
  Fanout *self = g_new0(Fanout, 1);
  for (guint tier = 0; tier < TIERS_MAX; tier++)
    self->tiers[tier].frames = ring_new(VIDEO_RING, (GDestroyNotify)encoded_frame_unref);
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
  for (guint tier = 0; tier < TIERS_MAX; tier++)
    ring_free(self->tiers[tier].frames);
  ring_free(self->audio);
  g_array_unref(self->receivers);
  g_free(self);
}

void
fanout_set_program(Fanout *self, guint tier, VideoProgram *program)
{
  self->tiers[tier].program = program;
}

void
fanout_video(Fanout *self, guint tier, EncodedFrame *frame)
{
  /* A dropped frame leaves a hole in the stream: only a keyframe mends it. */
  if (ring_push(self->tiers[tier].frames, frame) > 0)
    video_program_request_keyframe(self->tiers[tier].program, false);
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
  if (receiver->video_track >= 0 && receiver->place.tier != FANOUT_NO_TIER && receiver->place.tier != receiver->tier)
    video_program_request_keyframe(self->tiers[receiver->place.tier].program, true);
}

static void
take_place(Receiver *receiver, const FanoutPlace *place) ON_NET
{
  receiver->place = *place;
  media_session_set_priority(receiver->session, place->priority);
  media_session_set_wanted(receiver->session, place->wanted_bps);
  media_session_suspend_video(receiver->session, place->tier == FANOUT_NO_TIER);
  /* What has no room for a picture has none for copies of sound either. */
  media_session_limit_redundancy(receiver->session, place->tier == FANOUT_NO_TIER ? 0 : RED_COPIES);
  if (place->tier == FANOUT_NO_TIER)
    receiver->tier = FANOUT_NO_TIER;
}

void
fanout_add(Fanout *self, const FanoutPlace *place, MediaSession *session, int video_track, int audio_track)
{
  g_return_if_fail(find(self, place->id) == NULL);
  Receiver receiver = { .session = session, .video_track = video_track, .audio_track = audio_track,
                        .tier = FANOUT_NO_TIER };
  take_place(&receiver, place);
  g_array_append_val(self->receivers, receiver);
  ask_for_first_keyframe(self, &receiver);
}

void
fanout_move(Fanout *self, const FanoutPlace *place)
{
  Receiver *receiver = find(self, place->id);
  if (receiver == NULL)
    return;
  take_place(receiver, place);
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
  if (receiver->tier != FANOUT_NO_TIER)  /* else its first keyframe is on the way */
    video_program_request_keyframe(self->tiers[receiver->tier].program, false);
}

guint
fanout_report(Fanout *self, FanoutReport *out, guint max)
{
  guint n = MIN(self->receivers->len, max);
  for (guint i = 0; i < n; i++) {
    const Receiver *receiver = &g_array_index(self->receivers, Receiver, i);
    out[i] = (FanoutReport) { .id = receiver->place.id, .tier = receiver->tier,
                              .tier_changes = receiver->tier_changes,
                              .keyframe_requests = receiver->keyframe_requests };
    media_session_send_figures(receiver->session, &out[i].figures);
  }
  return n;
}

void
fanout_stats(Fanout *self, FanoutStats *out)
{
  *out = self->stats;
  for (guint tier = 0; tier < TIERS_MAX; tier++)
    out->video_dropped += ring_dropped(self->tiers[tier].frames);
  out->audio_dropped = ring_dropped(self->audio);
}
