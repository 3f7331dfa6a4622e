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
run_file() {
  timeout -k 5 900 node --test --test-reporter=tap "$1" && return
  [ $? -eq 124 ] && echo "not ok 1 - $1 took longer than 15 minutes"
  return 1
}

# One file at a time: two browsers at once are enough for two cores. They and the bridge share them, and frame rates are
# judged: a file that fails is run once more; what it said at first stays in the log as comments.
status=0
first=$(mktemp)
trap 'rm -f "$first"' EXIT
for file in unit/*.test.mjs ./*.test.mjs; do
  if run_file "$file" >"$first"; then cat "$first"; continue; fi
  sed 's/^/# /' "$first"
  echo "# ONCE MORE: $file: $(grep -E '^ *not ok ' "$first" | tr -s ' \n' ' ')"
  run_file "$file" || status=1
done
exit $status
