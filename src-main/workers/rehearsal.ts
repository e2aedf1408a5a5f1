import type { BoardSpec, BytePort, ByteSource } from '../../src-core/machine/board-interface.ts';
import { createBoard } from '../../src-core/machine/board/board.ts';
import type { BoardHost } from '../../src-core/machine/board/interface.ts';
import { machineStateSchema } from '../../src-core/machine/state/machine-state.ts';
import { findRuns } from '../../src-core/machine/state/memory-runs.ts';

const MEMORY_BYTES = 4 * 2 ** 20;
const INSTRUCTIONS = 1000;
/** loop: j loop */
const FIRMWARE = Uint32Array.of(0x0000_006f);

/**
 * Makes a small machine, takes its state and lets it go on from there, as a copy of a machine does: the program's parts
 * are loaded and compiled then, and the first real machine of this thread does not wait for that.
 */
export function rehearse(host: BoardHost): void {
  const board = createBoard(machine(), host);
  board.run(INSTRUCTIONS);
  const state = machineStateSchema.parse(JSON.parse(JSON.stringify(board.save())));
  findRuns(board.ram.bytes, board.written, false, (a, b) => Buffer.compare(a, b));
  const again = createBoard(machine(), host, { state, loadMemory: (ram) => ram.set(board.ram.bytes) });
  again.renewGeneration();
  again.run(INSTRUCTIONS);
}

function machine(): BoardSpec {
  return {
    harts: 1,
    memoryBytes: MEMORY_BYTES,
    boot: { firmware: bytesOf(new Uint8Array(FIRMWARE.buffer)), commandLine: '' },
    disks: [],
    cards: [{ slot: 0, mac: Uint8Array.of(2, 0, 0, 0, 0, 1), port: null }],
    console: NOBODY,
    ports: [{ name: 'nobody', port: NOBODY }],
    random: (into) => void into.fill(1),
    wallClockNs: () => 0n,
  };
}

const NOBODY: BytePort = { write: (bytes) => bytes.length, read: () => 0, available: 0 };

function bytesOf(bytes: Uint8Array): ByteSource {
  return { sizeBytes: bytes.length, read: (into, offset) => into.set(bytes.subarray(offset, offset + into.length)) };
}
