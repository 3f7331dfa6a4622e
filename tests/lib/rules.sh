#!/bin/bash
# tests/lib/rules.sh - the rules of the house that a compiler does not check.
#   arrows: mcu -> {signaling, mixer, recorder, config} -> media -> media/base, never back, never sideways
#   each header compiles alone; each file's first line says its path and purpose
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
wrong() { printf 'rules: %s\n' "$*"; status=1; }

# forbidden FOLDER PATTERN: no file of FOLDER may include a path that matches PATTERN.
forbidden() {
  found=$(grep -rnE "^#include \"($2)" --include='*.[ch]' "$1") && wrong "include against the arrows:"$'\n'"$found"
}
forbidden media/base '(mcu|signaling|mixer|recorder|config)/|media/(transport|rtp|bwe|codec|media_)'
forbidden recorder '(mcu|signaling|mixer|config)/|media/(transport|rtp|bwe|codec|media_)'
forbidden media '(mcu|signaling|mixer|recorder|config)/'
forbidden mixer '(mcu|signaling|recorder|config)/'
forbidden signaling '(mcu|mixer|recorder|config)/'
forbidden config '(mcu|signaling|mixer|recorder|media)/'
forbidden mixer 'media/(transport|rtp|bwe|media_)'
forbidden signaling 'media/(transport|rtp|bwe|codec|media_session)'

flags="$(pkg-config --cflags glib-2.0 gio-2.0 nice libsrtp2 openssl opus vpx jansson libmicrohttpd pangocairo libcurl sqlite3 gstreamer-1.0 gstreamer-app-1.0)"
for file in $(git ls-files '*.c' '*.h'); do
  head -n 1 "$file" | grep -qF "/* $file" || wrong "$file: the first line does not give path and purpose"
done
for header in $(git ls-files '*.h'); do
  # shellcheck disable=SC2086
  echo "#include \"$header\"" | gcc -std=gnu11 -D_GNU_SOURCE -fsyntax-only -I. $flags -x c - 2>/tmp/rules.$$ \
    || wrong "$header does not compile alone: $(head -n 3 /tmp/rules.$$)"
done
rm -f /tmp/rules.$$
exit $status
