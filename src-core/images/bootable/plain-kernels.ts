import type { BootEntry } from './boot-entry.ts';
import type { FileSystem } from './file-system.ts';
import { newestFirst } from './versions.ts';

const KERNEL = /^(?:vmlinuz|vmlinux|Image|kernel)(?:[-.].*)?$/;
/** What stands beside kernels and begins as they do. */
const NO_KERNEL = /\.(?:old|bak|hmac|sig|txt|map|dpkg-.*)$/;

/** Kernels that lie in /boot or in the root under the usual names, the newest first, each with its initrd. */
export function findPlainKernels(files: FileSystem): readonly BootEntry[] {
  return ['/boot', '/'].flatMap((folder) => {
    const names = files.list(folder) ?? [];
    const kernels = names.filter((name) => KERNEL.test(name) && !NO_KERNEL.test(name));
    return newestFirst(kernels, versionOf).map((kernel) => {
      const path = (name: string): string => `${folder === '/' ? '' : folder}/${name}`;
      const initrd = initrdOf(versionOf(kernel), names);
      const initrds = initrd === undefined ? [] : [path(initrd)];
      return { kernel: path(kernel), initrds, commandLine: '', isIncomplete: true };
    });
  });
}

/** "6.12.48-riscv64" of "vmlinuz-6.12.48-riscv64"; '' of "vmlinuz", which is a link to the newest. */
function versionOf(name: string): string {
  return /^[A-Za-z]+[-.]?(.*?)(?:\.(?:gz|zst|efi))?$/.exec(name)?.[1] ?? '';
}

function initrdOf(version: string, names: readonly string[]): string | undefined {
  const candidates =
    version === ''
      ? ['initrd.img', 'initramfs.img', 'initrd', 'initramfs']
      : [
          `initrd.img-${version}`,
          `initramfs-${version}.img`,
          `initrd-${version}`,
          `initrd-${version}.img`,
          `initramfs-${version}`,
        ];
  return candidates.find((name) => names.includes(name));
}
