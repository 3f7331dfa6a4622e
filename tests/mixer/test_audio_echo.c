/* tests/mixer/test_audio_echo.c - a site that returns its mix through the real audio tick is told of, and nobody else. */
#include "mixer/audio_level.h"
#include "mixer/audio_program.h"
#include "tests/mixer/fake_codec.h"
#include "tests/mixer/talker.h"
#include "tests/mixer/wait_until.h"
#include <string.h>

enum { TALKS, RETURNS, LISTENS, SITES, DELAY_TICKS = 9, AHEAD = 8, TICKS_MAX = 60 * 50 };

typedef struct {
  AudioSource *sources[SITES];
  Talker       talkers[SITES];
  GAsyncQueue *heard;   /* of AudioPacket: what RETURNS heard, from the tick to this thread, which plays the net */
  guint        ticks;
} Room;

/* 20 ms of noise at @dbov. */
static void
push_noise(Room *room, guint site, double dbov) ON_NET
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  double amplitude = sqrt(3) * 32768 * pow(10, dbov / 20);
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = (gint16)lrint(amplitude * (2 * random_stream_unit(&room->talkers[site].random) - 1));
  audio_source_push(room->sources[site], fake_packet(samples));
}

/* What was heard, at a tenth. */
static void
push_echo(Room *room, const AudioPacket *mix) ON_NET
{
  gint16 samples[AUDIO_FRAME_SAMPLES];
  memcpy(samples, mix->data, sizeof samples);
  for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
    samples[i] = (gint16)(samples[i] / 10);
  audio_source_push(room->sources[RETURNS], fake_packet(samples));
}

static void
on_mix(AudioPacket *packet, const guint *ids, guint n_ids, gpointer user)
{
  Room *room = user;
  for (guint i = 0; i < n_ids; i++)
    if (ids[i] == RETURNS)
      g_async_queue_push(room->heard, audio_packet_ref(packet));
  audio_packet_unref(packet);
}

/* A tick has passed: everybody sends its next packet; one of them what it has just heard. */
static void
answer(Room *room) ON_NET
{
  g_autoptr(AudioPacket) mix = g_async_queue_timeout_pop(room->heard, G_USEC_PER_SEC);
  if (mix == NULL)
    return;
  push_echo(room, mix);
  push_noise(room, TALKS, talker_step(&room->talkers[TALKS], true));
  push_noise(room, LISTENS, talker_step(&room->talkers[LISTENS], false));
  room->ticks++;
}

static bool
is_echo_found(const Room *room)
{
  return audio_source_echo(room->sources[RETURNS]).is_found;
}

static void
set_scene(AudioProgram *program, const Room *room, bool is_muted, bool is_test)
{
  AudioScene *scene = audio_scene_new();
  if (is_test)
    audio_scene_set_test(scene);
  for (guint i = 0; i < SITES; i++)
    audio_scene_add(scene, i, room->sources[i], is_muted && i == RETURNS, true);
  audio_program_set_scene(program, scene);
}

/* @is_test: it returns the test signal; nobody hears who talks. */
static void
find_the_site_that_returns_its_mix(bool is_test)
{
  static const AudioProgramEvents EVENTS = { .mix = on_mix };
  Room room = { .heard = g_async_queue_new_full((GDestroyNotify)audio_packet_unref) };
  assert_on_net();
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, &room);
  for (guint i = 0; i < SITES; i++) {
    room.sources[i] = audio_source_new();
    room.talkers[i] = talker_new(11 + i, 0.95);
    room.talkers[i].loud_dbov = -18;
    for (guint t = 0; t < (i == RETURNS ? DELAY_TICKS - 1 : AHEAD); t++)
      push_noise(&room, i, -70);
  }
  set_scene(program, &room, false, is_test);
  while (!is_echo_found(&room) && room.ticks < TICKS_MAX)
    answer(&room);
  g_assert_true(is_echo_found(&room));
  EchoFinding found = audio_source_echo(room.sources[RETURNS]);
  g_test_message("after %u ticks: %u dB, %u ms", room.ticks, found.loss_db, found.delay_ms);
  g_assert_cmpuint(found.delay_ms, >=, DELAY_TICKS * ECHO_TICK_MS - ECHO_TICK_MS);
  g_assert_cmpuint(found.delay_ms, <=, DELAY_TICKS * ECHO_TICK_MS + 2 * ECHO_TICK_MS);
  g_assert_cmpuint(found.loss_db, >=, 18);
  g_assert_cmpuint(found.loss_db, <=, 22);
  g_assert_false(audio_source_echo(room.sources[TALKS]).is_found);
  g_assert_false(audio_source_echo(room.sources[LISTENS]).is_found);
  set_scene(program, &room, true, is_test);  /* muted: nobody hears it any more */
  wait_until(!is_echo_found(&room));
  audio_program_free(program);
  g_async_queue_unref(room.heard);
  for (guint i = 0; i < SITES; i++)
    audio_source_unref(room.sources[i]);
  audio_mixer_free(mixer);
}

static void
test_the_site_that_returns_its_mix_is_told_of(void)
{
  find_the_site_that_returns_its_mix(false);
}

static void
test_so_is_one_that_returns_the_test_signal(void)
{
  find_the_site_that_returns_its_mix(true);
}

/* What was found in the meeting is not of the test. */
static void
test_a_test_begins_anew(void)
{
  static const AudioProgramEvents EVENTS = { .mix = on_mix };
  Room room = { .heard = g_async_queue_new_full((GDestroyNotify)audio_packet_unref) };
  assert_on_audio_tick();
  fake_codec_reset();
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &EVENTS, &room);
  for (guint i = 0; i < SITES; i++)
    room.sources[i] = audio_source_new();
  EchoFinding old = { true, 20, 180 };
  set_scene(program, &room, false, false);
  audio_packet_unref(g_async_queue_pop(room.heard));  /* the scene is taken */
  audio_source_set_echo(room.sources[RETURNS], &old);
  g_assert_true(is_echo_found(&room));
  set_scene(program, &room, false, true);
  wait_until(!is_echo_found(&room));
  audio_program_free(program);
  g_async_queue_unref(room.heard);
  for (guint i = 0; i < SITES; i++)
    audio_source_unref(room.sources[i]);
  audio_mixer_free(mixer);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/audio_echo/the_site_that_returns_its_mix_is_told_of", test_the_site_that_returns_its_mix_is_told_of);
  g_test_add_func("/mixer/audio_echo/so_is_one_that_returns_the_test_signal", test_so_is_one_that_returns_the_test_signal);
  g_test_add_func("/mixer/audio_echo/a_test_begins_anew", test_a_test_begins_anew);
  return g_test_run();
}
