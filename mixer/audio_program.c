/* mixer/audio_program.c - one room's mix: everybody hears all but itself. */
#include "media/base/clock.h"
#include "mixer/active_speaker.h"
#include "mixer/audio_mixer.h"
#include "mixer/counter.h"
#include "mixer/mix_member.h"
#include "mixer/test_signal.h"

struct AudioProgram {
  /* borrowed */
  AudioMixer        *mixer;
  AudioProgramEvents events;
  gpointer           user;
  guint              bitrate_bps;

  /* owned; the tick's */
  GPtrArray  *members;        /* of MixMember, in the scene's order */
  AudioOutput common;         /* what everybody without an own mix hears */
  AudioOutput silence;        /* never fed anything else; shares no state with the others */
  guint       active_speaker;
  bool        is_test;
  TestSignal  signal;         /* if it is a test */

  GMutex      lock;           /* held for some instructions; the tick only tries it */
  AudioScene *next_scene;     /* guarded by lock, as all below */
  guint       serial;         /* of the scene set last */
  guint       n_levels;
  guint       level_ids[AUDIO_MEMBERS_MAX];
  guint8      levels[AUDIO_MEMBERS_MAX];

  Counter  ticks, ticks_late, encodes, encode_errors, cpu_us;
  HighMark lateness_us;
};

enum { LATE_US = 5000 };  /* a quarter of a tick */

/* ---- the members ---- */

static MixMember *
steal_member(GPtrArray *members, guint id)
{
  for (guint i = 0; i < members->len; i++) {
    MixMember *member = members->pdata[i];
    if (member != NULL && member->id == id) {
      members->pdata[i] = NULL;
      return member;
    }
  }
  return NULL;
}

static void
apply_scene(AudioProgram *self, const AudioScene *scene) ON_AUDIO_TICK
{
  if (scene->is_test && !self->is_test)
    test_signal_init(&self->signal);
  self->is_test = scene->is_test;
  GPtrArray *old = self->members;
  self->members = g_ptr_array_new_full(scene->n_members, (GDestroyNotify)mix_member_free);
  for (guint i = 0; i < scene->n_members; i++) {
    MixMember *member = steal_member(old, scene->members[i].id);
    if (member == NULL)
      member = mix_member_new(scene->members[i].id);
    mix_member_update(member, &scene->members[i], scene->is_test);
    g_ptr_array_add(self->members, member);
  }
  g_ptr_array_unref(old);
}

/* If the control thread holds the lock this very moment, the next tick does it. */
static void
take_next_scene(AudioProgram *self) ON_AUDIO_TICK
{
  if (!g_mutex_trylock(&self->lock))
    return;
  g_autoptr(AudioScene) scene = g_steal_pointer(&self->next_scene);
  guint serial = self->serial;
  g_mutex_unlock(&self->lock);
  if (scene == NULL)
    return;
  apply_scene(self, scene);
  if (self->events.scene_taken != NULL)
    self->events.scene_taken(serial, self->user);
}

/* ---- the mix ---- */

static void
sum_contributions(AudioProgram *self, const Tick *tick, gint64 now_us, AudioSum *sum) ON_AUDIO_TICK
{
  audio_mix_clear(sum);
  for (guint i = 0; i < self->members->len; i++) {
    MixMember *member = self->members->pdata[i];
    mix_member_pull(member, tick->index, now_us);
    if (member->contributes)
      audio_mix_add(sum, member->contribution);
  }
  if (self->is_test) {  /* then nobody has contributed */
    gint16 samples[AUDIO_FRAME_SAMPLES];
    test_signal_next(&self->signal, samples);
    audio_mix_add(sum, samples);
  }
}

static void
send_mix(AudioProgram *self, AudioOutput *output, const Tick *tick, const guint *ids,
         guint n_ids) ON_AUDIO_TICK
{
  guint32 timestamp = (guint32)(tick->index * AUDIO_FRAME_SAMPLES);
  AudioPacket *packet = audio_output_encode(output, timestamp, tick->due_us);
  if (packet == NULL) {
    counter_add(&self->encode_errors, 1);
    return;
  }
  counter_add(&self->encodes, 1);
  self->events.mix(packet, ids, n_ids, self->user);
}

/* Returns: true if @member hears a mix of its own at this tick. */
static bool
has_own_mix(AudioProgram *self, MixMember *member) ON_AUDIO_TICK
{
  if (!member->is_listening || member->hears_silence) {
    member->own_ticks = 0;
  } else if (member->contributes) {
    if (member->own_ticks == 0)  /* until now it heard the common mix */
      audio_output_continue(&member->own, &self->common);
    member->own_ticks = AUDIO_OWN_MIX_TICKS;
  } else if (member->own_ticks > 0) {
    member->own_ticks--;
  }
  if (member->own_ticks > 0)
    audio_output_set_loss(&member->own, member->loss_percent);
  if (member->own_ticks > 0 && audio_output_start(&member->own, self->bitrate_bps))
    return true;
  audio_output_stop(&member->own);
  member->own_ticks = 0;
  return false;
}

static void
send_own_mixes(AudioProgram *self, const Tick *tick, const AudioSum *sum,
               GArray *others, guint *others_loss) ON_AUDIO_TICK
{
  *others_loss = 0;
  for (guint i = 0; i < self->members->len; i++) {
    MixMember *member = self->members->pdata[i];
    if (!has_own_mix(self, member)) {
      if (member->is_listening && !member->hears_silence) {
        g_array_append_val(others, member->id);
        *others_loss = MAX(*others_loss, member->loss_percent);
      }
      continue;
    }
    AudioSum without;
    if (member->contributes)
      audio_mix_minus(sum, member->contribution, &without);
    audio_output_limit(&member->own, member->contributes ? &without : sum);
    send_mix(self, &member->own, tick, &member->id, 1);
  }
}

/* The common mix is kept going even if nobody listens, so that whoever comes back to it
 * finds it where its own mix was. */
static void
send_common_mix(AudioProgram *self, const Tick *tick, const AudioSum *sum,
                const GArray *others, guint loss_percent) ON_AUDIO_TICK
{
  bool is_wanted = others->len > 0;
  audio_output_set_loss(&self->common, MIN(loss_percent, AUDIO_COMMON_LOSS_MAX));
  if (!is_wanted)
    audio_output_stop(&self->common);
  else
    is_wanted = audio_output_start(&self->common, self->bitrate_bps);
  audio_output_limit(&self->common, sum);
  if (is_wanted)
    send_mix(self, &self->common, tick, (const guint *)(gconstpointer)others->data, others->len);
}

static void
send_silence(AudioProgram *self, const Tick *tick) ON_AUDIO_TICK
{
  guint ids[AUDIO_MEMBERS_MAX], n = 0;
  for (guint i = 0; i < self->members->len; i++) {
    const MixMember *member = self->members->pdata[i];
    if (member->is_listening && member->hears_silence)
      ids[n++] = member->id;
  }
  if (n == 0)
    audio_output_stop(&self->silence);
  else if (audio_output_start(&self->silence, self->bitrate_bps))
    send_mix(self, &self->silence, tick, ids, n);  /* its samples are zero and stay so: nothing is ever limited into them */
}

/* ---- the echoes ---- */

static void
watch_echoes(AudioProgram *self) ON_AUDIO_TICK
{
  for (guint i = 0; i < self->members->len; i++) {
    MixMember *member = self->members->pdata[i];
    guint8 sent = !member->is_listening || member->hears_silence ? AUDIO_LEVEL_SILENT
                  : member->own_ticks > 0 ? member->own.level : self->common.level;
    mix_member_watch_echo(member, sent);
  }
}

/* ---- levels and the active speaker ---- */

static void
publish_levels(AudioProgram *self)
{
  if (!g_mutex_trylock(&self->lock))
    return;
  self->n_levels = 0;
  for (guint i = 0; i < self->members->len; i++) {
    const MixMember *member = self->members->pdata[i];
    if (member->source == NULL)
      continue;
    self->level_ids[self->n_levels] = member->id;
    self->levels[self->n_levels++] = member->level;
  }
  g_mutex_unlock(&self->lock);
}

static void
update_active_speaker(AudioProgram *self)
{
  SpeakerCandidate candidates[AUDIO_MEMBERS_MAX];
  guint n = 0;
  for (guint i = 0; i < self->members->len; i++) {
    const MixMember *member = self->members->pdata[i];
    if (member->source != NULL && !member->is_muted && !member->is_unheard)
      candidates[n++] = (SpeakerCandidate) { member->id, &member->activity };
  }
  guint now = active_speaker_decide(self->active_speaker, candidates, n);
  if (now == self->active_speaker)
    return;
  self->active_speaker = now;
  if (self->events.active_speaker != NULL)
    self->events.active_speaker(now, self->user);
}

static void
mix(const Tick *tick, gpointer user)
{
  AudioProgram *self = user;
  assert_on_audio_tick();
  gint64 cpu_us = thread_cpu_us();
  g_autoptr(GArray) others = g_array_sized_new(FALSE, FALSE, sizeof(guint), AUDIO_MEMBERS_MAX);
  AudioSum sum;
  take_next_scene(self);
  sum_contributions(self, tick, clock_now_us(), &sum);
  guint others_loss;
  send_own_mixes(self, tick, &sum, others, &others_loss);
  send_common_mix(self, tick, &sum, others, others_loss);
  send_silence(self, tick);
  watch_echoes(self);
  update_active_speaker(self);
  publish_levels(self);
  counter_add(&self->ticks, 1);
  counter_add(&self->ticks_late, tick->late_us > LATE_US ? 1 : 0);
  counter_add(&self->cpu_us, (guint64)(thread_cpu_us() - cpu_us));
  high_mark_raise(&self->lateness_us, tick->late_us);
}

/* ---- the control thread ---- */

AudioProgram *
audio_program_new(AudioMixer *mixer, guint bitrate_bps, const AudioProgramEvents *events,
                  gpointer user)
{
  g_return_val_if_fail(mixer != NULL && events->mix != NULL, NULL);
  AudioProgram *self = g_new0(AudioProgram, 1);
  self->mixer = mixer;
  self->bitrate_bps = bitrate_bps;
  self->events = *events;
  self->user = user;
  self->members = g_ptr_array_new_with_free_func((GDestroyNotify)mix_member_free);
  self->active_speaker = ACTIVE_SPEAKER_NOBODY;
  audio_output_init(&self->common);
  audio_output_init(&self->silence);
  g_mutex_init(&self->lock);
  tick_thread_add(audio_mixer_ticks(mixer), mix, self);
  return self;
}

void
audio_program_free(AudioProgram *self)
{
  if (self == NULL)
    return;
  tick_thread_remove(audio_mixer_ticks(self->mixer), self);
  g_ptr_array_unref(self->members);
  audio_output_clear(&self->common);
  audio_output_clear(&self->silence);
  audio_scene_free(self->next_scene);
  g_mutex_clear(&self->lock);
  g_free(self);
}

guint
audio_program_set_scene(AudioProgram *self, AudioScene *scene)
{
  g_mutex_lock(&self->lock);
  AudioScene *passed_over = self->next_scene;
  self->next_scene = scene;
  guint serial = ++self->serial;
  g_mutex_unlock(&self->lock);
  audio_scene_free(passed_over);
  return serial;
}

void
audio_program_stats(AudioProgram *self, AudioProgramStats *out)
{
  *out = (AudioProgramStats) {
    .ticks = counter_get(&self->ticks),
    .ticks_late = counter_get(&self->ticks_late),
    .encodes = counter_get(&self->encodes),
    .encode_errors = counter_get(&self->encode_errors),
    .cpu_us = (gint64)counter_get(&self->cpu_us),
    .tick_lateness_max_us = high_mark_take(&self->lateness_us),
  };
}

guint
audio_program_levels(AudioProgram *self, guint *ids, guint8 *levels, guint max)
{
  g_mutex_lock(&self->lock);
  guint n = MIN(self->n_levels, max);
  for (guint i = 0; i < n; i++) {
    ids[i] = self->level_ids[i];
    levels[i] = self->levels[i];
  }
  g_mutex_unlock(&self->lock);
  return n;
}
