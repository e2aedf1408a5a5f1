import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BoardSpec } from '../../src-core/machine/board-interface.ts';
import { createBoard, type Board } from '../../src-core/machine/board/board.ts';
import { TIMEBASE_HZ } from '../../src-core/machine/core-interface.ts';
import { instantiateCore } from '../../src-main/workers/core-instance.ts';
import { openDisk, openSource } from '../../src-main/workers/host-files.ts';
import { Marker, type BootOptions, type BootResult } from './result.ts';
import { TerminalPort } from './terminal.ts';

const SLICE = 1_000_000;

/** Boots the guest in this thread. */
export async function bootOurs(options: BootOptions): Promise<BootResult> {
  const module = new WebAssembly.Module(readFileSync(options.core));
  const marker = new Marker(options.until);
  const terminal = new TerminalPort(marker, options);
  const before = process.cpuUsage();
  const start = performance.now();
  const board = createBoard(specOf(options, terminal), {
    instantiate: (imports) => instantiateCore(module, imports),
    monotonicNs: () => performance.now() * 1e6,
  });
  const seconds = () => (performance.now() - start) / 1000;
  const how = await run(
    board,
    () => {
      if (marker.seen) return 'reached';
      if (terminal.closed) return 'closed';
      return seconds() > options.mostSeconds ? 'took too long' : null;
    },
    terminal,
  );
  const { user, system } = process.cpuUsage(before);
  terminal.close();
  return {
    reached: marker.seen || (options.until === undefined && how === 'powered-off'),
    how,
    wallSeconds: seconds(),
    processorSeconds: (user + system) / 1e6,
    instructions: board.counters().instructions,
    exits: board.exits().filter(({ count }) => count > 0),
  };
}

async function run(board: Board, over: () => string | null, terminal: TerminalPort): Promise<string> {
  for (;;) {
    const exit = board.run(SLICE);
    const reason = over();
    if (reason !== null) return reason;
    if (exit.kind === 'failed') return `failed: ${exit.cause}`;
    if (exit.kind === 'running') await nextTurn();
    else if (exit.kind === 'idle') await terminal.input(((exit.deadlineTicks - board.now()) / TIMEBASE_HZ) * 1000);
    else return exit.kind;
  }
}

function specOf(options: BootOptions, terminal: TerminalPort): BoardSpec {
  const { kernel, initrd, firmware } = options;
  return {
    harts: options.harts,
    memoryBytes: options.memoryBytes,
    boot: {
      ...(kernel === undefined ? {} : { kernel: openSource(kernel) }),
      ...(initrd === undefined ? {} : { initrd: openSource(initrd) }),
      ...(firmware === undefined ? {} : { firmware: openSource(firmware) }),
      commandLine: options.commandLine,
    },
    disks: options.disks.map((path) => openDisk(path, false)),
    console: terminal,
    ports: [],
    random: (into) => void randomFillSync(into),
    wallClockNs: () => BigInt(Date.now()) * 1_000_000n,
  };
}
