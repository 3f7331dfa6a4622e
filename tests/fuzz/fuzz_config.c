/* tests/fuzz/fuzz_config.c - a configuration file: either a whole Config or faults with lines inside the file. */
#include "config/config.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Not g_error(): libFuzzer keeps no input that ends in SIGTRAP. */
#define FAIL(...) (g_printerr(__VA_ARGS__), abort())

static void
check_lines(const char *errors, const char *path, guint n_lines)
{
  g_auto(GStrv) lines = g_strsplit(errors, "\n", -1);
  gsize prefix = strlen(path);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (!g_str_has_prefix(lines[i], path) || lines[i][prefix] != ':')
      FAIL("no place: %s", lines[i]);
    guint64 line = g_ascii_strtoull(lines[i] + prefix + 1, NULL, 10);
    if (line < 1 || line > n_lines)
      FAIL("line out of the file: %s", lines[i]);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static int file = -1;
  if (file < 0)
    file = memfd_create("config", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (gssize)size)
    FAIL("memfd");
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(path, &errors);
  if ((config == NULL) == (errors == NULL))
    FAIL("neither or both");
  guint n_lines = 1;
  for (gsize i = 0; i < size; i++)
    n_lines += data[i] == '\n';
  if (errors != NULL)
    check_lines(errors, path, n_lines);
  for (guint i = 0; config != NULL && i < config->n_rooms; i++)
    for (guint j = 0; j < config->rooms[i].n_sites; j++)
      if (config->rooms[i].sites[j].id == NULL || config->rooms[i].sites[j].via == SITE_VIA_NONE)
        FAIL("a site with holes");
  return 0;
}
