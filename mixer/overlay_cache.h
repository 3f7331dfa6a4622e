/* mixer/overlay_cache.h - texts already drawn, kept from one stage to the next.
 *
 * A new active speaker or a new member redraws nothing that stays as it was. Control
 * thread. */
#pragma once
#include "mixer/overlay_painter.h"

typedef struct OverlayCache OverlayCache;

/* @max_bytes: beyond this, what the last stage did not use is dropped. */
OverlayCache *overlay_cache_new(gsize max_bytes);
void          overlay_cache_free(OverlayCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OverlayCache, overlay_cache_free)

/* Returns: (transfer full) (nullable): as overlay_paint(). */
Overlay *overlay_cache_get(OverlayCache *self, const OverlaySpec *spec);
/* Draws nothing. Returns: false: this one has to be drawn. @out: (transfer full) (nullable): as overlay_paint(). */
bool     overlay_cache_find(OverlayCache *self, const OverlaySpec *spec, Overlay **out);
/* Ends a stage: drops what it did not use, if there is too much. */
void     overlay_cache_trim(OverlayCache *self);
guint64  overlay_cache_painted(const OverlayCache *self);  /* drawn so far */
