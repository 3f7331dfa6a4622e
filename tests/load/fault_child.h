/* tests/load/fault_child.h - a faulty site as a process of its own, so that it disturbs no measurement.
 *
 * Control thread. */
#pragma once
#include "media/base/thread_role.h"
#include "tests/load/load_options.h"
#include "tests/load/load_report.h"

typedef struct FaultChild FaultChild;

/* Starts this program once more as @site with fault @kind. */
FaultChild *fault_child_start(const LoadOptions *options, FaultKind kind, const char *site, GError **error) ON_CONTROL;
/* Ends it if it runs. */
void        fault_child_free(FaultChild *self) ON_CONTROL;

/* True once it is connected (churn: has been). */
bool        fault_child_is_ready(const FaultChild *self) ON_CONTROL;
/* A stall begins: SIGSTOP. Nothing for the other faults. */
void        fault_child_strike(FaultChild *self) ON_CONTROL;
/* Asks it to end, waits, and tells what it did. */
void        fault_child_finish(FaultChild *self, FaultReport *out) ON_CONTROL;
