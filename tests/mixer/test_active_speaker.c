/* tests/mixer/test_active_speaker.c - unit tests of mixer/active_speaker, with made-up voices. */
#include "mixer/active_speaker.h"

enum { SILENT = 70, TALK = 22, TICKS_PER_SECOND = 50 };

/* A voice: syllables of 160 ms, pauses of 60 ms. */
static guint8
voice(guint tick, guint8 level)
{
  return tick % 11 < 8 ? level : SILENT;
}

typedef struct {
  ActiveSpeaker *speaker;
  guint tick;
} Room;

/* Two members, 1 and 2; level 0 stands for silence. Returns: the speaker at the end. */
static guint
run(Room *room, guint ticks, guint8 first, guint8 second)
{
  static const guint ids[] = { 1, 2 };
  guint id = ACTIVE_SPEAKER_NOBODY;
  for (guint i = 0; i < ticks; i++, room->tick++) {
    guint8 levels[] = { first != 0 ? voice(room->tick, first) : SILENT,
                        second != 0 ? voice(room->tick + 5, second) : SILENT };
    id = active_speaker_update(room->speaker, ids, levels, 2);
  }
  return id;
}

static void
test_nobody_speaks_in_silence(void)
{
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  g_assert_cmpuint(run(&room, 500, 0, 0), ==, ACTIVE_SPEAKER_NOBODY);
}

static void
test_a_voice_becomes_speaker_within_a_second_and_is_held_through_pauses(void)
{
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  g_assert_cmpuint(run(&room, TICKS_PER_SECOND, TALK, 0), ==, 1);
  g_assert_cmpuint(run(&room, 4 * TICKS_PER_SECOND, 0, 0), ==, 1);
  g_assert_cmpuint(run(&room, 2 * TICKS_PER_SECOND, 0, 0), ==, ACTIVE_SPEAKER_NOBODY);
}

static void
test_a_cough_or_a_knock_changes_nothing(void)
{
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  g_assert_cmpuint(run(&room, 4, 0, 8), ==, ACTIVE_SPEAKER_NOBODY);  /* knock, 80 ms */
  g_assert_cmpuint(run(&room, 50, 0, 0), ==, ACTIVE_SPEAKER_NOBODY);
  g_assert_cmpuint(run(&room, 2 * TICKS_PER_SECOND, TALK, 0), ==, 1);
  for (int cough = 0; cough < 5; cough++) {
    g_assert_cmpuint(run(&room, 18, TALK, 8), ==, 1);  /* 360 ms, loud, over the speaker */
    g_assert_cmpuint(run(&room, 60, TALK, 0), ==, 1);
  }
}

static void
test_a_new_speaker_takes_over_within_a_second(void)
{
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  g_assert_cmpuint(run(&room, 3 * TICKS_PER_SECOND, TALK, 0), ==, 1);
  g_assert_cmpuint(run(&room, TICKS_PER_SECOND, 0, TALK), ==, 2);
}

static void
test_two_who_talk_at_once_do_not_flap(void)
{
  static const guint ids[] = { 1, 2 };
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  guint last = run(&room, 2 * TICKS_PER_SECOND, TALK, TALK), changes = 0;
  for (guint i = 0; i < 60 * TICKS_PER_SECOND; i++, room.tick++) {
    guint8 levels[] = { voice(room.tick, TALK), voice(room.tick * 7 / 6, TALK + 1) };
    guint id = active_speaker_update(speaker, ids, levels, 2);
    changes += id != last;
    last = id;
  }
  g_assert_cmpuint(changes, <=, 2);
}

static void
test_steady_noise_is_no_speech(void)
{
  static const guint ids[] = { 1 };
  static const guint8 fan[] = { 42 };
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  guint id = ACTIVE_SPEAKER_NOBODY;
  for (guint i = 0; i < 120 * TICKS_PER_SECOND; i++)
    id = active_speaker_update(speaker, ids, fan, 1);
  g_assert_cmpuint(id, ==, ACTIVE_SPEAKER_NOBODY);
}

static void
test_a_speaker_who_leaves_is_forgotten(void)
{
  static const guint other[] = { 2 };
  static const guint8 silent[] = { SILENT };
  g_autoptr(ActiveSpeaker) speaker = active_speaker_new();
  Room room = { speaker, 0 };
  g_assert_cmpuint(run(&room, 2 * TICKS_PER_SECOND, TALK, 0), ==, 1);
  g_assert_cmpuint(active_speaker_update(speaker, other, silent, 1), ==, ACTIVE_SPEAKER_NOBODY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/active_speaker/" #name, test_##name)
  ADD(nobody_speaks_in_silence);
  ADD(a_voice_becomes_speaker_within_a_second_and_is_held_through_pauses);
  ADD(a_cough_or_a_knock_changes_nothing);
  ADD(a_new_speaker_takes_over_within_a_second);
  ADD(two_who_talk_at_once_do_not_flap);
  ADD(steady_noise_is_no_speech);
  ADD(a_speaker_who_leaves_is_forgotten);
  return g_test_run();
}
