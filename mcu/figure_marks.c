/* mcu/figure_marks.c - what happened when, beside the charts: the last so many events of a room. */
#include "mcu/figure_marks.h"
#include "mcu/wall_time.h"
#include <string.h>

struct FigureMarks {
  guint64    n_added;
  FigureMark marks[FIGURE_MARKS_MAX];  /* the n-th lies at n % FIGURE_MARKS_MAX */
};

FigureMarks *
figure_marks_new(void)
{
  return g_new0(FigureMarks, 1);
}

void
figure_marks_free(FigureMarks *self)
{
  g_free(self);
}

static void
copy_text(char *out, gsize size, const char *text)
{
  g_strlcpy(out, text, size);
  const char *end;
  if (!g_utf8_validate(out, -1, &end))  /* cut in the middle of a character */
    out[end - out] = '\0';
}

void
figure_marks_add(FigureMarks *self, gint64 at_us, const char *kind, const char *site, const char *text)
{
  FigureMark *mark = &self->marks[self->n_added++ % FIGURE_MARKS_MAX];
  mark->at_us = at_us;
  copy_text(mark->kind, sizeof mark->kind, kind);
  copy_text(mark->site, sizeof mark->site, site != NULL ? site : "");
  copy_text(mark->text, sizeof mark->text, text);
}

guint
figure_marks_count(const FigureMarks *self)
{
  return (guint)MIN(self->n_added, FIGURE_MARKS_MAX);
}

const FigureMark *
figure_marks_get(const FigureMarks *self, guint i)
{
  return &self->marks[(self->n_added - figure_marks_count(self) + i) % FIGURE_MARKS_MAX];
}

json_t *
figure_marks_json(const FigureMarks *self, gint64 from_us)
{
  json_t *marks = json_array();
  for (guint i = 0; i < figure_marks_count(self); i++) {
    const FigureMark *mark = figure_marks_get(self, i);
    if (mark->at_us < from_us)
      continue;
    json_array_append_new(marks, json_pack("{s:o, s:s, s:s?, s:s}", "at", wall_time_json(mark->at_us), "kind", mark->kind,
                                           "site", mark->site[0] != '\0' ? mark->site : NULL, "text", mark->text));
  }
  return json_pack("{s:o}", "marks", marks);
}
