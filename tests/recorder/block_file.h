/* tests/recorder/block_file.h - Matroska files of a few blocks, made by hand: any tracks, any times. */
#pragma once
#include "recorder/matroska_reader.h"

typedef struct {
  MatroskaTrackKind kind;
  guint             time_ms;
  bool              is_key;
  guint8            id;        /* its only byte */
} FileBlock;

/* @has_video, @has_audio: which tracks its head names; numbered from 1. Blocks of a kind that it does not name are
 * left out. A cluster begins at each keyframe of the picture. */
GBytes *block_file(bool has_video, bool has_audio, const FileBlock *blocks, guint n);
