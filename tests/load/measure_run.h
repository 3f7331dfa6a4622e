/* tests/load/measure_run.h - joins sites, lets them settle, measures for a while, reports. */
#pragma once
#include "tests/load/load_context.h"

/* Prints the report to standard output.
 * Returns: the exit status: 0 if every site without a fault of its own connected. */
int measure_run(LoadContext *context) ON_CONTROL;
