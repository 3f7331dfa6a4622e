/* mcu/recording_estimate.h - how much of a disk an hour of sessions takes. Pure; any thread.
 *
 *   composed picture and mix   x 3: the segments, and when the session is closed its master and its cases' clips
 *   each site's own            x 1: as received, if that is configured
 *
 * At the rates that are configured, which are the most: what is promised is there. */
#pragma once
#include "config/config.h"

guint64 recording_bytes_an_hour(const Config *config, const ConfigRoom *room);

/* Whether a room's sessions share the disk now. */
typedef bool (*RecordingIsOpen)(const char *room, gconstpointer data);
/* Of @room, open or not, and of all the others that are. */
guint64 recording_bytes_an_hour_with(const Config *config, const ConfigRoom *room, RecordingIsOpen is_open, gconstpointer data);
