#!/bin/bash
# tests/bench/record-kills.sh - 200 random kill -9 of bridge, recorder or both: each session must be whole, and be played by
# ffmpeg and by Chromium.
#   usage: tests/bench/record-kills.sh [--count N] [--seed S] [--no-browser]     (build first; some 10 s a kill)
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build} count=200 seed=$(date +%s) browser=--browser
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --no-browser) browser=; shift ;;
    *) sed -n '4p' "$0" >&2; exit 64 ;;
  esac
done
[ -z "$browser" ] || [ -d tests/e2e/node_modules ] || (cd tests/e2e && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
export DIEMCAU_BIN="$PWD/$build/mcu/diemcau" DIEMCAU_LOAD="$PWD/$build/tests/load/diemcau-load"
exec python3 tests/integration/test_recording.py Kills --kills "$count" --seed "$seed" $browser
