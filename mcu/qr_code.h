/* mcu/qr_code.h - a text as a QR code (ISO/IEC 18004), for a terminal and as SVG. Any thread. */
#pragma once
#include <glib.h>

/* Both: (transfer full), with the quiet zone of four modules that readers need. NULL: @text does
 * not fit into a code (over about 2300 bytes). */
/* Lines of half blocks, black on white by escape codes: two rows of modules a line. */
char *qr_code_for_terminal(const char *text);
/* A document of its own, one user unit a module, to be scaled. @title: what people see the code is for. */
char *qr_code_svg(const char *text, const char *title);
