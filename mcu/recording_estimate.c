/* mcu/recording_estimate.c - how much of a disk an hour of sessions takes. */
#include "mcu/recording_estimate.h"

enum {
  COPIES = 3,                  /* recorder/package.h makes a master and a clip of each case */
  SITE_AUDIO_BPS = 64000,      /* what browsers send at most when nobody asks for more      */
  SECONDS_AN_HOUR = 3600,
};

guint64
recording_bytes_an_hour(const Config *config, const ConfigRoom *room)
{
  guint64 composed_bps = (guint64)config->video_bitrate_bps + config->audio_bitrate_bps;
  guint64 sites_bps = config->recording_site_streams
                        ? room->n_sites * ((guint64)config->uplink_bitrate_max_bps + SITE_AUDIO_BPS) : 0;
  return (COPIES * composed_bps + sites_bps) * SECONDS_AN_HOUR / 8;
}

guint64
recording_bytes_an_hour_with(const Config *config, const ConfigRoom *room, RecordingIsOpen is_open, gconstpointer data)
{
  guint64 bytes = recording_bytes_an_hour(config, room);
  for (guint i = 0; i < config->n_rooms; i++) {
    const ConfigRoom *other = &config->rooms[i];
    if (!g_str_equal(other->id, room->id) && is_open(other->id, data))
      bytes += recording_bytes_an_hour(config, other);
  }
  return bytes;
}
