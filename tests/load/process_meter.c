/* tests/load/process_meter.c - CPU time, memory and threads of a process and its children. */
#include "tests/load/process_meter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
  int  pid, parent;
  bool is_counted;
  unsigned long user, kernel;  /* clock ticks */
  long threads, pages;
} Stat;

/* proc(5): the name in parentheses may hold anything; fields 4, 14, 15, 20 and 24 are wanted. */
static bool
read_stat(int pid, Stat *out)
{
  char path[64];
  g_autofree char *text = NULL;
  g_snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return false;
  const char *rest = strrchr(text, ')');
  *out = (Stat) { .pid = pid };
  return rest != NULL
         && sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %ld %*d %*u %*u %ld",
                   &out->parent, &out->user, &out->kernel, &out->threads, &out->pages) == 5;
}

/* Not every kernel has /proc/PID/task/TID/children: the tree is put together from the parents. */
static GArray *
read_all(void)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Stat));
  GDir *proc = g_dir_open("/proc", 0, NULL);
  const char *name;
  while (proc != NULL && (name = g_dir_read_name(proc)) != NULL) {
    Stat stat;
    if (g_ascii_isdigit(*name) && read_stat(atoi(name), &stat))
      g_array_append_val(all, stat);
  }
  if (proc != NULL)
    g_dir_close(proc);
  return all;
}

static void
count_tree(GArray *all, int pid, ProcessFigures *out)
{
  for (guint i = 0; i < all->len; i++) {
    Stat *stat = &g_array_index(all, Stat, i);
    if (stat->is_counted || (stat->pid != pid && stat->parent != pid))
      continue;
    if (stat->pid != pid) {
      count_tree(all, stat->pid, out);
      continue;
    }
    stat->is_counted = true;
    out->cpu_s += (double)(stat->user + stat->kernel) / (double)sysconf(_SC_CLK_TCK);
    out->threads += (guint)stat->threads;
    out->rss_mb += (double)stat->pages * (double)sysconf(_SC_PAGESIZE) / (1024 * 1024);
  }
}

bool
process_meter_read(int pid, ProcessFigures *out)
{
  *out = (ProcessFigures) { 0 };
  g_autoptr(GArray) all = read_all();
  count_tree(all, pid, out);
  return out->threads > 0;
}

double
process_meter_own_cpu_s(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
