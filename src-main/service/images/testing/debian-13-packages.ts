import { programOf } from '../../../../src-core/images/testing/elf-file.ts';
import { TEST_KERNEL, testKernelEntries, type TestPackage } from './debian-mirror.ts';

/** What the recipe of debian-13 asks for by name, without anything in it. */
const EMPTY = [
  'apt',
  'apt-utils',
  'ca-certificates',
  'dbus',
  'debconf-i18n',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'linux-sysctl-defaults',
  'logrotate',
  'nano',
  'netbase',
  'procps',
  'sensible-utils',
  'systemd',
  'systemd-resolved',
  'systemd-sysv',
  'systemd-timesyncd',
  'udev',
];

const empty: TestPackage = { version: '1', entries: [] };

/** Enough of Debian for the first stage of debian-13, with what makes its work interesting. */
export const DEBIAN_13_PACKAGES: Readonly<Record<string, TestPackage>> = {
  ...Object.fromEntries(EMPTY.map((name) => [name, empty])),
  [`linux-image-${TEST_KERNEL}`]: {
    version: '6.12.1-1',
    entries: [
      ...testKernelEntries(),
      { path: `./usr/lib/modules/${TEST_KERNEL}/modules.builtin`, content: 'kernel/drivers/virtio/virtio_pci.ko\n' },
    ],
    fields: 'Depends: initramfs-tools | linux-initramfs-tool\n',
  },
  bash: {
    version: '5.2-1',
    entries: [
      { path: './etc/', directory: true },
      { path: './etc/bash.bashrc', content: '# for a person to change\n' },
      // As packages from before the merge of / and /usr have it.
      { path: './bin/bash', content: 'program' },
      { path: './usr/bin/rbash', target: 'bash' },
    ],
    fields: 'Essential: yes\nPre-Depends: libc6\n',
    control: { conffiles: '/etc/bash.bashrc\n', postinst: '#!/bin/sh\n' },
  },
  'libgcc-s1': {
    version: '14',
    entries: [],
    fields: 'Multi-Arch: same\n',
    control: { triggers: 'interest ldconfig\n' },
  },
  e2fsprogs: {
    version: '1.47',
    entries: ['mke2fs', 'tune2fs', 'e2fsck'].map((name) => ({
      path: `./usr/sbin/${name}`,
      content: programOf(['libc.so.6'], '/lib/ld-linux-riscv64-lp64d.so.1'),
    })),
    fields: 'Depends: libc6\n',
  },
};
