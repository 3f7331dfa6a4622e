/* mixer/overlay_painter.h - draws the texts and marks of a tile with Pango and Cairo.
 *
 * Takes milliseconds, so it runs on the control thread, once per change; the tick only
 * blends the result. Texts may be any UTF-8, of any length: bad bytes are replaced, long
 * texts end in an ellipsis. Sizes follow the tile's: a name is legible on 240x135. */
#pragma once
#include "mixer/overlay.h"

typedef enum {
  OVERLAY_KIND_NONE = 0,
  OVERLAY_LABEL,        /* name on a dark pill                                    */
  OVERLAY_LABEL_MUTED,  /* the same behind a crossed-out microphone               */
  OVERLAY_MUTED,        /* only the microphone, for a slate, which has the name   */
  OVERLAY_SLATE,        /* name, a line, status: the middle of an empty tile      */
  OVERLAY_SLATE_STALE,  /* the same with the status as a warning                  */
  OVERLAY_STALE,        /* warning on a pill, over a picture that stands still    */
  OVERLAY_RECORDING,       /* a red dot and a text: the whole picture's corner    */
  OVERLAY_RECORDING_FAULT, /* the same as a warning                               */
  OVERLAY_LOWER_THIRD,  /* a strip of the whole picture: what is being heard      */
  OVERLAY_CLOCK,        /* beside it, as high: how long already                   */
  OVERLAY_CLOCK_PAUSED, /* the same as a warning                                  */
} OverlayKind;

typedef struct {
  OverlayKind kind;
  const char *text;     /* name, warning (OVERLAY_STALE), or mark                 */
  const char *status;   /* (nullable) slates only                                 */
  guint tile_width, tile_height;
} OverlaySpec;

/* Returns: (transfer full) (nullable): NULL if there is nothing to show, or no room. Smaller
 * than the tile. */
Overlay *overlay_paint(const OverlaySpec *spec);

/* Distance of a label from the left and lower edges of its tile, even pixels. */
guint overlay_label_margin(guint tile_height);
