/* mcu/verify_cli.h - `diemcau verify DIR [--trust PEM] [--json]`. */
#pragma once

/* Prints what is wrong, one line each. Returns: the exit code: 0 intact, 1 not, 64 usage. */
int verify_cli(int argc, char **argv);
