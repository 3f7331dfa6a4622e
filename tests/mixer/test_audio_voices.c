/* tests/mixer/test_audio_voices.c - the mix on its real thread with real codecs: who hears whom,
 * and at what cost. */
#include "media/base/clock.h"
#include "media/codec/audio_decoder.h"
#include "media/codec/audio_encoder.h"
#include "mixer/audio_program.h"
#include <math.h>
#include <string.h>

enum { MEMBERS = 4, SECONDS_OF_SOUND = 2, TICKS = 50 * SECONDS_OF_SOUND, SETTLE_TICKS = 40 };

static const double TONES[MEMBERS] = { 400, 600, 900, 1350 };  /* Hz; the last may be silent */

/* What one receiver got. */
typedef struct {
  GPtrArray *packets;  /* of AudioPacket */
} Receiver;

typedef struct {
  GMutex   lock;
  Receiver receivers[MEMBERS];
  guint    calls;
} Heard;

static void
on_mix(AudioPacket *packet, const guint *ids, guint n_ids, gpointer user)
{
  Heard *heard = user;
  g_mutex_lock(&heard->lock);
  heard->calls++;
  for (guint i = 0; i < n_ids; i++)
    g_ptr_array_add(heard->receivers[ids[i]].packets, audio_packet_ref(packet));
  g_mutex_unlock(&heard->lock);
  audio_packet_unref(packet);
}

static void
on_active_speaker(G_GNUC_UNUSED guint id, G_GNUC_UNUSED gpointer user)
{
}

static void
heard_init(Heard *heard)
{
  memset(heard, 0, sizeof *heard);
  g_mutex_init(&heard->lock);
  for (int i = 0; i < MEMBERS; i++)
    heard->receivers[i].packets = g_ptr_array_new_with_free_func((GDestroyNotify)audio_packet_unref);
}

static void
heard_clear(Heard *heard)
{
  for (int i = 0; i < MEMBERS; i++)
    g_ptr_array_unref(heard->receivers[i].packets);
  g_mutex_clear(&heard->lock);
}

/* A voice of one tone, in packets of 20 ms. */
static GPtrArray *
make_voice(double hz)
{
  assert_on_audio_tick();
  AudioEncoderConfig config = { .bitrate_bps = 64000, .complexity = 5 };
  g_autoptr(AudioEncoder) encoder = audio_encoder_new(&config, NULL);
  GPtrArray *packets = g_ptr_array_new_with_free_func((GDestroyNotify)audio_packet_unref);
  for (guint p = 0; p < TICKS; p++) {
    gint16 samples[AUDIO_FRAME_SAMPLES];
    for (guint i = 0; i < AUDIO_FRAME_SAMPLES; i++)
      samples[i] = (gint16)lrint(6000 * sin(2 * G_PI * hz * (p * AUDIO_FRAME_SAMPLES + i) / AUDIO_SAMPLE_RATE));
    AudioPacket *packet = audio_encoder_encode(encoder, samples, p * AUDIO_FRAME_SAMPLES);
    packet->seq = (guint16)p;
    g_ptr_array_add(packets, packet);
  }
  return packets;
}

/* Level of @hz in what a receiver heard after everything had settled, dB below full scale. */
static double
tone_db(const Receiver *receiver, double hz)
{
  assert_on_audio_tick();
  g_autoptr(AudioDecoder) decoder = audio_decoder_new();
  double re = 0, im = 0;
  guint n = 0;
  for (guint p = 0; p < receiver->packets->len; p++) {
    gint16 samples[5760];
    int decoded = audio_decoder_decode(decoder, receiver->packets->pdata[p], samples, 5760);
    g_assert_cmpint(decoded, ==, AUDIO_FRAME_SAMPLES);
    for (int i = 0; i < decoded && p >= SETTLE_TICKS && p < TICKS - 10; i++, n++) {
      double phase = 2 * G_PI * hz * n / AUDIO_SAMPLE_RATE;
      re += samples[i] * cos(phase);
      im += samples[i] * sin(phase);
    }
  }
  g_assert_cmpuint(n, >, 0);
  double amplitude = 2 * sqrt(re * re + im * im) / n / 32768;
  return 20 * log10(MAX(amplitude, 1e-6));
}

/* Plays the first @n_talking members' voices to all MEMBERS for SECONDS_OF_SOUND. */
static void
play(Heard *heard, guint n_talking, int muted, AudioProgramStats *stats)
{
  assert_on_net();
  static const AudioProgramEvents events = { .mix = on_mix, .active_speaker = on_active_speaker };
  GPtrArray *voices[MEMBERS] = { 0 };
  AudioSource *sources[MEMBERS];
  AudioScene *scene = audio_scene_new();
  for (guint i = 0; i < MEMBERS; i++) {
    sources[i] = audio_source_new();
    audio_scene_add(scene, i, sources[i], (int)i == muted, true);
    if (i < n_talking)
      voices[i] = make_voice(TONES[i]);
  }
  AudioMixer *mixer = audio_mixer_new();
  AudioProgram *program = audio_program_new(mixer, 32000, &events, heard);
  audio_program_set_scene(program, scene);
  gint64 start_us = clock_now_us();
  for (guint p = 0; p < TICKS; p++) {
    for (guint i = 0; i < n_talking; i++) {
      AudioPacket *packet = audio_packet_ref(voices[i]->pdata[p]);
      packet->arrival_us = clock_now_us();
      audio_source_push(sources[i], packet);
    }
    gint64 due_us = start_us + (p + 1) * 20000;
    g_usleep((gulong)MAX(due_us - clock_now_us(), 0));
  }
  audio_program_stats(program, stats);
  audio_program_free(program);
  audio_mixer_free(mixer);
  for (guint i = 0; i < MEMBERS; i++) {
    audio_source_unref(sources[i]);
    if (voices[i] != NULL)
      g_ptr_array_unref(voices[i]);
  }
}

static void
test_everybody_hears_all_but_itself(void)
{
  Heard heard;
  AudioProgramStats stats;
  heard_init(&heard);
  play(&heard, MEMBERS, -1, &stats);
  for (guint receiver = 0; receiver < MEMBERS; receiver++) {
    double quietest_other = 0;
    for (guint voice = 0; voice < MEMBERS; voice++)
      if (voice != receiver)
        quietest_other = MIN(quietest_other, tone_db(&heard.receivers[receiver], TONES[voice]));
    double self = tone_db(&heard.receivers[receiver], TONES[receiver]);
    g_test_message("member %u: others >= %.1f dB, itself %.1f dB", receiver, quietest_other, self);
    g_assert_cmpfloat(quietest_other, >, -22);  /* 6000 of 32768 is -14.7 dB */
    g_assert_cmpfloat(self, <, quietest_other - 25);
  }
  heard_clear(&heard);
}

static void
test_a_muted_member_is_heard_by_nobody(void)
{
  Heard heard;
  AudioProgramStats stats;
  heard_init(&heard);
  play(&heard, 2, 0, &stats);
  g_assert_cmpfloat(tone_db(&heard.receivers[1], TONES[0]), <, -80);
  g_assert_cmpfloat(tone_db(&heard.receivers[2], TONES[0]), <, -50);
  g_assert_cmpfloat(tone_db(&heard.receivers[2], TONES[1]), >, -22);
  heard_clear(&heard);
}

static void
test_all_who_are_silent_share_one_encode(void)
{
  Heard heard;
  AudioProgramStats stats;
  heard_init(&heard);
  play(&heard, 1, -1, &stats);
  /* The common mix at each tick, and one for the speaker while it speaks: never more. */
  g_assert_cmpuint(stats.encodes, <=, 2 * stats.ticks);
  g_assert_cmpuint(stats.encodes, >, stats.ticks + stats.ticks / 2);
  g_assert_cmpuint(stats.encode_errors, ==, 0);
  for (guint p = TICKS / 2; p < TICKS - 10; p++) {
    g_assert_true(heard.receivers[1].packets->pdata[p] == heard.receivers[2].packets->pdata[p]);
    g_assert_true(heard.receivers[0].packets->pdata[p] != heard.receivers[2].packets->pdata[p]);
  }
  heard_clear(&heard);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mixer/audio_voices/everybody_hears_all_but_itself", test_everybody_hears_all_but_itself);
  g_test_add_func("/mixer/audio_voices/a_muted_member_is_heard_by_nobody", test_a_muted_member_is_heard_by_nobody);
  g_test_add_func("/mixer/audio_voices/all_who_are_silent_share_one_encode", test_all_who_are_silent_share_one_encode);
  return g_test_run();
}
