/* recorder/codec_facts.h - the few facts of an encoded frame that its container must be told. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
  bool  is_keyframe;
  guint width, height;  /* pixels; 0 if it is no keyframe */
} Vp8Facts;

/* false: no VP8 frame. RFC 6386 section 9.1. */
bool vp8_facts_read(Vp8Facts *out, const guint8 *data, gsize length);

typedef struct {
  guint  channels;      /* 1 or 2 */
  gint64 duration_us;
} OpusFacts;

/* false: no Opus packet. RFC 6716 section 3.1 and 3.2. */
bool opus_facts_read(OpusFacts *out, const guint8 *data, gsize length);
