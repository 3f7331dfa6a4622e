/* mixer/program_encoder.h - the encoding half of a program: its thread, its encoder and when
 * that makes keyframes.
 *
 *   video tick: program_encoder_push() -> the one waiting canvas (the newest wins)
 *   encode:     -> VideoEncoder -> frame()
 *
 * The encoder is made at the first canvas and freed when the program has been idle for a
 * while, both on the encode thread: its memory (20 MB at 1080p) is there only while somebody
 * watches. Guarded by one lock, held for some instructions. */
#pragma once
#include "media/codec/video_encoder.h"
#include "mixer/video_program.h"

typedef struct ProgramEncoder ProgramEncoder;

/* Starts the thread, idle. @idle_us: after which an inactive program's encoder is freed.
 * Errors: what video_encoder_new() refuses. Control thread, like all below unless said
 * otherwise. */
ProgramEncoder *program_encoder_new(const VideoEncoderConfig *config, gint64 idle_us,
                                    const VideoProgramEvents *events, gpointer user,
                                    GError **error);
/* No event comes after this returned. */
void program_encoder_free(ProgramEncoder *self);

/* Active: the next frame is a keyframe, and nothing that waited before is encoded. Inactive:
 * what comes is thrown away, and no event comes after this returned. */
void program_encoder_set_active(ProgramEncoder *self, bool active);
void program_encoder_set_bitrate(ProgramEncoder *self, guint bitrate_bps);
/* The rate to expect, for an encoder that is made later; one that runs finds out. */
void program_encoder_set_fps(ProgramEncoder *self, guint numerator, guint denominator);
void program_encoder_request_keyframe(ProgramEncoder *self, bool for_join);  /* any thread */
/* @canvas: (transfer full), its capture_us is the tick. Never blocks. */
void program_encoder_push(ProgramEncoder *self, VideoFrame *canvas) ON_VIDEO_TICK;
/* Fills its part of @out. Any thread. */
void program_encoder_stats(ProgramEncoder *self, VideoProgramStats *out);
