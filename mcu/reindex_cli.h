/* mcu/reindex_cli.h - `diemcau reindex`: makes the index of the recordings anew from the bags. */
#pragma once
#include "config/config.h"

/* May run beside the bridge. Returns: the exit code; says what it found, or why not. */
int reindex_cli(const Config *config);
