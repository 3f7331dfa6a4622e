/* mixer/audio_mixer.h - the thread of the audio tick, as its programs see it. */
#pragma once
#include "mixer/audio_program.h"
#include "mixer/tick_thread.h"

/* (transfer none) */
TickThread *audio_mixer_ticks(AudioMixer *self);
