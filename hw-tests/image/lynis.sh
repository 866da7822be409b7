#!/bin/bash
# Lynis (Debian's package, unpacked, not installed) over the root of a built image, which has no
# shell for it to run in. Usage: lynis.sh ROOT REPORT; prints the hardening index.
set -euo pipefail
root=$(realpath "$1")
report=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -o APT::Sandbox::User=root download lynis >/dev/null
dpkg-deb -x lynis_*.deb .
cd usr/share/lynis
cp -r ../../../etc/lynis/plugins .
../../sbin/lynis audit system --rootdir "$root/" --profile ../../../etc/lynis/default.prf \
  --quick --no-colors --logfile "$work/log" --report-file "$report" > "$work/output" 2>&1 ||
  { tail -n 20 "$work/output" >&2; exit 1; }
sed -n 's/^hardening_index=//p' "$report"
