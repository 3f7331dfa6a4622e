#!/bin/sh
# run.sh - installs what is missing, builds, and starts the bridge.
#   ./run.sh          the bridge
#   ./run.sh --demo   and eight simulated district sites
set -eu
cd "$(dirname "$0")"
. .ci/install.sh

demo=no config=""
while [ $# -gt 0 ]; do
  case $1 in
    --demo) demo=yes ;;
    --config) config=${2:?"--config needs a file"}; shift ;;
    *) echo "usage: ./run.sh [--demo] [--config FILE]" >&2; exit 64 ;;
  esac
  shift
done

# shellcheck disable=SC2086
install_packages $PACKAGES_RUN
if [ ! -f build/build.ninja ]; then
  echo "Configuring the build"
  meson setup build --buildtype=release >build-setup.log 2>&1 || { cat build-setup.log; exit 1; }
  rm -f build-setup.log
fi
echo "Building"
ninja -C build --quiet mcu/diemcau mcu/diemcau-ctl recorder/diemcau-recorder tests/load/diemcau-load

bridge="" sites=""
stop() {
  trap - INT TERM EXIT
  [ -n "$sites" ] && kill -TERM "$sites" 2>/dev/null && wait "$sites" 2>/dev/null
  [ -n "$bridge" ] && kill -INT "$bridge" 2>/dev/null && wait "$bridge" 2>/dev/null
  exit 0
}
trap stop INT TERM EXIT

[ -n "$config" ] && set -- --config "$config"
build/mcu/diemcau "$@" &
bridge=$!
build/mcu/diemcau --join-links "$@"
[ "$demo" = yes ] && {
  build/tests/load/diemcau-load --demo --url http://localhost:8080 --room tiep-dan --keys state/keys.json &
  sites=$!
}
wait "$bridge"
