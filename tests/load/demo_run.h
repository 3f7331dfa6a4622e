/* tests/load/demo_run.h - the district sites of a demonstration, to be looked at. */
#pragma once
#include "tests/load/load_context.h"

/* Plays all sites but the hub until SIGINT or SIGTERM. Returns: the exit status. */
int demo_run(LoadContext *context) ON_CONTROL;
