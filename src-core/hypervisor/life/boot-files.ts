import { AppError } from '../../base/errors.ts';
import type { MachineSource } from '../../contract/machines.ts';
import type { Files } from '../../host/files.ts';
import { inspectKernel } from '../../machine/board/payload.ts';
import type { ImageRecord } from '../../images/image.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectFile } from '../machine-disks/disk-image.ts';
import type { RunSpec } from '../runner.ts';

type FilesSource = Extract<MachineSource, { kind: 'files' }>;

/** The header of a kernel and of the EFI program around it lie in its first bytes. */
const KERNEL_HEAD_BYTES = 4096;

/**
 * Checks the files that a machine is to boot from.
 * @param doing for the failure: "create machine web"
 * @throws AppError 'not-found', 'denied', or 'invalid-input' when one is not what it should be
 */
export async function checkBootFiles(files: Files, doing: string, source: FilesSource): Promise<void> {
  if (source.kernel === undefined && source.firmware === undefined) {
    const because = 'it has neither a kernel nor firmware to start';
    throw new AppError({ code: 'invalid-input', doing, because, hint: 'Give a kernel, firmware, or an image.' });
  }
  if (source.firmware !== undefined) await inspectFile(files, doing, 'firmware', source.firmware);
  if (source.initrd !== undefined) await inspectFile(files, doing, 'initrd', source.initrd);
  if (source.kernel !== undefined) await checkKernel(files, doing, source.kernel);
}

async function checkKernel(files: Files, doing: string, path: string): Promise<void> {
  const { sizeBytes } = await inspectFile(files, doing, 'kernel', path);
  const head = await files.readRange(path, 0, KERNEL_HEAD_BYTES);
  try {
    inspectKernel({
      sizeBytes,
      read: (into, offset) => into.set(head.subarray(offset, offset + into.length)),
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, hint } = error;
    const because = `${path}: ${error.because}`;
    throw new AppError({ code, doing, because, ...(hint === undefined ? {} : { hint }), data: { path } });
  }
}

/**
 * What boots from an image.
 * @param definition of the machine; where the image has its kernel on its disk, it is looked for on those of the machine
 */
export function bootFromImage(
  { document: { boot }, kernelPath, initrdPath }: ImageRecord,
  { name, disks, bootOrder }: Pick<MachineDefinition, 'name' | 'disks' | 'bootOrder'>,
): RunSpec['boot'] {
  const files = { kernel: kernelPath, initrd: initrdPath, firmware: null };
  const ours = `hostname=${name}`;
  if (boot.kind === 'files') return { ...files, commandLine: withPanic(`${boot.commandLine.trim()} ${ours}`.trim()) };
  const onDisk = { slots: inBootOrder(disks, bootOrder), commandLine: boot.commandLine };
  return { ...files, commandLine: withPanic(ours), onDisk };
}

/** Slots of disks; without an order that names one which is there, all of them as they come. */
function inBootOrder(disks: MachineDefinition['disks'], order: readonly number[]): readonly number[] {
  const slots = disks.map(({ slot }) => slot);
  const named = order.filter((slot) => slots.includes(slot));
  return named.length > 0 ? named : slots.sort((a, b) => a - b);
}

/** What boots from files of this computer. */
export function bootFromFiles(source: FilesSource): RunSpec['boot'] {
  return {
    kernel: source.kernel ?? null,
    initrd: source.initrd ?? null,
    firmware: source.firmware ?? null,
    commandLine: withPanic(source.commandLine ?? ''),
  };
}

/**
 * A Linux that panics is to reset at once, so that the machine ends with the cause: by default it would spin for
 * ever. Who asks for something else gets it.
 */
function withPanic(commandLine: string): string {
  return /(?:^|\s)panic=/.test(commandLine) ? commandLine : `${commandLine} panic=-1`.trim();
}
