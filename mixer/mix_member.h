/* mixer/mix_member.h - what the mix remembers of one member from tick to tick.
 *
 *   source -> samples -> gate -> contribution --+--> the room's sum
 *                                               +--> taken out again of the member's own mix
 *
 * Audio tick. */
#pragma once
#include "mixer/audio_gate.h"
#include "mixer/audio_output.h"
#include "mixer/audio_program.h"
#include "mixer/echo_watch.h"
#include "mixer/speech_activity.h"

/* An own mix goes on this long after its member stopped contributing: who speaks in short
 * sentences does not change encoders between them. */
enum { AUDIO_OWN_MIX_TICKS = 100 };

typedef struct {
  /* from the scene */
  guint           id;
  AudioSource    *source;      /* (nullable) a reference */
  bool            is_muted, is_listening, hears_silence;
  bool            is_unheard;  /* its level and its echo are taken, but nobody hears it: the room is tested */
  guint           loss_percent;
  /* of this tick */
  guint8          level;       /* -dBov, of the contribution as asked for; 127 if muted */
  bool            contributes;
  gint16          contribution[AUDIO_FRAME_SAMPLES];  /* if contributes */
  /* from tick to tick */
  AudioGate       gate;
  SpeechActivity  activity;
  guint           own_ticks;   /* left for the own mix; 0: hears the common one */
  AudioOutput     own;
  EchoWatch       echo;
} MixMember;

MixMember *mix_member_new(guint id);
void       mix_member_free(MixMember *self);

/* Takes over what the scene says; the state stays. */
void mix_member_update(MixMember *self, const AudioMember *scene, bool is_unheard) ON_AUDIO_TICK;
/* Fetches 20 ms and decides whether they count. */
void mix_member_pull(MixMember *self, gint64 tick_index, gint64 now_us) ON_AUDIO_TICK;
/* After the pull and the mixes of this tick. @sent_level: -dBov of the mix that it was sent. */
void mix_member_watch_echo(MixMember *self, guint8 sent_level) ON_AUDIO_TICK;
