/* tests/load/clip_store.c - the clips of all sites in the sizes that were asked for. */
#include "tests/load/clip_store.h"
#include <math.h>
#include <sys/resource.h>

enum { USUAL_KBPS_MAX = 1500, KBPS_MIN = 30, NICE = 19 };

static const struct { guint width, height; } LADDER[] = {
  { 1920, 1080 }, { 1280, 720 }, { 960, 540 }, { 640, 360 }, { 480, 270 }, { 424, 240 }, { 320, 180 },
};

typedef struct {
  guint    site;
  ClipSpec spec;
  char    *name;  /* owned */
  Clip    *clip;  /* owned; NULL: being made */
} Entry;

struct ClipStore {
  GMutex       lock;
  GCond        made;
  GPtrArray   *entries;  /* owned, of Entry; few enough to be searched */
  guint        n_busy;
  GThreadPool *workers;  /* owned */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->name);
  clip_free(entry->clip);
  g_free(entry);
}

static void
make(gpointer task, gpointer user)
{
  /* Of this thread alone: a camera's size asked for late must not starve what is measured. */
  setpriority(PRIO_PROCESS, 0, NICE);
  Entry *entry = task;
  ClipStore *self = user;
  g_autoptr(GError) error = NULL;
  Clip *clip = clip_new(&entry->spec, entry->name, entry->site, &error);
  if (clip == NULL)
    g_error("%s", error->message);
  g_mutex_lock(&self->lock);
  entry->clip = clip;
  self->n_busy--;
  g_cond_broadcast(&self->made);
  g_mutex_unlock(&self->lock);
}

ClipStore *
clip_store_new(guint n_threads)
{
  ClipStore *self = g_new0(ClipStore, 1);
  g_mutex_init(&self->lock);
  g_cond_init(&self->made);
  self->entries = g_ptr_array_new_with_free_func(entry_free);
  self->workers = g_thread_pool_new(make, self, (gint)n_threads, TRUE, NULL);
  return self;
}

void
clip_store_free(ClipStore *self)
{
  if (self == NULL)
    return;
  g_thread_pool_free(self->workers, FALSE, TRUE);
  g_ptr_array_unref(self->entries);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->made);
  g_free(self);
}

static Entry *
find(ClipStore *self, guint site, const ClipSpec *spec)
{
  for (guint i = 0; i < self->entries->len; i++) {
    Entry *entry = g_ptr_array_index(self->entries, i);
    if (entry->site == site && entry->spec.width == spec->width && entry->spec.height == spec->height
        && entry->spec.fps == spec->fps && entry->spec.kbps == spec->kbps)
      return entry;
  }
  return NULL;
}

const Clip *
clip_store_get(ClipStore *self, guint site, const char *name, const ClipSpec *spec)
{
  g_mutex_lock(&self->lock);
  Entry *entry = find(self, site, spec);
  if (entry == NULL) {
    entry = g_new0(Entry, 1);
    *entry = (Entry) { .site = site, .spec = *spec, .name = g_strdup(name) };
    g_ptr_array_add(self->entries, entry);
    self->n_busy++;
    g_thread_pool_push(self->workers, entry, NULL);
  }
  const Clip *clip = entry->clip;
  g_mutex_unlock(&self->lock);
  return clip;
}

bool
clip_store_is_busy(ClipStore *self)
{
  g_mutex_lock(&self->lock);
  bool is_busy = self->n_busy > 0;
  g_mutex_unlock(&self->lock);
  return is_busy;
}

void
clip_store_wait(ClipStore *self)
{
  g_mutex_lock(&self->lock);
  while (self->n_busy > 0)
    g_cond_wait(&self->made, &self->lock);
  g_mutex_unlock(&self->lock);
}

guint
clip_usual_kbps(guint width, guint height, guint fps)
{
  double kbps = 600 * pow(width * height / 230400.0, 0.75) * fps / 25;
  return MIN((guint)kbps, USUAL_KBPS_MAX);
}

ClipSpec
clip_spec_for_wish(const UplinkWish *wish, guint fps, guint kbps)
{
  gsize i = 0;
  while (i + 1 < G_N_ELEMENTS(LADDER)
         && (LADDER[i].width > wish->max_width || LADDER[i].height > wish->max_height))
    i++;
  ClipSpec spec = { LADDER[i].width, LADDER[i].height, fps, kbps };
  if (kbps != 0)
    return spec;
  /* In steps of a fifth: each other rate is another clip to be made. */
  spec.kbps = clip_usual_kbps(spec.width, spec.height, fps);
  while (spec.kbps > KBPS_MIN && spec.kbps * 1000 > wish->max_bps)
    spec.kbps = MAX(spec.kbps * 4 / 5, KBPS_MIN);
  return spec;
}
