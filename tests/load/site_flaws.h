/* tests/load/site_flaws.h - what is wrong at a simulated site itself and when, from the command line.
 *
 *   --slow-camera SITE:AT:FOR        its camera makes SLOW_CAMERA_FPS pictures a second, whatever it is asked for
 *   --silent-microphone SITE:AT:FOR  its microphone is open, and takes up nothing
 *   --slow-decoder SITE:AT:FOR       it decodes a third of the pictures that it gets, and says so
 *   --echo SITE:AT:FOR               its microphone takes up its loudspeaker alone: 20 dB less, 180 ms later
 *
 * Each may be given for several sites; of two for one site the later counts. Times count from the beginning of the window. Plain data. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef enum {
  FLAW_NONE = 0,
  FLAW_SLOW_CAMERA,
  FLAW_SILENT_MICROPHONE,
  FLAW_SLOW_DECODER,
  FLAW_ECHO,
  FLAW_KINDS,
} FlawKind;

enum { SLOW_CAMERA_FPS = 5 };

/* The texts as they came; arrays are NULL-ended or NULL. */
typedef struct {
  char **of_kind[FLAW_KINDS];
} FlawTexts;

typedef struct {
  struct { gint64 from_us, until_us; } spans[FLAW_KINDS];  /* both 0: never */
} SiteFlaws;

/* Errors: G_OPTION_ERROR_BAD_VALUE, whatever the site of the text that is wrong. */
bool site_flaws_read(const FlawTexts *texts, const char *site, SiteFlaws *out, GError **error);
/* Whether it ever is so. */
bool site_flaws_has(const SiteFlaws *self, FlawKind kind);
/* Whether it is so @elapsed_us after the beginning of the window; before it, never. */
bool site_flaws_holds(const SiteFlaws *self, FlawKind kind, gint64 elapsed_us);
