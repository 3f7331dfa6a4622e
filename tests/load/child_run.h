/* tests/load/child_run.h - the process of one faulty site (see fault_child.h). */
#pragma once
#include "tests/load/load_context.h"

/* Runs until SIGTERM. Returns: the exit status. */
int child_run(LoadContext *context) ON_CONTROL;
