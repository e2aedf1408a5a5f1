import { AppError } from '../../../src-core/base/errors.ts';
import type { Disposable } from '../../../src-core/base/disposable.ts';
import { inspectDisk } from '../../../src-core/hypervisor/machine-disks/disk-image.ts';
import { lendFirstDisk, type LentDisk } from '../../../src-core/hypervisor/machine-disks/lent-disk.ts';
import type { Machine } from '../../../src-core/hypervisor/life/machine.ts';
import { throwIfCancelled } from '../../../src-core/images/cancellation.ts';
import { IMAGE_DOCUMENT_VERSION, type ImageBoot, type ImageDocument } from '../../../src-core/images/image.ts';
import type { ImageDraft } from '../../../src-core/images/image-store.ts';
import { DISK_FILE, INITRD_FILE, KERNEL_FILE, fileSource } from './image-import.ts';
import type { TransferTools, TransferWatch } from './transfer-tools.ts';

interface SaveRequest {
  readonly image: string;
  readonly machine: Machine;
  /** Name or id; null for what the machine is now. */
  readonly snapshot: string | null;
  readonly doing: string;
}

/** What boots in a machine, however it was told. */
interface BootOrigin {
  readonly kernel: string | null;
  readonly initrd: string | null;
  readonly commandLine: string | null;
  readonly contents: string;
  readonly packages: ImageDocument['packages'];
  readonly minimumMemoryBytes: number;
}

/** The disk stays as it is until this is disposed of. */
interface Save extends Disposable {
  run(watch: TransferWatch): Promise<void>;
}

/** Finds all that an image out of a machine needs. @throws AppError 'wrong-state', 'not-found', 'not-supported' */
export async function prepareSave(request: SaveRequest, tools: TransferTools): Promise<Save> {
  const origin = await bootOrigin(request, tools);
  const lent = await lendFirstDisk(request.machine, request.snapshot, request.doing, tools.around);
  return {
    run: (watch) => saveImage(request, origin, lent, tools, watch),
    dispose: () => lent.dispose(),
  };
}

async function bootOrigin({ machine, doing }: SaveRequest, { images }: TransferTools): Promise<BootOrigin> {
  const { source } = machine.definition;
  if (source.kind === 'files') {
    const { kernel = null, initrd = null, firmware, commandLine = '' } = source;
    if (firmware === undefined && kernel !== null) {
      const contents = `Out of machine ${machine.name}`;
      return { kernel, initrd, commandLine, contents, packages: [], minimumMemoryBytes: 0 };
    }
    const because = 'it starts firmware, which an image cannot';
    throw new AppError({ code: 'not-supported', doing, because, hint: 'Give the machine a kernel in its place.' });
  }
  const { document, kernelPath, initrdPath } = await images.get(source.image);
  const { boot, contents, packages, minimumMemoryBytes } = document;
  const about = { contents: `${contents}, out of machine ${machine.name}`, packages, minimumMemoryBytes };
  return { kernel: kernelPath, initrd: initrdPath, commandLine: boot.commandLine, ...about };
}

async function saveImage(
  request: SaveRequest,
  origin: BootOrigin,
  { disk }: LentDisk,
  { store, around }: TransferTools,
  { progress, signal }: TransferWatch,
): Promise<void> {
  const draft = store.begin();
  try {
    await draft.makeFolder();
    const watch = { signal, progress: (fraction: number) => progress({ phase: 'Copying the disk', fraction }) };
    await around.work.copy({ from: disk, to: { path: draft.absolute(DISK_FILE), format: 'qcow2' } }, watch);
    progress({ phase: 'Writing the image', fraction: null });
    const boot = await writeBoot(origin, draft);
    const measured = await draft.measure(DISK_FILE);
    const { sizeBytes } = await inspectDisk(around.files, request.doing, {
      ...{ path: draft.absolute(DISK_FILE), readOnly: true, format: 'qcow2' },
    });
    throwIfCancelled(signal, request.doing);
    await draft.publish({
      version: IMAGE_DOCUMENT_VERSION,
      name: request.image,
      title: `Saved from ${request.machine.name}`,
      contents: origin.contents,
      createdAt: around.clock.now(),
      origin: 'saved',
      boot,
      disk: { ...measured, virtualBytes: sizeBytes, format: 'qcow2' },
      // Whoever is made from it must not be taken for the one that it was.
      generalize: true,
      packages: origin.packages,
      defaults: {
        processors: request.machine.definition.processors,
        memoryBytes: request.machine.definition.memoryBytes,
      },
      minimumMemoryBytes: origin.minimumMemoryBytes,
    });
  } catch (error) {
    await draft.abandon();
    throw error;
  }
}

/** A kernel that lies beside the disk of its image lies beside this one too. */
async function writeBoot({ kernel, initrd, commandLine }: BootOrigin, draft: ImageDraft): Promise<ImageBoot> {
  if (kernel === null) return { kind: 'disk', commandLine };
  return {
    kind: 'files',
    kernel: await draft.write(KERNEL_FILE, fileSource(kernel)),
    initrd: initrd === null ? null : await draft.write(INITRD_FILE, fileSource(initrd)),
    commandLine: commandLine ?? '',
  };
}
