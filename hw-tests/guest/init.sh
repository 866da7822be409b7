#!/bin/busybox sh
# First program of the guest: a tmpfs over the host's own root, read only, then the agent in it.
b=/bin/busybox
fatal() { echo "GUEST-FAILED $1"; $b poweroff -f; }
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
# The order of the names is the order of dependence; one that is built in or twice does not matter.
for module in /modules/*; do
  case $module in *dummy_hcd*) sockets=num=3 ;; *) sockets= ;; esac
  $b insmod "$module" $sockets 2>/dev/null
done
share=trans=virtio,version=9p2000.L,msize=262144,cache=loose
$b mount -t 9p -o "ro,$share" hostroot /lower || fatal "the host's root"
$b mount -t tmpfs tmpfs /upper && $b mkdir /upper/data /upper/work || fatal "tmpfs"
$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /new \
  || fatal "the overlay"
for folder in proc sys dev; do $b mount --move /$folder /new/$folder; done
$b mkdir -p /new/dev/shm && $b mount -t tmpfs tmpfs /new/dev/shm
$b mount -t tmpfs tmpfs /new/tmp
$b ip link set lo up
$b ip link set eth0 up
$b ip addr add 10.0.2.15/24 dev eth0
$b hostname guest
for word in $($b cat /new/proc/cmdline); do
  case $word in
    agent=*) agent=${word#agent=} ;; folder=*) folder=${word#folder=} ;;
    node=*) node=${word#node=} ;;
  esac
done
# What an emulated device waits for is a blocking read or write: each takes a thread of Node's.
export UV_THREADPOOL_SIZE=24
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /new
# Drivers give an adapter as little as 100 ms for an answer: its emulation goes first.
exec $b switch_root /new /bin/sh -c 'cd "$0" && exec nice -n -20 "$1" "$2"' "$folder" "$node" "$agent"
