/* tests/bench/process_cpu.h - CPU time of another process and its children, from /proc. */
#pragma once
#include <glib.h>
#include <sys/types.h>

/* User and system time in seconds of @pid and all its living descendants, ended children
 * that were waited for included. Negative: there is no such process. */
double process_cpu_seconds(pid_t pid);
