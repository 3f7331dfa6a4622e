/* tests/media/codec/test_vp8_chain.c - unit tests of media/codec/vp8_chain.
 *
 * A script is a row of frames: letters say what happens, numbers what the descriptor tells.
 *   K keyframe   D delta   - lost without a trace   ! came damaged
 *   Pn PictureID   Ln TL0PICIDX   Tn TID   Y layer sync   N non-reference
 * The expectation has one letter for each frame that came: a accepted, s skipped. */
#include "media/codec/vp8_chain.h"
#include <stdlib.h>

typedef struct { const char *what, *script, *expected; } Case;

static const Case CASES[] = {
  { "nothing before the first keyframe", "D D K D", "ssaa" },
  { "without ids a gap is fatal", "K D - D D K D", "aassaa" },
  { "PictureID without a gap", "KP5 DP6 DP7", "aaa" },
  { "PictureID proves that only padding is missing", "KP127 - DP0 DP1", "aaa" },
  { "PictureID shows a lost picture", "KP5 - DP7 DP8", "ass" },
  { "a lost non-reference picture is known by its number", "KP5 !DNP6 - DP7", "asa" },
  { "a damaged reference picture is fatal", "KP5 !DP6 DP7", "ass" },
  { "base frames go on over lost upper ones", "KP1L1T0 - DP3L2T0 - DP5L3T0", "aaa" },
  { "TL0PICIDX wraps", "KP1L255T0 - DP3L0T0", "aa" },
  { "a lost base frame is fatal", "KP1L1T0 - DP3L3T0 KP4L4T0 DP5L5T0", "asaa" },
  { "upper frame of a lost base is skipped", "KP1L1T0 - DP4L2T1Y", "as" },
  { "sync after a lost upper frame", "KP1L1T0 - DP3L2T0 DP4L2T1Y", "aaa" },
  { "no sync after a lost upper frame", "KP1L1T0 - DP3L2T0 DP4L2T1 DP5L3T0", "aasa" },
  { "upper layer goes on after its sync",
    "KP1L1T0 - DP3L2T0 DP4L2T1Y DP5L3T0 DP6L3T1", "aaaaa" },
  { "a sync of layer 2 does not mend layer 1",
    "KP1L1T0 - DP5L2T0 DP6L2T2Y DP7L2T1 DP8L3T0", "aaasa" },
  { "a damaged upper frame breaks its own layer only",
    "KP1L1T0 !DP2L1T2 DP3L1T1 DP4L1T2 DP5L2T0", "asasa" },
  { "a keyframe mends all layers", "KP1L1T0 - DP3L2T0 KP4L3T0 DP5L3T1", "aaaa" },
  { "numbering that restarts without a gap is no fault", "KP1L1T0 DP9L7T0 DP10L7T1", "aaa" },
  { "layers without TL0PICIDX go by PictureID", "KP1T0 !DP2T1 - DP3T0 DP4T1 DP5T0", "asasa" },
};

static Vp8Descriptor
read_frame(const char *text)
{
  Vp8Descriptor d = { .starts_partition = true };
  for (const char *s = text; *s != '\0'; s++) {
    guint n = (guint)atoi(s + 1);
    switch (*s) {
    case 'P': d.has_picture_id = true; d.picture_id = (guint16)n; d.picture_id_bits = 7; break;
    case 'L': d.has_tl0_pic_idx = true; d.tl0_pic_idx = (guint8)n; break;
    case 'T': d.has_temporal_id = true; d.temporal_id = (guint8)n; break;
    case 'Y': d.is_layer_sync = true; break;
    case 'N': d.is_non_reference = true; break;
    default: break;
    }
  }
  return d;
}

static void
test_frames_are_accepted_when_their_references_were(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    Vp8Chain chain;
    vp8_chain_init(&chain);
    g_auto(GStrv) frames = g_strsplit(CASES[i].script, " ", -1);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint k = 0; frames[k] != NULL; k++) {
      Vp8Descriptor d = read_frame(frames[k]);
      bool is_keyframe = frames[k][0] == 'K';
      if (frames[k][0] == '-') {
        vp8_chain_gap(&chain);
      } else if (frames[k][0] != '!' && vp8_chain_accepts(&chain, &d, is_keyframe)) {
        vp8_chain_accept(&chain, &d, is_keyframe);
        g_string_append_c(got, 'a');
      } else {
        vp8_chain_skip(&chain, &d);
        g_string_append_c(got, 's');
      }
    }
    g_test_message("%s", CASES[i].what);
    g_assert_cmpstr(got->str, ==, CASES[i].expected);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/media/codec/vp8_chain/frames_are_accepted_when_their_references_were",
                  test_frames_are_accepted_when_their_references_were);
  return g_test_run();
}
