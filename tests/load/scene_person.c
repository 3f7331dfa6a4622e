/* tests/load/scene_person.c - draws a person at a table, by Cairo. */
#include "tests/load/scene_person.h"

typedef struct { double r, g, b; } Colour;

static const Colour SHIRTS[] = {
  { .93, .95, .98 }, { .70, .80, .92 }, { .26, .33, .46 }, { .55, .62, .52 }, { .86, .80, .72 },
  { .36, .28, .30 }, { .80, .86, .90 }, { .60, .45, .40 }, { .30, .42, .40 },
};
static const Colour SKINS[] = { { .93, .78, .66 }, { .88, .72, .59 }, { .90, .75, .62 }, { .82, .65, .52 } };
static const Colour HAIRS[] = { { .10, .09, .09 }, { .16, .13, .12 }, { .42, .41, .41 }, { .08, .07, .08 } };

static void
set(cairo_t *cairo, Colour colour, double light)
{
  cairo_set_source_rgb(cairo, colour.r * light, colour.g * light, colour.b * light);
}

static void
ellipse(cairo_t *cairo, double x, double y, double rx, double ry)
{
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, rx, ry);
  cairo_arc(cairo, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore(cairo);
  cairo_fill(cairo);
}

static bool
has_long_hair(const ScenePersonLook *look)
{
  return look->seed % 3 == 1;
}

static void
draw_body(cairo_t *cairo, const ScenePersonLook *look, Colour shirt, Colour skin)
{
  cairo_pattern_t *cloth = cairo_pattern_create_linear(0, 0.7, 1, 1.2);
  cairo_pattern_add_color_stop_rgb(cloth, 0, shirt.r, shirt.g, shirt.b);
  cairo_pattern_add_color_stop_rgb(cloth, 1, shirt.r * .72, shirt.g * .72, shirt.b * .74);
  cairo_set_source(cairo, cloth);
  cairo_move_to(cairo, 0, 1.2);
  cairo_curve_to(cairo, .02, .86, .16, .82, .38, .74);
  cairo_line_to(cairo, .62, .74);
  cairo_curve_to(cairo, .84, .82, .98, .86, 1, 1.2);
  cairo_close_path(cairo);
  cairo_fill(cairo);
  cairo_pattern_destroy(cloth);

  set(cairo, skin, .86);  /* the neck, in the shade of the chin */
  cairo_rectangle(cairo, .42, .58, .16, .16);
  cairo_fill(cairo);
  ellipse(cairo, .5, .745, .08, .045);
  set(cairo, shirt, 1.04);  /* collar */
  cairo_move_to(cairo, .37, .73);
  cairo_line_to(cairo, .5, .86);
  cairo_line_to(cairo, .63, .73);
  cairo_line_to(cairo, .60, .70);
  cairo_line_to(cairo, .5, .79);
  cairo_line_to(cairo, .40, .70);
  cairo_close_path(cairo);
  cairo_fill(cairo);
  if (look->seed % 2 == 0 && !has_long_hair(look)) {  /* a tie */
    cairo_set_source_rgb(cairo, .55, .10, .14);
    cairo_move_to(cairo, .47, .80);
    cairo_line_to(cairo, .53, .80);
    cairo_line_to(cairo, .56, 1.2);
    cairo_line_to(cairo, .44, 1.2);
    cairo_close_path(cairo);
    cairo_fill(cairo);
  }
}

static void
draw_head(cairo_t *cairo, const ScenePersonLook *look, Colour skin, Colour hair)
{
  if (has_long_hair(look)) {
    set(cairo, hair, 1);
    ellipse(cairo, .5, .36, .225, .30);
    cairo_rectangle(cairo, .275, .36, .45, .34);
    cairo_fill(cairo);
    set(cairo, skin, .86);
    cairo_rectangle(cairo, .42, .58, .16, .15);
    cairo_fill(cairo);
  }
  set(cairo, skin, .90);
  ellipse(cairo, .305, .40, .025, .05);
  ellipse(cairo, .695, .40, .025, .05);
  set(cairo, skin, 1);
  ellipse(cairo, .5, .38, .19, .25);
  set(cairo, hair, 1.25);  /* the top of the hair: a cap above the brow */
  cairo_save(cairo);
  cairo_rectangle(cairo, .25, .04, .5, .20);
  cairo_clip(cairo);
  ellipse(cairo, .5, .335, .196, .245);
  cairo_restore(cairo);
  set(cairo, hair, 1.25);
  cairo_move_to(cairo, .322, .30);  /* the brow line and the temples */
  cairo_curve_to(cairo, .34, .24, .44, .235, .52, .25);
  cairo_curve_to(cairo, .60, .265, .655, .25, .678, .30);
  cairo_line_to(cairo, .690, .23);
  cairo_line_to(cairo, .310, .23);
  cairo_close_path(cairo);
  cairo_fill(cairo);
}

static void
draw_eyes(cairo_t *cairo, const ScenePersonLook *look, Colour hair)
{
  for (int side = -1; side <= 1; side += 2) {
    double x = .5 + side * .075, y = .375;
    cairo_set_line_width(cairo, .014);
    set(cairo, hair, 1);
    cairo_move_to(cairo, x - .04, y - .045);
    cairo_curve_to(cairo, x - .02, y - .06, x + .02, y - .06, x + .04, y - .045);
    cairo_stroke(cairo);
    if (look->eyes_shut) {
      cairo_set_line_width(cairo, .010);
      cairo_move_to(cairo, x - .03, y);
      cairo_curve_to(cairo, x - .01, y + .012, x + .01, y + .012, x + .03, y);
      cairo_stroke(cairo);
    } else {
      cairo_set_source_rgb(cairo, .97, .97, .96);
      ellipse(cairo, x, y, .033, .019);
      cairo_set_source_rgb(cairo, .12, .09, .08);
      ellipse(cairo, x, y, .015, .017);
    }
    if (look->seed % 4 == 2) {  /* glasses */
      cairo_set_source_rgb(cairo, .15, .15, .17);
      cairo_set_line_width(cairo, .009);
      cairo_rectangle(cairo, x - .052, y - .035, .104, .075);
      cairo_stroke(cairo);
    }
  }
}

static void
draw_face(cairo_t *cairo, const ScenePersonLook *look, Colour skin, Colour hair)
{
  draw_eyes(cairo, look, hair);
  set(cairo, skin, .80);
  cairo_set_line_width(cairo, .012);
  cairo_move_to(cairo, .5, .40);
  cairo_curve_to(cairo, .51, .44, .525, .455, .49, .465);
  cairo_stroke(cairo);
  cairo_set_source_rgb(cairo, .62, .28, .27);
  if (look->mouth == 0) {
    cairo_set_line_width(cairo, .016);
    cairo_move_to(cairo, .445, .53);
    cairo_curve_to(cairo, .48, .545, .52, .545, .555, .53);
    cairo_stroke(cairo);
    return;
  }
  double open = .008 + .013 * look->mouth;
  ellipse(cairo, .5, .535, .052, open + .012);
  cairo_set_source_rgb(cairo, .30, .08, .09);
  ellipse(cairo, .5, .535, .042, open);
}

void
scene_person_draw(cairo_t *cairo, const ScenePersonLook *look)
{
  Colour shirt = SHIRTS[look->seed % G_N_ELEMENTS(SHIRTS)];
  Colour skin = SKINS[look->seed % G_N_ELEMENTS(SKINS)];
  Colour hair = HAIRS[look->seed / 2 % G_N_ELEMENTS(HAIRS)];
  draw_body(cairo, look, shirt, skin);
  draw_head(cairo, look, skin, hair);
  draw_face(cairo, look, skin, hair);
}
