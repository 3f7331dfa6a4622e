/* recorder/recorder_process.h - the recorder's two threads around one session.
 *
 *   socket -> main thread -> [ queue: 10 s or 64 MiB ] -> writer thread -> disk
 *          <- STATUS, KEYFRAME, CLOSED
 *
 * The main thread never touches a disk, so the bridge is read from however long a disk is stuck. */
#pragma once

/* Serves the bridge at @fd until its session is closed. Returns: an exit status. */
int recorder_process_run(int fd);
