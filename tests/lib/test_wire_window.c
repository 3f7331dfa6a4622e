/* tests/lib/test_wire_window.c - unit tests of tests/lib/wire_window and wire_datagram, in virtual time. */
#include "tests/lib/wire_datagram.h"
#include "tests/lib/wire_window.h"
#include "tests/lib/random_stream.h"

enum { MS = 1000 };

static WirePhase
only_phase(WireWindow *window, gint64 now_us)
{
  g_autoptr(GArray) phases = wire_window_phases(window, now_us);
  g_assert_cmpuint(phases->len, ==, 1);
  return g_array_index(phases, WirePhase, 0);
}

static void
test_a_burst_counts_wherever_it_lies(void)
{
  /* 100 kB within 60 ms that fixed windows of 100 ms would cut in two. */
  g_autoptr(WireWindow) window = wire_window_new(7000);
  for (guint i = 0; i < 100; i++)
    wire_window_datagram(window, 70 * MS + (gint64)i * 600, i % 4 == 0 ? WIRE_DOWN : WIRE_UP, 1000);
  WirePhase phase = only_phase(window, 1070 * MS);
  g_assert_cmpfloat(phase.max_kbps[WIRE_SUM], ==, 8000);
  g_assert_cmpfloat(phase.max_kbps[WIRE_UP], ==, 6000);
  g_assert_cmpfloat(phase.max_kbps[WIRE_DOWN], ==, 2000);
  g_assert_cmpfloat(phase.mean_kbps[WIRE_SUM], ==, 800);
  g_assert_cmpuint(phase.datagrams_above, ==, 13);  /* with the 88th to the 100th, which is more than 87.5 kB */
}

static void
test_a_window_is_100_ms_and_no_more(void)
{
  g_autoptr(WireWindow) window = wire_window_new(0);
  wire_window_datagram(window, 0, WIRE_UP, 1250);
  wire_window_datagram(window, 100 * MS - 1, WIRE_UP, 1250);
  wire_window_datagram(window, 200 * MS - 1, WIRE_UP, 1250);
  WirePhase phase = only_phase(window, 300 * MS);
  g_assert_cmpfloat(phase.max_kbps[WIRE_SUM], ==, 200);
  g_assert_cmpuint(phase.datagrams_above, ==, 0);
}

/* The maximum over the windows that end at a datagram is that of all windows. */
static void
test_no_window_is_missed(void)
{
  for (guint64 seed = 1; seed <= 20; seed++) {
    RandomStream random = random_stream(seed);
    g_autoptr(WireWindow) window = wire_window_new(0);
    gint64 at[400], now_us = 0;
    for (guint i = 0; i < 400; i++) {
      now_us += (gint64)(random_stream_unit(&random) * random_stream_unit(&random) * 20 * MS);
      at[i] = now_us;
      wire_window_datagram(window, now_us, WIRE_UP, 1000);
    }
    guint most = 0;
    for (gint64 end_us = 0; end_us <= now_us + 100 * MS; end_us += 50) {
      guint n = 0;
      for (guint i = 0; i < 400; i++)
        n += at[i] > end_us - WIRE_WINDOW_US && at[i] <= end_us;
      most = MAX(most, n);
    }
    double max_kbps = only_phase(window, now_us).max_kbps[WIRE_UP];
    g_test_message("seed %" G_GUINT64_FORMAT ": %.0f kbit/s, by brute force %u", seed, max_kbps, most * 80);
    g_assert_cmpfloat(max_kbps, >=, most * 80);
    g_assert_cmpfloat(max_kbps, <=, (most + 1) * 80);  /* brute force looks every 50 us only */
  }
}

static void
test_each_cap_has_a_phase_of_its_own(void)
{
  g_autoptr(WireWindow) window = wire_window_new(10000);
  for (guint i = 0; i < 200; i++) {
    if (i == 100)
      wire_window_cap(window, 1000 * MS, 500);
    wire_window_datagram(window, (gint64)i * 10 * MS, WIRE_UP, 1000);
  }
  g_autoptr(GArray) phases = wire_window_phases(window, 2000 * MS);
  g_assert_cmpuint(phases->len, ==, 2);
  const WirePhase *first = &g_array_index(phases, WirePhase, 0), *second = &g_array_index(phases, WirePhase, 1);
  g_assert_cmpuint(first->datagrams_above, ==, 0);
  g_assert_cmpfloat(first->max_kbps[WIRE_UP], ==, 800);
  g_assert_cmpfloat(second->cap_kbps, ==, 500);
  g_assert_cmpuint(second->datagrams_above, ==, 94);  /* all from the 7th on */
  g_assert_cmpfloat(second->seconds, ==, 1);
}

static void
test_headers_are_read(void)
{
  guint8 v4[64] = { 0x46, 0, 0x04, 0xd0, 0, 0, 0x40, 0, 64, 17 }, v6[64] = { 0x60, 0, 0, 0, 0x04, 0xb8, 17 };
  v4[24] = 0x9c, v4[25] = 0x40, v4[26] = 0x12, v4[27] = 0x34;
  v6[40] = 0x9c, v6[41] = 0x41, v6[42] = 0x12, v6[43] = 0x35;
  WireDatagram out;
  g_assert_true(wire_datagram_read(v4, sizeof v4, &out));
  g_assert_cmpuint(out.ip_bytes, ==, 1232);
  g_assert_cmpuint(out.source_port, ==, 40000);
  g_assert_cmpuint(out.destination_port, ==, 0x1234);
  g_assert_true(wire_datagram_read(v6, sizeof v6, &out));
  g_assert_cmpuint(out.ip_bytes, ==, 1248);
  g_assert_cmpuint(out.source_port, ==, 40001);
  g_assert_false(wire_datagram_read(v4, 31, &out));
  g_assert_false(wire_datagram_read(v6, 47, &out));
  g_assert_false(wire_datagram_read(v4, 0, &out));
  v4[7] = 1;  /* a later fragment */
  g_assert_false(wire_datagram_read(v4, sizeof v4, &out));
  v6[6] = 6;
  g_assert_false(wire_datagram_read(v6, sizeof v6, &out));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lib/wire_window/a_burst_counts_wherever_it_lies", test_a_burst_counts_wherever_it_lies);
  g_test_add_func("/lib/wire_window/a_window_is_100_ms_and_no_more", test_a_window_is_100_ms_and_no_more);
  g_test_add_func("/lib/wire_window/no_window_is_missed", test_no_window_is_missed);
  g_test_add_func("/lib/wire_window/each_cap_has_a_phase_of_its_own", test_each_cap_has_a_phase_of_its_own);
  g_test_add_func("/lib/wire_datagram/headers_are_read", test_headers_are_read);
  return g_test_run();
}
