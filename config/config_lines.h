/* config/config_lines.h - on which line of a JSON text each value stands.
 *
 * jansson checks and decodes JSON, but tells lines of syntax errors only. This walks the
 * same text once more and remembers the line of every value by its path, such as
 * "rooms[0].sites[2].id". It checks nothing: on text that is no JSON it stops early. */
#pragma once
#include <glib.h>

enum {
  CONFIG_LINES_DEPTH_MAX = 6,  /* deeper values have the line of what holds them */
  CONFIG_LINES_KEY_MAX = 40,   /* and so have those with longer names            */
  CONFIG_PATH_SIZE = 64 + CONFIG_LINES_DEPTH_MAX * CONFIG_LINES_KEY_MAX,
};

typedef struct ConfigLines ConfigLines;

/* Returns: (transfer full): never NULL. @text is not kept. */
ConfigLines *config_lines_new(const char *text, gsize length);
void         config_lines_free(ConfigLines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfigLines, config_lines_free)

/* The line of a member's name or of a list's item, counted from 1; for a path that is not
 * in the text, that of the nearest value around it. "" is the whole text. */
guint config_lines_find(const ConfigLines *self, const char *path);
