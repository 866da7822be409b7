#!/bin/bash
# Builds a chroot with a real Asterisk from Debian's own packages: 22 from sid, 16 from bullseye.
# Usage: asterisk-chroot.sh 16|22 FOLDER     (root; needs mmdebstrap; does nothing if it exists)
# The mirror is the one that this machine's apt already uses.
set -euo pipefail
version=$1 root=$2
[ -e "$root/.complete" ] && exit 0
if ! command -v mmdebstrap >/dev/null; then
  apt-get install -y --no-install-recommends mmdebstrap >&2 || {
    echo "mmdebstrap is missing: apt-get install mmdebstrap" >&2; exit 1; }
fi
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' \
  | awk '$2 == "bookworm" && $3 == "main" && $1 !~ /security/ { print $1; exit }')
[ -n "$mirror" ] || { echo "no Debian mirror in the apt configuration" >&2; exit 1; }
key=/usr/share/keyrings/debian-archive-keyring.gpg
packages=asterisk,asterisk-modules,asterisk-core-sounds-en-gsm,asterisk-moh-opsound-gsm
packages=$packages,ca-certificates,procps,openssl
case $version in
  22) suite=sid ;;
  16) suite=bullseye ;;
  *) echo "which Asterisk: 16 or 22?" >&2; exit 1 ;;
esac
rm -rf "$root"
mkdir -p "$(dirname "$root")"
mmdebstrap --mode=root --variant=minbase \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
  --setup-hook='mkdir -p "$1/usr/sbin"; printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
  --include="$packages" "$suite" "$root" "deb [signed-by=$key] $mirror $suite main" >&2
mkdir -p "$root/run/asterisk" "$root/proc"
chroot "$root" chown asterisk:asterisk /run/asterisk
touch "$root/.complete"
