/* mcu/view_plan.c - who sees and hears what. */
#include "mcu/view_plan.h"
#include <string.h>

enum { STRIP_MAX = 5 };  /* speakers beside a document: a column that leaves it 4/5 of the canvas each way */

void
view_layout_init(ViewLayout *self, guint n_sites)
{
  *self = (ViewLayout) { .kind = VIDEO_LAYOUT_GRID, .main = VIEW_NOBODY, .second = VIEW_NOBODY };
  for (guint i = 0; i < n_sites; i++)
    self->order[i] = i;
}

bool
view_layout_reorder(ViewLayout *self, const guint *first, guint n_first, guint n_sites)
{
  bool is_placed[CONFIG_SITES_MAX] = { false };
  guint order[CONFIG_SITES_MAX], n = 0;
  for (guint i = 0; i < n_first; i++) {
    if (first[i] >= n_sites || is_placed[first[i]])
      return false;
    is_placed[first[i]] = true;
    order[n++] = first[i];
  }
  for (guint i = 0; i < n_sites; i++)
    if (!is_placed[self->order[i]])
      order[n++] = self->order[i];
  memcpy(self->order, order, n * sizeof order[0]);
  return true;
}

bool
view_is_excluded(const ViewInputs *in, guint site)
{
  return in->is_confidential && site != in->hub && !in->is_concerned[site];
}

static bool
waits(const ViewInputs *in, guint site)
{
  return site != in->hub && in->is_waiting[site];
}

/* Whether @site may stand in a picture. Who waits keeps its tile, without its camera: the others' do not
 * move when it comes in. */
static bool
has_tile(const ViewInputs *in, guint site)
{
  return site < in->n_sites && !view_is_excluded(in, site);
}

static bool
is_in(const ViewInputs *in, guint site)
{
  return has_tile(in, site) && !waits(in, site);
}

/* ---- pictures ---- */

static void
add_tile(ViewPicture *out, guint site, bool is_document)
{
  for (guint i = 0; i < out->n_tiles; i++)
    if (out->tiles[i].site == site && out->tiles[i].is_document == is_document)
      return;
  if (out->n_tiles < VIDEO_TILES_MAX)
    out->tiles[out->n_tiles++] = (ViewTile) { site, is_document };
}

static void
add_all(const ViewInputs *in, const ViewLayout *layout, ViewPicture *out)
{
  for (guint i = 0; i < in->n_sites; i++)
    if (has_tile(in, layout->order[i]))
      add_tile(out, layout->order[i], false);
}

/* Of @wishes the first that may be shown and is not @other. */
static guint
first_of(const ViewInputs *in, const guint *wishes, guint n, guint other)
{
  for (guint i = 0; i < n; i++)
    if (wishes[i] != other && has_tile(in, wishes[i]))
      return wishes[i];
  return VIEW_NOBODY;
}

static guint
main_of(const ViewInputs *in, const ViewLayout *layout)
{
  guint by_voice = layout->kind == VIDEO_LAYOUT_SPEAKER && is_in(in, in->speaker) ? in->speaker : VIEW_NOBODY;
  guint by_case = layout->kind == VIDEO_LAYOUT_SPOTLIGHT || layout->kind == VIDEO_LAYOUT_SPEAKER ? in->case_site : VIEW_NOBODY;
  const guint wishes[] = { layout->kind == VIDEO_LAYOUT_LECTURE ? in->hub : by_voice, layout->main, by_case, in->hub };
  return first_of(in, wishes, G_N_ELEMENTS(wishes), VIEW_NOBODY);
}

static guint
second_of(const ViewInputs *in, const ViewLayout *layout, guint main)
{
  const guint wishes[] = { layout->second, main != in->hub && layout->main != VIEW_NOBODY ? in->hub : VIEW_NOBODY,
                           in->case_site, in->floor, in->speaker, in->hub };
  guint second = first_of(in, wishes, G_N_ELEMENTS(wishes), main);
  return second != VIEW_NOBODY ? second : first_of(in, layout->order, in->n_sites, main);
}

/* Who speaks to the document: few, so that it is large, and in the order of the seats. */
static void
add_speakers(const ViewInputs *in, const ViewLayout *layout, ViewPicture *out)
{
  const guint who[STRIP_MAX] = { in->hub, in->presenter, out->main, in->speaker, in->case_site };
  for (guint i = 0; i < in->n_sites; i++)
    for (guint j = 0; j < G_N_ELEMENTS(who); j++)
      if (layout->order[i] == who[j] && has_tile(in, who[j]))
        add_tile(out, who[j], false);
}

static void
make_picture(const ViewInputs *in, const ViewLayout *layout, ViewPicture *out)
{
  *out = (ViewPicture) { .kind = layout->kind, .geometry = layout->kind, .second = VIEW_NOBODY };
  out->main = main_of(in, layout);
  bool has_document = is_in(in, in->presenter);
  switch (layout->kind) {
  case VIDEO_LAYOUT_PAIR:
    out->second = second_of(in, layout, out->main);
    add_tile(out, out->main, false);
    if (out->second != VIEW_NOBODY)
      add_tile(out, out->second, false);
    return;
  case VIDEO_LAYOUT_LECTURE:
    add_tile(out, out->main, false);
    return;
  case VIDEO_LAYOUT_DOCUMENT:
    if (has_document) {
      add_tile(out, in->presenter, true);
      add_speakers(in, layout, out);
      return;
    }
    out->geometry = VIDEO_LAYOUT_SPOTLIGHT;  /* until somebody presents */
    break;
  case VIDEO_LAYOUT_SPEAKER:
    out->geometry = VIDEO_LAYOUT_SPOTLIGHT;
    break;
  case VIDEO_LAYOUT_NONE:
  case VIDEO_LAYOUT_GRID:
  case VIDEO_LAYOUT_SPOTLIGHT:
    break;
  }
  if (out->geometry == VIDEO_LAYOUT_SPOTLIGHT)
    add_tile(out, out->main, false);
  add_all(in, layout, out);
}

static bool
is_same_picture(const ViewPicture *a, const ViewPicture *b)
{
  if (a->geometry != b->geometry || a->n_tiles != b->n_tiles)
    return false;
  for (guint i = 0; i < a->n_tiles; i++)
    if (a->tiles[i].site != b->tiles[i].site || a->tiles[i].is_document != b->tiles[i].is_document)
      return false;
  return true;
}

/* Returns: true if the hub sees something else than the sites. */
static bool
make_hub_picture(const ViewInputs *in, ViewPlan *out)
{
  ViewLayout layout = in->has_hub_layout ? in->hub_layout : in->layout;
  if (layout.kind == VIDEO_LAYOUT_LECTURE)  /* who lectures sees all */
    layout.kind = VIDEO_LAYOUT_GRID;
  make_picture(in, &layout, &out->pictures[VIEW_HUB]);
  return !is_same_picture(&out->pictures[VIEW_HUB], &out->pictures[VIEW_SITES]);
}

/* ---- seats ---- */

static ViewSeat
seat_of(const ViewInputs *in, guint site)
{
  if (waits(in, site))
    return (ViewSeat) { .view = VIEW_WAITING };
  if (view_is_excluded(in, site))
    return (ViewSeat) { .view = VIEW_EXCLUDED };
  return (ViewSeat) { .view = VIEW_SITES, .is_heard = true, .hears_room = true };
}

void
view_plan_make(const ViewInputs *in, ViewPlan *out)
{
  *out = (ViewPlan) { 0 };
  make_picture(in, &in->layout, &out->pictures[VIEW_SITES]);
  bool has_hub_view = make_hub_picture(in, out);
  for (guint i = 0; i < in->n_sites; i++) {
    out->seats[i] = seat_of(in, i);
    if (i == in->hub && has_hub_view)
      out->seats[i].view = VIEW_HUB;
    out->runs[out->seats[i].view] = true;
  }
  out->viewer = (ViewSeat) { .view = in->viewers_wait ? VIEW_WAITING : in->is_confidential ? VIEW_EXCLUDED : VIEW_SITES };
  out->viewer.hears_room = out->viewer.view == VIEW_SITES;
  out->runs[out->viewer.view] = true;
  out->runs[VIEW_SITES] = true;  /* it is what is recorded */
}
