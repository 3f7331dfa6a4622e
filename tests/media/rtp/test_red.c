/* tests/media/rtp/test_red.c - unit tests of media/rtp/red and red_sender. */
#include "media/rtp/red.h"
#include "media/rtp/red_sender.h"
#include "media/rtp/track_out.h"

enum { OPUS = 111 };

static void
test_what_is_written_is_read(void)
{
  guint8 bytes[256];
  for (guint n = 0; n <= 3; n++) {
    static const RedOlder OLDER[] = {
      { 2880, (const guint8 *)"oldest", 6 }, { 1920, (const guint8 *)"", 0 }, { 960, (const guint8 *)"old", 3 },
    };
    ByteWriter writer = byte_writer(bytes, sizeof bytes);
    red_write(&writer, OPUS, OLDER, n, (const guint8 *)"new!", 4);
    g_assert_false(writer.failed);
    RedPayload red;
    g_assert_true(red_parse(&red, bytes, writer.length));
    g_assert_cmpuint(red.n_older, ==, n);
    for (guint i = 0; i < n; i++) {
      g_assert_cmpuint(red.older[i].payload_type, ==, OPUS);
      g_assert_cmpuint(red.older[i].timestamp_offset, ==, OLDER[i].timestamp_offset);
      g_assert_cmpmem(bytes + red.older[i].offset, red.older[i].length, OLDER[i].data, OLDER[i].length);
    }
    g_assert_cmpuint(red.primary.payload_type, ==, OPUS);
    g_assert_cmpmem(bytes + red.primary.offset, red.primary.length, "new!", 4);
  }
}

/* RFC 2198 section 4: the header of an 8 kHz block 160 samples back, 14 bytes long. */
static void
test_bits_lie_where_the_rfc_says(void)
{
  static const guint8 PAYLOAD[] = { 0x80 | 7, 0x02, 0x80, 0x02, 5, 'a', 'b', 'c' };
  RedPayload red;
  g_assert_true(red_parse(&red, PAYLOAD, sizeof PAYLOAD));
  g_assert_cmpuint(red.n_older, ==, 1);
  g_assert_cmpuint(red.older[0].payload_type, ==, 7);
  g_assert_cmpuint(red.older[0].timestamp_offset, ==, 160);
  g_assert_cmpuint(red.older[0].length, ==, 2);
  g_assert_cmpuint(red.older[0].offset, ==, 5);
  g_assert_cmpuint(red.primary.payload_type, ==, 5);
  g_assert_cmpuint(red.primary.offset, ==, 7);
  g_assert_cmpuint(red.primary.length, ==, 1);
}

static void
test_what_is_cut_short_or_overfull_is_refused(void)
{
  static const guint8 WHOLE[] = { 0x80 | OPUS, 0x0F, 0x00, 0x03, OPUS, 1, 2, 3 };
  RedPayload red;
  for (gsize length = 0; length < sizeof WHOLE; length++)
    g_assert_false(red_parse(&red, WHOLE, length));
  g_assert_true(red_parse(&red, WHOLE, sizeof WHOLE));
  g_assert_cmpuint(red.primary.length, ==, 0);
  guint8 many[4 * (RED_OLDER_MAX + 1) + 1] = { 0 };
  for (guint n = RED_OLDER_MAX; n <= RED_OLDER_MAX + 1; n++) {
    for (guint i = 0; i < n; i++)
      many[4 * i] = 0x80 | OPUS;
    many[4 * n] = OPUS;
    g_assert_cmpint(red_parse(&red, many, 4 * n + 1), ==, n == RED_OLDER_MAX);
  }
}

/* ---- the sender ---- */

static AudioPacket *
sound(guint i, gsize length)
{
  guint8 bytes[AUDIO_PACKET_BYTES_MAX];
  memset(bytes, (int)i, sizeof bytes);
  AudioPacket *audio = audio_packet_new(bytes, length);
  audio->has_level = true;
  audio->level = (guint8)i;
  return audio;
}

/* Sends packet @i. Returns: copies in it; -1: sent as it is. */
static int
copies_sent(RedSender *sender, guint i, gsize length, guint32 timestamp)
{
  assert_on_net();
  g_autoptr(AudioPacket) audio = sound(i, length), red = red_sender_wrap(sender, audio, timestamp);
  if (red == NULL)
    return -1;
  RedPayload payload;
  g_assert_true(red_parse(&payload, red->data, red->length));
  g_assert_true(red->has_level && red->level == audio->level);
  g_assert_cmpmem(red->data + payload.primary.offset, payload.primary.length, audio->data, audio->length);
  for (guint k = 0; k < payload.n_older; k++)
    g_assert_cmpuint(red->data[payload.older[k].offset], ==, i - (payload.n_older - k));
  return (int)payload.n_older;
}

static void
test_copies_follow_the_reported_loss_with_hysteresis(void)
{
  assert_on_net();
  static const struct { double loss; int copies; } STEPS[] = {
    { 0.00, -1 }, { 0.04, -1 }, { 0.04, -1 }, { 0.12, 1 }, { 0.03, 1 }, { 0.03, 1 }, { 0.03, 1 },
    { 0.30, 2 }, { 0.10, 2 }, { 0.10, 2 }, { 0.05, 1 }, { 0.00, 1 }, { 0.00, 1 },
    { 0.00, -1 }, { 0.03, -1 }, { 0.03, -1 },
  };
  RedSender sender;
  red_sender_init(&sender, OPUS, TRACK_OUT_PAYLOAD_MAX);
  guint i = 0;
  g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, -1);
  for (gsize k = 0; k < G_N_ELEMENTS(STEPS); k++) {
    red_sender_on_report(&sender, STEPS[k].loss);
    for (guint n = 0; n < 5; n++) {
      i++;
      g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, STEPS[k].copies);
    }
  }
  red_sender_on_report(&sender, 1);
  red_sender_limit(&sender, 1);
  i++;
  g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, 1);
  red_sender_limit(&sender, 0);
  i++;
  g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, -1);
  red_sender_limit(&sender, 9);
  i++;
  g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, 2);
  red_sender_clear(&sender);
}

static void
test_a_copy_that_does_not_fit_is_left_out(void)
{
  assert_on_net();
  RedSender sender;
  red_sender_init(&sender, OPUS, TRACK_OUT_PAYLOAD_MAX);
  red_sender_on_report(&sender, 0.5);
  guint i = 1;
  g_assert_cmpint(copies_sent(&sender, i++, 80, 0xFFFFFC40u), ==, -1);  /* there is nothing before it */
  g_assert_cmpint(copies_sent(&sender, i++, 80, 0), ==, 1);             /* over the wrap              */
  g_assert_cmpint(copies_sent(&sender, i++, 500, 960), ==, 2);
  g_assert_cmpint(copies_sent(&sender, i++, 500, 1920), ==, 2);
  g_assert_cmpint(copies_sent(&sender, i++, 500, 2880), ==, 1);         /* three do not fit the MTU   */
  g_assert_cmpint(copies_sent(&sender, i++, 1100, 3840), ==, -1);
  g_assert_cmpint(copies_sent(&sender, i++, 20, 4800), ==, -1);         /* a block has 1023 bytes     */
  g_assert_cmpint(copies_sent(&sender, i++, 20, 4800 + 960), ==, 1);
  g_assert_cmpint(copies_sent(&sender, i++, 20, 5760 + 16384), ==, -1); /* a pause of 341 ms          */
  g_assert_cmpint(copies_sent(&sender, i++, 20, 5760 + 16384), ==, -1); /* a clock that stands        */
  red_sender_clear(&sender);
}

static void
test_without_agreement_nothing_is_wrapped(void)
{
  assert_on_net();
  RedSender sender;
  red_sender_init(&sender, 0, TRACK_OUT_PAYLOAD_MAX);
  red_sender_on_report(&sender, 1);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint(copies_sent(&sender, i, 80, i * 960), ==, -1);
  red_sender_clear(&sender);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/media/rtp/red/" #name, test_##name)
  ADD(what_is_written_is_read);
  ADD(bits_lie_where_the_rfc_says);
  ADD(what_is_cut_short_or_overfull_is_refused);
  ADD(copies_follow_the_reported_loss_with_hysteresis);
  ADD(a_copy_that_does_not_fit_is_left_out);
  ADD(without_agreement_nothing_is_wrapped);
  return g_test_run();
}
