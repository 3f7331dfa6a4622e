/* mixer/video_layout.c - where each tile stands on a canvas. */
#include "mixer/video_layout.h"

/* All coordinates are even, so that a tile's chroma is its own. */
static guint
even(guint n)
{
  return n & ~1u;
}

static guint
even_at_least_2(guint n)
{
  return MAX(even(n), 2);
}

/* The largest 16:9 tile of which @columns x @rows fit. */
static VideoRect
grid_cell(guint columns, guint rows, guint width, guint height)
{
  guint cell_width = MIN(width / columns, height / rows * 16 / 9);
  guint cell_height = MIN(height / rows, (cell_width * 9 + 8) / 16);
  return (VideoRect) { .width = even_at_least_2(cell_width),
                       .height = even_at_least_2(cell_height) };
}

/* As large a tile as possible; of equal ones the widest arrangement, which leaves the
 * last row the fullest on a wide canvas. What rounding makes of equal ones on a small canvas
 * counts as equal: all tiers of a scene are arranged alike. */
static guint
grid_columns(guint n_tiles, guint width, guint height)
{
  enum { EQUAL_PERCENT = 97 };
  guint best = 1, best_width = 0;
  for (guint columns = 1; columns <= n_tiles; columns++) {
    guint rows = (n_tiles + columns - 1) / columns;
    VideoRect cell = grid_cell(columns, rows, width, height);
    if (cell.width * 100 >= best_width * EQUAL_PERCENT && (columns - 1) * rows < n_tiles) {
      best_width = MAX(cell.width, best_width);
      best = columns;
    }
  }
  return best;
}

static void
compute_grid(guint n_tiles, guint width, guint height, VideoRect *out)
{
  guint columns = grid_columns(n_tiles, width, height);
  guint rows = (n_tiles + columns - 1) / columns;
  VideoRect cell = grid_cell(columns, rows, width, height);
  guint top = even((height - rows * cell.height) / 2);
  for (guint i = 0; i < n_tiles; i++) {
    guint row = i / columns;
    guint in_row = row + 1 < rows ? columns : n_tiles - row * columns;
    guint left = even((width - in_row * cell.width) / 2);
    out[i] = cell;
    out[i].x = left + i % columns * cell.width;
    out[i].y = top + row * cell.height;
  }
}

/* The spotlight stands on a grid of n x n cells: the large tile takes (n - depth) of them
 * each way, the strip the columns to its right from the top down and then the rows below
 * it:
 *
 *    +-----------+---+        n = 4, depth 1: the large tile is 3/4 of the canvas,
 *    |           | 1 |        up to 4 in the column, 7 with the row
 *    |     0     +---+
 *    |           | 2 |
 *    |           +---+
 *    +---+---+---+ 3 |
 *    | 5 | 6 | 7 +---+
 *    +---+---+---+ 4 |
 *    +---+---+---+---+                                                        */
typedef struct { guint cells, depth; } SpotlightGrid;

enum { DOCUMENT_CELLS = 5 };  /* a document takes 4/5 of the canvas each way, a strip of five fits beside it */

static SpotlightGrid
spotlight_grid(guint n_strip, guint cells_min)
{
  /* A column alone while the strip's tiles are at least 1/8 of the canvas (a name is still
   * legible on 240x135), then the row below too, then deeper strips, then smaller tiles. */
  static const SpotlightGrid GRIDS[] = {
    { 4, 1 }, { 5, 1 }, { 6, 1 }, { 8, 1 }, { 8, 2 }, { 10, 2 }, { 12, 2 }, { 12, 3 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(GRIDS); i++) {
    guint cells = GRIDS[i].cells, depth = GRIDS[i].depth, large = cells - depth;
    guint capacity = i < 3 ? cells : cells * cells - large * large;
    if (n_strip <= capacity && cells >= cells_min)
      return GRIDS[i];
  }
  g_assert_not_reached();
}

static guint
cell_edge(guint i, guint cells, guint size)
{
  return even(i * size / cells);
}

static VideoRect
cells_rect(guint column, guint row, guint size_cells, guint cells, guint width, guint height)
{
  VideoRect rect = { .x = cell_edge(column, cells, width), .y = cell_edge(row, cells, height) };
  rect.width = cell_edge(column + size_cells, cells, width) - rect.x;
  rect.height = cell_edge(row + size_cells, cells, height) - rect.y;
  return rect;
}

static void
compute_spotlight(guint n_tiles, guint cells_min, guint width, guint height, VideoRect *out)
{
  if (n_tiles == 1) {
    compute_grid(1, width, height, out);
    return;
  }
  /* The grid is laid on the largest 16:9 area of the canvas. */
  VideoRect area = grid_cell(1, 1, width, height);
  area.x = even((width - area.width) / 2);
  area.y = even((height - area.height) / 2);

  guint n_strip = n_tiles - 1;
  SpotlightGrid grid = spotlight_grid(n_strip, cells_min);
  guint large = grid.cells - grid.depth, in_columns = MIN(n_strip, grid.cells * grid.depth);
  out[0] = cells_rect(0, 0, large, grid.cells, area.width, area.height);
  for (guint i = 0; i < in_columns; i++)
    out[1 + i] = cells_rect(large + i / grid.cells, i % grid.cells, 1, grid.cells, area.width,
                            area.height);
  guint n_below = n_strip - in_columns, rows_below = (n_below + large - 1) / large;
  for (guint j = 0; j < n_below; j++) {
    guint row = j / large, in_row = row + 1 < rows_below ? large : n_below - row * large;
    VideoRect *tile = &out[1 + in_columns + j];
    *tile = cells_rect(j % large, large + row, 1, grid.cells, area.width, area.height);
    tile->x += even((out[0].width - cell_edge(in_row, grid.cells, area.width)) / 2);
  }

  /* With nothing below it the large tile stands in the middle, and so does a short column. */
  guint down = n_below == 0 ? even((area.height - out[0].height) / 2) : 0;
  guint column_bottom = out[MIN(n_strip, grid.cells)].y + out[MIN(n_strip, grid.cells)].height;
  guint column_down = even((area.height - column_bottom) / 2);
  for (guint i = 0; i < n_tiles; i++) {
    out[i].x += area.x;
    out[i].y += area.y + (i == 0 ? down : i <= grid.cells ? column_down : 0);
  }
}

void
video_layout_compute(VideoLayoutKind kind, guint n_tiles, guint canvas_width,
                     guint canvas_height, VideoRect *out)
{
  g_return_if_fail(n_tiles >= 1 && n_tiles <= VIDEO_TILES_MAX);
  g_return_if_fail(canvas_width >= VIDEO_CANVAS_MIN && canvas_height >= VIDEO_CANVAS_MIN);
  switch (kind) {
  case VIDEO_LAYOUT_SPOTLIGHT:
  case VIDEO_LAYOUT_SPEAKER:
    compute_spotlight(n_tiles, 1, canvas_width, canvas_height, out);
    return;
  case VIDEO_LAYOUT_DOCUMENT:
    compute_spotlight(n_tiles, DOCUMENT_CELLS, canvas_width, canvas_height, out);
    return;
  case VIDEO_LAYOUT_PAIR:     /* a grid of two on a wide canvas is side by side, of one it is all */
  case VIDEO_LAYOUT_LECTURE:
  case VIDEO_LAYOUT_GRID:
  case VIDEO_LAYOUT_NONE:
    compute_grid(n_tiles, canvas_width, canvas_height, out);
  }
}

static void
add_gap(GArray *gaps, guint x, guint y, guint right, guint bottom)
{
  if (right <= x || bottom <= y)
    return;
  VideoRect gap = { x, y, right - x, bottom - y };
  g_array_append_val(gaps, gap);
}

static int
compare_edges(gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *)a, y = *(const guint *)b;
  return x < y ? -1 : x > y;
}

static int
compare_x(gconstpointer a, gconstpointer b)
{
  const VideoRect *const *x = a, *const *y = b;
  return (*x)->x < (*y)->x ? -1 : (*x)->x > (*y)->x;
}

GArray *
video_layout_gaps(const VideoRect *tiles, guint n_tiles, guint canvas_width, guint canvas_height)
{
  GArray *gaps = g_array_new(FALSE, FALSE, sizeof(VideoRect));
  g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(guint));
  g_autoptr(GPtrArray) by_x = g_ptr_array_new();
  guint zero = 0;
  g_array_append_val(edges, zero);
  g_array_append_val(edges, canvas_height);
  for (guint i = 0; i < n_tiles; i++) {
    guint bottom = tiles[i].y + tiles[i].height;
    g_array_append_val(edges, tiles[i].y);
    g_array_append_val(edges, bottom);
    g_ptr_array_add(by_x, (gpointer)&tiles[i]);
  }
  g_array_sort(edges, compare_edges);
  g_ptr_array_sort(by_x, compare_x);

  /* In each band between two edges the tiles cover whole columns. */
  for (guint e = 0; e + 1 < edges->len; e++) {
    guint top = g_array_index(edges, guint, e), bottom = g_array_index(edges, guint, e + 1);
    guint x = 0;
    for (guint i = 0; i < by_x->len; i++) {
      const VideoRect *tile = by_x->pdata[i];
      if (tile->y > top || tile->y + tile->height < bottom)
        continue;
      add_gap(gaps, x, top, tile->x, bottom);
      x = tile->x + tile->width;
    }
    add_gap(gaps, x, top, canvas_width, bottom);
  }
  return gaps;
}
