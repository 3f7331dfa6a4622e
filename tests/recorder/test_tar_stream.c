/* tests/recorder/test_tar_stream.c - the tar as tar(1) reads it, in pieces of any size. */
#include "recorder/bag_files.h"
#include "recorder/tar_stream.h"
#include "tests/recorder/sample_bag.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const SampleBag BAG = { "11111111-1111-4111-8111-111111111111", "2026-09-10T07:30:00.000+07:00", "tiep-dan", "Tiếp dân", 3, 1, 1500 };

typedef struct {
  char *top, *directory;
} Fixture;

static void
set_up(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  self->top = g_dir_make_tmp("diemcau-tar-XXXXXX", NULL);
  self->directory = sample_bag_write(self->top, &BAG);
}

static void
tear_down(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  sample_bag_remove(self->top);
  g_free(self->top);
  g_free(self->directory);
}

static GByteArray *
read_all(TarStream *tar, gsize piece)
{
  GByteArray *out = g_byte_array_new();
  g_autofree guint8 *buffer = g_malloc(piece);
  g_autoptr(GError) error = NULL;
  gssize n;
  while ((n = tar_stream_read(tar, buffer, piece, &error)) > 0)
    g_byte_array_append(out, buffer, (guint)n);
  g_assert_no_error(error);
  return out;
}

static void
run(const char *command)
{
  int status;
  g_autofree char *out = NULL, *errors = NULL;
  g_assert_true(g_spawn_command_line_sync(command, &out, &errors, &status, NULL));
  if (status != 0)
    g_error("%s: %s%s", command, out, errors);
}

static TarStream *
whole_bag(Fixture *self)
{
  g_autoptr(BagFiles) files = bag_files_read(self->directory, NULL);
  TarStream *tar = tar_stream_new(self->directory);
  for (guint i = 0; i < bag_files_count(files); i++)
    g_assert_true(tar_stream_add(tar, bag_files_at(files, i)->path, NULL));
  return tar;
}

static void
test_tar_unpacks_what_was_put_in(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  /* A name that ustar holds neither whole nor split, and an empty file. */
  g_autofree char *name = g_strdup_printf("data/%0150d", 7), *path = g_build_filename(self->directory, name, NULL);
  g_autofree char *empty = g_build_filename(self->directory, "empty", NULL);
  g_assert_true(g_file_set_contents(path, "long", -1, NULL) && g_file_set_contents(empty, "", 0, NULL));
  static const gsize PIECES[] = { 1, 511, 512, 4096, 262144 };
  for (guint i = 0; i < G_N_ELEMENTS(PIECES); i++) {
    g_autoptr(TarStream) tar = whole_bag(self);
    g_assert_true(tar_stream_add(tar, name, NULL) && tar_stream_add(tar, "empty", NULL));
    g_autoptr(GByteArray) bytes = read_all(tar, PIECES[i]);
    g_assert_cmpuint(bytes->len, ==, tar_stream_length(tar));
    g_autofree char *file = g_build_filename(self->top, "bag.tar", NULL), *out = g_build_filename(self->top, "out", NULL);
    g_assert_true(g_file_set_contents(file, (char *)bytes->data, bytes->len, NULL));
    g_mkdir(out, 0700);
    g_autofree char *command = g_strdup_printf("sh -c 'tar -xf %s -C %s && diff -r %s %s/*_%s'", file, out, self->directory, out, BAG.id);
    run(command);
    sample_bag_remove(out);
  }
}

static void
test_a_file_that_changed_fails_the_stream(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr(TarStream) tar = whole_bag(self);
  g_autofree char *path = g_build_filename(self->directory, "data/cases/002/case.mkv", NULL);
  g_assert_true(g_file_set_contents(path, "short", -1, NULL));
  guint8 buffer[4096];
  g_autoptr(GError) error = NULL;
  while (tar_stream_read(tar, buffer, sizeof buffer, &error) > 0)
    ;
  g_assert_nonnull(error);
}

static void
test_only_files_of_the_manifests_are_the_bag(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *lock = g_build_filename(self->directory, ".lock", NULL);
  g_assert_true(g_file_set_contents(lock, "", 0, NULL));
  g_autoptr(BagFiles) files = bag_files_read(self->directory, NULL);
  g_assert_cmpuint(bag_files_count(files), ==, 2 * 3 + 2 + 3 + 1);
  g_assert_null(bag_files_find(files, ".lock"));
  g_assert_cmpstr(bag_files_find(files, "tagmanifest-sha256.txt")->sha256, ==, "");
  const BagFile *clip = bag_files_find(files, "data/cases/002/case.mkv");
  g_autofree char *text = g_strnfill(1500, 'b');
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
  g_assert_cmpstr(clip->sha256, ==, hash);
}

static void
test_no_path_leads_out_of_the_bag(Fixture *self, G_GNUC_UNUSED gconstpointer data)
{
  static const char HASH[] = "0000000000000000000000000000000000000000000000000000000000000000";
  g_autofree char *secret = g_build_filename(self->top, "secret", NULL), *link = g_build_filename(self->directory, "data", "link", NULL);
  g_autofree char *up = g_build_filename(self->directory, "up", NULL), *fifo = g_build_filename(self->directory, "fifo", NULL);
  g_assert_true(g_file_set_contents(secret, "secret", -1, NULL));
  g_assert_cmpint(symlink(secret, link), ==, 0);
  g_assert_cmpint(symlink("..", up), ==, 0);
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  static const char *const PATHS[] = { "../secret", "data/../../secret", "/etc/passwd", "data/link", "up/secret", "", ".", "data", "fifo",
                                       "data//session.json", "./data/session.json" };
  g_autoptr(GString) manifest = g_string_new(NULL);
  for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++)
    g_string_append_printf(manifest, "%s  %s\n", HASH, PATHS[i]);
  g_autofree char *path = g_build_filename(self->directory, "manifest-sha256.txt", NULL);
  g_assert_true(g_file_set_contents(path, manifest->str, -1, NULL));
  g_autoptr(BagFiles) files = bag_files_read(self->directory, NULL);
  g_assert_nonnull(files);
  for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++) {
    guint64 size;
    gint64 mtime_s;
    g_assert_cmpint(bag_file_open(self->directory, PATHS[i], &size, &mtime_s, NULL), <, 0);
  }
  g_assert_null(bag_files_find(files, "../secret"));
}

#define ADD(name) g_test_add("/recorder/tar_stream/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(tar_unpacks_what_was_put_in);
  ADD(a_file_that_changed_fails_the_stream);
  ADD(only_files_of_the_manifests_are_the_bag);
  ADD(no_path_leads_out_of_the_bag);
  return g_test_run();
}
