/* mixer/audio_program.h - one room's mix: everybody hears all but itself.
 *
 *   audio tick (20 ms): AudioSource -> level, active speaker -> sum -> minus self
 *                       -> limiter -> AudioEncoder -> events.mix
 *
 *   and beside it:      what each was sent, what came of it -> EchoWatch -> audio_source_echo()
 *
 * Members who would hear the same samples share one encode: whoever contributes nothing
 * (silent, muted, only listening) hears the full mix. In-band FEC follows the loss towards
 * its receivers: an own mix's the member's own, the common mix's that of the worst of its
 * listeners up to AUDIO_COMMON_LOSS_MAX, because FEC costs all of them. An AudioMixer is the thread of the
 * audio tick and drives every program. */
#pragma once
#include "media/base/delay_histogram.h"
#include "mixer/audio_source.h"

typedef struct AudioMixer AudioMixer;
typedef struct AudioProgram AudioProgram;

enum {
  AUDIO_MEMBERS_MAX = 128,
  AUDIO_COMMON_LOSS_MAX = 15,  /* percent; measured: beyond it FEC gets no better at 32 kbit/s */
};

typedef struct {
  guint        id;        /* the room's own number of this member, returned in events  */
  AudioSource *source;    /* (nullable) a reference: NULL: only listens                 */
  bool         is_muted;  /* digital silence for everyone, enforced here                */
  bool         is_listening; /* wants the mix                                           */
  bool         hears_silence; /* gets an encode of digital silence in its place, in which no member ever was */
  guint        loss_percent; /* measured towards this member: in-band FEC is made for it */
} AudioMember;

typedef struct {
  bool        is_test;
  guint       n_members;
  AudioMember members[AUDIO_MEMBERS_MAX];
} AudioScene;

AudioScene *audio_scene_new(void);
void        audio_scene_add(AudioScene *self, guint id, AudioSource *source, bool is_muted, bool is_listening);
/* Of the member added last. A new value does not disturb the sound: it may change often. */
void        audio_scene_set_loss(AudioScene *self, guint percent);
/* Of the member added last, who listens: silence, not the mix. */
void        audio_scene_set_silence(AudioScene *self);
/* Nobody hears anybody: in place of all of them the mix is a test signal (test_signal.h), enforced here. Levels and
 * echoes are taken of who is not muted; nobody speaks. */
void        audio_scene_set_test(AudioScene *self);
void        audio_scene_free(AudioScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AudioScene, audio_scene_free)

typedef struct {
  /* One encoded mix and the @n_ids members it is for. @packet: (transfer full). Audio
   * tick; must not block. */
  void (*mix)(AudioPacket *packet, const guint *ids, guint n_ids, gpointer user);
  /* The active speaker changed. @id: G_MAXUINT: nobody. Audio tick; must not block. */
  void (*active_speaker)(guint id, gpointer user);
  /* (nullable) What is mixed from this tick on follows the scene of @serial, or a later one. Audio tick;
   * must not block. */
  void (*scene_taken)(guint serial, gpointer user);
} AudioProgramEvents;

typedef struct {
  guint64 ticks, ticks_late, encodes, encode_errors;
  gint64  cpu_us;                 /* total thread CPU time of this program's ticks  */
  gint64  tick_lateness_max_us;   /* since the last call of _stats                  */
} AudioProgramStats;

AudioMixer *audio_mixer_new(void);
void        audio_mixer_free(AudioMixer *self);  /* after its programs */
/* As video_mixer_lateness(). Any thread. */
gint64      audio_mixer_lateness(AudioMixer *self, DelayHistogram *out);

/* @bitrate_bps: of each mix. */
AudioProgram *audio_program_new(AudioMixer *mixer, guint bitrate_bps,
                                const AudioProgramEvents *events, gpointer user);
void          audio_program_free(AudioProgram *self);  /* no event comes after */
/* @scene: (transfer full): mixed from the next tick on. A member who stays keeps its state.
 * Returns: its serial, one more than the last one's. */
guint         audio_program_set_scene(AudioProgram *self, AudioScene *scene);
void          audio_program_stats(AudioProgram *self, AudioProgramStats *out);
/* Levels of the members that have a source, at the last tick, in -dBov (127: silent). Returns: how many were
 * written. Any thread. */
guint         audio_program_levels(AudioProgram *self, guint *ids, guint8 *levels, guint max);
