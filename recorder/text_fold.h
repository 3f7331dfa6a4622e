/* recorder/text_fold.h - text as it is searched: without diacritics, in small letters.
 *
 * People type `dat` and mean `đất`, and old keyboards write `đất` in three ways. Both the text
 * and the query are folded: NFD, combining marks off, đ -> d, small letters. Any thread. */
#pragma once
#include <glib.h>

/* @text: UTF-8 (what is not is made valid); NULL is "". Returns: (transfer full). */
char *text_fold(const char *text);
