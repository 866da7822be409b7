#!/bin/bash
# kernel-hardening-checker itself (Debian's package of sid, unpacked, not installed) over the image's
# kernel configuration, command line and sysctl: kernel-hardening.sh CONFIG CMDLINE SYSCTL
# Prints its findings as JSON. Needs python3; fetched once, and kept.
set -euo pipefail
at=${XDG_CACHE_HOME:-$HOME/.cache}/jackfield/kernel-hardening-checker
if [ ! -e "$at/.complete" ]; then
  rm -rf "$at"
  mkdir -p "$at"/{lists/partial,cache/archives/partial}
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' \
    | awk '$2 == "bookworm" && $3 == "main" && $1 !~ /security/ { print $1; exit }')
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" \
    > "$at/sources.list"
  apt=(apt-get -qq -o Dir::Etc::SourceList="$at/sources.list" -o Dir::Etc::SourceParts=-
    -o Dir::State::Lists="$at/lists" -o Dir::Cache="$at/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  (cd "$at" && "${apt[@]}" download kernel-hardening-checker >&2)
  dpkg-deb -x "$at"/kernel-hardening-checker_*.deb "$at"
  rm -rf "$at"/{lists,cache} "$at"/*.deb
  touch "$at/.complete"
fi
PYTHONPATH=$at/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 \
  "$at/usr/bin/kernel-hardening-checker" -m json -c "$1" -l "$2" -s "$3"
