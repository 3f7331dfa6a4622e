/* signaling/static_files.c - the web client's files, from one folder and nowhere else. */
#include "signaling/static_files.h"
#include "signaling/file_media_type.h"
#include "signaling/http_fields.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 128 };

struct StaticFiles {
  int folder;
};

StaticFiles *
static_files_new(const char *folder, GError **error)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    int code = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s", folder, g_strerror(code));
    return NULL;
  }
  StaticFiles *self = g_new0(StaticFiles, 1);
  self->folder = fd;
  return self;
}

void
static_files_free(StaticFiles *self)
{
  if (self == NULL)
    return;
  close(self->folder);
  g_free(self);
}

/* Copies the next name of @path. Names that could mean anything else than a plain entry of
 * this folder do not exist: "..", hidden files, encoded characters. */
static bool
take_name(const char **path, char out[NAME_MAX_BYTES])
{
  gsize length = 0;
  const char *from = *path;
  while (from[length] != '\0' && from[length] != '/') {
    if (!g_ascii_isalnum(from[length]) && strchr("._@-", from[length]) == NULL)
      return false;
    if (++length == NAME_MAX_BYTES)
      return false;
  }
  if (length == 0 || from[0] == '.')
    return false;
  memcpy(out, from, length);
  out[length] = '\0';
  *path = from + length;
  return true;
}

static int
open_path(const StaticFiles *self, const char *path, struct stat *status)
{
  int fd = fcntl(self->folder, F_DUPFD_CLOEXEC, 0);
  while (fd >= 0 && *path == '/') {
    char name[NAME_MAX_BYTES];
    path++;
    int next = -1;
    /* O_NONBLOCK: opening a FIFO that somebody laid there must not wait for its writer. */
    if (take_name(&path, name))
      next = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    close(fd);
    fd = next;
  }
  if (fd >= 0 && (*path != '\0' || fstat(fd, status) != 0 || !S_ISREG(status->st_mode))) {
    close(fd);
    fd = -1;
  }
  return fd;
}

bool
static_files_answer(StaticFiles *self, HttpRequest *request, const char *path)
{
  if (strcmp(path, "/") == 0)
    path = "/index.html";
  struct stat status;
  int fd = open_path(self, path, &status);
  g_autofree char *page = g_strconcat(path, ".html", NULL);
  if (fd < 0 && strchr(path, '.') == NULL) {
    path = page;
    fd = open_path(self, path, &status);
  }
  if (fd < 0)
    return false;
  char etag[64];
  g_snprintf(etag, sizeof etag, "\"%" G_GINT64_MODIFIER "x-%lx-%" G_GINT64_MODIFIER "x\"",
             (gint64)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (gint64)status.st_size);
  request->is_client_file = true;
  http_request_set_header(request, "ETag", etag);
  http_request_set_header(request, "Cache-Control", "no-cache");
  if (http_field_has_etag(http_request_header(request, "If-None-Match"), etag)) {
    close(fd);
    http_request_respond(request, 304, NULL, NULL, 0);
    return true;
  }
  http_request_set_header(request, "Content-Type", file_media_type(path));
  struct MHD_Response *response = MHD_create_response_from_fd64(status.st_size, fd);
  if (response == NULL) {
    close(fd);
    return false;
  }
  http_request_answer(request, 200, response);
  return true;
}
