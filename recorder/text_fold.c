/* recorder/text_fold.c - text as it is searched: without diacritics, in small letters. */
#include "recorder/text_fold.h"
#include <string.h>

enum { D_STROKE_CAPITAL = 0x110, D_STROKE_SMALL = 0x111 };

char *
text_fold(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
  g_autofree char *apart = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
  GString *out = g_string_sized_new(strlen(apart));
  for (const char *p = apart; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c == D_STROKE_CAPITAL || c == D_STROKE_SMALL)
      c = 'd';  /* a letter of its own: no decomposition leads to d */
    if (g_unichar_combining_class(c) == 0)
      g_string_append_unichar(out, g_unichar_tolower(c));
  }
  return g_string_free(out, FALSE);
}
