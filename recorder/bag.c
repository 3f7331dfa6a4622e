/* recorder/bag.c - a directory as a BagIt bag (RFC 8493), SHA-256, as `sha256sum -c` reads it. */
#include "recorder/bag.h"
#include "recorder/directory_sync.h"
#include "recorder/recorder_error.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18 };

static bool
write_whole(int fd, const guint8 *bytes, gsize length)
{
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0) {
      bytes += n;
      length -= (gsize)n;
    }
  }
  return fsync(fd) == 0;
}

bool
bag_put_file(const char *path, const void *bytes, gsize length, GError **error)
{
  g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0)
    return recorder_error_set_errno(error, temporary);
  bool ok = write_whole(fd, bytes, length);
  if (!ok)
    recorder_error_set_errno(error, temporary);
  close(fd);
  if (ok && rename(temporary, path) != 0)
    ok = recorder_error_set_errno(error, path);
  if (!ok)
    unlink(temporary);
  return ok && directory_sync_of(path, error);
}

static char *
hex_of(const guint8 *bytes, guint length)
{
  GString *out = g_string_sized_new(length * 2);
  for (guint i = 0; i < length; i++)
    g_string_append_printf(out, "%02x", bytes[i]);
  return g_string_free(out, FALSE);
}

char *
bag_hash_file(const char *path, guint64 *bytes, GError **error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    recorder_error_set_errno(error, path);
    return NULL;
  }
  g_autofree guint8 *buffer = g_malloc(READ_BYTES);
  EVP_MD_CTX *hash = EVP_MD_CTX_new();
  EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
  guint64 total = 0;
  ssize_t n;
  while ((n = read(fd, buffer, READ_BYTES)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0)
      EVP_DigestUpdate(hash, buffer, (gsize)n);
    total += n > 0 ? (guint64)n : 0;
  }
  guint8 digest[EVP_MAX_MD_SIZE];
  guint length = 0;
  EVP_DigestFinal_ex(hash, digest, &length);
  EVP_MD_CTX_free(hash);
  if (n < 0)
    recorder_error_set_errno(error, path);
  close(fd);
  if (bytes != NULL)
    *bytes = total;
  return n < 0 ? NULL : hex_of(digest, length);
}

static bool
list_into(GPtrArray *out, const char *directory, const char *relative, bool deep, GError **error)
{
  g_autofree char *path = relative != NULL ? g_build_filename(directory, relative, NULL) : g_strdup(directory);
  g_autoptr(GError) local = NULL;
  g_autoptr(GDir) dir = g_dir_open(path, 0, &local);
  if (dir == NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "%s", local->message);
    return false;
  }
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *below = relative != NULL ? g_strconcat(relative, "/", name, NULL) : g_strdup(name);
    g_autofree char *full = g_build_filename(directory, below, NULL);
    GStatBuf info;
    if (g_lstat(full, &info) != 0)
      continue;
    if (!S_ISDIR(info.st_mode))
      g_ptr_array_add(out, g_steal_pointer(&below));
    else if (deep && !list_into(out, directory, below, deep, error))
      return false;
  }
  return true;
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *
bag_list(const char *directory, const char *below, GError **error)
{
  g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
  if (!list_into(out, directory, below, below != NULL, error))
    return NULL;
  g_ptr_array_sort(out, compare_paths);
  return g_steal_pointer(&out);
}

static bool
add_line(GString *out, const char *directory, const char *path, guint64 *bytes, GError **error)
{
  g_autofree char *full = g_build_filename(directory, path, NULL);
  if (strpbrk(path, "\n\r\\%") != NULL) {
    g_set_error(error, RECORDER_ERROR, RECORDER_ERROR_DISK, "%s: a name that no manifest can hold plainly", path);
    return false;
  }
  guint64 length = 0;
  g_autofree char *hex = bag_hash_file(full, &length, error);
  if (hex == NULL)
    return false;
  *bytes += length;
  g_string_append_printf(out, "%s  %s\n", hex, path);
  return true;
}

static bool
put_named(const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename(directory, name, NULL);
  return bag_put_file(path, text, strlen(text), error);
}

char *
bag_make(const char *directory, const char *info, GError **error)
{
  g_autoptr(GPtrArray) payload = bag_list(directory, "data", error);
  if (payload == NULL)
    return NULL;
  g_autoptr(GString) manifest = g_string_new(NULL);
  guint64 bytes = 0, unused = 0;
  for (guint i = 0; i < payload->len; i++) {
    if (!add_line(manifest, directory, payload->pdata[i], &bytes, error))
      return NULL;
  }
  g_autofree char *all_info = g_strdup_printf("%sPayload-Oxum: %" G_GUINT64_FORMAT ".%u\n", info, bytes, payload->len);
  if (!put_named(directory, BAG_MANIFEST, manifest->str, error)
      || !put_named(directory, "bagit.txt", BAG_DECLARATION, error)
      || !put_named(directory, "bag-info.txt", all_info, error))
    return NULL;
  g_autoptr(GString) tags = g_string_new(NULL);
  static const char *const NAMES[] = { "bag-info.txt", "bagit.txt", BAG_MANIFEST, BAG_CERTIFICATE };
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *path = g_build_filename(directory, NAMES[i], NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !add_line(tags, directory, NAMES[i], &unused, error))
      return NULL;
  }
  return g_string_free(g_steal_pointer(&tags), FALSE);
}

/* RFC 8493 section 2.1.3: no absolute path, no "..", nothing above the bag. */
static bool
is_inside(const char *path)
{
  if (*path == '\0' || *path == '/' || *path == '~')
    return false;
  g_auto(GStrv) parts = g_strsplit(path, "/", -1);
  for (char **part = parts; *part != NULL; part++) {
    if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
      return false;
  }
  return true;
}

bool
bag_parse_line(const char *line, char sha256[65], const char **path)
{
  if (strlen(line) < 67 || line[64] != ' ' || line[65] != ' ')
    return false;
  for (guint i = 0; i < 64; i++) {
    if (!g_ascii_isxdigit(line[i]) || g_ascii_isupper(line[i]))
      return false;
  }
  memcpy(sha256, line, 64);
  sha256[64] = '\0';
  *path = line + 66;
  return is_inside(*path);
}
