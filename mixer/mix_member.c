/* mixer/mix_member.c - what the mix remembers of one member from tick to tick. */
#include "mixer/mix_member.h"
#include <string.h>

MixMember *
mix_member_new(guint id)
{
  MixMember *self = g_new0(MixMember, 1);
  self->id = id;
  self->level = AUDIO_LEVEL_SILENT;
  audio_output_init(&self->own);
  return self;
}

void
mix_member_free(MixMember *self)
{
  if (self == NULL)
    return;
  audio_source_unref(self->source);
  audio_output_clear(&self->own);
  g_free(self);
}

/* What was found until now is of another sound. */
static void
forget_echo(MixMember *self) ON_AUDIO_TICK
{
  echo_watch_reset(&self->echo);
  if (self->source != NULL)
    audio_source_set_echo(self->source, &self->echo.found);
}

void
mix_member_update(MixMember *self, const AudioMember *scene, bool is_unheard)
{
  AudioSource *old = self->source;
  if (old != scene->source)
    echo_watch_reset(&self->echo);
  self->source = scene->source != NULL ? audio_source_ref(scene->source) : NULL;
  audio_source_unref(old);
  if (self->is_unheard != is_unheard)
    forget_echo(self);
  self->is_unheard = is_unheard;
  self->is_muted = scene->is_muted;
  self->is_listening = scene->is_listening;
  self->hears_silence = scene->hears_silence;
  self->loss_percent = scene->loss_percent;
}

void
mix_member_pull(MixMember *self, gint64 tick_index, gint64 now_us)
{
  const gint16 *samples = NULL;
  guint8 level = AUDIO_LEVEL_SILENT;
  if (self->source != NULL)
    samples = audio_source_pull(self->source, tick_index, now_us, &level);

  if (samples == NULL || self->is_muted) {  /* what came while muted is lost for good */
    audio_gate_shut(&self->gate);
    speech_activity_reset(&self->activity);
    self->level = AUDIO_LEVEL_SILENT;
    self->contributes = false;
    return;
  }
  self->level = level;
  if (self->is_unheard) {
    audio_gate_shut(&self->gate);
    speech_activity_reset(&self->activity);
    self->contributes = false;
    return;
  }
  speech_activity_step(&self->activity, level);
  AudioGateAction action = audio_gate_step(&self->gate, level);
  self->contributes = action != AUDIO_GATE_SHUT;
  if (self->contributes) {
    memcpy(self->contribution, samples, sizeof self->contribution);
    audio_gate_fade(action, self->contribution, AUDIO_FRAME_SAMPLES);
  }
}

/* While it is muted nobody hears its echo, and what it sends is not known: it begins anew after. */
void
mix_member_watch_echo(MixMember *self, guint8 sent_level)
{
  bool was_found = self->echo.found.is_found;
  bool is_changed = false;
  if (self->source == NULL)
    return;
  if (!self->is_muted)
    is_changed = echo_watch_step(&self->echo, sent_level, self->level);
  else if (self->echo.n_ticks > 0)
    echo_watch_reset(&self->echo);
  if (is_changed || was_found != self->echo.found.is_found)
    audio_source_set_echo(self->source, &self->echo.found);
}
