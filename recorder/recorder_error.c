/* recorder/recorder_error.c - the error domain of this folder. */
#include "recorder/recorder_error.h"
#include <errno.h>

G_DEFINE_QUARK(diemcau-recorder-error, recorder_error)

gboolean
recorder_error_set_errno(GError **error, const char *what)
{
  int code = errno;
  RecorderError kind = code == ENOSPC || code == EDQUOT ? RECORDER_ERROR_NO_ROOM : RECORDER_ERROR_DISK;
  g_set_error(error, RECORDER_ERROR, (int)kind, "%s: %s", what, g_strerror(code));
  return FALSE;
}

gboolean
recorder_error_is_no_room(const GError *error)
{
  return g_error_matches(error, RECORDER_ERROR, RECORDER_ERROR_NO_ROOM)
         || g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
}
