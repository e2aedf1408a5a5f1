import { TINY_FILES, type TextFile } from '../tiny-files.ts';

/**
 * The first program: an initramfs cannot be pivoted away from, which an OCI runtime does; a second mount of the same
 * files can, and costs nothing (Documentation, "ramfs, rootfs and initramfs").
 */
const INIT = `#!/bin/sh
mount -o bind / /mnt
cd /mnt
mount -o move . /
exec chroot . /usr/bin/init
`;

/** Who reaches the agent finds the disk and all that containers are made with. */
const INITTAB = (TINY_FILES['etc/inittab']?.text ?? '').replace('::once:', '::sysinit:');

const SETUP = `#!/bin/sh
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mkdir /dev/pts /dev/shm
mount -a
mkdir -p /run/innkeeper/netns
. /usr/lib/innkeeper/ports
name_ports
`;

/** Drivers for the devices that this machine has, and what containers are made with. */
const DEVICES = `#!/bin/sh
set --
for device in /sys/bus/virtio/devices/*; do
  read -r alias 2>/dev/null <"$device/modalias" && [ ! -e "$device/driver" ] && set -- "$@" "$alias"
done
# What the kernel remarks now would fall onto the prompt; "dmesg" has it.
echo 5 >/proc/sys/kernel/printk
modprobe -a -q "$@" crc32c_generic ext4 quota_v2 overlay macvlan
# The node is on no network: only its containers are.
for each in all default; do
  echo 1 >/proc/sys/net/ipv6/conf/$each/disable_ipv6
done
# Nobody loads another kernel, or learns where this one lies.
echo 0 >/proc/sys/kernel/sysrq
echo 1 >/proc/sys/kernel/kexec_load_disabled
echo 2 >/proc/sys/kernel/kptr_restrict
echo 1 >/proc/sys/kernel/dmesg_restrict
echo 2 >/proc/sys/kernel/unprivileged_bpf_disabled
`;

const FSTAB = `${TINY_FILES['etc/fstab']?.text ?? ''}cgroup2   /sys/fs/cgroup  cgroup2  nosuid,nodev,noexec  0 0
`;

const PROFILE = (TINY_FILES['etc/profile']?.text ?? '').replace(
  /echo "This is a small system in memory: .*"$/m,
  'echo "This machine runs containers: \\"crun list\\" shows them. \\"poweroff\\" ends it, and them."',
);

const KEPT = [
  'etc/passwd',
  'etc/group',
  'etc/hosts',
  'usr/lib/innkeeper/ports',
  'usr/lib/innkeeper/agent',
  'usr/bin/poweroff',
  'usr/bin/reboot',
  'usr/bin/halt',
];

/** By path; most are those of `debian-13-tiny`. */
export const NODE_FILES: Readonly<Record<string, TextFile>> = {
  ...Object.fromEntries(Object.entries(TINY_FILES).filter(([path]) => KEPT.includes(path))),
  init: { mode: 0o755, text: INIT },
  'etc/inittab': { mode: 0o644, text: INITTAB },
  'etc/fstab': { mode: 0o644, text: FSTAB },
  'etc/profile': { mode: 0o644, text: PROFILE },
  'usr/lib/innkeeper/setup': { mode: 0o755, text: SETUP },
  'usr/lib/innkeeper/devices': { mode: 0o755, text: DEVICES },
};
