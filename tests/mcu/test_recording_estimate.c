/* tests/mcu/test_recording_estimate.c - an hour of sessions takes what is really recorded, of all rooms that share the disk. */
#include "mcu/recording_estimate.h"

static Config plain, full;  /* full: with the sites' own streams */

static void
set_up(void)
{
  plain.video_bitrate_bps = 4000000;
  plain.audio_bitrate_bps = 32000;
  plain.uplink_bitrate_max_bps = 1500000;
  static const guint SITES[] = { 9, 2, 1 };
  static char ids[][2] = { "a", "b", "c" };
  plain.n_rooms = G_N_ELEMENTS(SITES);
  for (guint i = 0; i < plain.n_rooms; i++) {
    plain.rooms[i].id = ids[i];
    plain.rooms[i].n_sites = SITES[i];
  }
  full = plain;
  full.recording_site_streams = true;
}

static bool
is_named(const char *room, gconstpointer names)
{
  return g_strv_contains(names, room);
}

static void
test_segments_master_and_clips_are_counted(void)
{
  g_assert_cmpuint(recording_bytes_an_hour(&plain, &plain.rooms[0]), ==, 3 * G_GUINT64_CONSTANT(4032000) * 3600 / 8);
  g_assert_cmpuint(recording_bytes_an_hour(&plain, &plain.rooms[1]), ==, recording_bytes_an_hour(&plain, &plain.rooms[0]));
}

static void
test_each_sites_own_stream_is_counted_once(void)
{
  for (guint i = 0; i < plain.n_rooms; i++)
    g_assert_cmpuint(recording_bytes_an_hour(&full, &full.rooms[i]) - recording_bytes_an_hour(&plain, &plain.rooms[i]), ==,
                     plain.rooms[i].n_sites * G_GUINT64_CONSTANT(1564000) * 3600 / 8);
}

static void
test_open_rooms_share_the_disk(void)
{
  static const char *const NONE[] = { NULL }, *const OWN[] = { "a", NULL }, *const OTHERS[] = { "b", "c", NULL };
  guint64 alone = recording_bytes_an_hour(&full, &full.rooms[0]);
  g_assert_cmpuint(recording_bytes_an_hour_with(&full, &full.rooms[0], is_named, NONE), ==, alone);
  g_assert_cmpuint(recording_bytes_an_hour_with(&full, &full.rooms[0], is_named, OWN), ==, alone);
  g_assert_cmpuint(recording_bytes_an_hour_with(&full, &full.rooms[0], is_named, OTHERS), ==,
                   alone + recording_bytes_an_hour(&full, &full.rooms[1]) + recording_bytes_an_hour(&full, &full.rooms[2]));
}

#define ADD(name) g_test_add_func("/mcu/recording_estimate/" #name, test_##name)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  set_up();
  ADD(segments_master_and_clips_are_counted);
  ADD(each_sites_own_stream_is_counted_once);
  ADD(open_rooms_share_the_disk);
  return g_test_run();
}
