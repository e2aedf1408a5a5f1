import { AppError, assert } from '../../src-core/base/errors.ts';
import type { Blocks } from '../../src-core/images/bootable/blocks.ts';
import { findKernel, type FoundKernel } from '../../src-core/images/bootable/find-kernel.ts';
import type { BootOnDisk, RunSpec } from '../../src-core/hypervisor/runner.ts';
import type { RunBeginning } from './run-protocol.ts';
import type { BoardSpec, ByteSource } from '../../src-core/machine/board-interface.ts';
import { openSource } from './host-files.ts';
import { kernelUnpackers } from './kernel-unpackers.ts';

type BootDisk = Blocks & { readonly slot: number };

interface Boot {
  readonly boot: BoardSpec['boot'];
  /** Lets go of the bytes: once the board has them in its memory, nobody needs them again. */
  release(): void;
}

/**
 * What the machine is switched on with: files of this computer, or what lies on its disks now.
 * @throws AppError when there is nothing to boot
 */
export function bootSource(
  { boot, start }: Pick<RunBeginning['spec'], 'boot' | 'start'>,
  disks: readonly BootDisk[],
): Boot {
  const { commandLine, onDisk } = boot;
  if (!onDisk) return { boot: bootFromFiles(boot), release: () => undefined };
  // Who goes on from a saved moment has its kernel in memory.
  return start.kind === 'power-on'
    ? bootFromDisk(onDisk, commandLine, disks)
    : { boot: { commandLine }, release: () => undefined };
}

function bootFromFiles({ kernel, initrd, firmware, commandLine }: RunSpec['boot']): BoardSpec['boot'] {
  return {
    ...(kernel === null ? {} : { kernel: openSource(kernel) }),
    ...(initrd === null ? {} : { initrd: openSource(initrd) }),
    ...(firmware === null ? {} : { firmware: openSource(firmware) }),
    commandLine,
  };
}

function bootFromDisk(onDisk: BootOnDisk, ours: string, disks: readonly BootDisk[]): Boot {
  const { kernel, initrd, commandLine } = firstKernel(onDisk, disks);
  const sources = [kernel, ...(initrd === null ? [] : [initrd])].map((bytes) => new MemorySource(bytes));
  const [first, second] = sources;
  return {
    boot: {
      ...(first === undefined ? {} : { kernel: first }),
      ...(second === undefined ? {} : { initrd: second }),
      commandLine: joined(onDisk.commandLine ?? commandLine, ours),
    },
    release: () => {
      for (const source of sources) source.release();
    },
  };
}

/** The first disk in the order that has one; of several that have none, the first says why. */
function firstKernel({ slots }: BootOnDisk, disks: readonly BootDisk[]): FoundKernel {
  let problem: unknown;
  for (const slot of slots) {
    const position = disks.findIndex((disk) => disk.slot === slot);
    const disk = disks[position];
    try {
      if (disk) return findKernel(disk, kernelUnpackers, deviceName(position));
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem instanceof Error ? problem : noDisk();
}

function noDisk(): AppError {
  const because = 'the machine has no disk to boot from';
  return new AppError({
    code: 'not-found',
    doing: 'look for a kernel',
    because,
    hint: 'Attach one that has a kernel.',
  });
}

/** Linux names virtio disks by their order. */
function deviceName(position: number): string {
  return `/dev/vd${String.fromCharCode('a'.charCodeAt(0) + position)}`;
}

/** What a person's configuration says about panics counts for more than what we would. */
function joined(told: string, ours: string): string {
  const added = /(?:^|\s)panic=/.test(told) ? ours.replace(/(?:^|\s)panic=\S+/, '') : ours;
  return `${told.trim()} ${added.trim()}`.trim();
}

class MemorySource implements ByteSource {
  readonly sizeBytes: number;
  #bytes: Uint8Array | null;

  constructor(bytes: Uint8Array) {
    this.sizeBytes = bytes.length;
    this.#bytes = bytes;
  }

  read(into: Uint8Array, offset: number): void {
    assert(this.#bytes, 'what was released is not read again');
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  release(): void {
    this.#bytes = null;
  }
}
