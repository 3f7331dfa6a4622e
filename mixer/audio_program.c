/* mixer/audio_program.c - one room's mix: everybody hears all but itself. */
#include "mixer/audio_program.h"
#include "media/base/clock.h"
#include "mixer/active_speaker.h"
#include "mixer/audio_gate.h"
#include "mixer/audio_level.h"
#include "mixer/audio_mix.h"
#include "mixer/counter.h"
#include "mixer/tick_thread.h"
#include <string.h>

enum { TICKS_PER_SECOND = 50, MAX_BURST = 3, LATE_US = 10 * 1000 };

struct AudioMixer {
  TickThread *thread;
};

/* A member between two scenes: what the tick knows of it. */
typedef struct {
  AudioMember member;   /* holds a reference to its source                       */
  AudioGate   gate;
  guint8      level;
  bool        is_mixed; /* contributes to this tick's sum                        */
  AudioMix   *own;      /* (nullable) the mix without itself; kept while it is mixed */
  gint16      samples[AUDIO_FRAME_SAMPLES];
} Member;

struct AudioProgram {
  /* borrowed */
  AudioMixer *mixer;
  gpointer    user;
  AudioProgramEvents events;
  guint       bitrate_bps;
  /* handed over */
  AudioScene *next_scene;   /* atomic (nullable): newest scene not yet taken */
  /* audio tick */
  GPtrArray     *members;   /* of Member */
  AudioMix      *common;    /* of all who contribute nothing */
  ActiveSpeaker *speaker;
  guint          speaker_id;
  gint32         sum[AUDIO_FRAME_SAMPLES];
  /* any thread */
  struct { Counter ticks, ticks_late, encodes, encode_errors, cpu_us; HighMark lateness_us; } figures;
  GMutex  levels_lock;      /* held for a copy only */
  guint   n_levels;
  guint   level_ids[AUDIO_MEMBERS_MAX];
  guint8  levels[AUDIO_MEMBERS_MAX];
};

/* --- scenes --- */

AudioScene *
audio_scene_new(void)
{
  return g_new0(AudioScene, 1);
}

void
audio_scene_add(AudioScene *self, guint id, AudioSource *source, bool is_muted, bool is_listening)
{
  g_return_if_fail(self->n_members < AUDIO_MEMBERS_MAX);
  self->members[self->n_members++] = (AudioMember) {
    .id = id, .source = source != NULL ? audio_source_ref(source) : NULL,
    .is_muted = is_muted, .is_listening = is_listening,
  };
}

void
audio_scene_free(AudioScene *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_members; i++)
    audio_source_unref(self->members[i].source);
  g_free(self);
}

static void
member_free(gpointer data)
{
  Member *member = data;
  audio_source_unref(member->member.source);
  audio_mix_free(member->own);
  g_free(member);
}

static Member *
steal_member(GPtrArray *members, guint id)
{
  for (guint i = 0; i < members->len; i++)
    if (((Member *)members->pdata[i])->member.id == id)
      return g_ptr_array_steal_index_fast(members, i);
  return NULL;
}

static void
take_scene(AudioProgram *self)
{
  AudioScene *scene = __atomic_exchange_n(&self->next_scene, NULL, __ATOMIC_ACQ_REL);
  if (scene == NULL)
    return;
  GPtrArray *before = self->members;
  self->members = g_ptr_array_new_full(scene->n_members, member_free);
  for (guint i = 0; i < scene->n_members; i++) {
    Member *member = steal_member(before, scene->members[i].id);
    if (member == NULL)
      member = g_new0(Member, 1);
    audio_source_unref(member->member.source);
    member->member = scene->members[i];
    scene->members[i].source = NULL;  /* the reference moved */
    g_ptr_array_add(self->members, member);
  }
  g_ptr_array_unref(before);
  audio_scene_free(scene);
}

/* --- a tick --- */

static void
pull_member(Member *member, gint64 now_us) ON_AUDIO_TICK
{
  member->level = AUDIO_LEVEL_SILENT;
  member->is_mixed = false;
  if (member->member.source == NULL)
    return;
  audio_source_pull(member->member.source, now_us, member->samples);
  if (member->member.is_muted) {
    member->gate = (AudioGate) { 0 };
    return;
  }
  member->level = audio_level_of(member->samples, AUDIO_FRAME_SAMPLES);
  member->is_mixed = audio_gate_run(&member->gate, member->samples, member->level);
}

static void
sum_members(AudioProgram *self)
{
  memset(self->sum, 0, sizeof self->sum);
  for (guint m = 0; m < self->members->len; m++) {
    const Member *member = self->members->pdata[m];
    if (member->is_mixed)
      for (int i = 0; i < AUDIO_FRAME_SAMPLES; i++)
        self->sum[i] += member->samples[i];
  }
}

static void
send_mix(AudioProgram *self, AudioMix **mix, const gint16 *minus, const Tick *tick,
         const guint *ids, guint n_ids) ON_AUDIO_TICK
{
  if (*mix == NULL)
    *mix = audio_mix_new(self->bitrate_bps);
  AudioPacket *packet = *mix == NULL ? NULL
    : audio_mix_encode(*mix, self->sum, minus, (guint32)(tick->index * AUDIO_FRAME_SAMPLES));
  if (packet == NULL) {
    counter_add(&self->figures.encode_errors, 1);
    return;
  }
  counter_add(&self->figures.encodes, 1);
  packet->arrival_us = tick->due_us;
  self->events.mix(packet, ids, n_ids, self->user);
}

static void
send_mixes(AudioProgram *self, const Tick *tick) ON_AUDIO_TICK
{
  guint ids[AUDIO_MEMBERS_MAX], n_ids = 0;
  for (guint m = 0; m < self->members->len; m++) {
    Member *member = self->members->pdata[m];
    if (member->is_mixed && member->member.is_listening)
      send_mix(self, &member->own, member->samples, tick, &member->member.id, 1);
    else
      g_clear_pointer(&member->own, audio_mix_free);
    if (!member->is_mixed && member->member.is_listening)
      ids[n_ids++] = member->member.id;
  }
  if (n_ids > 0)
    send_mix(self, &self->common, NULL, tick, ids, n_ids);
}

static void
publish_levels(AudioProgram *self)
{
  g_mutex_lock(&self->levels_lock);
  self->n_levels = 0;
  for (guint m = 0; m < self->members->len; m++) {
    const Member *member = self->members->pdata[m];
    if (member->member.source == NULL)
      continue;
    self->level_ids[self->n_levels] = member->member.id;
    self->levels[self->n_levels++] = member->level;
  }
  g_mutex_unlock(&self->levels_lock);
}

static void
find_speaker(AudioProgram *self)
{
  /* Only this thread writes the levels. */
  guint id = active_speaker_update(self->speaker, self->level_ids, self->levels, self->n_levels);
  if (id == self->speaker_id)
    return;
  self->speaker_id = id;
  self->events.active_speaker(id, self->user);
}

static void
on_tick(const Tick *tick, gpointer user)
{
  assert_on_audio_tick();
  AudioProgram *self = user;
  gint64 cpu_us = thread_cpu_us();
  take_scene(self);
  gint64 now_us = tick->due_us + tick->late_us;
  for (guint m = 0; m < self->members->len; m++)
    pull_member(self->members->pdata[m], now_us);
  sum_members(self);
  send_mixes(self, tick);
  publish_levels(self);
  find_speaker(self);
  counter_add(&self->figures.ticks, 1);
  counter_add(&self->figures.ticks_late, tick->late_us > LATE_US);
  counter_add(&self->figures.cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  high_mark_raise(&self->figures.lateness_us, tick->late_us);
}

/* --- life --- */

AudioMixer *
audio_mixer_new(void)
{
  AudioMixer *self = g_new0(AudioMixer, 1);
  TickerConfig config = { .rate_numerator = TICKS_PER_SECOND, .rate_denominator = 1, .max_burst = MAX_BURST };
  self->thread = tick_thread_new(THREAD_ROLE_AUDIO_TICK, THREAD_URGENCY_AUDIO_TICK, &config);
  return self;
}

void
audio_mixer_free(AudioMixer *self)
{
  if (self == NULL)
    return;
  tick_thread_free(self->thread);
  g_free(self);
}

AudioProgram *
audio_program_new(AudioMixer *mixer, guint bitrate_bps, const AudioProgramEvents *events, gpointer user)
{
  AudioProgram *self = g_new0(AudioProgram, 1);
  self->mixer = mixer;
  self->bitrate_bps = bitrate_bps;
  self->events = *events;
  self->user = user;
  self->members = g_ptr_array_new_with_free_func(member_free);
  self->speaker = active_speaker_new();
  self->speaker_id = G_MAXUINT;
  g_mutex_init(&self->levels_lock);
  tick_thread_add(mixer->thread, on_tick, self);
  return self;
}

void
audio_program_free(AudioProgram *self)
{
  if (self == NULL)
    return;
  tick_thread_remove(self->mixer->thread, self);
  audio_scene_free(self->next_scene);
  g_ptr_array_unref(self->members);
  audio_mix_free(self->common);
  active_speaker_free(self->speaker);
  g_mutex_clear(&self->levels_lock);
  g_free(self);
}

void
audio_program_set_scene(AudioProgram *self, AudioScene *scene)
{
  audio_scene_free(__atomic_exchange_n(&self->next_scene, scene, __ATOMIC_ACQ_REL));
}

void
audio_program_stats(AudioProgram *self, AudioProgramStats *out)
{
  *out = (AudioProgramStats) {
    .ticks = counter_get(&self->figures.ticks),
    .ticks_late = counter_get(&self->figures.ticks_late),
    .encodes = counter_get(&self->figures.encodes),
    .encode_errors = counter_get(&self->figures.encode_errors),
    .cpu_us = (gint64)counter_get(&self->figures.cpu_us),
    .tick_lateness_max_us = high_mark_take(&self->figures.lateness_us),
  };
}

guint
audio_program_levels(AudioProgram *self, guint *ids, guint8 *levels, guint max)
{
  g_mutex_lock(&self->levels_lock);
  guint n = MIN(self->n_levels, max);
  memcpy(ids, self->level_ids, n * sizeof ids[0]);
  memcpy(levels, self->levels, n * sizeof levels[0]);
  g_mutex_unlock(&self->levels_lock);
  return n;
}
