import { collect, corrupt, sourceOf } from '../../formats/byte-source.ts';
import { throwIfCancelled } from '../../cancellation.ts';
import type { PackageRecord } from '../../debian/packages.ts';
import { unpackKernel, type KernelPackage } from '../kernel-package.ts';
import type { Dish, Kitchen, Recipe } from '../recipe.ts';
import { TRIMMED_COMMAND_LINE } from '../trimmed-boot.ts';
import { firstStage } from './first-stage.ts';
import { imageInitramfs, INITRAMFS_MODULES, ROOT_OPTION } from './initramfs.ts';
import { choosePackages, type Chosen } from './packages.ts';
import { builderInitramfs, secondStage } from './second-stage.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const VIRTUAL_BYTES = 8 * GIB;
const DISK = 'disk.qcow2';
/** Files that only the builder needs. */
const PAYLOAD = 'payload.tar';
const BUILDER_KERNEL = 'builder-kernel';
const BUILDER_INITRD = 'builder-initrd';

/**
 * Of the security modules, those that Debian's programs use: for "bpf", systemd would load programs into the kernel for
 * 500 million instructions, and "ima" would measure what nobody asks for. TERM is what the first program thinks of
 * its console: anything better is asked for its size, and the answer would be typed into the login.
 */
const COMMAND_LINE = `${TRIMMED_COMMAND_LINE} ${ROOT_OPTION} quiet audit=0 lsm=landlock,yama,apparmor TERM=dumb`;

export const debian13: Recipe = {
  card: {
    name: 'debian-13',
    title: 'Debian 13',
    description: 'A whole Debian on a disk of its own: apt, systemd, everything that you install stays.',
    downloadBytes: 164 * MIB,
    defaults: { processors: 1, memoryBytes: 512 * MIB },
    minimumMemoryBytes: 256 * MIB,
  },
  archive: { suite: 'trixie', component: 'main', architecture: 'riscv64' },

  async build(kitchen: Kitchen): Promise<Dish> {
    const { archive, options, table } = kitchen;
    const chosen = choosePackages(archive.packages);
    await fetchAll(kitchen, chosen.all);
    const kernel = await takeKernel(kitchen, chosen.kernel);
    const busybox = await takeBusybox(kitchen, chosen.busybox);
    const initrd = imageInitramfs(busybox, kernel, Math.floor(archive.release.date / 1000));
    const builderInitrd = await builderInitramfs(kitchen, busybox, kernel, chosen.e2fsprogs);
    const stage = { packages: chosen.all, kernel, kernelOptions: COMMAND_LINE, initrd };
    const payload = await table.write(PAYLOAD, firstStage(kitchen, stage));
    await table.write(BUILDER_KERNEL, sourceOf(kernel.image));
    await table.write(BUILDER_INITRD, sourceOf(builderInitrd));
    throwIfCancelled(options.signal, 'build the image');
    await secondStage(kitchen, {
      disk: DISK,
      virtualBytes: VIRTUAL_BYTES,
      payload: PAYLOAD,
      payloadBytes: payload.sizeBytes,
      kernel: BUILDER_KERNEL,
      initrd: BUILDER_INITRD,
      // Ours is one more.
      packageCount: chosen.all.length + 1,
    });
    for (const file of [PAYLOAD, BUILDER_KERNEL, BUILDER_INITRD]) await table.remove(file);
    return {
      kernel: kernel.image,
      initrd,
      commandLine: COMMAND_LINE,
      contents: describe(archive.release.version, kernel.version, chosen),
      packages: chosen.all,
      disk: { file: DISK, virtualBytes: VIRTUAL_BYTES },
    };
  },
};

async function fetchAll({ archive, options }: Kitchen, records: readonly PackageRecord[]): Promise<void> {
  const total = records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let before = 0;
  for (const record of records) {
    await archive.fetch(record, ({ fraction }) =>
      options.progress({
        phase: 'Downloading packages',
        fraction: (before + (fraction ?? 0) * record.sizeBytes) / total,
      }),
    );
    before += record.sizeBytes;
  }
}

async function takeKernel({ archive, decompress, options }: Kitchen, record: PackageRecord): Promise<KernelPackage> {
  const phase = 'Unpacking the kernel';
  const passed = (bytes: number): void => options.progress({ phase, fraction: Math.min(1, bytes / record.sizeBytes) });
  return await unpackKernel(() => archive.entries(record, passed), KERNEL_MODULES, decompress, record.name);
}

/** What those for the root file system need; named, because the package is read again for what was not foreseen. */
const BELOW = ['jbd2', 'mbcache', 'crc16', 'nvme_core', 'nvme_auth', 'scsi_mod', 'scsi_common'];
const KERNEL_MODULES = [...INITRAMFS_MODULES, ...BELOW];

async function takeBusybox({ archive }: Kitchen, record: PackageRecord): Promise<Uint8Array> {
  for await (const entry of archive.entries(record)) {
    if (entry.type === 'file' && entry.path === 'usr/bin/busybox') {
      return await collect(entry.content, 64 * MIB, record.name);
    }
  }
  throw corrupt(record.name, 'the expected program is not in it');
}

function describe(release: string, kernelVersion: string, { all }: Chosen): string {
  const systemd = all.find(({ name }) => name === 'systemd')?.version.replace(/[-~].*$/, '') ?? '';
  return `Debian ${release}, Linux ${kernelVersion.replace(/[-+].*$/, '')}, systemd ${systemd}, ${all.length} packages`;
}
