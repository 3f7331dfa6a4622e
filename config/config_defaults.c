/* config/config_defaults.c - config/diemcau.json as it was when the binary was built. */
#include "config/config_defaults.h"

static const char TEXT[] =
#include "config/diemcau.json.inc"
;

const char *
config_defaults_text(void)
{
  return TEXT;
}
