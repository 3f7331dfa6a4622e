#!/bin/bash
# tests/bench/record-kills.sh - 200 random kill -9 of bridge, recorder or both: each session must be whole, and be played by
# ffmpeg and by Chromium.
#   usage: tests/bench/record-kills.sh [--count N] [--seed S] [--only N] [--jobs N] [--keep DIR] [--no-browser]
# Build first. Three at a time (--jobs), some 7 s a kill on two busy cores. What fails keeps its folder below DIR, and says why.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build} browser=--browser arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --count | --seed | --only | --jobs | --keep) [ $# -gt 1 ] || { sed -n '4p' "$0" >&2; exit 64; }; arguments+=("$1" "$2"); shift 2 ;;
    --no-browser) browser=; shift ;;
    *) sed -n '4p' "$0" >&2; exit 64 ;;
  esac
done
[ -z "$browser" ] || [ -d tests/e2e/node_modules ] \
  || (cd tests/e2e && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
export DIEMCAU_BIN="$PWD/$build/mcu/diemcau" DIEMCAU_LOAD="$PWD/$build/tests/load/diemcau-load"
exec python3 tests/integration/record_kills.py ${browser:+"$browser"} "${arguments[@]}"
