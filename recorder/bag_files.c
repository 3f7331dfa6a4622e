/* recorder/bag_files.c - the files that a session's bag names, and nothing else of its directory. */
#include "recorder/bag_files.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX_BYTES = 16 << 20, SHA256_HEX = 64 };

struct BagFiles {
  GArray *files;  /* of BagFile */
};

static void
clear_file(gpointer data)
{
  g_free(((BagFile *)data)->path);
}

static int
by_path(gconstpointer a, gconstpointer b)
{
  return strcmp(((const BagFile *)a)->path, ((const BagFile *)b)->path);
}

/* No empty, "." or ".." part: a path of our own making, below the bag. */
static bool
is_plain(const char *path)
{
  g_auto(GStrv) parts = g_strsplit(path, "/", -1);
  for (char **part = parts; *part != NULL; part++)
    if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
      return false;
  return *path != '\0';
}

static void
append(BagFiles *self, const char *path, const char *sha256)
{
  BagFile file = { g_strdup(path), "" };
  for (gsize i = 0; i < strlen(sha256); i++)
    file.sha256[i] = g_ascii_tolower(sha256[i]);
  g_array_append_val(self->files, file);
}

/* RFC 8493 section 2.1.3: checksum, white space, path (with %0A, %0D, %25 encoded: none of our
 * names has them). */
static void
take_line(BagFiles *self, char *line)
{
  gsize digits = strspn(line, "0123456789abcdefABCDEF");
  if (digits != SHA256_HEX || (line[digits] != ' ' && line[digits] != '\t'))
    return;
  char *path = line + digits + strspn(line + digits, " \t*");
  line[digits] = '\0';
  if (is_plain(path))
    append(self, path, line);
}

static bool
take_manifest(BagFiles *self, const char *directory, const char *name, GError **error)
{
  guint64 size;
  gint64 mtime_s;
  int fd = bag_file_open(directory, name, &size, &mtime_s, error);
  if (fd < 0)
    return false;
  g_autofree char *text = size <= MANIFEST_MAX_BYTES ? g_malloc(size + 1) : NULL;
  gsize used = 0;
  gssize n = 1;
  while (text != NULL && used < size && (n = read(fd, text + used, size - used)) > 0)
    used += n;
  close(fd);
  if (text == NULL || n < 0) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s/%s cannot be read", directory, name);
    return false;
  }
  text[used] = '\0';
  g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++)
    take_line(self, *line);
  return true;
}

BagFiles *
bag_files_read(const char *directory, GError **error)
{
  static const char *const UNNAMED[] = { "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s", "tagmanifest-sha256.txt.tsr" };
  g_autoptr(BagFiles) self = g_new0(BagFiles, 1);
  self->files = g_array_new(FALSE, FALSE, sizeof(BagFile));
  g_array_set_clear_func(self->files, clear_file);
  if (!take_manifest(self, directory, "manifest-sha256.txt", error)
      || !take_manifest(self, directory, "tagmanifest-sha256.txt", error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS(UNNAMED); i++) {
    g_autofree char *path = g_build_filename(directory, UNNAMED[i], NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
      append(self, UNNAMED[i], "");
  }
  g_array_sort(self->files, by_path);
  return g_steal_pointer(&self);
}

void
bag_files_free(BagFiles *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->files);
  g_free(self);
}

guint
bag_files_count(const BagFiles *self)
{
  return self->files->len;
}

const BagFile *
bag_files_at(const BagFiles *self, guint i)
{
  return &g_array_index(self->files, BagFile, i);
}

const BagFile *
bag_files_find(const BagFiles *self, const char *path)
{
  BagFile wanted = { (char *)path, "" };
  guint i;
  return g_array_binary_search(self->files, &wanted, by_path, &i) ? bag_files_at(self, i) : NULL;
}

int
bag_file_open(const char *directory, const char *path, guint64 *size, gint64 *mtime_s, GError **error)
{
  int fd = is_plain(path) ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  g_auto(GStrv) parts = g_strsplit(path, "/", -1);
  for (char **part = parts; fd >= 0 && *part != NULL; part++) {
    int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (part[1] != NULL ? O_DIRECTORY : 0);
    int next = openat(fd, *part, flags);
    close(fd);
    fd = next;
  }
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    *size = status.st_size;
    *mtime_s = status.st_mtim.tv_sec;
    return fd;
  }
  if (fd >= 0)
    close(fd);
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s/%s is not there, or no plain file", directory, path);
  return -1;
}
