#!/bin/bash
# test.sh - installs what is missing, builds with warnings as errors, and runs every test.
# Ends with the line "N passed, N failed, N skipped"; non-zero if anything failed.
#   FUZZ_SECONDS=10   how long each fuzzer runs
set -u
cd "$(dirname "$0")" || exit 1
. .ci/install.sh
# shellcheck disable=SC2086
install_packages $PACKAGES_RUN $PACKAGES_TEST || exit 1

fuzz_seconds=${FUZZ_SECONDS:-10}
logs=build-test-logs
rm -rf $logs && mkdir -p $logs
passed=0 failed=0 skipped=0

step() { printf '\n=== %s (after %d min %02d s)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)); }
pass() { passed=$((passed + ${1:-1})); }
fail() { failed=$((failed + 1)); printf 'FAILED: %s\n' "$*"; }

finish() {
  printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
  [ $failed -eq 0 ] && [ $passed -gt 0 ]
  exit
}

# build DIRECTORY COMPILER MESON_ARGUMENT...: configures (once) and builds; by way of ccache, if it is there.
export CCACHE_NOHASHDIR=1  # the same source in another folder is the same
build() {
  local dir=$1 compiler=$2; shift 2
  if command -v ccache >/dev/null; then compiler="ccache $compiler"; fi
  step "Build $dir"
  [ -f "$dir/build.ninja" ] || CC=$compiler meson setup "$dir" -Dwerror=true "$@" >"$logs/$dir.setup.log" 2>&1 \
    || { cat "$logs/$dir.setup.log"; fail "configure $dir"; return 1; }
  ninja -C "$dir" >"$logs/$dir.build.log" 2>&1 || { grep -E 'error|warning|FAILED' "$logs/$dir.build.log" | head -40; fail "build $dir"; return 1; }
}

# meson_tests DIRECTORY NAME MESON_ARGUMENT...: runs a build's tests and counts each.
# Many judge rates and gaps on a machine that may have other work: what fails is shown, and counts as passed if it
# passes when run once more. What a sanitizer reports stays a failure.
REPORT='ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: '
meson_tests() {
  local dir=$1 name=$2; shift 2
  step "Tests: $name"
  meson test -C "$dir" --logbase "test-$name" --print-errorlogs --num-processes 2 "$@" >"$logs/$name.log" 2>&1
  local status=$? json="$dir/meson-logs/test-$name.json"
  [ -f "$json" ] || { tail -20 "$logs/$name.log"; fail "$name did not run"; return; }
  local ok bad skip
  ok=$(grep -c '"result": "OK"' "$json"); skip=$(grep -c '"result": "SKIP"' "$json")
  bad=$(($(grep -c '"result":' "$json") - ok - skip))
  [ $bad -gt 0 ] && grep -vE ' OK ' "$logs/$name.log" | tail -150
  if [ $bad -gt 0 ] && ! grep -qE "$REPORT" "$logs/$name.log" "$dir/meson-logs/test-$name.txt"; then
    local again; again=$(grep -vE '"result": "(OK|SKIP)"' "$json" | sed -n 's/^{"name": "[^"]* \/ \([a-z0-9_]*\)".*/\1/p')
    step "Once more: $again"
    # shellcheck disable=SC2086
    meson test -C "$dir" --logbase "test-$name-again" --print-errorlogs --num-processes 1 --timeout-multiplier 4 $again >"$logs/$name-again.log" 2>&1
    local mended; mended=$(grep -c '"result": "OK"' "$dir/meson-logs/test-$name-again.json")
    ok=$((ok + mended)); bad=$((bad - mended))
    grep -E '^ *[0-9]+/[0-9]+ ' "$logs/$name-again.log"
    [ $bad -gt 0 ] && grep -vE ' OK ' "$logs/$name-again.log" | tail -150
  fi
  passed=$((passed + ok)); skipped=$((skipped + skip)); failed=$((failed + bad))
  [ $skip -gt 0 ] && grep -E ' SKIP' "$logs/$name.log"
  if [ $status -ne 0 ] && [ $((ok + bad)) -eq 0 ]; then tail -20 "$logs/$name.log"; fail "$name"; fi
}

# --- the rules of the house: include arrows, headers alone, first lines
step "Rules"
tests/lib/rules.sh && pass || fail "rules"

# --- the release build and everything that runs on it
build build gcc --buildtype=release && {
  meson_tests build unit --suite unit
  meson_tests build integration --suite integration --suite calls --num-processes 1 --timeout-multiplier 2
  meson_tests build network --suite network --num-processes 1 --timeout-multiplier 2
}

# --- the same tests under the sanitizers, the real bridge included; the fuzzers are of the same build
build build-asan clang -Db_lundef=false --buildtype=debugoptimized -Db_sanitize=address,undefined \
    "-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined" && {
  export LSAN_OPTIONS=suppressions=$PWD/tests/lib/lsan.supp
  meson_tests build-asan asan-unit --suite unit --timeout-multiplier 4
  meson_tests build-asan asan-integration --suite addresses --num-processes 1 --timeout-multiplier 4
}
build build-tsan clang -Db_lundef=false --buildtype=debugoptimized -Db_sanitize=thread && {
  export TSAN_OPTIONS=ignore_noninstrumented_modules=1
  meson_tests build-tsan tsan-unit --suite unit --timeout-multiplier 4
  meson_tests build-tsan tsan-integration --suite threads --num-processes 1 --timeout-multiplier 4
}

# --- fuzzers, three at a time
[ -d build-asan/tests/fuzz ] && {
  step "Fuzzers, $fuzz_seconds s each"
  running=""
  for target in build-asan/tests/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=${target##*/fuzz_}
    mkdir -p "$logs/fuzz/$name"
    ( "$target" -max_total_time="$fuzz_seconds" -rss_limit_mb=2048 -timeout=20 -artifact_prefix="$logs/fuzz/$name-" \
        "$logs/fuzz/$name" "tests/fuzz/corpus/$name" >"$logs/fuzz/$name.log" 2>&1
      echo $? >"$logs/fuzz/$name.status" ) &
    running="$running $name"
    while [ "$(jobs -rp | wc -l)" -ge 3 ]; do sleep 0.5; done
  done
  wait
  [ -n "$running" ] || fail "no fuzzer was built"
  for name in $running; do
    if [ "$(cat "$logs/fuzz/$name.status")" = 0 ]; then pass; else tail -30 "$logs/fuzz/$name.log"; fail "fuzz $name"; fi
  done
}

# --- browsers, on the release build
step "Browsers"
if tests/e2e/run.sh build/mcu/diemcau >"$logs/e2e.log" 2>&1; then :; else sed -n '/not ok/,$p' "$logs/e2e.log" | head -150; fi
grep -E '^# ONCE MORE' "$logs/e2e.log" && grep -A 12 -E '^# *not ok' "$logs/e2e.log" | head -150
grep -E '^\s*(not )?ok [0-9]+ .*# SKIP' "$logs/e2e.log"
e2e_skipped=$(grep -cE '^\s*ok [0-9]+ .*# SKIP' "$logs/e2e.log")
e2e_passed=$(($(grep -cE '^\s*ok [0-9]+ ' "$logs/e2e.log") - e2e_skipped)); e2e_failed=$(grep -cE '^\s*not ok [0-9]+ ' "$logs/e2e.log")
[ $((e2e_passed + e2e_failed)) -gt 0 ] || { tail -40 "$logs/e2e.log"; fail "no browser test ran"; }
passed=$((passed + e2e_passed)); failed=$((failed + e2e_failed)); skipped=$((skipped + e2e_skipped))

finish
