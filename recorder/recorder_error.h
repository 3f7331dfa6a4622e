/* recorder/recorder_error.h - the error domain of this folder. */
#pragma once
#include <glib.h>

typedef enum {
  RECORDER_ERROR_NONE = 0,
  RECORDER_ERROR_DISK,       /* a file or directory could not be read or written       */
  RECORDER_ERROR_JOURNAL,    /* a chain is broken, or a line is none                   */
  RECORDER_ERROR_MEDIA,      /* a segment could not be read, joined or written         */
  RECORDER_ERROR_SIGNATURE,  /* key or certificate unusable, or a signature is invalid */
  RECORDER_ERROR_NETWORK,    /* the time-stamp server                                  */
  RECORDER_ERROR_BUSY,       /* the session is held by a living recorder               */
  RECORDER_ERROR_NO_ROOM,    /* the disk is full                                       */
} RecorderError;

#define RECORDER_ERROR recorder_error_quark()
GQuark recorder_error_quark(void);

/* Sets @error to "<what>: <text of errno>" with RECORDER_ERROR_DISK, or _NO_ROOM. Returns: false. */
gboolean recorder_error_set_errno(GError **error, const char *what);
/* Of this domain or G_FILE_ERROR: does it say that the disk, or what may be used of it, is full? */
gboolean recorder_error_is_no_room(const GError *error);
