/* recorder/record_open.h - the OPEN of the bridge, read and checked.
 *
 * Whatever it says, no path leaves the two directories: ids are UUIDs, names are one plain component. */
#pragma once
#include "recorder/package.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct {
  char   *id, *name;
  char   *directory, *fallback;      /* absolute or relative to the process; fallback (nullable) */
  gint64  origin_us;                 /* CLOCK_MONOTONIC of media time 0                          */
  gint64  segment_us;
  guint64 reserve_bytes;             /* the disk is left before it has less than this             */
  bool    is_resumed, has_site_streams;
  char   *certificate, *key, *timestamp_server;  /* (nullable)                                   */
  json_t *session;                   /* what session.open states: id, room, roomName, openedAt,
                                      * software, continues, sites, disk (room at the opening)   */
} RecordOpen;

/* Returns: (transfer full); NULL and RECORDER_ERROR_JOURNAL if it is not as the contract says. */
RecordOpen *record_open_new(const json_t *object, GError **error);
void        record_open_free(RecordOpen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordOpen, record_open_free)

/* One path component of letters, digits, and "-_.+" that does not begin with a dot. */
bool record_name_is_plain(const char *name);
PackageOptions record_open_package_options(const RecordOpen *self);
