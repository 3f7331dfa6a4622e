#!/bin/bash
# tests/bench/network-matrix.sh - loss x RTT x link: 45 cells on the release build, as a markdown table.
#   tests/bench/network-matrix.sh [--subset] [--cell LOSS,RTT,LINK] [--seconds N] [--at-once N] [--chromium]
# About 20 minutes on a quiet two-core machine. Exit status 1 if a cell is outside its limits.
set -eu
cd "$(dirname "$0")/../.."
[ -f build/build.ninja ] || meson setup build --buildtype=release >&2
ninja -C build mcu/diemcau tests/load/diemcau-load tests/lib/diemcau-impair >&2
case " $* " in *" --chromium "*)
  [ -d tests/e2e/node_modules ] || (cd tests/e2e && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ;;
esac
exec /usr/bin/python3 tests/bench/network_matrix.py "$@"
