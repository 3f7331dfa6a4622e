/* tests/load/scene_person.h - draws a person at a table, by Cairo. */
#pragma once
#include <cairo.h>
#include <glib.h>
#include <stdbool.h>

typedef struct {
  guint seed;      /* hair, shirt, glasses                     */
  guint mouth;     /* 0 to 3                                   */
  bool  eyes_shut;
} ScenePersonLook;

/* Draws into the rectangle 0, 0, 1, 1.2 of @cairo: the head's top is at the upper edge, the
 * shoulders run out of the lower one. */
void scene_person_draw(cairo_t *cairo, const ScenePersonLook *look);
