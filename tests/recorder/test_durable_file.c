/* tests/recorder/test_durable_file.c - files on a disk that is slow, full or broken. */
#include "recorder/directory_sync.h"
#include "recorder/durable_file.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static guint writes, syncs;
static int   error_after;  /* writes that still work; -1: all */
static bool  is_sync_broken;

static ssize_t
counted_write(int fd, const void *bytes, gsize length, off_t offset)
{
  writes++;
  if (error_after == 0) {
    errno = ENOSPC;
    return -1;
  }
  if (error_after > 0)
    error_after--;
  return pwrite(fd, bytes, MIN(length, 1000), offset);  /* a disk may take less than it is given */
}

static int
counted_sync(int fd)
{
  (void)fd;
  syncs++;
  errno = EIO;
  return is_sync_broken ? -1 : 0;
}

static guint directory_syncs;

static int
counted_directory_sync(int fd)
{
  struct stat info;
  g_assert_true(fstat(fd, &info) == 0 && S_ISDIR(info.st_mode));
  directory_syncs++;
  return 0;
}

static const DiskCalls CALLS = { counted_write, counted_sync };

typedef struct {
  char *directory, *path;
} Fixture;

static void
set_up(Fixture *self, gconstpointer unused)
{
  (void)unused;
  self->directory = g_dir_make_tmp("durable-XXXXXX", NULL);
  self->path = g_build_filename(self->directory, "0001.mkv", NULL);
  writes = syncs = directory_syncs = 0;
  directory_sync_set(counted_directory_sync);
  error_after = -1;
  is_sync_broken = false;
  disk_calls_set(&CALLS);
}

static void
tear_down(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autofree char *part = g_strconcat(self->path, ".part", NULL);
  g_remove(self->path);
  g_remove(part);
  g_rmdir(self->directory);
  g_free(self->path);
  g_free(self->directory);
  disk_calls_set(NULL);
  directory_sync_set(NULL);
}

static void
test_bytes_lie_where_they_were_put(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(DurableFile) file = durable_file_new(self->path, &error);
  g_assert_no_error(error);
  g_autofree guint8 *a = g_malloc(5000);
  for (guint i = 0; i < 5000; i++)
    a[i] = (guint8)(i * 7);
  g_assert_true(durable_file_write(file, 0, a, 2500, NULL));
  g_assert_true(durable_file_write(file, 2500, a + 2500, 2500, NULL));
  g_assert_true(durable_file_write(file, 100, (const guint8 *)"XYZ", 3, NULL));  /* as a muxer fills in a size */
  g_assert_cmpuint(durable_file_bytes(file), >=, 5000);
  g_autofree char *hash = NULL;
  g_assert_true(durable_file_finish(file, &hash, &error));
  a[100] = 'X', a[101] = 'Y', a[102] = 'Z';
  g_autofree char *expected = g_compute_checksum_for_data(G_CHECKSUM_SHA256, a, 5000);
  g_assert_cmpstr(hash, ==, expected);
  g_autofree char *contents = NULL;
  gsize length;
  g_assert_true(g_file_get_contents(self->path, &contents, &length, NULL));
  g_assert_cmpmem(contents, length, a, 5000);
  g_assert_cmpuint(syncs, ==, 1);
}

static void
test_syncs_each_second_of_writing(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(DurableFile) file = durable_file_new(self->path, NULL);
  for (guint i = 0; i < 100; i++) {
    g_assert_true(durable_file_write(file, i, (const guint8 *)"a", 1, NULL));
    g_assert_true(durable_file_flush(file, 10000000 + i * 100000, NULL));
  }
  g_assert_cmpuint(syncs, ==, 10);
  g_assert_cmpuint(writes, ==, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_true(durable_file_flush(file, 30000000 + i * 100000, NULL));
  g_assert_cmpuint(syncs, ==, 11);  /* the rest, and then nothing to sync */
}

static void
test_a_full_disk_is_an_error_and_leaves_the_part(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(DurableFile) file = durable_file_new(self->path, NULL);
  error_after = 2;
  guint8 bytes[3000] = { 1 };
  g_assert_true(durable_file_write(file, 0, bytes, sizeof bytes, NULL));
  g_assert_false(durable_file_flush(file, 0, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_clear_pointer(&file, durable_file_free);
  g_autofree char *part = g_strconcat(self->path, ".part", NULL);
  g_assert_true(g_file_test(part, G_FILE_TEST_EXISTS));
  g_assert_false(g_file_test(self->path, G_FILE_TEST_EXISTS));
}

static void
test_nothing_is_lost_where_room_is_made(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(DurableFile) file = durable_file_new(self->path, NULL);
  enum { LENGTH = 600000, PIECE = 70000 };
  g_autofree guint8 *bytes = g_malloc(LENGTH);
  g_autofree char *hash = NULL;
  for (guint i = 0; i < LENGTH; i++)
    bytes[i] = (guint8)(i * 31 >> 3);
  error_after = 137;  /* in the middle of what was joined, 1000 bytes a time */
  guint failures = 0;
  for (guint at = 0; at < LENGTH;) {
    gsize length = MIN(PIECE, LENGTH - at);
    if (durable_file_write(file, at, bytes + at, length, &error))
      at += length;
    else if (failures++ < 3)
      g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    else
      error_after = -1;
    g_clear_error(&error);
  }
  g_assert_cmpuint(failures, ==, 4);
  g_assert_cmpuint(durable_file_bytes(file), ==, LENGTH);
  g_assert_true(durable_file_finish(file, &hash, &error));
  g_autofree char *expected = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, LENGTH);
  g_assert_cmpstr(hash, ==, expected);
}

static void
test_a_broken_sync_is_an_error(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(DurableFile) file = durable_file_new(self->path, NULL);
  is_sync_broken = true;
  g_assert_true(durable_file_write(file, 0, (const guint8 *)"a", 1, NULL));
  g_assert_false(durable_file_flush(file, 5000000, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_IO);
}

static void
test_a_file_that_is_there_is_not_written_over(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(DurableFile) first = durable_file_new(self->path, NULL);
  g_assert_nonnull(first);
  g_autoptr(GError) error = NULL;
  g_autoptr(DurableFile) second = durable_file_new(self->path, &error);
  g_assert_null(second);
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
}

static void
test_names_are_synced_when_they_come_and_when_they_change(Fixture *self, gconstpointer unused)
{
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(DurableFile) file = durable_file_new(self->path, &error);
  g_assert_cmpuint(directory_syncs, ==, 1);
  g_assert_true(durable_file_write(file, 0, (const guint8 *)"a", 1, &error));
  g_assert_true(durable_file_flush(file, 5000000, &error));
  g_assert_cmpuint(directory_syncs, ==, 1);
  g_assert_true(durable_file_finish(file, &hash, &error));
  g_assert_cmpuint(directory_syncs, ==, 2);
  /* each directory that got a name: of three that are made, the one that was there and the first two */
  g_autofree char *deep = g_build_filename(self->directory, "a/b/c", NULL);
  g_assert_true(directory_make(deep, &error));
  g_assert_cmpuint(directory_syncs, ==, 5);
  g_assert_true(directory_make(deep, &error));
  g_assert_cmpuint(directory_syncs, ==, 5);
  static const char *const MADE[] = { "a/b/c", "a/b", "a" };
  for (guint i = 0; i < G_N_ELEMENTS(MADE); i++) {
    g_autofree char *path = g_build_filename(self->directory, MADE[i], NULL);
    g_assert_cmpint(g_rmdir(path), ==, 0);
  }
  g_autofree char *nowhere = g_build_filename(self->path, "x/y", NULL);  /* below a file */
  g_assert_false(directory_make(nowhere, &error));
  g_assert_nonnull(error);
}

#define ADD(name) g_test_add("/recorder/durable_file/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD(bytes_lie_where_they_were_put);
  ADD(syncs_each_second_of_writing);
  ADD(a_full_disk_is_an_error_and_leaves_the_part);
  ADD(nothing_is_lost_where_room_is_made);
  ADD(a_broken_sync_is_an_error);
  ADD(a_file_that_is_there_is_not_written_over);
  ADD(names_are_synced_when_they_come_and_when_they_change);
  return g_test_run();
}
