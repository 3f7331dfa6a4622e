/* mcu/figure_marks.h - what happened when, beside the charts: the last so many events of a room.
 *
 * No citizen's name and nothing of a confidential case comes in here. Pure; control thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

enum { FIGURE_MARKS_MAX = 1024 };

typedef struct {
  gint64 at_us;              /* UNIX */
  char   kind[16];           /* "join", "leave", "tier", "keyframe", "session", "case", "alarm" */
  char   site[64];           /* "": of the room */
  char   text[128];          /* UTF-8: "1280x720 network" */
} FigureMark;

typedef struct FigureMarks FigureMarks;

FigureMarks *figure_marks_new(void);
void         figure_marks_free(FigureMarks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FigureMarks, figure_marks_free)

/* The oldest goes if there is no room. @site: (nullable). @text: UTF-8; cut at a whole character where it is too long. */
void   figure_marks_add(FigureMarks *self, gint64 at_us, const char *kind, const char *site, const char *text);
guint  figure_marks_count(const FigureMarks *self);
/* @i: 0 is the oldest. (transfer none) */
const FigureMark *figure_marks_get(const FigureMarks *self, guint i);
/* {"marks": [...]}, of @from_us and later, oldest first. (transfer full) */
json_t *figure_marks_json(const FigureMarks *self, gint64 from_us);
