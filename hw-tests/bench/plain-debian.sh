#!/bin/bash
# A plain Debian 12 as a disk that boots by UEFI, to compare with: plain-debian.sh OUTPUT.raw
# systemd, network, time, sshd and a console, as a cloud image has them, but not cloud-init, which
# would wait for a cloud. Needs root and what `make image` needs.
set -euo pipefail
export PATH=/usr/sbin:$PATH
output=$1
[ -e "$output" ] && exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
site=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | head -1)}
mmdebstrap --quiet --variant=minbase --include=linux-image-amd64,systemd-sysv,dbus,udev,\
libpam-systemd,systemd-resolved,systemd-timesyncd,openssh-server,zstd bookworm "$work/root" \
  "deb $site bookworm main"
printf 'LABEL=plain / ext4 rw 0 1\n' > "$work/root/etc/fstab"
printf '[Match]\nType=ether\n[Network]\nDHCP=yes\n' > "$work/root/etc/systemd/network/80.network"
ln -sf /lib/systemd/system/systemd-networkd.service \
  "$work/root/etc/systemd/system/multi-user.target.wants/"
mkdir "$work/boot"
cp "$work"/root/boot/vmlinuz-* "$work/boot/linux"
cp "$work"/root/boot/initrd.img-* "$work/boot/initrd"
cp "$work/root/usr/lib/os-release" "$work/boot/osrel"
printf 'root=LABEL=plain rw console=ttyS0,115200 quiet mitigations=off\0' > "$work/boot/cmdline"
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
objcopy --add-section .osrel="$work/boot/osrel" --change-section-vma .osrel=0x20000 \
  --add-section .cmdline="$work/boot/cmdline" --change-section-vma .cmdline=0x30000 \
  --add-section .linux="$work/boot/linux" --change-section-vma .linux=0x2000000 \
  --add-section .initrd="$work/boot/initrd" --change-section-vma .initrd=0x3000000 \
  "$stub" "$work/boot/uki"
truncate -s 192M "$work/esp"
mkfs.vfat -F 32 "$work/esp" >/dev/null
mmd -i "$work/esp" EFI EFI/BOOT
mcopy -i "$work/esp" "$work/boot/uki" ::EFI/BOOT/BOOTX64.EFI
truncate -s 1500M "$work/ext4"
mke2fs -q -t ext4 -L plain -d "$work/root" "$work/ext4"
truncate -s 2048M "$output.part"
sfdisk --quiet "$output.part" <<END
label: gpt
start=1MiB, size=192MiB, type=U
start=200MiB, size=1500MiB, type=L
END
dd if="$work/esp" of="$output.part" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/ext4" of="$output.part" bs=1M seek=200 conv=notrunc,sparse status=none
mv "$output.part" "$output"
