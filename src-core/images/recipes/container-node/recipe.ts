import { writeCpio } from '../../formats/cpio.ts';
import { throwIfCancelled } from '../../cancellation.ts';
import type { PackageIndex, PackageRecord } from '../../debian/packages.ts';
import { LAUNCH_PROGRAM_PATH, SYSCALL_PROGRAM_PATH, syscallProgram } from '../../../guest/syscall-program.ts';
import { kernelPackage, takeFile, takeKernel, takeLibraries } from '../package-files.ts';
import type { Dish, Kitchen, Recipe } from '../recipe.ts';
import { addBusybox, addModules, addPrograms, file, text, type SystemTree } from '../system-tree.ts';
import { TINY_DIRECTORIES, TINY_LINKS } from '../tiny-files.ts';
import { TRIMMED_COMMAND_LINE } from '../trimmed-boot.ts';
import { makeNodeDisk } from './disk.ts';
import { NODE_FILES } from './node-files.ts';

const MIB = 1024 * 1024;
const DISK = { file: 'disk.qcow2', virtualBytes: 64 * 1024 * MIB };

const MODULES = [
  ...['virtio_blk', 'virtio_net', 'virtio_rng', 'virtio_balloon', 'net_failover', 'failover'],
  ...['ext4', 'jbd2', 'mbcache', 'crc16', 'crc32c_generic', 'quota_v2', 'quota_tree'],
  ...['overlay', 'macvlan'],
];

/** Programs that are not BusyBox's, by the package that they are in. */
const PROGRAMS: Readonly<Record<string, { readonly package: string; readonly path: RegExp }>> = {
  qjs: { package: 'quickjs', path: /^usr\/bin\/qjs$/ },
  // The agent opens terminals with it (guest/agent/terminal.ts).
  script: { package: 'bsdutils', path: /^usr\/bin\/script$/ },
  crun: { package: 'crun', path: /^usr\/bin\/crun$/ },
  // BusyBox's knows no extended attributes.
  tar: { package: 'tar', path: /^(?:usr\/)?bin\/tar$/ },
  catatonit: { package: 'catatonit', path: /^usr\/bin\/catatonit$/ },
};

/** The machine that containers run on. Innkeeper makes machines of it by itself; people make none. */
export const containerNode: Recipe = {
  card: {
    name: 'container-node',
    title: 'Container node',
    making: 'Prepare what containers run on',
    description: "Debian's kernel with crun, for containers.",
    downloadBytes: 128 * MIB,
    defaults: { processors: 1, memoryBytes: 512 * MIB },
    minimumMemoryBytes: 128 * MIB,
  },
  archive: { suite: 'trixie', component: 'main', architecture: 'riscv64' },

  async build(kitchen: Kitchen): Promise<Dish> {
    const { archive, options } = kitchen;
    const chosen = choose(archive.packages);
    const kernel = await takeKernel(kitchen, chosen.kernel, MODULES);
    const busybox = await takeFile(kitchen, chosen.busybox, /^usr\/bin\/busybox$/);
    const release = await takeFile(kitchen, chosen.base, /^etc\/debian_version$/);
    const programs: Record<string, Uint8Array> = {};
    for (const [name, { path }] of Object.entries(PROGRAMS)) {
      programs[name] = await takeFile(kitchen, recordOf(archive.packages, name), path);
    }
    const libraries = await takeLibraries(kitchen, Object.values(programs), chosen.programs);
    await makeNodeDisk(kitchen, DISK, busybox, kernel, chosen.e2fsprogs);
    options.progress({ phase: 'Assembling the image', fraction: null });
    throwIfCancelled(options.signal, 'build the image');
    const tree: SystemTree = new Map();
    addSystem(tree, busybox);
    addPrograms(tree, programs, libraries);
    addModules(tree, kernel);
    tree.set('etc/debian_version', file(release));
    tree.set('opt/innkeeper/agent.js', text(kitchen.agentSource));
    for (const path of [SYSCALL_PROGRAM_PATH, LAUNCH_PROGRAM_PATH])
      tree.set(path.slice(1), file(syscallProgram(), 0o755));
    return {
      kernel: kernel.image,
      initrd: writeCpio(tree, Math.floor(archive.release.date / 1000)),
      commandLine: TRIMMED_COMMAND_LINE,
      contents: describe(archive.release.version, kernel.version, archive.packages.get('crun')),
      runsContainers: true,
      disk: DISK,
      packages: [
        chosen.kernel,
        chosen.busybox,
        chosen.base,
        chosen.e2fsprogs,
        ...chosen.programs,
        ...libraries.packages,
      ],
    };
  },
};

interface Chosen {
  readonly kernel: PackageRecord;
  readonly busybox: PackageRecord;
  readonly base: PackageRecord;
  readonly e2fsprogs: PackageRecord;
  readonly programs: readonly PackageRecord[];
}

function choose(packages: PackageIndex): Chosen {
  return {
    kernel: kernelPackage(packages),
    busybox: packages.get('busybox-static'),
    base: packages.get('base-files'),
    e2fsprogs: packages.get('e2fsprogs'),
    programs: Object.keys(PROGRAMS).map((name) => recordOf(packages, name)),
  };
}

function recordOf(packages: PackageIndex, program: string): PackageRecord {
  return packages.get(PROGRAMS[program]?.package ?? program);
}

function addSystem(tree: SystemTree, busybox: Uint8Array): void {
  for (const [path, mode] of Object.entries(TINY_DIRECTORIES)) tree.set(path, { kind: 'directory', mode });
  for (const [path, target] of Object.entries(TINY_LINKS)) tree.set(path, { kind: 'symlink', target });
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  addBusybox(tree, 'usr/bin', busybox);
  for (const [path, { mode, text: content }] of Object.entries(NODE_FILES)) tree.set(path, text(content, mode));
}

function describe(release: string, kernelVersion: string, crun: PackageRecord): string {
  const upstream = (version: string): string => version.replace(/^\d+:/, '').replace(/[-+].*$/, '');
  return `Debian ${release}, Linux ${upstream(kernelVersion)}, crun ${upstream(crun.version)}`;
}
