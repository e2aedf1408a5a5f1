import { randomFillSync } from 'node:crypto';
import type { BlockBackend, BoardSpec } from '../../board-interface.ts';
import { createBoard, type Board, type CoreHandle } from '../../board/board.ts';
import type { CoreExports, CoreImports } from '../../core-interface.ts';
import { coreModule } from '../../core/testing/core-module.ts';
import { FakePort } from '../../devices/testing/fake-port.ts';
import type { SavedMachine } from '../machine-state.ts';

const MEMORY = 16 * 2 ** 20;
const INITIAL_PAGES = 1536;

/**
 * A Linux `Image` by its header that counts in RAM and in registers for ever:
 *   start: auipc s0,8; li s1,0; loop: addi s1,s1,1; sd s1,0(s0); j loop
 */
const WORDS = [
  0x0400006f, 0x00000013, 0x00200000, 0, 0x00010000, 0, 0, 0, 2, 0, 0, 0, 0x43534952, 0x56, 0x05435352, 0, 0x00008417,
  0x00000493, 0x00148493, 0x00943023, 0xff9ff06f,
];

export interface Counting {
  readonly board: Board;
  readonly terminal: FakePort;
  readonly agent: FakePort;
  readonly flushes: () => number;
  ns: number;
}

/** A whole board with the real core, every device, and a guest that counts. */
export function countingMachine(saved?: SavedMachine, harts = 1): Counting {
  const image = new Uint8Array(Uint32Array.from(WORDS).buffer);
  const kernel = { sizeBytes: image.length, read: (into: Uint8Array) => into.set(image.subarray(0, into.length)) };
  const machine = { ns: 0 };
  const terminal = new FakePort();
  const agent = new FakePort();
  let flushed = 0;
  const spec: BoardSpec = {
    harts,
    memoryBytes: MEMORY,
    boot: { kernel, commandLine: '' },
    disks: [disk(() => flushed++)],
    console: terminal,
    ports: [{ name: 'innkeeper.agent', port: agent }],
    random: (into) => void randomFillSync(into),
    wallClockNs: () => 1_795_000_000_000_000_000n,
  };
  const host = { instantiate, monotonicNs: () => machine.ns };
  const board = createBoard(spec, host, saved);
  return Object.assign(machine, { board, terminal, agent, flushes: () => flushed });
}

function disk(flush: () => void): BlockBackend {
  return { sizeBytes: 1 << 20, readOnly: false, read: (into) => void into.fill(0), write: () => undefined, flush };
}

function instantiate(imports: CoreImports['host']): CoreHandle {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: 65_536, shared: true });
  const abort = () => {
    throw new Error('the core aborted');
  };
  const module = new WebAssembly.Module(coreModule());
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort }, host: { ...imports } });
  return { exports: exports as unknown as CoreExports, memory };
}
