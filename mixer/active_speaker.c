/* mixer/active_speaker.c - who has been speaking, without flapping on a cough. */
#include "mixer/active_speaker.h"
#include "media/base/audio_packet.h"
#include <stdbool.h>
#include <string.h>

enum {
  SPEECH_OVER_FLOOR_DB = 12,
  SPEECH_MIN_LEVEL_DB = -50,      /* quieter is never speech                           */
  FLOOR_RISE_TICKS = 50,          /* the noise floor rises by 1 dB a second            */
  FLOOR_MAX_DB = -40,             /* a member who never pauses must not become noise   */
  MEDIUM_TICKS = 16, LONG_TICKS = 50,
  START_MEDIUM = 8, START_LONG = 20,   /* to become speaker when nobody is           */
  SWITCH_LONG = 25,                    /* to take over                                */
  SWITCH_LEAD = 15,                    /* more speech ticks in the last second        */
  LOUDER_DB = 8, LOUDER_TICKS = 75,    /* or clearly louder for 1.5 s while both talk */
  SILENCE_TICKS = 250,
};

typedef struct {
  guint   id;
  guint64 speech;      /* bit i: was speech i ticks ago       */
  int     floor_db;
  guint   floor_age;
  int     loudness;    /* smoothed level of speech, dB * 16   */
  guint   louder_ticks;
} Member;

struct ActiveSpeaker {
  GArray *members;     /* of Member */
  guint   speaker;
  guint   silent_ticks;
};

ActiveSpeaker *
active_speaker_new(void)
{
  ActiveSpeaker *self = g_new0(ActiveSpeaker, 1);
  self->members = g_array_new(FALSE, FALSE, sizeof(Member));
  self->speaker = ACTIVE_SPEAKER_NOBODY;
  return self;
}

void
active_speaker_free(ActiveSpeaker *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->members);
  g_free(self);
}

static Member *
find(ActiveSpeaker *self, guint id)
{
  for (guint i = 0; i < self->members->len; i++) {
    Member *member = &g_array_index(self->members, Member, i);
    if (member->id == id)
      return member;
  }
  return NULL;
}

static int
count(const Member *member, guint ticks)
{
  return __builtin_popcountll(member->speech & ((G_GUINT64_CONSTANT(1) << ticks) - 1));
}

static void
follow_floor(Member *member, int level_db)
{
  if (level_db < member->floor_db) {
    member->floor_db = level_db;
    member->floor_age = 0;
  } else if (++member->floor_age >= FLOOR_RISE_TICKS) {
    member->floor_db = MIN(member->floor_db + 1, FLOOR_MAX_DB);
    member->floor_age = 0;
  }
}

static void
update_member(Member *member, guint8 level)
{
  int level_db = -(int)level;
  follow_floor(member, level_db);
  bool is_speech = level_db >= SPEECH_MIN_LEVEL_DB && level_db >= member->floor_db + SPEECH_OVER_FLOOR_DB;
  member->speech = member->speech << 1 | is_speech;
  if (is_speech)
    member->loudness += (level_db * 16 - member->loudness) / 8;
}

/* Keeps those named in @ids, in their order, with what is known of them. */
static void
keep_members(ActiveSpeaker *self, const guint *ids, const guint8 *levels, guint n)
{
  GArray *kept = g_array_sized_new(FALSE, FALSE, sizeof(Member), n);
  for (guint i = 0; i < n; i++) {
    Member *known = find(self, ids[i]);
    Member member = known != NULL ? *known
                                  : (Member) { .id = ids[i], .floor_db = -60, .loudness = -60 * 16 };
    update_member(&member, levels[i]);
    g_array_append_val(kept, member);
  }
  g_array_unref(self->members);
  self->members = kept;
}

static bool
takes_over(Member *challenger, const Member *speaker)
{
  int spoken = count(challenger, LONG_TICKS);
  bool is_talking = count(challenger, MEDIUM_TICKS) >= START_MEDIUM;
  if (speaker == NULL)
    return is_talking && spoken >= START_LONG;
  if (!is_talking || spoken < SWITCH_LONG) {
    challenger->louder_ticks = 0;
    return false;
  }
  challenger->louder_ticks = challenger->loudness >= speaker->loudness + LOUDER_DB * 16
                               ? challenger->louder_ticks + 1 : 0;
  return spoken >= count(speaker, LONG_TICKS) + SWITCH_LEAD || challenger->louder_ticks >= LOUDER_TICKS;
}

guint
active_speaker_update(ActiveSpeaker *self, const guint *ids, const guint8 *levels, guint n)
{
  keep_members(self, ids, levels, n);
  Member *speaker = find(self, self->speaker), *best = NULL;
  if (speaker == NULL)
    self->speaker = ACTIVE_SPEAKER_NOBODY;
  for (guint i = 0; i < self->members->len; i++) {
    Member *member = &g_array_index(self->members, Member, i);
    if (member == speaker || !takes_over(member, speaker))
      continue;
    if (best == NULL || member->loudness > best->loudness)
      best = member;
  }
  if (best != NULL) {
    best->louder_ticks = 0;
    self->speaker = best->id;
    self->silent_ticks = 0;
  } else if (speaker != NULL) {
    self->silent_ticks = (speaker->speech & 1) != 0 ? 0 : self->silent_ticks + 1;
    if (self->silent_ticks >= SILENCE_TICKS)
      self->speaker = ACTIVE_SPEAKER_NOBODY;
  }
  return self->speaker;
}
