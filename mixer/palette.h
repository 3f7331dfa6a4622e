/* mixer/palette.h - the colours of the picture, 0xRRGGBB: calm, dark, never pure black. */
#pragma once

enum {
  PALETTE_CANVAS = 0x10161f,        /* between and around the tiles                   */
  PALETTE_LETTERBOX = 0x1a212c,     /* beside a picture of another shape than its tile */
  PALETTE_SLATE_TOP = 0x2b3a51,     /* a tile without picture: a vertical gradient     */
  PALETTE_SLATE_BOTTOM = 0x17202e,
  PALETTE_STRIP = 0x14457e,         /* behind the lower third                          */
  PALETTE_PILL = 0x0c1118,          /* behind a label, translucent                     */
  PALETTE_TEXT = 0xf4f6f9,
  PALETTE_TEXT_SOFT = 0xb6c2d2,     /* a status line                                   */
  PALETTE_RULE = 0x4d6284,          /* between a name and its status                   */
  PALETTE_WARNING = 0xf2b84b,       /* signal lost                                     */
  PALETTE_MUTED = 0xff7a6e,         /* the crossed-out microphone                      */
  PALETTE_RECORDING = 0xf0443a,     /* the dot that says: this is being recorded      */
  PALETTE_SPEAKING = 0x37c871,      /* border of the active speaker                    */
};
