#!/bin/sh
# tests/e2e/run.sh - the web client's tests: logic, types, pages, and three stacks on the real
# bridge. Prints TAP; non-zero if anything failed.
#   tests/e2e/run.sh [BRIDGE]    the bridge's binary (default build/mcu/diemcau)
set -eu
[ $# -gt 0 ] && DIEMCAU_BIN=$(realpath "$1") && export DIEMCAU_BIN
cd "$(dirname "$0")"
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "# Installing npm packages"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
# One file at a time: two browsers at once are enough for two cores.
status=0
for file in unit/*.test.mjs ./*.test.mjs; do
  timeout -k 5 900 node --test --test-reporter=tap "$file" && continue
  [ $? -eq 124 ] && echo "not ok 1 - $file took longer than 15 minutes"
  status=1
done
exit $status
