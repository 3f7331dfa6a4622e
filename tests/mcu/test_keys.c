/* tests/mcu/test_keys.c - what keys may be ordered, and how their links look as QR codes. */
#include "mcu/key_order.h"
#include "mcu/qr_code.h"
#include <stdio.h>
#include <string.h>

static const struct {
  KeyOrder    order;
  const char *site, *room;  /* of the key                          */
  const char *fault;        /* (nullable): part of the error        */
} ORDERS[] = {
  { { .role = "chair" }, "hub", "", NULL },
  { { .role = "chair", .room = "tiep-dan" }, "hub", "tiep-dan", NULL },
  { { .role = "chair", .site = "hub" }, "hub", "", NULL },
  { { .role = "site", .site = "h-tien-du" }, "h-tien-du", "", NULL },
  { { .role = "site", .site = "h-tien-du", .room = "tiep-dan", .label = "máy phụ" }, "h-tien-du", "tiep-dan", NULL },
  { { .role = "queue" }, "", "tiep-dan", NULL },
  { { .role = "viewer" }, "", "", NULL },
  { { .role = "viewer", .room = "tiep-dan" }, "", "tiep-dan", NULL },
  { { .role = "technician" }, "", "", NULL },
  { { .role = "clerk", .is_restricted = true }, "", "", NULL },
  { { .role = NULL }, NULL, NULL, "--role is" },
  { { .role = "king" }, NULL, NULL, "--role is" },
  { { .role = "chair", .site = "h-tien-du" }, NULL, NULL, "the chair sits at the hub" },
  { { .role = "chair", .room = "khac" }, NULL, NULL, "no room 'khac'" },
  { { .role = "site" }, NULL, NULL, "needs --site" },
  { { .role = "site", .site = "hub" }, NULL, NULL, "--role chair" },
  { { .role = "site", .site = "khac" }, NULL, NULL, "no site 'khac'" },
  { { .role = "site", .site = "h-tien-du", .room = "khac" }, NULL, NULL, "no room 'khac'" },
  { { .role = "queue", .room = "khac" }, NULL, NULL, "no room 'khac'" },
  { { .role = "queue", .site = "hub" }, NULL, NULL, "has no site" },
  { { .role = "clerk", .room = "tiep-dan" }, NULL, NULL, "no --room" },
  { { .role = "viewer", .is_restricted = true }, NULL, NULL, "a clerk's right" },
  { { .role = "clerk", .label = "a\nb" }, NULL, NULL, "control character" },
  { { .role = "clerk", .label = "\xff" }, NULL, NULL, "UTF-8" },
};

static void
test_orders_are_held_against_the_configuration(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(NULL, &errors);
  g_assert_nonnull(config);
  for (guint i = 0; i < G_N_ELEMENTS(ORDERS); i++) {
    StoredKey key;
    g_autoptr(GError) error = NULL;
    bool ok = key_order_resolve(&ORDERS[i].order, config, &key, &error);
    g_test_message("order %u: %s", i, error != NULL ? error->message : "ok");
    g_assert_cmpint(ok, ==, ORDERS[i].fault == NULL);
    g_assert_true(ok == (error == NULL));
    if (!ok) {
      g_assert_nonnull(strstr(error->message, ORDERS[i].fault));
      continue;
    }
    g_assert_cmpstr(key.site, ==, ORDERS[i].site);
    g_assert_cmpstr(key.room, ==, ORDERS[i].room);
    g_assert_cmpint(key.may_see_restricted, ==, ORDERS[i].order.is_restricted);
  }
  g_autofree char *long_label = g_strnfill(KEY_LABEL_MAX, 'x');
  KeyOrder order = { .role = "clerk", .label = long_label };
  StoredKey key;
  g_assert_false(key_order_resolve(&order, config, &key, NULL));
}

static void
test_with_two_rooms_the_room_must_be_named(void)
{
  g_autofree char *errors = NULL;
  g_autoptr(Config) config = config_load(NULL, &errors);
  g_autofree Config *two = g_memdup2(config, sizeof *config);  /* its texts are the first one's */
  two->n_rooms = 2;
  two->rooms[1] = two->rooms[0];
  two->rooms[1].id = (char *)"xa-phuong";
  StoredKey key;
  g_autoptr(GError) error = NULL;
  g_assert_false(key_order_resolve(&(KeyOrder) { .role = "queue" }, two, &key, &error));
  g_assert_nonnull(strstr(error->message, "--room is needed"));
  g_assert_true(key_order_resolve(&(KeyOrder) { .role = "queue", .room = "xa-phuong" }, two, &key, NULL));
  g_assert_cmpstr(key.room, ==, "xa-phuong");
}

/* The dark modules as the SVG has them, against the terminal's. */
static void
test_both_pictures_show_the_same_code(void)
{
  const char *link = "https://192.0.2.7:8443/kiosk#key=abcdefghijklmnopqrstuvwxyz";
  g_autofree char *svg = qr_code_svg(link, "Huyện <Tiên Du>"), *text = qr_code_for_terminal(link);
  int side = 0, dark_svg = 0, dark_text = 0;
  g_assert_cmpint(sscanf(strstr(svg, "viewBox"), "viewBox=\"0 0 %d", &side), ==, 1);
  g_assert_nonnull(strstr(svg, "<title>Huyện &lt;Tiên Du&gt;</title>"));
  for (const char *at = strstr(svg, "<path d="); (at = strchr(at, 'M')) != NULL; at++) {
    int x, y, run;
    g_assert_cmpint(sscanf(at, "M%d %dh%dv1", &x, &y, &run), ==, 3);
    g_assert_cmpint(x, >=, 4);
    g_assert_cmpint(y, >=, 4);
    g_assert_cmpint(x + run, <=, side - 4);
    dark_svg += run;
  }
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_assert_cmpint((int)g_strv_length(lines) - 1, ==, (side + 1) / 2);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    dark_text += c == 0x2588 ? 2 : c == 0x2580 || c == 0x2584;
  }
  g_assert_cmpint(dark_svg, ==, dark_text);
  g_assert_cmpint(dark_svg, >, side * side / 4);
  g_autofree char *endless = g_strnfill(4000, 'a');
  g_assert_null(qr_code_svg(endless, ""));
  g_assert_null(qr_code_for_terminal(endless));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mcu/keys/orders_are_held_against_the_configuration", test_orders_are_held_against_the_configuration);
  g_test_add_func("/mcu/keys/with_two_rooms_the_room_must_be_named", test_with_two_rooms_the_room_must_be_named);
  g_test_add_func("/mcu/keys/both_pictures_show_the_same_code", test_both_pictures_show_the_same_code);
  return g_test_run();
}
