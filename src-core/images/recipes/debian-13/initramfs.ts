import { writeCpio } from '../../formats/cpio.ts';
import type { KernelPackage } from '../kernel-package.ts';
import { addBusybox, addModules, text, type SystemTree } from '../system-tree.ts';

/** What the root file system may lie on, here and where the disk is taken to. */
export const INITRAMFS_MODULES = [
  'virtio_blk',
  'virtio_mmio',
  'virtio_scsi',
  'sd_mod',
  'nvme',
  'ext4',
  'crc32c_generic',
  // What systemd loads first of all; from the disk it would be unpacked for 80 million instructions.
  'autofs4',
  'virtio_rng',
];

const ROOT_LABEL = 'debian-13';
/** For root=LABEL=… and the boot loader's menu. */
export const ROOT_OPTION = `root=LABEL=${ROOT_LABEL} rw`;
export { ROOT_LABEL };

/**
 * Mounts the root file system and gives way to it. The usual case, a virtio disk, needs nothing to be searched for. A
 * file system that knows of errors is repaired before anybody writes to it; the journal is the kernel's work.
 */
export const INITRAMFS_INIT = `#!/bin/sh
export PATH=/bin
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run
root= init=/usr/lib/systemd/systemd access=rw flags=
read -r options </proc/cmdline
for option in $options; do
  case "$option" in
    root=*) root=\${option#root=} ;;
    rootflags=*) flags=\${option#rootflags=} ;;
    init=*) init=\${option#init=} ;;
    ro | rw) access=$option ;;
  esac
done
device=
find_root() {
  case "$root" in
    *=*) device=$(findfs "$root" 2>/dev/null) ;;
    *) [ -b "$root" ] && device=$root ;;
  esac
  [ -n "$device" ]
}
# ext4 asks the kernel for the checksum, which would start a modprobe of its own.
modprobe -a -q virtio_blk crc32c_generic ext4 autofs4 virtio_rng
tries=0
until find_root; do
  if [ $tries -eq 0 ]; then
    set --
    for modalias in /sys/bus/*/devices/*/modalias; do
      read -r alias <"$modalias" && set -- "$@" "$alias"
    done
    modprobe -a -q "$@" virtio_scsi sd_mod
  fi
  if [ $tries -ge 50 ]; then
    echo "No file system $root was found. \\"exit\\" tries again."
    sh </dev/console >/dev/console 2>&1
    tries=1
  fi
  tries=$((tries + 1))
  sleep 0.2
done
name=\${device##*/}
if ! mount -t ext4 -o "$access\${flags:+,$flags}" "$device" /root; then
  echo "$device could not be mounted."
  sh </dev/console >/dev/console 2>&1
  reboot -f
fi
errors=0
read -r errors 2>/dev/null <"/sys/fs/ext4/$name/errors_count"
if [ "$errors" != 0 ]; then
  echo "The file system on $device has errors, it is being repaired."
  mount -o remount,ro /root
  mount -o bind /dev /root/dev
  mount -o bind /proc /root/proc
  # 0: nothing to do; else the kernel must see the disk anew.
  chroot /root /usr/sbin/e2fsck -f -y "$device" || reboot -f
  umount /root/proc
  umount /root/dev
  mount -o "remount,$access" /root
fi
# Whether the disk is as large as it was.
read -r sectors <"/sys/class/block/$name/size"
known=
read -r known 2>/dev/null </root/var/lib/innkeeper/root-sectors
if [ "$known" != "$sectors" ]; then
  mkdir /run/innkeeper
  echo "$name" >/run/innkeeper/root-grew
fi
mount -o move /run /root/run
mount -o move /dev /root/dev
umount /sys
umount /proc
exec switch_root /root "$init" </root/dev/console >/root/dev/console 2>&1
`;

/** A tree with BusyBox and some modules, from which both the builder and the image start. */
export function busyboxTree(busybox: Uint8Array, kernel: KernelPackage, init: string): SystemTree {
  const tree: SystemTree = new Map();
  for (const path of ['dev', 'proc', 'sys', 'run', 'root']) tree.set(path, { kind: 'directory', mode: 0o755 });
  tree.set('lib', { kind: 'symlink', target: 'usr/lib' });
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  addBusybox(tree, 'bin', busybox);
  tree.set('init', text(init, 0o755));
  // Unpacked, so that loading them costs the guest nothing.
  addModules(tree, kernel);
  return tree;
}

/** @param time in seconds since 1970 */
export function imageInitramfs(busybox: Uint8Array, kernel: KernelPackage, time: number): Uint8Array {
  return writeCpio(busyboxTree(busybox, kernel, INITRAMFS_INIT), time);
}
