/* mcu/process_figures.c - what the bridge and its recorders take of the machine, read from /proc once a second. */
#include "mcu/process_figures.h"
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum { STAGE_CONTROL = 0, STAGE_DECODE, STAGE_COMPOSE, STAGE_ENCODE, STAGE_AUDIO, STAGE_NET, STAGE_RECORDER, STAGES } Stage;

struct ProcessFigures {
  GHashTable *seen, *seeing;  /* owned: id of a thread or recorder -> its clock ticks; the last look, and this one */
  guint64 rises[STAGES];      /* of this look */
  gint64  looked_us;          /* 0: not yet */
  long    ticks_a_second, page_bytes;
};

/* What runs for a stage has its name (media/base/thread_role.c); libvpx' own threads take that of their maker. */
static const struct {
  const char *name;
  Stage       stage;
} STAGE_OF[] = {
  { "decode", STAGE_DECODE }, { "video-tick", STAGE_COMPOSE }, { "encode", STAGE_ENCODE }, { "audio-tick", STAGE_AUDIO },
  { "net", STAGE_NET },       { "record", STAGE_RECORDER },
};

ProcessFigures *
process_figures_new(void)
{
  ProcessFigures *self = g_new0(ProcessFigures, 1);
  self->seen = g_hash_table_new_full(g_int_hash, g_int_equal, g_free, g_free);
  self->seeing = g_hash_table_new_full(g_int_hash, g_int_equal, g_free, g_free);
  self->ticks_a_second = sysconf(_SC_CLK_TCK);
  self->page_bytes = sysconf(_SC_PAGESIZE);
  return self;
}

void
process_figures_free(ProcessFigures *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->seen);
  g_hash_table_unref(self->seeing);
  g_free(self);
}

/* proc(5): "pid (name) state ppid ... utime stime": fields 14 and 15; the name may hold anything. */
bool
process_stat_parse(const char *text, char name[16], guint64 *ticks)
{
  const char *open = strchr(text, '('), *close = strrchr(text, ')');
  if (open == NULL || close == NULL || close < open)
    return false;
  g_strlcpy(name, open + 1, MIN((gsize)(close - open), 16));
  guint64 user, system;
  if (sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &user, &system) != 2)
    return false;
  *ticks = user + system;
  return true;
}

static bool
read_text(const char *path, char *out, gsize size)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  gssize n = read(fd, out, size - 1);
  close(fd);
  out[MAX(n, 0)] = '\0';
  return n > 0;
}

static Stage
stage_of(const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS(STAGE_OF); i++)
    if (strcmp(name, STAGE_OF[i].name) == 0)
      return STAGE_OF[i].stage;
  return STAGE_CONTROL;
}

/* @is_recorder: whatever its name. What is new is counted from now on, unless it began with us. */
static void
look_at(ProcessFigures *self, int id, const char *path, bool is_recorder)
{
  char text[512], name[16];
  guint64 ticks;
  if (!read_text(path, text, sizeof text) || !process_stat_parse(text, name, &ticks))
    return;
  const guint64 *before = g_hash_table_lookup(self->seen, &id);
  if (before != NULL ? ticks > *before : !is_recorder)
    self->rises[is_recorder ? STAGE_RECORDER : stage_of(name)] += ticks - (before != NULL ? *before : 0);
  g_hash_table_insert(self->seeing, g_memdup2(&id, sizeof id), g_memdup2(&ticks, sizeof ticks));
}

static void
look_at_threads(ProcessFigures *self)
{
  DIR *folder = opendir("/proc/self/task");
  if (folder == NULL)
    return;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[64];
    int id = atoi(entry->d_name);
    g_snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
    if (id > 0)
      look_at(self, id, path, false);
  }
  closedir(folder);
}

static double
count_descriptors(void)
{
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL)
    return NAN;
  guint n = 0;
  while (readdir(folder) != NULL)
    n++;
  closedir(folder);
  return n > 3 ? n - 3 : 0;  /* ".", "..", and this one */
}

static double
resident_bytes(const ProcessFigures *self)
{
  char text[128];
  unsigned long pages;
  if (!read_text("/proc/self/statm", text, sizeof text) || sscanf(text, "%*u %lu", &pages) != 1)
    return NAN;
  return (double)pages * (double)self->page_bytes;
}

void
process_figures_read(ProcessFigures *self, const int *recorders, guint n, gint64 now_us, BoxFigures *out)
{
  double *cores[STAGES] = {
    [STAGE_CONTROL] = &out->cpu_control, [STAGE_DECODE] = &out->cpu_decode, [STAGE_COMPOSE] = &out->cpu_compose,
    [STAGE_ENCODE] = &out->cpu_encode,   [STAGE_AUDIO] = &out->cpu_audio,   [STAGE_NET] = &out->cpu_net,
    [STAGE_RECORDER] = &out->cpu_recorder,
  };
  memset(self->rises, 0, sizeof self->rises);
  look_at_threads(self);
  for (guint i = 0; i < n; i++) {
    char path[64];
    g_snprintf(path, sizeof path, "/proc/%d/stat", recorders[i]);
    look_at(self, recorders[i], path, true);
  }
  double seconds = (double)(now_us - self->looked_us) / G_USEC_PER_SEC;
  bool is_first = self->looked_us == 0 || seconds <= 0;
  for (guint i = 0; i < STAGES; i++)
    *cores[i] = is_first ? NAN : (double)self->rises[i] / (double)self->ticks_a_second / seconds;
  out->memory_bytes = resident_bytes(self);
  out->descriptors = count_descriptors();
  self->looked_us = now_us;
  GHashTable *past = self->seen;
  self->seen = self->seeing;
  self->seeing = past;
  g_hash_table_remove_all(past);
}
