import { collect } from '../formats/byte-source.ts';
import { writeCpio } from '../formats/cpio.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { PackageRecord } from '../debian/packages.ts';
import { kernelPackage, takeFile, takeKernel, takeLibraries } from './package-files.ts';
import type { Dish, Kitchen, Recipe } from './recipe.ts';
import { addBusybox, addModules, addPrograms, file, text, type SystemTree } from './system-tree.ts';
import { TRIMMED_COMMAND_LINE } from './trimmed-boot.ts';
import { TINY_DIRECTORIES, TINY_FILES, TINY_LINKS } from './tiny-files.ts';

const MIB = 1024 * 1024;

/** Loaded on every start where the device is there; kept uncompressed. */
const DEVICE_MODULES = ['virtio_blk', 'virtio_net', 'virtio_rng', 'virtio_balloon', 'net_failover', 'failover'];
/** Loaded when somebody mounts such a file system; kept as packed as they come. */
const FILE_SYSTEM_MODULES = ['ext4', 'jbd2', 'mbcache', 'crc16', 'crc32c_generic', 'isofs', 'cdrom'];

export const debian13Tiny: Recipe = {
  card: {
    name: 'debian-13-tiny',
    title: 'Debian 13, tiny',
    description: "Debian's kernel with BusyBox and QuickJS, all in memory. Boots in a moment and forgets everything.",
    downloadBytes: 126 * MIB,
    defaults: { processors: 1, memoryBytes: 256 * MIB },
    minimumMemoryBytes: 128 * MIB,
  },
  archive: { suite: 'trixie', component: 'main', architecture: 'riscv64' },

  async build(kitchen: Kitchen): Promise<Dish> {
    const { archive, options } = kitchen;
    const chosen = choose(kitchen);
    const kernel = await takeKernel(kitchen, chosen.kernel, [...DEVICE_MODULES, ...FILE_SYSTEM_MODULES]);
    const busybox = await takeFile(kitchen, chosen.busybox, /^usr\/bin\/busybox$/);
    const quickjs = await takeFile(kitchen, chosen.quickjs, /^usr\/bin\/qjs$/);
    const script = await takeFile(kitchen, chosen.script, /^usr\/bin\/script$/);
    const libraries = await takeLibraries(kitchen, [quickjs, script], [chosen.quickjs, chosen.script]);
    const base = await takeBase(kitchen, chosen.base);
    options.progress({ phase: 'Assembling the image', fraction: null });
    throwIfCancelled(options.signal, 'build the image');
    const tree: SystemTree = new Map();
    addSystem(tree, busybox);
    addPrograms(tree, { qjs: quickjs, script }, libraries);
    addModules(tree, kernel, new Set(FILE_SYSTEM_MODULES));
    for (const [path, content] of base) tree.set(path, file(content));
    tree.set('opt/innkeeper/agent.js', text(kitchen.agentSource));
    return {
      kernel: kernel.image,
      initrd: writeCpio(tree, Math.floor(archive.release.date / 1000)),
      commandLine: TRIMMED_COMMAND_LINE,
      contents: describe(archive.release.version, kernel.version, chosen),
      disk: null,
      packages: [chosen.kernel, chosen.busybox, chosen.quickjs, chosen.script, chosen.base, ...libraries.packages],
    };
  },
};

interface Chosen {
  readonly kernel: PackageRecord;
  readonly busybox: PackageRecord;
  readonly quickjs: PackageRecord;
  /** The agent opens terminals with its program `script` (guest/agent/terminal.ts). */
  readonly script: PackageRecord;
  readonly base: PackageRecord;
}

function choose({ archive }: Kitchen): Chosen {
  const { packages } = archive;
  return {
    kernel: kernelPackage(packages),
    busybox: packages.get('busybox-static'),
    quickjs: packages.get('quickjs'),
    script: packages.get('bsdutils'),
    base: packages.get('base-files'),
  };
}

/** What tells programs which system this is. */
async function takeBase({ archive }: Kitchen, record: PackageRecord): Promise<Map<string, Uint8Array>> {
  await archive.fetch(record);
  const files = new Map<string, Uint8Array>();
  for await (const entry of archive.entries(record)) {
    const isWanted = entry.path === 'etc/debian_version' || entry.path === 'usr/lib/os-release';
    if (entry.type === 'file' && isWanted) files.set(entry.path, await collect(entry.content, MIB, record.name));
  }
  return files;
}

function addSystem(tree: SystemTree, busybox: Uint8Array): void {
  for (const [path, mode] of Object.entries(TINY_DIRECTORIES)) tree.set(path, { kind: 'directory', mode });
  for (const [path, target] of Object.entries(TINY_LINKS)) tree.set(path, { kind: 'symlink', target });
  tree.set('etc/os-release', { kind: 'symlink', target: '../usr/lib/os-release' });
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  addBusybox(tree, 'usr/bin', busybox);
  for (const [path, { mode, text: content }] of Object.entries(TINY_FILES)) tree.set(path, text(content, mode));
}

function describe(release: string, kernelVersion: string, chosen: Chosen): string {
  const upstream = (version: string): string => version.replace(/^\d+:/, '').replace(/[-+].*$/, '');
  const linux = `Linux ${kernelVersion.replace(/[-+].*$/, '')}`;
  const busybox = `BusyBox ${upstream(chosen.busybox.version)}`;
  return `Debian ${release}, ${linux}, ${busybox}, QuickJS ${upstream(chosen.quickjs.version)}`;
}
