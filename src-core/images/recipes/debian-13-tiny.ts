import { corrupt, collect } from '../formats/byte-source.ts';
import { busyboxApplets } from '../formats/busybox.ts';
import { writeCpio, type CpioNode } from '../formats/cpio.ts';
import { stripModule } from '../formats/strip-module.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { PackageRecord } from '../debian/packages.ts';
import { unpackKernel, type KernelModule, type KernelPackage } from './kernel-package.ts';
import { modulesAlias, modulesDep, type InstalledModule } from './module-tables.ts';
import type { Dish, Kitchen, Recipe } from './recipe.ts';
import { sharedLibraries, type LibrarySet } from './shared-libraries.ts';
import { TRIMMED_COMMAND_LINE } from './trimmed-boot.ts';
import { TINY_DIRECTORIES, TINY_FILES, TINY_LINKS } from './tiny-files.ts';

const MIB = 1024 * 1024;

const KERNEL_META_PACKAGE = 'linux-image-riscv64';
const KERNEL_PACKAGE = /^linux-image-[0-9]/;

/** Loaded on every start where the device is there; kept uncompressed. */
const DEVICE_MODULES = ['virtio_blk', 'virtio_net', 'virtio_rng', 'virtio_balloon', 'net_failover', 'failover'];
/** Loaded when somebody mounts such a file system; kept as packed as they come. */
const FILE_SYSTEM_MODULES = ['ext4', 'jbd2', 'mbcache', 'crc16', 'crc32c_generic', 'isofs', 'cdrom'];

type Tree = Map<string, CpioNode>;

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
    const kernel = await takeKernel(kitchen, chosen.kernel);
    const busybox = await takeFile(kitchen, chosen.busybox, /^usr\/bin\/busybox$/);
    const quickjs = await takeFile(kitchen, chosen.quickjs, /^usr\/bin\/qjs$/);
    const script = await takeFile(kitchen, chosen.script, /^usr\/bin\/script$/);
    const libraries = await takeLibraries(kitchen, [quickjs, script], [chosen.quickjs, chosen.script]);
    const base = await takeBase(kitchen, chosen.base);
    options.progress({ phase: 'Assembling the image', fraction: null });
    throwIfCancelled(options.signal, 'build the image');
    const tree: Tree = new Map();
    addSystem(tree, busybox);
    addPrograms(tree, { qjs: quickjs, script }, libraries);
    addModules(tree, kernel);
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
  const meta = packages.get(KERNEL_META_PACKAGE);
  const kernel = packages.dependencies(meta).find((record) => KERNEL_PACKAGE.test(record.name));
  if (kernel === undefined) throw corrupt('the list of packages', `${KERNEL_META_PACKAGE} names no kernel`);
  return {
    kernel,
    busybox: packages.get('busybox-static'),
    quickjs: packages.get('quickjs'),
    script: packages.get('bsdutils'),
    base: packages.get('base-files'),
  };
}

async function takeKernel({ archive, decompress, options }: Kitchen, record: PackageRecord): Promise<KernelPackage> {
  await archive.fetch(record);
  const phase = 'Unpacking the kernel';
  const passed = (bytes: number): void => options.progress({ phase, fraction: Math.min(1, bytes / record.sizeBytes) });
  const wanted = [...DEVICE_MODULES, ...FILE_SYSTEM_MODULES];
  return await unpackKernel(() => archive.entries(record, passed), wanted, decompress, record.name);
}

async function takeFile({ archive }: Kitchen, record: PackageRecord, path: RegExp): Promise<Uint8Array> {
  await archive.fetch(record);
  for await (const entry of archive.entries(record)) {
    if (entry.type === 'file' && path.test(entry.path)) return await collect(entry.content, 64 * MIB, record.name);
  }
  throw corrupt(record.name, 'the expected program is not in it');
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

function takeLibraries(
  { archive }: Kitchen,
  programs: readonly Uint8Array[],
  records: readonly PackageRecord[],
): Promise<LibrarySet> {
  const names = records.map((record) => record.name);
  const candidates = archive.packages.closure(names).filter((record) => !names.includes(record.name));
  return sharedLibraries(programs, candidates, archive, names.join(' and '));
}

function addSystem(tree: Tree, busybox: Uint8Array): void {
  for (const [path, mode] of Object.entries(TINY_DIRECTORIES)) tree.set(path, { kind: 'directory', mode });
  for (const [path, target] of Object.entries(TINY_LINKS)) tree.set(path, { kind: 'symlink', target });
  tree.set('etc/os-release', { kind: 'symlink', target: '../usr/lib/os-release' });
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  for (const applet of busyboxApplets(busybox, 'busybox')) {
    tree.set(`usr/bin/${applet}`, { kind: 'symlink', target: 'busybox' });
  }
  tree.set('usr/bin/busybox', file(busybox, 0o755));
  for (const [path, { mode, text: content }] of Object.entries(TINY_FILES)) tree.set(path, text(content, mode));
}

function addPrograms(tree: Tree, programs: Readonly<Record<string, Uint8Array>>, libraries: LibrarySet): void {
  for (const [name, program] of Object.entries(programs)) tree.set(`usr/bin/${name}`, file(program, 0o755));
  for (const [path, library] of libraries.files) {
    tree.set(path, 'target' in library ? { kind: 'symlink', target: library.target } : file(library.content, 0o755));
  }
}

function addModules(tree: Tree, kernel: KernelPackage): void {
  const packed = new Set(FILE_SYSTEM_MODULES);
  const folder = `usr/lib/modules/${kernel.version}`;
  const installed: InstalledModule<KernelModule>[] = [...kernel.modules.values()]
    .map((module) => ({
      module,
      path: packed.has(module.name) ? module.path : module.path.replace(/\.ko\..*$/, '.ko'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { module, path } of installed) {
    tree.set(`${folder}/${path}`, file(packed.has(module.name) ? module.packed : stripModule(module.plain, path)));
  }
  tree.set(`${folder}/modules.dep`, text(modulesDep(installed)));
  tree.set(`${folder}/modules.alias`, text(modulesAlias(installed)));
}

function describe(release: string, kernelVersion: string, chosen: Chosen): string {
  const upstream = (version: string): string => version.replace(/^\d+:/, '').replace(/[-+].*$/, '');
  const linux = `Linux ${kernelVersion.replace(/[-+].*$/, '')}`;
  const busybox = `BusyBox ${upstream(chosen.busybox.version)}`;
  return `Debian ${release}, ${linux}, ${busybox}, QuickJS ${upstream(chosen.quickjs.version)}`;
}

function file(content: Uint8Array, mode = 0o644): CpioNode {
  return { kind: 'file', mode, content };
}

function text(content: string, mode = 0o644): CpioNode {
  return file(new TextEncoder().encode(content), mode);
}
