import { AppError } from '../../../base/errors.ts';
import { emptyQcow2 } from '../../../disks/qcow2/create.ts';
import type { PackageRecord } from '../../debian/packages.ts';
import { sourceOf } from '../../formats/byte-source.ts';
import { STATUS_PREFIX } from '../debian-13/builder-files.ts';
import { builderInitramfs } from '../debian-13/second-stage.ts';
import type { KernelPackage } from '../kernel-package.ts';
import type { Kitchen } from '../recipe.ts';
import { TRIMMED_COMMAND_LINE } from '../trimmed-boot.ts';

const MEMORY_BYTES = 192 * 1024 * 1024;
const BUILDER_KERNEL = 'builder-kernel';
const BUILDER_INITRD = 'builder-initrd';
const TOLD_LINES = 4;
/** All that could differ from one making to the next is given. */
const FILE_SYSTEM_ID = '5d6f0e4c-6d5b-4d1f-9b7a-2f5f4e0b8c11';

/**
 * A container's share of the disk is limited by project quotas; nothing is kept back for root, whom containers also
 * have. The disk reads as zeros where nothing was written, so nothing is to be zeroed, not even later.
 */
const makeFileSystem = (time: number): string => `#!/bin/sh
export PATH=/bin SOURCE_DATE_EPOCH=${time} E2FSPROGS_FAKE_TIME=${time}
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
echo 1 >/proc/sys/kernel/printk
modprobe -a -q virtio_blk
/sbin/mke2fs -q -F -t ext4 -L innkeeper-node -U ${FILE_SYSTEM_ID} -m 0 -i 65536 -J size=32 -O quota,project,^has_journal -O has_journal \\
  -E hash_seed=${FILE_SYSTEM_ID},quotatype=prjquota,root_owner=0:0,assume_storage_prezeroed=1,nodiscard /dev/vda &&
  sync && echo "${STATUS_PREFIX} complete"
poweroff -f
`;

/** Makes the disk by a machine of ours that runs mke2fs. @throws AppError 'guest-failed' with what it said last, 'cancelled' */
export async function makeNodeDisk(
  kitchen: Kitchen,
  disk: { readonly file: string; readonly virtualBytes: number },
  busybox: Uint8Array,
  kernel: KernelPackage,
  e2fsprogs: PackageRecord,
): Promise<void> {
  const { archive, builder, options, table } = kitchen;
  options.progress({ phase: 'Making the file system', fraction: null });
  await archive.fetch(e2fsprogs);
  const init = makeFileSystem(Math.floor(archive.release.date / 1000));
  await table.write(disk.file, sourceOf(emptyQcow2({ sizeBytes: disk.virtualBytes }, disk.file)));
  await table.write(BUILDER_KERNEL, sourceOf(kernel.image));
  await table.write(BUILDER_INITRD, sourceOf(await builderInitramfs(kitchen, busybox, kernel, e2fsprogs, init)));
  const said: string[] = [];
  const end = await builder.run(
    {
      name: 'container-node',
      memoryBytes: MEMORY_BYTES,
      kernel: table.absolute(BUILDER_KERNEL),
      initrd: table.absolute(BUILDER_INITRD),
      commandLine: `${TRIMMED_COMMAND_LINE.replace('earlycon=sbi ', '')} quiet`,
      disks: [{ path: table.absolute(disk.file), format: 'qcow2', readOnly: false }],
      onLine: (line) => {
        if (said.push(line) > TOLD_LINES) said.shift();
      },
    },
    options.signal,
  );
  for (const file of [BUILDER_KERNEL, BUILDER_INITRD]) await table.remove(file);
  if (end.kind === 'powered-off' && said.some((line) => line === `${STATUS_PREFIX} complete`)) return;
  throw new AppError({
    code: 'guest-failed',
    doing: 'build image container-node',
    because: `the builder failed: ${end.kind === 'failed' ? end.cause : 'its work was not done'}. It said last: ${said.join(' | ')}`,
  });
}
