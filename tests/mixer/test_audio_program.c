/* tests/mixer/test_audio_program.c - tests of mixer/audio_program with the real tick and fake
 * codecs, whose packets are the samples themselves. */
#include "mixer/audio_limiter.h"
#include "mixer/audio_program.h"
#include "mixer/test_signal.h"
#include "tests/mixer/fake_codec.h"
#include "tests/mixer/tone.h"
#include "tests/mixer/wait_until.h"
#include <math.h>
#include <string.h>

/* Less than the 60 ticks that the tests send: what is recorded holds no silence at its end. */
enum { SITES_MAX = 9, HEARD_TICKS = 50, RECORDED_TICKS = 56 };

/* What one member heard: its mixes in order. */
typedef struct {
  guint    n;
  guint32  next_timestamp;
  guint32  skipped;      /* samples */
  guint    loss_percent; /* that the last mix was made for */
  gint16   samples[HEARD_TICKS * AUDIO_FRAME_SAMPLES];  /* the newest, as a ring */
} Heard;

typedef struct {
  GMutex lock;
  Heard  heard[SITES_MAX + 1];
  guint  mixes;          /* packets */
  guint  largest_group;
  guint  speaker;
  int    is_freed;       /* atomic */
  guint  scene_taken;    /* serial */
  guint  excluded;       /* from this id on */
  guint  n_excluded, n_not_silent;  /* mixes for those since the flagged scene was taken */
} Room;

enum { FLAGGED_SERIAL = 2 };

static void
count_excluded(Room *room, const AudioPacket *packet)
{
  static const gint16 SILENCE[AUDIO_FRAME_SAMPLES] = { 0 };
  room->n_excluded++;
  room->n_not_silent += memcmp(packet->data, SILENCE, sizeof SILENCE) != 0 ? 1 : 0;
}

static void
on_mix(AudioPacket *packet, const guint *ids, guint n_ids, gpointer user)
{
  Room *room = user;
  g_assert_false(g_atomic_int_get(&room->is_freed));
  g_mutex_lock(&room->lock);
  room->mixes++;
  room->largest_group = MAX(room->largest_group, n_ids);
  for (guint i = 0; i < n_ids; i++) {
    Heard *heard = &room->heard[ids[i]];
    if (room->excluded > 0 && ids[i] >= room->excluded && room->scene_taken >= FLAGGED_SERIAL)
      count_excluded(room, packet);
    if (heard->n >= RECORDED_TICKS)
      continue;
    if (heard->n > 0)
      heard->skipped += packet->rtp_timestamp - heard->next_timestamp;
    heard->loss_percent = packet->seq;
    heard->next_timestamp = packet->rtp_timestamp + AUDIO_FRAME_SAMPLES;
    memcpy(&heard->samples[heard->n % HEARD_TICKS * AUDIO_FRAME_SAMPLES], packet->data,
           AUDIO_FRAME_SAMPLES * sizeof(gint16));
    heard->n++;
  }
  g_mutex_unlock(&room->lock);
  audio_packet_unref(packet);
}

static void
on_speaker(guint id, gpointer user)
{
  Room *room = user;
  g_mutex_lock(&room->lock);
  room->speaker = id;
  g_mutex_unlock(&room->lock);
}

static void
on_scene_taken(guint serial, gpointer user)
{
  Room *room = user;
  g_mutex_lock(&room->lock);
  g_assert_cmpuint(serial, >, room->scene_taken);
  room->scene_taken = serial;
  g_mutex_unlock(&room->lock);
}

static guint
taken(Room *room)
{
  g_mutex_lock(&room->lock);
  guint serial = room->scene_taken;
  g_mutex_unlock(&room->lock);
  return serial;
}

static const AudioProgramEvents EVENTS = { .mix = on_mix, .active_speaker = on_speaker,
                                           .scene_taken = on_scene_taken };

static guint
heard_ticks(Room *room, guint id)
{
  g_mutex_lock(&room->lock);
  guint n = room->heard[id].n;
  g_mutex_unlock(&room->lock);
  return n;
}

/* Every site sends its own tone; more and more of it ahead of the mixer. */
static void
feed(AudioSource **sources, guint n, guint ticks, guint *fed, double amplitude)
{
  assert_on_net();
  for (guint t = 0; t < ticks; t++, (*fed)++)
    for (guint i = 0; i < n; i++) {
      gint16 samples[AUDIO_FRAME_SAMPLES];
      tone_write(samples, AUDIO_FRAME_SAMPLES, tone_of_site(i), amplitude,
                 *fed * AUDIO_FRAME_SAMPLES);
      audio_source_push(sources[i], fake_packet(samples));
    }
}

static double
level_of_tone(Room *room, guint id, double hz)
{
  g_autofree gint16 *samples = g_new(gint16, HEARD_TICKS * AUDIO_FRAME_SAMPLES);
  g_mutex_lock(&room->lock);
  const Heard *heard = &room->heard[id];
  g_assert_cmpuint(heard->n, >=, HEARD_TICKS);
  for (guint t = 0; t < HEARD_TICKS; t++)
    memcpy(samples + t * AUDIO_FRAME_SAMPLES,
           &heard->samples[(heard->n + t) % HEARD_TICKS * AUDIO_FRAME_SAMPLES],
           AUDIO_FRAME_SAMPLES * sizeof(gint16));
  g_mutex_unlock(&room->lock);
  return tone_amplitude(samples, HEARD_TICKS * AUDIO_FRAME_SAMPLES, hz);
}

static void
test_everybody_hears_all_but_itself(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *sources[SITES_MAX];
  guint fed = 0;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *scene = audio_scene_new();
  for (guint i = 0; i < SITES_MAX; i++) {
    sources[i] = audio_source_new();
    audio_scene_add(scene, i, sources[i], false, true);
  }
  audio_scene_add(scene, SITES_MAX, NULL, false, true);  /* the recorder */
  feed(sources, SITES_MAX, 60, &fed, 2000);
  audio_program_set_scene(program, scene);
  for (guint i = 0; i <= SITES_MAX; i++)
    wait_until(heard_ticks(room, i) >= RECORDED_TICKS);
  audio_program_free(program);
  g_atomic_int_set(&room->is_freed, 1);

  for (guint listener = 0; listener <= SITES_MAX; listener++)
    for (guint site = 0; site < SITES_MAX; site++) {
      double amplitude = level_of_tone(room, listener, tone_of_site(site));
      if (site == listener)
        g_assert_cmpfloat(amplitude, <, 2000 * 0.001);  /* -60 dB */
      else
        g_assert_cmpfloat(fabs(amplitude - 2000), <, 2000 * 0.01);
    }
  for (guint i = 0; i < SITES_MAX; i++)
    audio_source_unref(sources[i]);
  audio_mixer_free(mixer);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.audio_encoders_alive), ==, 0);
}

static void
test_who_contributes_nothing_shares_one_encode(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *sources[SITES_MAX];
  guint fed = 0;
  AudioProgramStats before, after;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *scene = audio_scene_new();
  for (guint i = 0; i < SITES_MAX; i++) {
    sources[i] = audio_source_new();
    /* 0 and 1 speak; 2 speaks but is muted; the others only listen. */
    audio_scene_add(scene, i, sources[i], i == 2, true);
  }
  feed(sources, 3, 60, &fed, 3000);
  audio_program_set_scene(program, scene);
  wait_until(heard_ticks(room, 0) >= 5);
  audio_program_stats(program, &before);
  wait_until(heard_ticks(room, 0) >= 45);
  audio_program_stats(program, &after);
  guint64 ticks = after.ticks - before.ticks, encodes = after.encodes - before.encodes;
  g_assert_cmpuint(ticks, >, 0);
  g_assert_cmpuint(encodes, >=, 3 * (ticks - 1));  /* the own mixes of 0 and 1, the common one */
  g_assert_cmpuint(encodes, <=, 3 * (ticks + 1));
  g_assert_cmpint(g_atomic_int_get(&fake_codec.audio_encoders_alive), ==, 3);
  g_mutex_lock(&room->lock);
  g_assert_cmpuint(room->largest_group, >=, SITES_MAX - 2);
  g_mutex_unlock(&room->lock);
  audio_program_free(program);
  for (guint i = 0; i < SITES_MAX; i++)
    audio_source_unref(sources[i]);
  audio_mixer_free(mixer);
}

/* From the very tick that takes the flagged scene: zeros, in every sample, for whoever is excluded, though
 * they heard the room the tick before and shout themselves. */
static void
test_excluded_members_hear_digital_silence_from_the_first_tick_on(void)
{
  enum { EXCLUDED = 3 };
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *sources[SITES_MAX];
  guint fed = 0;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *open = audio_scene_new(), *flagged = audio_scene_new();
  for (guint i = 0; i < SITES_MAX; i++) {
    sources[i] = audio_source_new();
    audio_scene_add(open, i, sources[i], false, true);
    audio_scene_add(flagged, i, sources[i], i >= EXCLUDED, true);
    if (i >= EXCLUDED)
      audio_scene_set_silence(flagged);
  }
  feed(sources, SITES_MAX, 150, &fed, 2000);
  room->excluded = EXCLUDED;
  g_assert_cmpuint(audio_program_set_scene(program, open), ==, 1);
  wait_until(heard_ticks(room, SITES_MAX - 1) >= 5);
  g_assert_cmpuint(audio_program_set_scene(program, flagged), ==, FLAGGED_SERIAL);
  wait_until(taken(room) >= FLAGGED_SERIAL);
  g_mutex_lock(&room->lock);
  memset(room->heard, 0, sizeof room->heard);
  g_mutex_unlock(&room->lock);
  for (guint i = 0; i < SITES_MAX; i++)
    wait_until(heard_ticks(room, i) >= RECORDED_TICKS);
  audio_program_free(program);
  for (guint i = 0; i < SITES_MAX; i++) {  /* muted or not, it is known who is loud; and only what came since */
    g_assert_cmpuint(audio_source_take_loudest(sources[i]), <, 60);
    g_assert_cmpuint(audio_source_take_loudest(sources[i]), ==, 127);
  }
  g_assert_cmpuint(room->n_excluded, >=, (SITES_MAX - EXCLUDED) * RECORDED_TICKS);
  g_assert_cmpuint(room->n_not_silent, ==, 0);
  for (guint site = 1; site < SITES_MAX; site++) {  /* what the first one hears */
    double amplitude = level_of_tone(room, 0, tone_of_site(site));
    if (site < EXCLUDED)
      g_assert_cmpfloat(fabs(amplitude - 2000), <, 2000 * 0.02);
    else
      g_assert_cmpfloat(amplitude, <, 2000 * 0.001);
  }
  for (guint i = 0; i < SITES_MAX; i++)
    audio_source_unref(sources[i]);
  audio_mixer_free(mixer);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.audio_encoders_alive), ==, 0);
}

/* What is heard of the signal, as the limiter leaves it. */
static void
assert_hears_the_test_signal(Room *room, guint id)
{
  AudioLimiter limiter;
  TestSignal signal;
  audio_limiter_init(&limiter);
  test_signal_init(&signal);
  for (guint t = 0; t < RECORDED_TICKS; t++) {
    gint16 samples[AUDIO_FRAME_SAMPLES];
    AudioSum sum;
    test_signal_next(&signal, samples);
    audio_mix_clear(&sum);
    audio_mix_add(&sum, samples);
    audio_limiter_process(&limiter, &sum, samples);
    if (t >= RECORDED_TICKS - HEARD_TICKS)
      g_assert_cmpmem(samples, sizeof samples, &room->heard[id].samples[t % HEARD_TICKS * AUDIO_FRAME_SAMPLES], sizeof samples);
  }
}

/* Though all of them shout; and afterwards they hear each other again. */
static void
test_in_a_test_everybody_hears_the_signal_and_nothing_else(void)
{
  enum { MUTED = SITES_MAX - 1 };
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *sources[SITES_MAX];
  guint fed = 0;
  room->speaker = 1234;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *test = audio_scene_new(), *open = audio_scene_new();
  audio_scene_set_test(test);
  for (guint i = 0; i < SITES_MAX; i++) {
    sources[i] = audio_source_new();
    audio_scene_add(test, i, sources[i], i == MUTED, true);
    audio_scene_add(open, i, sources[i], i == MUTED, true);
  }
  feed(sources, SITES_MAX, 60, &fed, 2000);
  audio_program_set_scene(program, test);
  for (guint i = 0; i < SITES_MAX; i++)
    wait_until(heard_ticks(room, i) >= RECORDED_TICKS);
  g_mutex_lock(&room->lock);
  g_assert_cmpuint(room->speaker, ==, 1234);
  for (guint i = 0; i < SITES_MAX; i++)
    assert_hears_the_test_signal(room, i);
  g_mutex_unlock(&room->lock);
  audio_program_set_scene(program, open);
  wait_until(taken(room) == 2);
  g_mutex_lock(&room->lock);
  memset(room->heard, 0, sizeof room->heard);
  g_mutex_unlock(&room->lock);
  feed(sources, SITES_MAX, 60, &fed, 2000);
  wait_until(heard_ticks(room, 0) >= RECORDED_TICKS);
  for (guint site = 1; site < MUTED; site++)  /* perhaps some ticks later */
    g_assert_cmpfloat(level_of_tone(room, 0, tone_of_site(site)), >, 2000 * 0.5);
  audio_program_free(program);
  for (guint i = 0; i < SITES_MAX; i++)
    audio_source_unref(sources[i]);
  audio_mixer_free(mixer);
}

static guint
loss_made_for(Room *room, guint id)
{
  g_mutex_lock(&room->lock);
  guint percent = room->heard[id].loss_percent;
  g_mutex_unlock(&room->lock);
  return percent;
}

static void
test_fec_is_made_for_the_loss_of_its_receivers(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *speaker = audio_source_new();
  guint fed = 0;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  static const struct { guint loss[4], own, common; } CASES[] = {
    { { 20, 0, 3, 9 }, 20, 9 },  /* the speaker's loss is its own mix's alone    */
    { { 0, 0, 3, 2 }, 5, 5 },    /* never less than the floor                    */
    { { 1, 0, 40, 2 }, 5, 15 },  /* one bad line costs the others only so much   */
  };
  for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
    AudioScene *scene = audio_scene_new();
    for (guint id = 0; id < 4; id++) {
      audio_scene_add(scene, id, id == 0 ? speaker : NULL, false, id != 1);
      audio_scene_set_loss(scene, CASES[i].loss[id]);
    }
    feed(&speaker, 1, 12, &fed, 3000);
    audio_program_set_scene(program, scene);
    guint n = heard_ticks(room, 0);
    wait_until(heard_ticks(room, 0) >= n + 4 && heard_ticks(room, 3) >= n + 4);
    g_assert_cmpuint(loss_made_for(room, 0), ==, CASES[i].own);
    g_assert_cmpuint(loss_made_for(room, 2), ==, CASES[i].common);
    g_assert_cmpuint(loss_made_for(room, 3), ==, CASES[i].common);
  }
  audio_program_free(program);
  audio_source_unref(speaker);
  audio_mixer_free(mixer);
}

static void
test_wishes_of_the_net_reach_the_jitter_buffer(void)
{
  assert_on_net();
  g_autofree Room *room = g_new0(Room, 1);
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioSource *source = audio_source_new();
  AudioScene *scene = audio_scene_new();
  audio_scene_add(scene, 0, source, false, true);
  audio_program_set_scene(program, scene);
  audio_source_set_extra_delay(source, 120);
  audio_source_set_resend_wait(source, 80);
  wait_until(heard_ticks(room, 0) >= 3);
  AudioJitterStats stats;
  audio_source_stats(source, &stats);
  g_assert_cmpuint(stats.target_ms, ==, 120);  /* where the fake keeps them */
  g_assert_cmpuint(stats.depth_ms, ==, 80);
  audio_program_free(program);
  audio_source_unref(source);
  audio_mixer_free(mixer);
}

static void
test_muted_member_is_digital_silence(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  guint fed = 0;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioSource *source = audio_source_new();
  AudioScene *scene = audio_scene_new();
  audio_scene_add(scene, 0, source, true, true);
  audio_scene_add(scene, 1, NULL, false, true);
  feed(&source, 1, 60, &fed, 20000);
  audio_program_set_scene(program, scene);
  wait_until(heard_ticks(room, 1) >= HEARD_TICKS);
  g_mutex_lock(&room->lock);
  for (guint i = 0; i < HEARD_TICKS * AUDIO_FRAME_SAMPLES; i++)
    g_assert_cmpint(room->heard[1].samples[i], ==, 0);
  g_mutex_unlock(&room->lock);
  guint ids[2];
  guint8 levels[2];
  g_assert_cmpuint(audio_program_levels(program, ids, levels, 2), ==, 1);
  g_assert_cmpuint(levels[0], ==, AUDIO_LEVEL_SILENT);
  audio_program_free(program);
  audio_source_unref(source);
  audio_mixer_free(mixer);
}

static void
test_timestamps_follow_the_common_clock(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *scene = audio_scene_new();
  audio_scene_add(scene, 0, NULL, false, true);
  audio_program_set_scene(program, scene);
  wait_until(heard_ticks(room, 0) >= 20);
  g_mutex_lock(&room->lock);
  g_assert_cmpuint(room->heard[0].skipped % AUDIO_FRAME_SAMPLES, ==, 0);
  g_mutex_unlock(&room->lock);
  audio_program_free(program);
  audio_mixer_free(mixer);
}

static void
test_speaker_is_reported_and_forgotten_when_gone(void)
{
  g_autofree Room *room = g_new0(Room, 1);
  AudioSource *sources[2] = { audio_source_new(), audio_source_new() };
  guint fed = 0;
  guint speaker;
  room->speaker = 1234;
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
  AudioScene *scene = audio_scene_new();
  audio_scene_add(scene, 7, sources[0], false, false);
  audio_scene_add(scene, 8, sources[1], false, false);
  feed(sources, 1, 60, &fed, 8000);
  audio_program_set_scene(program, scene);
#define SPEAKER (g_mutex_lock(&room->lock), speaker = room->speaker, g_mutex_unlock(&room->lock), speaker)
  wait_until(SPEAKER == 7);
  scene = audio_scene_new();
  audio_scene_add(scene, 8, sources[1], false, false);
  audio_program_set_scene(program, scene);
  wait_until(SPEAKER == G_MAXUINT);
  audio_program_free(program);
  audio_source_unref(sources[0]);
  audio_source_unref(sources[1]);
  audio_mixer_free(mixer);
}

static gpointer
push_forever(gpointer data)
{
  gpointer *args = data;
  assert_on_net();
  gint16 samples[AUDIO_FRAME_SAMPLES];
  tone_write(samples, AUDIO_FRAME_SAMPLES, 440, 5000, 0);
  while (!g_atomic_int_get((int *)args[1])) {
    AudioJitterStats stats;
    audio_source_push(args[0], fake_packet(samples));
    audio_source_stats(args[0], &stats);
    g_usleep(500);
  }
  return NULL;
}

static void
test_members_and_programs_come_and_go(void)
{
  g_autofree Room *stays = g_new0(Room, 1);
  AudioSource *source = audio_source_new();
  int stop = 0;
  gpointer args[] = { source, &stop };
  fake_codec_reset();
  GThread *net = g_thread_new("push", push_forever, args);
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *long_lived = audio_program_new(mixer, 32000, &EVENTS, stays);
  for (guint i = 0; i < 60; i++) {
    g_autofree Room *room = g_new0(Room, 1);
    AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, room);
    for (guint p = 0; p < 2; p++) {
      AudioScene *scene = audio_scene_new();
      for (guint m = 0; m < (i + p) % 4; m++)
        audio_scene_add(scene, (i + m) % SITES_MAX, m % 2 ? NULL : source, i % 5 == 0, true);
      audio_program_set_scene(p == 0 ? program : long_lived, scene);
    }
    guint ids[4];
    guint8 levels[4];
    audio_program_levels(long_lived, ids, levels, 4);
    g_usleep(i % 4 * 7000);
    audio_program_free(program);
    g_atomic_int_set(&room->is_freed, 1);
  }
  g_atomic_int_set(&stop, 1);
  g_thread_join(net);
  audio_program_free(long_lived);
  audio_source_unref(source);
  audio_mixer_free(mixer);
  g_assert_cmpint(g_atomic_int_get(&fake_codec.audio_encoders_alive), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/audio_program/" #name, test_##name)
  ADD(everybody_hears_all_but_itself);
  ADD(who_contributes_nothing_shares_one_encode);
  ADD(fec_is_made_for_the_loss_of_its_receivers);
  ADD(wishes_of_the_net_reach_the_jitter_buffer);
  ADD(muted_member_is_digital_silence);
  ADD(excluded_members_hear_digital_silence_from_the_first_tick_on);
  ADD(in_a_test_everybody_hears_the_signal_and_nothing_else);
  ADD(timestamps_follow_the_common_clock);
  ADD(speaker_is_reported_and_forgotten_when_gone);
  ADD(members_and_programs_come_and_go);
  return g_test_run();
}
