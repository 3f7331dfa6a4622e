/* recorder/disk_bytes.h - room on a disk as an ordinary user has it, and as df counts it: root's reserve is neither free nor
 * used, so that an empty disk is 100 % free and a full one 0 %. Pure. */
#pragma once
#include <glib.h>
#include <sys/statvfs.h>

static inline guint64
disk_free_bytes(const struct statvfs *disk)
{
  return (guint64)disk->f_bavail * disk->f_frsize;
}

/* Used and free together. A free count above the total is a file system's way of saying nothing: 0 used. */
static inline guint64
disk_usable_bytes(const struct statvfs *disk)
{
  guint64 used = disk->f_blocks > disk->f_bfree ? (guint64)disk->f_blocks - disk->f_bfree : 0;
  return (used + disk->f_bavail) * disk->f_frsize;
}
