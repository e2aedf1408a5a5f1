import type { BoardExit } from '../../../src-core/machine/board-interface.ts';
import { createBoard, type Board } from '../../../src-core/machine/board/board.ts';
import { kernelBytes, sourceOf } from '../../../src-core/machine/board/testing/sources.ts';
import { assemble, type Line } from '../../../src-core/machine/core/testing/assembler.ts';
import { coreModule } from '../../../src-core/machine/core/testing/core-module.ts';
import { FakePort } from '../../../src-core/machine/devices/testing/fake-port.ts';
import { encode } from '../../../src-core/machine/isa/encode.ts';
import type { SavedMachine } from '../../../src-core/machine/state/machine-state.ts';
import { instantiateCore } from '../core-instance.ts';
import { hartThreads, sharedNs } from '../hart-threads.ts';

/** Where a program's data begin, from the start of RAM. */
export const DATA = 0x1_0000;
const MEMORY_BYTES = 64 * 2 ** 20;
/** A guest that waits for ever must not do so with the test. */
const MOST_MS = 20_000;

const core = new WebAssembly.Module(coreModule());

/** A machine without Linux whose harts have threads of their own and carry out one short program. */
export class BareMachine {
  readonly board: Board;
  readonly console = new FakePort();
  readonly #bell = new SharedArrayBuffer(4);

  /** Without `sbi`, all harts begin at the program, in M-mode, with their number in a0. */
  constructor(program: readonly Line[], harts: number, sbi = false, saved?: SavedMachine) {
    const bytes = new Uint8Array(Uint32Array.from(assemble(program)).buffer);
    const boot = sbi ? { kernel: sourceOf(kernelOf(bytes)) } : { firmware: sourceOf(bytes) };
    this.board = createBoard(
      {
        ...{ harts, memoryBytes: MEMORY_BYTES, disks: [], ports: [] },
        ...{ console: this.console, boot: { ...boot, commandLine: '' } },
        random: (into) => into.fill(9),
        wallClockNs: () => 0n,
      },
      {
        instantiate: (imports) => instantiateCore(core, imports),
        monotonicNs: sharedNs,
        threads: hartThreads(core, new URL('../hart.ts', import.meta.url).href, this.#bell),
      },
      saved,
    );
  }

  /** Lets it run until it ends, or `until` holds. @throws when it takes longer than `mostMs` */
  run(until = (): boolean => false, mostMs = MOST_MS): BoardExit {
    const began = performance.now();
    const bell = new Int32Array(this.#bell);
    for (;;) {
      const seen = Atomics.load(bell, 0);
      const exit = this.board.run(100_000);
      if (performance.now() - began > mostMs) throw new Error('the guest does not come to an end');
      if (until() || (exit.kind !== 'running' && exit.kind !== 'idle')) return exit;
      if (exit.kind === 'idle') Atomics.wait(bell, 0, seen, 20);
    }
  }

  /** A 64-bit word of the program's data. */
  word(offset: number): bigint {
    const { buffer, byteOffset } = this.board.ram.bytes;
    return new DataView(buffer).getBigUint64(byteOffset + DATA + offset, true);
  }

  /** The same as a number. */
  counter(offset: number): number {
    return Number(this.word(offset));
  }

  end(): void {
    this.board.end();
  }
}

/** A kernel that jumps over its header to the program. */
function kernelOf(program: Uint8Array): Uint8Array {
  const bytes = kernelBytes();
  new DataView(bytes.buffer).setUint32(0, encode('jal', { imm: 64 }), true);
  bytes.set(program, 64);
  return bytes;
}
