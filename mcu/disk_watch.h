/* mcu/disk_watch.h - how much room is left where sessions are recorded.
 *
 * Asked every few seconds on a thread of its own: a disk or a network share that hangs holds up
 * nobody, it only makes the last answer older. */
#pragma once
#include "media/base/thread_role.h"
#include <stdbool.h>

typedef struct DiskWatch DiskWatch;

typedef enum {
  DISK_LEVEL_UNKNOWN = 0,
  DISK_LEVEL_OK,
  DISK_LEVEL_WARN,     /* less than 20 % free              */
  DISK_LEVEL_ALARM,    /* less than 10 %                   */
  DISK_LEVEL_REFUSE,   /* less than 5 %: no session begins */
} DiskLevel;

typedef struct {
  bool    is_known;
  guint64 free_bytes, total_bytes;
  double  free_percent;
} DiskSpace;

/* "ok", "warn"... */
const char *disk_level_name(DiskLevel level);
DiskLevel   disk_level(const DiskSpace *space);

/* Looks at @path, or where it would be made. Blocks for as long as the disk does. Any thread. */
DiskSpace   disk_space_read(const char *path);

/* @changed: on the control thread, after each look. */
DiskWatch  *disk_watch_new(const char *path, void (*changed)(gpointer data), gpointer data) ON_CONTROL;
void        disk_watch_free(DiskWatch *self) ON_CONTROL;  /* @changed is not called any more */
DiskSpace   disk_watch_space(const DiskWatch *self) ON_CONTROL;
