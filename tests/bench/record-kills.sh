#!/bin/bash
# tests/bench/record-kills.sh - 200 random kill -9 of bridge, recorder or both: each session must be playable and whole.
#   usage: tests/bench/record-kills.sh [KILLS] [SEED]     (build first; about 10 s a kill)
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
export DIEMCAU_BIN="$PWD/$build/mcu/diemcau" DIEMCAU_LOAD="$PWD/$build/tests/load/diemcau-load"
exec python3 tests/integration/test_recording.py Kills --kills "${1:-200}" --seed "${2:-$(date +%s)}"
