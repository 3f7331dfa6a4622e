/* tests/load/change_watch.h - when what one client sees and hears becomes something else.
 *
 *   composed frame -> which tiles stand where -> another layout; a picture, a slate
 *   mixed sound    -> samples that are not 0  -> sound, silence
 *
 * All times are of arrival, monotonic: another process of this machine reads the same clock.
 * Pure logic; one owner. */
#pragma once
#include "media/base/video_frame.h"
#include "tests/load/room_view.h"
#include <jansson.h>

typedef struct ChangeWatch ChangeWatch;

/* @sites: their ids, in the order of the numbers in their block codes; copied. */
ChangeWatch *change_watch_new(const char *const *sites, guint n_sites);
void         change_watch_free(ChangeWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChangeWatch, change_watch_free)

/* May come before or after the first frames that are so. */
void change_watch_set_room(ChangeWatch *self, const RoomView *room);
/* In the order of arrival. */
void change_watch_frame(ChangeWatch *self, const VideoFrame *frame, gint64 arrival_us);
/* @at_us: when the first of @samples could have been heard. */
void change_watch_sound(ChangeWatch *self, const gint16 *samples, guint n_samples, gint64 at_us);

/* [{"kind", "from_us", "until_us"}], oldest first. "layout": from the first frame that is no longer the old one until
 * the first that is the new one. "picture", "slate", "sound", "silence": since from_us. (transfer full) */
json_t *change_watch_json(const ChangeWatch *self);
