/* tests/load/test_echo_room.c - unit tests of tests/load/echo_room: as a bridge would hear it, by its own echo watch. */
#include "tests/load/echo_room.h"
#include "media/codec/audio_decoder.h"
#include "mixer/audio_level.h"
#include "mixer/echo_watch.h"
#include "tests/load/voice_bank.h"

enum { TICK_US = 20 * 1000, TICKS = 8 * 50, ECHO_TICKS = 9 };

/* Said into the room in turns: two short sentences, a pause. */
static const AudioPacket *
said(const VoiceBank *voices, guint tick)
{
  guint n = voice_bank_packets(voices, 0, VOICE_SPEECH, 0);
  return voice_bank_packet(voices, tick / n % 2, VOICE_SPEECH, 0, tick % n);
}

static guint8
level_of(AudioDecoder *decoder, const AudioPacket *packet) ON_AUDIO_TICK
{
  gint16 samples[AUDIO_FRAME_SAMPLES * 6];
  int n = audio_decoder_decode(decoder, packet, samples, G_N_ELEMENTS(samples));
  return n == AUDIO_FRAME_SAMPLES ? audio_level(samples, AUDIO_FRAME_SAMPLES) : AUDIO_LEVEL_SILENT;
}

/* The room's thread runs in real time, the ticks do not: they wait for it. */
static AudioPacket *
take_when_made(EchoRoom *room, gint64 now_us)
{
  for (guint tries = 0; tries < 1000; tries++) {
    AudioPacket *echo = echo_room_take(room, now_us);
    if (echo != NULL)
      return echo;
    g_usleep(1000);
  }
  return NULL;
}

static void
test_a_bridge_would_hear_an_echo_of_20_db(void)
{
  assert_on_audio_tick();
  g_autoptr(VoiceBank) voices = voice_bank_new(2, G_MAXUINT, 3, 2);
  if (voice_bank_packets(voices, 0, VOICE_SPEECH, 0) == 0) {
    g_test_skip("nobody speaks without espeak-ng");
    return;
  }
  g_autoptr(EchoRoom) room = echo_room_new();
  g_autoptr(AudioDecoder) sent = audio_decoder_new(), came = audio_decoder_new();
  EchoWatch watch = { 0 };
  for (guint tick = 0; tick < TICKS; tick++) {
    const AudioPacket *mix = said(voices, tick);
    AudioPacket *heard = audio_packet_new(mix->data, mix->length);
    gint64 now_us = (gint64)tick * TICK_US;
    heard->arrival_us = now_us;
    echo_room_hear(room, heard);
    g_autoptr(AudioPacket) echo = tick >= ECHO_TICKS ? take_when_made(room, now_us) : NULL;
    g_assert_true((echo != NULL) == (tick >= ECHO_TICKS));
    echo_watch_step(&watch, level_of(sent, mix), echo != NULL ? level_of(came, echo) : AUDIO_LEVEL_SILENT);
  }
  g_assert_true(watch.found.is_found);
  g_assert_cmpuint(watch.found.loss_db, >=, 19);
  g_assert_cmpuint(watch.found.loss_db, <=, 21);
  g_assert_cmpuint(watch.found.delay_ms, >=, 180);
  g_assert_cmpuint(watch.found.delay_ms, <=, 200);
}

static void
test_what_is_late_is_dropped(void)
{
  g_autoptr(VoiceBank) voices = voice_bank_new(1, G_MAXUINT, 0, 1);
  g_autoptr(EchoRoom) room = echo_room_new();
  g_assert_null(echo_room_take(room, G_MAXINT64));
  const AudioPacket *silence = voice_bank_packet(voices, 0, VOICE_SILENCE, 0, 0);
  for (guint i = 0; i < 2; i++) {
    AudioPacket *heard = audio_packet_new(silence->data, silence->length);
    heard->arrival_us = i * G_USEC_PER_SEC;
    echo_room_hear(room, heard);
  }
  g_assert_null(echo_room_take(room, 179999));
  /* The second of them comes; the first, a second late, does not. */
  g_autoptr(AudioPacket) echo = take_when_made(room, G_USEC_PER_SEC + 180000);
  g_assert_nonnull(echo);
  g_assert_cmpint(echo->arrival_us, ==, G_USEC_PER_SEC + 180000);
  g_assert_null(echo_room_take(room, G_MAXINT64));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/echo_room/a_bridge_would_hear_an_echo_of_20_db", test_a_bridge_would_hear_an_echo_of_20_db);
  g_test_add_func("/load/echo_room/what_is_late_is_dropped", test_what_is_late_is_dropped);
  return g_test_run();
}
