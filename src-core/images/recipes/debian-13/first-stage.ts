import { dpkgDatabase, type UnpackedPackage } from '../../debian/dpkg-database.ts';
import type { PackageRecord } from '../../debian/packages.ts';
import type { KernelPackage } from '../kernel-package.ts';
import { ModuleIndex } from '../module-index.ts';
import type { Kitchen } from '../recipe.ts';
import { SECOND_STAGE, WORK_FOLDER } from './builder-files.ts';
import { GUEST_FILES, GUEST_LINKS, guestPackageControl } from './guest-files.ts';
import { INITRAMFS_INIT, INITRAMFS_MODULES } from './initramfs.ts';
import { Payload, type ExtraFile } from './payload.ts';
import { systemFiles, SYSTEM_LINKS } from './system-files.ts';

const ARCHITECTURE = 'riscv64';
const MODULE_FOLDER = /^usr\/lib\/modules\/[^/]+\//;

export interface FirstStage {
  readonly packages: readonly PackageRecord[];
  readonly kernel: KernelPackage;
  /** Kernel options of the image, for the boot loader's menu on the disk. */
  readonly kernelOptions: string;
  readonly initrd: Uint8Array;
}

/**
 * The whole root file system as one tar archive, in the state in which dpkg leaves packages that it has unpacked and not
 * configured; the rest is done by the guest.
 */
export async function* firstStage(kitchen: Kitchen, stage: FirstStage): AsyncGenerator<Uint8Array, void, void> {
  const { archive, options } = kitchen;
  const time = Math.floor(archive.release.date / 1000);
  const payload = new Payload(archive, kitchen.md5, time);
  const modules = new ModuleIndex(kitchen.decompress);
  const unpacked: UnpackedPackage[] = [];
  const total = stage.packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let passed = 0;
  for (const record of stage.packages) {
    const watch = (path: string, content: Uint8Array): void =>
      modules.take(path.replace(MODULE_FOLDER, ''), Uint8Array.from(content));
    const isModule = (path: string): boolean => MODULE_FOLDER.test(path);
    yield* payload.package(record, isModule, watch, (done) => unpacked.push(done));
    passed += record.sizeBytes;
    options.progress({ phase: 'Unpacking packages', fraction: passed / total });
  }
  await modules.look((count, of) => options.progress({ phase: 'Listing kernel modules', fraction: count / of }));
  const own = guestPackage(kitchen, stage);
  yield* payload.files(own.files);
  yield* payload.links(GUEST_LINKS);
  yield* payload.files([
    ...[...dpkgDatabase([...unpacked, own.unpacked], ARCHITECTURE)].map(([path, file]) => ({ path, ...file })),
    ...indexFiles(modules, stage.kernel),
    ...systemFiles(archive.mirror),
    { path: `boot/initrd.img-${stage.kernel.version}`, mode: 0o644, content: stage.initrd },
    textFile(`${WORK_FOLDER}/second-stage`, SECOND_STAGE, 0o755),
    // The kernel's package calls it; its work was done above.
    textFile(`${WORK_FOLDER}/bin/depmod`, '#!/bin/sh\nexit 0\n', 0o755),
  ]);
  yield* payload.links(SYSTEM_LINKS);
  yield payload.end();
}

function indexFiles(modules: ModuleIndex, kernel: KernelPackage): ExtraFile[] {
  const folder = `usr/lib/modules/${kernel.version}`;
  const files = [...modules.files('the kernel')];
  return files.map(([name, content]) => ({ path: `${folder}/${name}`, mode: 0o644, content }));
}

/** Our own package, as if it had been unpacked from a file like the others. */
function guestPackage(
  kitchen: Kitchen,
  { kernelOptions }: FirstStage,
): { readonly files: readonly ExtraFile[]; readonly unpacked: UnpackedPackage } {
  const { archive, agentSource } = kitchen;
  const files = [
    ...Object.entries(GUEST_FILES).map(([path, { mode, text }]) => textFile(path, text, mode)),
    textFile('opt/innkeeper/agent.js', agentSource),
    textFile('usr/lib/innkeeper/initramfs-init', INITRAMFS_INIT, 0o755),
    textFile('usr/lib/innkeeper/initramfs-modules', `${INITRAMFS_MODULES.join('\n')}\n`),
    textFile('usr/lib/innkeeper/kernel-options', `${kernelOptions}\n`),
  ];
  const version = `1.0+${archive.release.version}`;
  const content = new TextEncoder().encode(guestPackageControl(version, ARCHITECTURE));
  const sums = files.map(({ path, content: bytes }) => `${md5Of(kitchen, bytes)}  ${path}\n`).join('');
  const control = new Map([
    ['control', { mode: 0o644, content }],
    ['md5sums', { mode: 0o644, content: new TextEncoder().encode(sums) }],
  ]);
  const paths = [...files.map(({ path }) => path), ...Object.keys(GUEST_LINKS)];
  return {
    files,
    unpacked: { name: 'innkeeper-guest', control, paths: withParents(paths), conffiles: new Map() },
  };
}

function md5Of({ md5 }: Kitchen, bytes: Uint8Array): string {
  const hasher = md5();
  hasher.update(bytes);
  return hasher.digest();
}

function withParents(paths: readonly string[]): string[] {
  const all = new Set(paths);
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      all.add(path.slice(0, slash));
    }
  }
  return [...all].sort();
}

function textFile(path: string, text: string, mode = 0o644): ExtraFile {
  return { path, mode, content: new TextEncoder().encode(text) };
}
