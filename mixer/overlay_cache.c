/* mixer/overlay_cache.c - texts already drawn, kept from one stage to the next. */
#include "mixer/overlay_cache.h"

typedef struct {
  Overlay *overlay;     /* (nullable): nothing to show is remembered too */
  guint    last_stage;
} Entry;

struct OverlayCache {
  GHashTable *entries;  /* key as made by key_of() -> Entry */
  gsize       bytes, max_bytes;
  guint       stage;
  guint64     painted;
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  overlay_unref(entry->overlay);
  g_free(entry);
}

OverlayCache *
overlay_cache_new(gsize max_bytes)
{
  OverlayCache *self = g_new0(OverlayCache, 1);
  self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
  self->max_bytes = max_bytes;
  return self;
}

void
overlay_cache_free(OverlayCache *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->entries);
  g_free(self);
}

/* The unit separator keeps a name and a status apart. */
static char *
key_of(const OverlaySpec *spec)
{
  return g_strdup_printf("%d %u %u %s\x1f%s", (int)spec->kind, spec->tile_width, spec->tile_height,
                         spec->text != NULL ? spec->text : "",
                         spec->status != NULL ? spec->status : "");
}

static Overlay *
use(OverlayCache *self, Entry *entry)
{
  entry->last_stage = self->stage;
  return entry->overlay != NULL ? overlay_ref(entry->overlay) : NULL;
}

bool
overlay_cache_find(OverlayCache *self, const OverlaySpec *spec, Overlay **out)
{
  g_autofree char *key = key_of(spec);
  Entry *entry = g_hash_table_lookup(self->entries, key);
  *out = entry != NULL ? use(self, entry) : NULL;
  return entry != NULL;
}

Overlay *
overlay_cache_get(OverlayCache *self, const OverlaySpec *spec)
{
  Overlay *found;
  if (overlay_cache_find(self, spec, &found))
    return found;
  Entry *entry = g_new0(Entry, 1);
  entry->overlay = overlay_paint(spec);
  self->painted++;
  if (entry->overlay != NULL)
    self->bytes += overlay_bytes(entry->overlay);
  g_hash_table_insert(self->entries, key_of(spec), entry);
  return use(self, entry);
}

void
overlay_cache_trim(OverlayCache *self)
{
  enum { ENTRIES_MAX = 1024 };  /* entries without a picture have no bytes */
  if (self->bytes > self->max_bytes || g_hash_table_size(self->entries) > ENTRIES_MAX) {
    GHashTableIter iter;
    Entry *entry;
    g_hash_table_iter_init(&iter, self->entries);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&entry)) {
      if (entry->last_stage == self->stage)
        continue;
      if (entry->overlay != NULL)
        self->bytes -= overlay_bytes(entry->overlay);
      g_hash_table_iter_remove(&iter);
    }
  }
  self->stage++;
}

guint64
overlay_cache_painted(const OverlayCache *self)
{
  return self->painted;
}
