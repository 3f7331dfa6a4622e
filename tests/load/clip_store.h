/* tests/load/clip_store.h - the clips of all sites in the sizes that were asked for.
 *
 * Clips are encoded by worker threads and kept to the end. Any thread. */
#pragma once
#include "tests/load/clip.h"
#include "tests/load/room_view.h"

typedef struct ClipStore ClipStore;

/* @n_threads: workers. */
ClipStore  *clip_store_new(guint n_threads);
/* Waits for the workers. */
void        clip_store_free(ClipStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClipStore, clip_store_free)

/* Returns: (transfer none) (nullable): NULL if it is not there yet; it is then being made.
 * @name: copied. */
const Clip *clip_store_get(ClipStore *self, guint site, const char *name, const ClipSpec *spec);
/* True while something is being made. */
bool        clip_store_is_busy(ClipStore *self);
/* Waits until all that was asked for is there. */
void        clip_store_wait(ClipStore *self);

/* The size and rate that a client which obeys makes of a wish: the largest of the usual
 * sizes that does not exceed it. @kbps: 0: the usual rate of that size, at most the wish's. */
ClipSpec    clip_spec_for_wish(const UplinkWish *wish, guint fps, guint kbps);
/* The usual rate of a size. */
guint       clip_usual_kbps(guint width, guint height, guint fps);
