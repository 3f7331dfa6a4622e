# .ci/install.sh - sourced by run.sh and test.sh: installs the Debian packages that are missing.

# What the bridge is built from and needs to run.
PACKAGES_RUN="gcc libc6-dev meson ninja-build pkg-config ca-certificates
  libglib2.0-dev libnice-dev libsrtp2-dev libssl-dev libopus-dev libvpx-dev libyuv-dev
  libjansson-dev libmicrohttpd-dev libpango1.0-dev libcairo2-dev fonts-noto-core
  libcurl4-openssl-dev espeak-ng libsqlite3-dev libqrencode-dev
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good"

# What its tests need besides.
PACKAGES_TEST="clang libclang-rt-14-dev llvm chromium firefox-esr nodejs npm curl openssl
  python3 python3-gi python3-gst-1.0 python3-jsonschema gir1.2-gst-plugins-base-1.0
  gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice
  gstreamer1.0-plugins-bad mkvtoolnix ffmpeg sqlite3
  libengine-pkcs11-openssl softhsm2 opensc
  systemd groff-base prometheus"

# Of those, wanted for a tool (promtool) and come with a service that is not: it starts neither now nor at the next boot.
PACKAGES_IDLE="prometheus"

# install_packages NAME...: does nothing, silently and at once, if all are there.
install_packages() {
  missing=""
  for package in "$@"; do
    # node and npm may have come from elsewhere than Debian
    case $package in
      nodejs) command -v node >/dev/null 2>&1 && continue ;;
      npm) command -v npm >/dev/null 2>&1 && continue ;;
    esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  echo "Installing:$missing"
  as_root=""
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null || return
  for package in $PACKAGES_IDLE; do
    case " $missing " in *" $package "*) keep_idle "$package" ;; esac
  done
}

# keep_idle SERVICE: SYSTEMD_OFFLINE has kept systemd from starting it; where there is none, an init script may have.
keep_idle() {
  $as_root update-rc.d "$1" disable
  [ -d /run/systemd/system ] || $as_root service "$1" stop >/dev/null
}
