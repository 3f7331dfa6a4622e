/* tests/mixer/test_active_speaker.c - unit tests of mixer/active_speaker and speech_activity,
 * with made-up voices. */
#include "mixer/active_speaker.h"
#include <stdbool.h>

enum { MEMBERS = 9, TICKS_PER_SECOND = 50, SILENT = 70, TALK = 22 };

typedef struct {
  SpeechActivity activity[MEMBERS];
  bool  is_gone[MEMBERS];
  guint tick, speaker, changes;
} Room;

static void
room_init(Room *room)
{
  *room = (Room) { .speaker = ACTIVE_SPEAKER_NOBODY };
}

static void
step(Room *room, const guint8 *levels)
{
  SpeakerCandidate candidates[MEMBERS];
  guint n = 0;
  for (guint i = 0; i < MEMBERS; i++) {
    if (room->is_gone[i])
      continue;
    speech_activity_step(&room->activity[i], levels[i]);
    candidates[n++] = (SpeakerCandidate) { i, &room->activity[i] };
  }
  guint speaker = active_speaker_decide(room->speaker, candidates, n);
  room->changes += speaker != room->speaker;
  room->speaker = speaker;
  room->tick++;
}

/* A voice: syllables of 160 ms with short dips between them, and a pause of 300 ms after
 * every ten. Nobody's start in step. */
static guint8
voice(guint tick, guint member, guint8 level)
{
  guint t = tick + member * 7;
  if (t % 125 >= 110)
    return SILENT;
  return t % 11 < 8 ? level + t * 5 % 7 : SILENT - 15;
}

/* Levels given for members 0 and 1; 0 stands for silence, the others are silent. */
static guint
run(Room *room, guint ticks, guint8 first, guint8 second)
{
  for (guint i = 0; i < ticks; i++) {
    guint8 levels[MEMBERS];
    for (guint m = 0; m < MEMBERS; m++)
      levels[m] = SILENT + m % 3;
    if (first != 0)
      levels[0] = voice(room->tick, 0, first);
    if (second != 0)
      levels[1] = voice(room->tick, 1, second);
    step(room, levels);
  }
  return room->speaker;
}

/* One loud sound of member 1 while member 0 talks, or is silent. */
static void
noise(Room *room, guint ticks, guint8 level, guint8 first)
{
  for (guint i = 0; i < ticks; i++) {
    guint8 levels[MEMBERS];
    for (guint m = 0; m < MEMBERS; m++)
      levels[m] = SILENT;
    levels[0] = first != 0 ? voice(room->tick, 0, first) : SILENT;
    levels[1] = level;
    step(room, levels);
  }
}

static void
test_nobody_speaks_in_silence(void)
{
  Room room;
  room_init(&room);
  g_assert_cmpuint(run(&room, 10 * TICKS_PER_SECOND, 0, 0), ==, ACTIVE_SPEAKER_NOBODY);
}

static void
test_a_voice_is_found_within_a_second_and_held_in_silence(void)
{
  for (guint start = 0; start < 125; start++) {  /* wherever in its rhythm it begins */
    Room room;
    room_init(&room);
    room.tick = start;
    run(&room, 5 * TICKS_PER_SECOND, 0, 0);
    g_assert_cmpuint(run(&room, 65, TALK, 0), ==, 0);  /* 1 s, and 300 ms of a pause */
    g_assert_cmpuint(run(&room, 60 * TICKS_PER_SECOND, 0, 0), ==, 0);
    g_assert_cmpuint(room.changes, ==, 1);
  }
}

static void
test_a_new_speaker_takes_over_within_about_a_second(void)
{
  for (guint start = 0; start < 125; start++) {
    Room room;
    room_init(&room);
    run(&room, 10 * TICKS_PER_SECOND + start, TALK, 0);
    g_assert_cmpuint(run(&room, 65, 0, TALK + 10), ==, 1);  /* though not as loud */
    g_assert_cmpuint(room.changes, ==, 2);
  }
}

static void
test_a_knock_or_a_cough_changes_nothing(void)
{
  static const struct { guint ticks; guint8 level; } NOISES[] = {
    { 1, 3 }, { 3, 5 }, { 5, 8 }, { 10, 10 }, { 15, 8 }, { 20, 10 },  /* up to 400 ms */
  };
  for (guint n = 0; n < G_N_ELEMENTS(NOISES); n++)
    for (guint8 first = 0; first <= TALK; first += TALK) {
      Room room;
      room_init(&room);
      run(&room, 5 * TICKS_PER_SECOND, TALK, 0);
      run(&room, 3 * TICKS_PER_SECOND, first, 0);  /* 0 has gone silent, or talks on */
      for (guint again = 0; again < 10; again++) {
        noise(&room, NOISES[n].ticks, NOISES[n].level, first);
        g_assert_cmpuint(run(&room, 2 * TICKS_PER_SECOND, first, 0), ==, 0);
      }
      g_assert_cmpuint(room.changes, ==, 1);
    }
}

static void
test_knocks_in_an_empty_room_make_no_speaker(void)
{
  Room room;
  room_init(&room);
  for (guint i = 0; i < 20; i++) {
    noise(&room, 4, 5, 0);
    run(&room, TICKS_PER_SECOND, 0, 0);
  }
  g_assert_cmpuint(room.speaker, ==, ACTIVE_SPEAKER_NOBODY);
}

static void
test_who_interrupts_for_good_takes_over(void)
{
  Room room;
  room_init(&room);
  run(&room, 10 * TICKS_PER_SECOND, TALK + 12, 0);
  g_assert_cmpuint(run(&room, 5 * TICKS_PER_SECOND, TALK + 12, TALK - 8), ==, 1);
  g_assert_cmpuint(room.changes, ==, 2);
}

static void
test_two_who_talk_at_once_do_not_flap(void)
{
  Room room;
  room_init(&room);
  run(&room, 60 * TICKS_PER_SECOND, TALK, TALK);
  g_assert_cmpuint(room.changes, ==, 1);
}

static void
test_interjections_leave_the_speaker(void)
{
  Room room;
  room_init(&room);
  run(&room, 5 * TICKS_PER_SECOND, TALK, 0);
  for (guint i = 0; i < 20; i++) {  /* "vâng" now and then */
    noise(&room, 15, TALK, TALK);
    run(&room, 2 * TICKS_PER_SECOND, TALK, 0);
  }
  g_assert_cmpuint(room.speaker, ==, 0);
  g_assert_cmpuint(room.changes, ==, 1);
}

static void
test_steady_noise_is_no_speech(void)
{
  for (guint8 fan = 41; fan <= 60; fan++) {
    Room room;
    room_init(&room);
    for (guint i = 0; i < 60 * TICKS_PER_SECOND; i++) {
      guint8 levels[MEMBERS];
      for (guint m = 0; m < MEMBERS; m++)
        levels[m] = fan + (i * 7 + m) % 3;
      /* a packet lost on the way is no quiet room */
      levels[i % MEMBERS] = i % 97 == 0 ? 127 : levels[i % MEMBERS];
      step(&room, levels);
    }
    g_assert_cmpuint(room.speaker, ==, ACTIVE_SPEAKER_NOBODY);
  }
}

static void
test_speech_over_steady_noise_is_found(void)
{
  Room room;
  room_init(&room);
  guint8 levels[MEMBERS];
  for (guint i = 0; i < 10 * TICKS_PER_SECOND; i++) {
    for (guint m = 0; m < MEMBERS; m++)
      levels[m] = 46;
    if (i > 5 * TICKS_PER_SECOND)
      levels[4] = MIN(voice(i, 4, TALK), 46);
    step(&room, levels);
  }
  g_assert_cmpuint(room.speaker, ==, 4);
  g_assert_cmpuint(room.changes, ==, 1);
}

static void
test_who_leaves_or_is_muted_is_speaker_no_more(void)
{
  Room room;
  room_init(&room);
  g_assert_cmpuint(run(&room, 3 * TICKS_PER_SECOND, TALK, 0), ==, 0);
  room.is_gone[0] = true;
  g_assert_cmpuint(run(&room, 1, 0, 0), ==, ACTIVE_SPEAKER_NOBODY);
  g_assert_cmpuint(run(&room, 2 * TICKS_PER_SECOND, 0, TALK), ==, 1);
}

static void
test_windows_count_what_is_in_them(void)
{
  SpeechActivity activity;
  speech_activity_reset(&activity);
  for (guint i = 0; i < 400; i++)
    speech_activity_step(&activity, 75);
  for (guint i = 1; i <= 200; i++) {
    speech_activity_step(&activity, 25);
    g_assert_cmpuint(activity.active_ticks[SPEECH_SHORT], ==, MIN(i, SPEECH_SHORT_TICKS));
    g_assert_cmpuint(activity.active_ticks[SPEECH_MEDIUM], ==, MIN(i, SPEECH_MEDIUM_TICKS));
    g_assert_cmpuint(activity.active_ticks[SPEECH_LONG], ==, MIN(i, SPEECH_LONG_TICKS));
  }
  for (guint i = 0; i < SPEECH_LONG_TICKS; i++)
    speech_activity_step(&activity, 75);
  for (guint scale = 0; scale < SPEECH_SCALES; scale++) {
    g_assert_cmpuint(activity.active_ticks[scale], ==, 0);
    g_assert_cmpuint(activity.excess_db[scale], ==, 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/mixer/active_speaker/" #name, test_##name)
  ADD(nobody_speaks_in_silence);
  ADD(a_voice_is_found_within_a_second_and_held_in_silence);
  ADD(a_new_speaker_takes_over_within_about_a_second);
  ADD(a_knock_or_a_cough_changes_nothing);
  ADD(knocks_in_an_empty_room_make_no_speaker);
  ADD(who_interrupts_for_good_takes_over);
  ADD(two_who_talk_at_once_do_not_flap);
  ADD(interjections_leave_the_speaker);
  ADD(steady_noise_is_no_speech);
  ADD(speech_over_steady_noise_is_found);
  ADD(who_leaves_or_is_muted_is_speaker_no_more);
  ADD(windows_count_what_is_in_them);
  return g_test_run();
}
