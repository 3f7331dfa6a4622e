/* mixer/video_mixer.h - the thread of the video tick, as its programs see it. */
#pragma once
#include "mixer/tick_thread.h"
#include "mixer/video_program.h"

/* (transfer none) */
TickThread *video_mixer_ticks(VideoMixer *self);
void        video_mixer_rate(const VideoMixer *self, guint *fps_numerator, guint *fps_denominator);
