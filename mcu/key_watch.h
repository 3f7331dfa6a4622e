/* mcu/key_watch.h - takes up what `diemcau key` changes while the bridge runs.
 *
 *   diemcau key: flock -> read -> change -> rename     state/credentials.json
 *   bridge:      GFileMonitor -> watcher's thread: read and check -> control: credentials_set_keys()
 *
 * The file is the message: no second way in to guard, nothing to lose when the bridge is not
 * running or starts in between, and whoever may change keys is whom the file's owner and mode let.
 * Inotify may fail (its watches are a limited resource), so every second second the file is also
 * looked at. A file that cannot be read is said in the log, and the keys stay as they were. Also ends
 * the keys whose time is up. Control thread. */
#pragma once
#include "signaling/credentials.h"

typedef struct KeyWatch KeyWatch;

/* @credentials: borrowed. */
KeyWatch *key_watch_new(const char *state_dir, Credentials *credentials) ON_CONTROL;
/* Waits for a look that is under way. */
void      key_watch_free(KeyWatch *self) ON_CONTROL;
