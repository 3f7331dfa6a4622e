/* recorder/recorder_error.c - the error domain of this folder. */
#include "recorder/recorder_error.h"
#include <errno.h>

G_DEFINE_QUARK(diemcau-recorder-error, recorder_error)

gboolean
recorder_error_set_errno(GError **error, const char *what)
{
  int code = errno;
  g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "%s: %s", what, g_strerror(code));
  return FALSE;
}
