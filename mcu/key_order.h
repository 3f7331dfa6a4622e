/* mcu/key_order.h - what a new key is to be for: the command line's wish against the configuration. */
#pragma once
#include "config/config.h"
#include "signaling/key_rows.h"

#define KEY_ORDER_ERROR (key_order_error_quark())
GQuark key_order_error_quark(void);

typedef struct {
  const char *role, *site, *room, *label;  /* (nullable) */
  bool        is_restricted;
} KeyOrder;

/* Fills role, site, room, label and right of @out. A chair sits at its room's hub; where only one room is
 * configured it need not be named. Errors: what is missing, unknown or does not go together. Any thread. */
bool key_order_resolve(const KeyOrder *order, const Config *config, StoredKey *out, GError **error);
