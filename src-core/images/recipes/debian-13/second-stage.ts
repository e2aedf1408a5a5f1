import { AppError } from '../../../base/errors.ts';
import { emptyQcow2 } from '../../../disks/qcow2/create.ts';
import { corrupt, collect, sourceOf } from '../../formats/byte-source.ts';
import { writeCpio } from '../../formats/cpio.ts';
import type { PackageRecord } from '../../debian/packages.ts';
import type { KernelPackage } from '../kernel-package.ts';
import type { Kitchen } from '../recipe.ts';
import { sharedLibraries } from '../shared-libraries.ts';
import { TRIMMED_COMMAND_LINE } from '../trimmed-boot.ts';
import { BUILDER_INIT, STATUS_PREFIX } from './builder-files.ts';
import { busyboxTree, ROOT_LABEL } from './initramfs.ts';

const MIB = 1024 * 1024;
const MEMORY_BYTES = 768 * MIB;
const LAST_LINES = 30;
/** As many stand in the failure itself; all are in its data. */
const TOLD_LINES = 4;
const DISK_TOOLS = ['mke2fs', 'tune2fs', 'e2fsck'];

export interface SecondStage {
  readonly disk: string;
  readonly virtualBytes: number;
  readonly payload: string;
  readonly payloadBytes: number;
  /** Names of files on the table. */
  readonly kernel: string;
  readonly initrd: string;
  readonly packageCount: number;
}

/** The builder's initramfs: BusyBox, the modules for its disks, and the tools that make a file system. */
export async function builderInitramfs(
  { archive }: Kitchen,
  busybox: Uint8Array,
  kernel: KernelPackage,
  e2fsprogs: PackageRecord,
  init = BUILDER_INIT,
): Promise<Uint8Array> {
  const tree = busyboxTree(busybox, kernel, init);
  const tools = new Map<string, Uint8Array>();
  for await (const entry of archive.entries(e2fsprogs)) {
    const name = /^(?:usr\/)?sbin\/([^/]+)$/.exec(entry.path)?.[1] ?? '';
    if (entry.type === 'file' && DISK_TOOLS.includes(name))
      tools.set(name, await collect(entry.content, 16 * MIB, name));
  }
  const missing = DISK_TOOLS.find((name) => !tools.has(name));
  if (missing !== undefined) throw corrupt(e2fsprogs.name, `${missing} is not in it`);
  const candidates = archive.packages.closure([e2fsprogs.name]).filter(({ name }) => name !== e2fsprogs.name);
  const { files } = await sharedLibraries([...tools.values()], candidates, archive, e2fsprogs.name);
  for (const [name, content] of tools) tree.set(`sbin/${name}`, { kind: 'file', mode: 0o755, content });
  for (const [path, library] of files) {
    tree.set(
      path,
      'target' in library
        ? { kind: 'symlink', target: library.target }
        : { kind: 'file', mode: 0o755, content: library.content },
    );
  }
  return writeCpio(tree, Math.floor(archive.release.date / 1000));
}

/** Makes the disk, and lets a machine of ours fill it. @throws AppError 'guest-failed' with what it said last, 'cancelled' */
export async function secondStage(kitchen: Kitchen, stage: SecondStage): Promise<void> {
  const { table, builder, options } = kitchen;
  await table.write(stage.disk, sourceOf(emptyQcow2({ sizeBytes: stage.virtualBytes }, stage.disk)));
  const report = new BuilderReport(kitchen, stage);
  const end = await builder.run(
    {
      name: 'debian-13',
      memoryBytes: MEMORY_BYTES,
      kernel: table.absolute(stage.kernel),
      initrd: table.absolute(stage.initrd),
      commandLine: `${TRIMMED_COMMAND_LINE.replace('earlycon=sbi ', '')} quiet label=${ROOT_LABEL}`,
      disks: [
        { path: table.absolute(stage.disk), format: 'qcow2', readOnly: false },
        { path: table.absolute(stage.payload), format: 'raw', readOnly: true },
      ],
      onLine: (line) => report.line(line),
      onMeasured: ({ diskReadBytes }) => report.read(diskReadBytes),
    },
    options.signal,
  );
  if (end.kind !== 'powered-off') throw report.failure(end.kind === 'failed' ? end.cause : 'it restarted');
  if (!report.isComplete) throw report.failure('it powered off before its work was done');
}

/** Follows what the builder says on its console. */
class BuilderReport {
  readonly #kitchen: Kitchen;
  readonly #stage: SecondStage;
  readonly #last: string[] = [];
  #phase = '';
  #configured = 0;
  #problem: string | undefined;
  isComplete = false;

  constructor(kitchen: Kitchen, stage: SecondStage) {
    this.#kitchen = kitchen;
    this.#stage = stage;
    this.#tell('Starting the builder', null);
  }

  line(line: string): void {
    const [, package_] = /^processing: configure: (\S+)$/.exec(line) ?? [];
    if (package_ !== undefined) this.#configure(package_);
    else if (line.startsWith(STATUS_PREFIX)) this.#status(line.slice(STATUS_PREFIX.length).trim());
    if (/^(?:status|processing): /.test(line)) return;
    this.#last.push(line);
    if (this.#last.length > LAST_LINES) this.#last.shift();
  }

  read(diskReadBytes: number): void {
    if (this.#phase !== 'unpacking') return;
    this.#tell('Writing the disk', Math.min(1, diskReadBytes / this.#stage.payloadBytes));
  }

  failure(because: string): AppError {
    return new AppError({
      code: 'guest-failed',
      doing: 'build image debian-13',
      because: `the builder failed: ${this.#problem ?? because}. It said last: ${this.#last.slice(-TOLD_LINES).join(' | ')}`,
      hint: 'Try again; if it stays so, choose another mirror in the settings.',
      data: { console: [...this.#last] },
    });
  }

  #status(status: string): void {
    const [word = '', ...rest] = status.split(' ');
    if (word === 'complete') this.isComplete = true;
    if (word === 'failed') this.#problem = rest.join(' ');
    if (word !== 'phase') return;
    this.#phase = rest[0] ?? '';
    if (this.#phase === 'making') this.#tell('Making the file system', null);
    if (this.#phase === 'finishing') this.#tell('Finishing the disk', null);
  }

  #configure(name: string): void {
    const { packageCount } = this.#stage;
    const at = Math.min(++this.#configured, packageCount);
    this.#tell(`Configuring ${name} (${at} of ${packageCount})`, at / packageCount);
  }

  #tell(phase: string, fraction: number | null): void {
    this.#kitchen.options.progress({ phase, fraction });
  }
}
