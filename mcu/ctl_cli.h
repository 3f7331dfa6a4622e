/* mcu/ctl_cli.h - `diemcau ctl`: every call of the bridge's API from a shell.
 *
 * The operations, their parameters and their bodies are those of the OpenAPI document that is part of the
 * program: a call that is documented there is here, without code. */
#pragma once
#include "mcu/ctl_operation.h"

/* @argv: from "ctl" on. Returns: the exit code: see ctl_http.h; 64 for usage. */
int   ctl_cli(int argc, char **argv);

/* "operation ARGUMENTS - what it does", one a line: what --help prints. (transfer full) */
char *ctl_cli_list(const json_t *document);
