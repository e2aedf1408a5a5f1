import type { PackageIndex, PackageRecord } from '../../debian/packages.ts';

/**
 * What a person expects of a small Debian server, beside what every Debian has: an init, its devices, the network,
 * tools for disks and processes, an editor, certificates, a kernel; and what our own package needs.
 */
const WANTED = [
  'systemd-sysv',
  'systemd',
  'udev',
  'dbus',
  'systemd-resolved',
  'systemd-timesyncd',
  'apt',
  'apt-utils',
  'ca-certificates',
  'debconf-i18n',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'linux-image-riscv64',
  'linux-sysctl-defaults',
  'logrotate',
  'nano',
  'netbase',
  'procps',
  'sensible-utils',
  'e2fsprogs',
  'bsdutils',
  'busybox-static',
  'quickjs',
];

/** Our package in the guest makes the initramfs files (guest-files.ts). */
const PROVIDED = new Set(['linux-initramfs-tool']);

const KERNEL_PACKAGE = /^linux-image-[0-9]/;

export interface Chosen {
  /** In the order in which they are unpacked: what makes the directories goes first. */
  readonly all: readonly PackageRecord[];
  readonly kernel: PackageRecord;
  readonly busybox: PackageRecord;
  readonly e2fsprogs: PackageRecord;
}

/** @throws AppError 'unavailable' when the archive lacks one of them */
export function choosePackages(index: PackageIndex): Chosen {
  const closure = index.closure([...new Set([...index.required(), ...WANTED])], PROVIDED);
  const first = (record: PackageRecord): number => (record.name === 'base-files' ? 0 : 1);
  const all = closure.sort((a, b) => first(a) - first(b) || (a.name < b.name ? -1 : 1));
  const kernel = all.find(({ name }) => KERNEL_PACKAGE.test(name)) ?? index.get('linux-image-riscv64');
  return { all, kernel, busybox: index.get('busybox-static'), e2fsprogs: index.get('e2fsprogs') };
}
