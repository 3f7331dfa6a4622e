/* mixer/audio_scene.c - who is mixed: a snapshot made by the room on each change. */
#include "mixer/audio_program.h"

AudioScene *
audio_scene_new(void)
{
  return g_new0(AudioScene, 1);
}

void
audio_scene_add(AudioScene *self, guint id, AudioSource *source, bool is_muted, bool is_listening)
{
  g_return_if_fail(self->n_members < AUDIO_MEMBERS_MAX);
  self->members[self->n_members++] = (AudioMember) {
    .id = id,
    .source = source != NULL ? audio_source_ref(source) : NULL,
    .is_muted = is_muted,
    .is_listening = is_listening,
  };
}

void
audio_scene_set_loss(AudioScene *self, guint percent)
{
  g_return_if_fail(self->n_members > 0 && percent <= 100);
  self->members[self->n_members - 1].loss_percent = percent;
}

void
audio_scene_set_silence(AudioScene *self)
{
  g_return_if_fail(self->n_members > 0);
  self->members[self->n_members - 1].hears_silence = true;
}

void
audio_scene_set_test(AudioScene *self)
{
  self->is_test = true;
}

void
audio_scene_free(AudioScene *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_members; i++)
    audio_source_unref(self->members[i].source);
  g_free(self);
}
