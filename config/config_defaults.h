/* config/config_defaults.h - config/diemcau.json as it was when the binary was built. */
#pragma once

/* The text, NUL-ended. Never freed. */
const char *config_defaults_text(void);
