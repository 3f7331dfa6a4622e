#!/bin/bash
# tests/bench/reception-figures.sh - how soon an order of the chair is seen and heard, and a kiosk shows the room: a markdown table.
#   tests/bench/reception-figures.sh [--count N] [--only layout,admit,mute,kiosk]     (20 repetitions: 4 minutes)
# On a quiet two-core machine. Exit status 1 if a 95th percentile is over its limit.
set -eu
cd "$(dirname "$0")/../.."
[ -f build/build.ninja ] || meson setup build --buildtype=release >&2
ninja -C build mcu/diemcau tests/load/diemcau-load >&2
[ -d tests/e2e/node_modules ] || (cd tests/e2e && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
exec /usr/bin/python3 tests/bench/reception_figures.py "$@"
