#!/bin/bash
# Debian's stock kernel and an initramfs with the few modules that a guest needs.
# Usage: kernel.sh FOLDER     (does nothing if FOLDER is complete; else needs a Debian mirror)
# Nothing is installed: the packages are only unpacked. Makes FOLDER/{vmlinuz,initramfs}.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder"
if [ ! -e "$folder/.complete" ]; then
  rm -rf "${folder:?}"/*
  fetch() {
    kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
    [ -n "$kernel" ] && (cd "$folder" &&
      apt-get -o APT::Sandbox::User=root download "$kernel" busybox-static >/dev/null 2>&1)
  }
  fetch || { [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1 && fetch; } || {
    echo "Debian's kernel cannot be fetched: apt-get update, and see that" \
      "apt-get download linux-image-amd64 works" >&2; exit 1; }
  for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/packages"; done
  rm "$folder"/*.deb
  mv "$folder"/packages/boot/vmlinuz-* "$folder/vmlinuz"
  "$folder/packages/bin/busybox" depmod -b "$folder/packages" "${kernel#linux-image-}"
  touch "$folder/.complete"
fi

# The initramfs is made anew each time: it takes half a second, and init.sh may have changed.
root=$folder/root
rm -rf "$root"
mkdir -p "$root"/{bin,modules,proc,sys,dev,lower,upper,new}
cp "$folder/packages/bin/busybox" "$root/bin/"
install -m 755 "$here/init.sh" "$root/init"
tree=$(echo "$folder"/packages/lib/modules/*)
number=100
# dummy_hcd after xhci-pci: the tests name the sockets of bus 1.
for module in virtio_pci 9pnet_virtio 9p overlay virtio_net xhci-pci ftdi_sio cp210x ch341 \
  pl2303 hid-generic usbhid \
  dummy_hcd usb_f_hid usb_f_fs usb_f_acm cdc-acm; do
  line=$(grep "/$module.ko:" "$tree/modules.dep")
  # What a module needs stands behind it, the deepest last.
  for file in $(echo "${line/:/}" | tr ' ' '\n' | tac); do
    ls "$root"/modules/[0-9][0-9][0-9]-"${file##*/}" >/dev/null 2>&1 && continue
    number=$((number + 1))
    cp "$tree/$file" "$root/modules/$number-${file##*/}"
  done
done
(cd "$root" && find . | bin/busybox cpio -o -H newc 2>/dev/null | gzip -1) > "$folder/initramfs"
