/* tests/fuzz/fuzz_bag_manifest.c - a manifest that somebody wrote: no line of it leads out of the bag, both readers agree. */
#include "recorder/bag.h"
#include "recorder/bag_files.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* In memory where that can be had. */
static const char *
make_directory(void)
{
  static char path[] = "/dev/shm/manifest-XXXXXX", other[] = "/tmp/manifest-XXXXXX";
  static const char *made;
  if (made == NULL && (made = mkdtemp(path)) == NULL)
    made = mkdtemp(other);
  g_assert_nonnull(made);
  g_autofree char *tags = g_build_filename(made, BAG_TAG_MANIFEST, NULL);
  g_assert_true(g_file_set_contents(tags, "", 0, NULL));
  return made;
}

static void
check_path(const char *path)
{
  g_assert_cmpint(path[0], !=, '/');
  g_auto(GStrv) parts = g_strsplit(path, "/", -1);
  for (char **part = parts; *part != NULL; part++)
    g_assert_true(**part != '\0' && strcmp(*part, ".") != 0 && strcmp(*part, "..") != 0);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  const char *directory = make_directory();
  g_autofree char *manifest = g_build_filename(directory, BAG_MANIFEST, NULL);
  /* Not G_FILE_SET_CONTENTS_NONE: GLib 2.74 does not truncate, and the tail of a longer input before would stay. */
  g_assert_true(g_file_set_contents_full(manifest, (const char *)data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_autoptr(BagFiles) files = bag_files_read(directory, NULL);
  g_assert_nonnull(files);
  for (guint i = 0; i < bag_files_count(files); i++) {
    const BagFile *file = bag_files_at(files, i);
    check_path(file->path);
    g_assert_nonnull(bag_files_find(files, file->path));
  }
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    char hash[65];
    const char *path;
    if (!bag_parse_line(*line, hash, &path))
      continue;
    check_path(path);
    g_assert_cmpuint(strspn(hash, "0123456789abcdef"), ==, 64);
    if (strpbrk(path, "\r") == NULL && path[strspn(path, " \t*")] == path[0])
      g_assert_nonnull(bag_files_find(files, path));  /* what is verified may also be handed out */
  }
  return 0;
}
