/* tests/fuzz/fuzz_journal.c - a journal that somebody wrote: it ends before the first line that is wrong. */
#include "recorder/journal.h"
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static int fd = -1;
  static char path[32];
  if (fd < 0) {
    fd = memfd_create("journal", MFD_CLOEXEC);
    g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  }
  g_assert_cmpint(ftruncate(fd, 0), ==, 0);
  g_assert_cmpint(pwrite(fd, data, size, 0), ==, (gssize)size);
  guint broken = 0;
  json_t *lines = journal_read(path, &broken, NULL), *line;
  g_assert_nonnull(lines);
  if (broken > 0)
    g_assert_cmpuint(json_array_size(lines), ==, broken - 1);
  gsize i;
  json_array_foreach(lines, i, line) {
    g_assert_cmpint(json_integer_value(json_object_get(line, "seq")), ==, (json_int_t)i + 1);
    g_assert_cmpint(journal_time_ms(json_string_value(json_object_get(line, "time"))), >=, G_MININT64);
  }
  json_decref(lines);
  return 0;
}
