/* recorder/closing_room.h - room on a session's disk that is kept for its closing.
 *
 *   session's directory/.room   [ for ending segments and journal | for the package's texts ]
 *
 * A file of nothing, made when a session begins in a directory. Where the disk runs full, it is given back: half of
 * it to end what is open, the rest to the package; so that what was recorded until then becomes a bag with
 * no help from outside. Never part of a bag. Blocks in the disk. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { CLOSING_ROOM_BYTES = 4 << 20 };

/* Nothing if it is there. Errors: G_FILE_ERROR; then what was there before still is. */
bool closing_room_keep(const char *directory, GError **error);
/* Gives back what ending segments and journal takes; nothing if that was done, or none was kept. */
void closing_room_give_half(const char *directory);
void closing_room_give_all(const char *directory);
