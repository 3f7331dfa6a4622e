/* tests/media/codec/test_video_jitter.c - unit tests of media/codec/video_jitter.
 *
 * Most tests are scripts in virtual time. A word is one packet, "seq/frame/what":
 *   K starts a keyframe   D starts a delta frame   c goes on   p padding   x garbage
 *   m marker   N non-reference   Y layer sync   Pn PictureID   Ln TL0PICIDX   Tn TID
 * "@n" moves the clock to n ms, "reset" is the decoder's complaint. After each word the
 * buffer is emptied; what came out stands in the expectation as "K1@0": the kind, the
 * frame, the time. "pli@n": from now on a keyframe is wanted. RTT is 20 ms, so a hole is waited
 * for 300 ms. */
#include "media/codec/video_jitter.h"
#include <stdlib.h>
#include <string.h>

enum { RTT_US = 20000, TICKS_PER_FRAME = 3000 };

typedef struct {
  VideoJitter *jitter;
  GString *out;
  gint64   now_ms;
  bool     wanted;
} Rig;

static void
push(Rig *rig, gint64 seq, guint frame, const char *what)
{
  assert_on_net();
  g_autoptr(Packet) packet = packet_new();
  guint8 *b = packet->data;
  bool has_extension = strpbrk(what, "PLT") != NULL;
  guint8 first = has_extension ? 0x80 : 0, extension = 0, tid = 0;
  gsize n = has_extension ? 2 : 1;
  char kind = what[0];
  if (kind == 'K' || kind == 'D')
    first |= 0x10;
  for (const char *s = what; *s != '\0'; s++) {
    guint value = (guint)atoi(s + 1);
    switch (*s) {
    case 'N': first |= 0x20; break;
    case 'P': extension |= 0x80; b[n++] = (guint8)(0x80 | value >> 8); b[n++] = (guint8)value; break;
    case 'L': extension |= 0x40; b[n++] = (guint8)value; break;
    case 'T': extension |= 0x20; tid = (guint8)(value << 6); break;
    default: break;
    }
  }
  if (extension & 0x20)
    b[n++] = tid | (strchr(what, 'Y') != NULL ? 0x20 : 0);
  b[0] = first;
  if (has_extension)
    b[1] = extension;
  const guint8 key[] = { 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00 };
  const guint8 delta[] = { 0x11, 0, 0, 0 };
  if (kind == 'K') {
    memcpy(b + n, key, sizeof key);
    n += sizeof key;
  } else if (kind != 'x') {
    memcpy(b + n, delta, sizeof delta);
    n += sizeof delta;
  }
  packet->length = kind == 'p' ? 0 : n;
  video_jitter_push(rig->jitter, packet, b, packet->length, seq, frame * TICKS_PER_FRAME,
                    strchr(what, 'm') != NULL, -1, rig->now_ms * 1000);
}

static void
drain(Rig *rig)
{
  assert_on_net();
  EncodedFrame *frame;
  while ((frame = video_jitter_pop(rig->jitter, rig->now_ms * 1000, RTT_US)) != NULL) {
    g_string_append_printf(rig->out, "%s%c%u@%d", rig->out->len > 0 ? " " : "",
                           frame->is_keyframe ? 'K' : 'D', frame->rtp_timestamp / TICKS_PER_FRAME,
                           (int)rig->now_ms);
    encoded_frame_unref(frame);
  }
  bool wants = video_jitter_wants_keyframe(rig->jitter);
  if (wants && !rig->wanted)
    g_string_append_printf(rig->out, "%spli@%d", rig->out->len > 0 ? " " : "", (int)rig->now_ms);
  rig->wanted = wants;
}

static void
run(const char *what, const char *script, const char *expected)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  Rig rig = { .jitter = jitter, .out = g_string_new(NULL), .now_ms = 0 };
  g_auto(GStrv) words = g_strsplit(script, " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (words[i][0] == '\0')
      continue;
    if (words[i][0] == '@') {
      /* The clock goes on in steps of the poll, so that what is due happens on the way. */
      for (gint64 until = atoi(words[i] + 1); rig.now_ms < until;) {
        rig.now_ms = MIN(rig.now_ms + 5, until);
        drain(&rig);
      }
    } else if (g_str_equal(words[i], "reset")) {
      video_jitter_reset(jitter);
    } else {
      char *end;
      gint64 seq = g_ascii_strtoll(words[i], &end, 10);
      guint frame = (guint)g_ascii_strtoull(end + 1, &end, 10);
      push(&rig, seq, frame, end + 1);
    }
    drain(&rig);
  }
  g_test_message("%s", what);
  g_assert_cmpstr(rig.out->str, ==, expected);
  g_string_free(rig.out, TRUE);
}

typedef struct { const char *what, *script, *expected; } Case;

static void
run_all(const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    run(cases[i].what, cases[i].script, cases[i].expected);
}

static void
test_frames_are_assembled_from_start_to_marker(void)
{
  static const Case cases[] = {
    { "one packet a frame", "10/1/Km 11/2/Dm 12/3/Dm", "K1@0 D2@0 D3@0" },
    { "several packets a frame", "10/1/K 11/1/c @7 12/1/cm 13/2/D 14/2/cm", "K1@7 D2@7" },
    { "reordered inside a frame", "10/1/K 12/1/cm @3 11/1/c", "K1@3" },
    { "reordered frames", "10/1/Km 12/3/Dm @2 11/2/Dm", "K1@0 D2@2 D3@2" },
    { "reordered at the very start", "11/1/c 12/1/cm @4 10/1/K 13/2/Dm", "K1@4 D2@4" },
    { "duplicates", "10/1/K 10/1/K 11/1/cm 11/1/cm 10/1/K 12/2/Dm 12/2/Dm", "K1@0 D2@0" },
    { "sequence numbers around a wrap", "65535/1/K 65536/1/cm 65537/2/Dm", "K1@0 D2@0" },
    { "marker forgotten, next frame follows", "10/1/K 11/1/c 12/2/Dm", "K1@0 D2@0" },
    { "timestamp changes inside a frame", "10/1/Km 11/2/D 12/3/cm 13/4/Dm", "K1@0 pli@0" },
    { "timestamp going backwards", "10/9/Km 11/2/Dm 12/1/Dm", "K9@0 D2@0 D1@0" },
    { "same timestamp twice", "10/1/Km 11/1/Dm", "K1@0 D1@0" },
    { "padding between frames", "10/1/Km 11/1/p 12/1/p 13/2/Dm", "K1@0 D2@0" },
    { "padding inside a frame", "10/1/K 11/1/p 12/1/cm 13/2/Dm", "K1@0 D2@0" },
  };
  run_all(cases, G_N_ELEMENTS(cases));
}

static void
test_hole_is_waited_for_and_then_given_up(void)
{
  static const Case cases[] = {
    { "filled in time", "10/1/Km 11/2/D @10 13/3/Dm @100 12/2/cm", "K1@0 D2@100 D3@100" },
    { "given up", "10/1/Km 11/2/D @10 13/3/Dm @400 12/2/cm 14/4/Km", "K1@0 pli@310 K4@400" },
    { "whole frame lost", "10/1/Km @10 12/3/Dm @400 13/4/Dm", "K1@0 pli@310" },
    { "keyframe makes the hole irrelevant", "10/1/Km 12/3/Dm @20 13/4/Km 14/5/Dm", "K1@0 K4@20 D5@20" },
    { "a hole in a keyframe is waited for without asking again",
      "10/1/K 12/1/cm @60 11/1/c", "K1@60" },
    { "a keyframe that stays incomplete is asked for again",
      "10/1/K 12/1/cm @350 13/2/Dm 14/3/Km", "pli@300 K3@350" },
    { "each hole has its own time",
      "10/1/Km 11/2/D 13/2/c @100 15/2/cm @110 12/2/c @399 14/2/c", "K1@0 D2@399" },
  };
  run_all(cases, G_N_ELEMENTS(cases));
}

static void
test_upper_layer_is_never_waited_for(void)
{
  static const Case cases[] = {
    { "lost upper frame", "1/1/KmP1L1T0 3/3/DmP3L2T0 4/4/DmP4L2T1Y", "K1@0 D3@0 D4@0" },
    { "incomplete upper frame",
      "1/1/KmP1L1T0 2/2/DP2L1T1YN 4/3/DmP3L2T0", "K1@0 D3@0" },
    { "its late rest is of no use",
      "1/1/KmP1L1T0 2/2/DP2L1T1YN 4/3/DmP3L2T0 3/2/cmP2L1T1YN 5/4/DmP4L2T1Y", "K1@0 D3@0 D4@0" },
    { "a base frame is waited for, its upper frame with it",
      "1/1/KmP1L1T0 3/3/DmP3L2T1Y @50 2/2/DmP2L2T0", "K1@0 D2@50 D3@50" },
    { "lost base frame",
      "1/1/KmP1L1T0 3/3/DmP3L2T1Y 4/4/DmP4L3T0 @350", "K1@0 pli@300" },
    { "an upper frame that never ends is no reason for a keyframe",
      "1/1/KmP1L1T0 2/2/DP2L1T1YN 4/2/cP2L1T1YN @400 5/2/cmP2L1T1YN 6/3/DmP3L2T0", "K1@0 D3@400" },
    { "non-reference frame without layers",
      "1/1/KmP1 2/2/DNP2 4/3/DmP3", "K1@0 D3@0" },
    { "PictureID shows that only padding was lost", "1/1/KmP1 3/2/DmP2", "K1@0 D2@0" },
  };
  run_all(cases, G_N_ELEMENTS(cases));
}

static void
test_keyframe_is_wanted_until_it_comes(void)
{
  static const Case cases[] = {
    { "joined in the middle", "10/5/Dm 11/6/Dm @10 12/7/Km 13/8/Dm", "pli@0 K7@10 D8@10" },
    { "joined inside a keyframe", "10/5/c 11/5/cm @400", "pli@300" },
    { "not while a keyframe trickles in",
      "10/5/Dm 11/6/K @300 12/6/c @320 13/6/cm", "pli@0 K6@320" },
    { "after a complaint of the decoder", "1/1/Km reset 2/2/Dm 3/3/Km", "K1@0 pli@0 K3@0" },
    { "garbage instead of a payload", "1/1/Km 2/2/D 3/2/x 4/2/cm 5/3/Dm", "K1@0 pli@0" },
    { "garbage between frames", "1/1/KmP1 2/2/x 3/2/DmP2", "K1@0 D2@0" },
    { "only padding", "1/1/p 2/1/p @500", "pli@300" },
  };
  run_all(cases, G_N_ELEMENTS(cases));
}

static void
test_stream_may_start_again(void)
{
  static const Case cases[] = {
    { "far ahead", "10/1/Km 9000/50/Km 9001/51/Dm", "K1@0 K50@0 D51@0" },
    { "far behind needs two in a row", "9000/1/Km 10/1/Km 11/2/Dm 12/3/Km", "K1@0 pli@0 K3@0" },
    { "one stray packet changes nothing", "9000/1/Km 10/1/Dm 9001/2/Dm", "K1@0 D2@0" },
    { "a little behind, but newer", "900/1/Km 800/70/Km 801/71/Km 802/72/Dm", "K1@0 K71@0 D72@0" },
    { "late retransmissions are no restart",
      "10/1/Km 11/2/Dm 12/3/Dm 10/1/Km 11/2/Dm 13/4/Dm", "K1@0 D2@0 D3@0 D4@0" },
  };
  run_all(cases, G_N_ELEMENTS(cases));
}

static void
test_late_packets_are_counted(void)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  Rig rig = { .jitter = jitter, .out = g_string_new(NULL) };
  push(&rig, 10, 1, "Km");
  push(&rig, 11, 2, "x");
  push(&rig, 12, 3, "Dm");
  drain(&rig);
  push(&rig, 10, 1, "Km");
  VideoJitterStats stats;
  video_jitter_stats(jitter, &stats);
  g_assert_cmpuint(stats.packets_late, ==, 1);
  g_assert_cmpuint(stats.packets_malformed, ==, 1);
  g_assert_cmpuint(stats.keyframes, ==, 1);
  g_assert_cmpuint(stats.frames_released, ==, 1);
  g_assert_cmpuint(stats.frames_dropped, ==, 1);
  g_assert_cmpint(video_jitter_oldest_needed(jitter), ==, 13);
  g_string_free(rig.out, TRUE);
}

static void
test_too_many_waiting_frames_give_up_the_hole(void)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  Rig rig = { .jitter = jitter, .out = g_string_new(NULL) };
  push(&rig, 10, 1, "Km");
  for (guint i = 0; i < 70; i++) {
    push(&rig, 12 + i, 3 + i, "Dm");
    drain(&rig);
  }
  g_assert_cmpstr(rig.out->str, ==, "K1@0 pli@0");
  g_assert_cmpint(video_jitter_oldest_needed(jitter), ==, 82);
  g_string_free(rig.out, TRUE);
}

static void
test_too_many_packets_give_up_the_oldest(void)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  Rig rig = { .jitter = jitter, .out = g_string_new(NULL) };
  push(&rig, 10, 1, "Km");
  push(&rig, 11, 2, "D");
  for (gint64 seq = 13; seq < 6000; seq++)
    push(&rig, seq, 2, "c");
  drain(&rig);
  g_assert_cmpint(video_jitter_oldest_needed(jitter), >=, 6000 - 2048);
  push(&rig, 6000, 3, "Km");
  drain(&rig);
  g_assert_true(g_str_has_suffix(rig.out->str, "K3@0"));
  g_string_free(rig.out, TRUE);
}

static void
test_frame_carries_bytes_arrival_and_rotation(void)
{
  assert_on_net();
  g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
  const guint8 first[] = { 0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xf0, 0x00, 0x87, 0x00 };
  const guint8 second[] = { 0x00, 7, 8, 9 };
  for (int i = 0; i < 2; i++) {
    g_autoptr(Packet) packet = packet_new();
    const guint8 *bytes = i == 0 ? first : second;
    packet->length = i == 0 ? sizeof first : sizeof second;
    memcpy(packet->data, bytes, packet->length);
    video_jitter_push(jitter, packet, packet->data, packet->length, 5 + i, 1234, i == 1,
                      i == 1 ? 3 : -1, 1000 + i);
  }
  g_autoptr(EncodedFrame) frame = video_jitter_pop(jitter, 2000, 0);
  g_assert_nonnull(frame);
  g_assert_cmpuint(frame->length, ==, 13);
  g_assert_cmpmem(frame->data, 10, first + 1, 10);
  g_assert_cmpmem(frame->data + 10, 3, second + 1, 3);
  g_assert_cmpint(frame->capture_us, ==, 1000);
  g_assert_cmpuint(frame->quarter_turns, ==, 3);
  g_assert_cmpuint(frame->rtp_timestamp, ==, 1234);
  g_assert_cmpuint(frame->width, ==, 240);
  g_assert_cmpuint(frame->height, ==, 135);
}

/* Whatever is lost, reordered or doubled: base frames come out in order, without a gap since
 * the last keyframe, and the stream always recovers once keyframes get through. */
static void
test_released_frames_are_always_decodable(void)
{
  assert_on_net();
  for (guint seed = 1; seed <= 200; seed++) {
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(VideoJitter) jitter = video_jitter_new(VIDEO_CODEC_VP8);
    Rig rig = { .jitter = jitter, .out = g_string_new(NULL) };
    int last_base = -1, released = 0;
    gint64 seq = 65500;
    for (int f = 0; f < 400; f++) {
      int n = g_rand_int_range(rand, 1, 5), base = f / 2;
      bool is_key = f % 2 == 0 && (f == 0 || video_jitter_wants_keyframe(jitter));
      g_autofree char *ids = g_strdup_printf("P%dL%dT%d%s", f, base & 0xff, f % 2, f % 2 ? "YN" : "");
      for (int i = 0; i < n; i++) {
        g_autofree char *what = g_strdup_printf("%c%s%s", i > 0 ? 'c' : is_key ? 'K' : 'D',
                                                i == n - 1 ? "m" : "", ids);
        gint64 s = seq++;
        if (f < 380 && g_rand_int_range(rand, 0, 100) < 8)
          continue;
        push(&rig, s, (guint)f, what);
        if (g_rand_int_range(rand, 0, 100) < 5)
          push(&rig, s, (guint)f, what);
      }
      rig.now_ms += 33;
      EncodedFrame *frame;
      while ((frame = video_jitter_pop(jitter, rig.now_ms * 1000, RTT_US)) != NULL) {
        int number = (int)(frame->rtp_timestamp / TICKS_PER_FRAME);
        if (number % 2 == 1)
          g_assert_cmpint(number / 2, ==, last_base);
        else if (!frame->is_keyframe)
          g_assert_cmpint(number / 2, ==, last_base + 1);
        if (number % 2 == 0)
          last_base = number / 2;
        released++;
        encoded_frame_unref(frame);
      }
    }
    g_assert_cmpint(released, >, 100);
    g_assert_cmpint(last_base, ==, 199);
    g_string_free(rig.out, TRUE);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/codec/video_jitter/" #name, test_##name)
  ADD(frames_are_assembled_from_start_to_marker);
  ADD(hole_is_waited_for_and_then_given_up);
  ADD(upper_layer_is_never_waited_for);
  ADD(keyframe_is_wanted_until_it_comes);
  ADD(stream_may_start_again);
  ADD(late_packets_are_counted);
  ADD(too_many_waiting_frames_give_up_the_hole);
  ADD(too_many_packets_give_up_the_oldest);
  ADD(frame_carries_bytes_arrival_and_rotation);
  ADD(released_frames_are_always_decodable);
#undef ADD
  return g_test_run();
}
