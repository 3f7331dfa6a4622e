/* tests/bench/process_cpu.c - CPU time of another process and its children, from /proc. */
#include "tests/bench/process_cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { pid_t pid, parent; double seconds; } ProcessTimes;

/* proc(5): the name, in brackets, may hold anything. */
static gboolean
read_stat(pid_t pid, ProcessTimes *out)
{
  g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid), *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return FALSE;
  const char *after_name = strrchr(text, ')');
  int parent;
  unsigned long user, system;
  long children_user, children_system;
  if (after_name == NULL
      || sscanf(after_name + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &parent,
                &user, &system, &children_user, &children_system) != 5)
    return FALSE;
  double ticks = (double)user + (double)system + (double)children_user + (double)children_system;
  *out = (ProcessTimes) { pid, parent, ticks / (double)sysconf(_SC_CLK_TCK) };
  return TRUE;
}

static GArray *
read_all(void)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(ProcessTimes));
  g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
  const char *name;
  while (proc != NULL && (name = g_dir_read_name(proc)) != NULL) {
    ProcessTimes times;
    if (g_ascii_isdigit(name[0]) && read_stat(atoi(name), &times))
      g_array_append_val(all, times);
  }
  return all;
}

static double
sum_with_children(const GArray *all, pid_t pid, guint depth)
{
  double sum = 0;
  for (guint i = 0; i < all->len; i++) {
    const ProcessTimes *p = &g_array_index(all, ProcessTimes, i);
    if (p->pid == pid)
      sum += p->seconds;
    else if (p->parent == pid && depth < 16)
      sum += sum_with_children(all, p->pid, depth + 1);
  }
  return sum;
}

double
process_cpu_seconds(pid_t pid)
{
  ProcessTimes self;
  if (!read_stat(pid, &self))
    return -1;
  g_autoptr(GArray) all = read_all();
  return sum_with_children(all, pid, 0);
}
