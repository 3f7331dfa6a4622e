/* mcu/key_cli.h - `diemcau key add|list|revoke|show-link|break-glass`: the keys, on the machine itself.
 *
 * Works while the bridge runs, which takes a change up at once (mcu/key_watch.h), and while it does
 * not. Each change is a line of the audit log, with who was logged in here. Run by root, it acts as
 * the owner of the state directory, so that the bridge can read what it writes. */
#pragma once
#include "config/config.h"

/* @argv: from "key" on. Returns: the exit code: 0; 64 usage, 65 no such key, room or site, 73 not written. */
int key_cli(const Config *config, int argc, char **argv);
