/* mcu/qr_code.c - a text as a QR code (ISO/IEC 18004), for a terminal and as SVG. */
#include "mcu/qr_code.h"
#include <qrencode.h>
#include <stdbool.h>

enum { QUIET_MODULES = 4 };

/* The quiet zone is light, and so is what is beyond it. */
static bool
is_dark(const QRcode *code, int x, int y)
{
  x -= QUIET_MODULES;
  y -= QUIET_MODULES;
  return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1) != 0;
}

char *
qr_code_for_terminal(const char *text)
{
  QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
  if (code == NULL)
    return NULL;
  int side = code->width + 2 * QUIET_MODULES;
  GString *out = g_string_new(NULL);
  for (int y = 0; y < side; y += 2) {
    g_string_append(out, "\033[30;107m");
    for (int x = 0; x < side; x++) {
      bool upper = is_dark(code, x, y), lower = is_dark(code, x, y + 1);
      g_string_append(out, upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ");
    }
    g_string_append(out, "\033[0m\n");
  }
  QRcode_free(code);
  return g_string_free(out, FALSE);
}

char *
qr_code_svg(const char *text, const char *title)
{
  QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
  if (code == NULL)
    return NULL;
  int side = code->width + 2 * QUIET_MODULES;
  g_autofree char *escaped = g_markup_escape_text(title, -1);
  GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_string_append_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                         " shape-rendering=\"crispEdges\" role=\"img\">\n<title>%s</title>\n"
                         "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>\n<path d=\"", side, side, 8 * side, 8 * side, escaped, side, side);
  for (int y = 0; y < side; y++)
    for (int x = 0, run; x < side; x += run + 1) {
      for (run = 0; is_dark(code, x + run, y);)
        run++;
      if (run > 0)
        g_string_append_printf(out, "M%d %dh%dv1h-%dz", x, y, run, run);
    }
  g_string_append(out, "\"/>\n</svg>\n");
  QRcode_free(code);
  return g_string_free(out, FALSE);
}
