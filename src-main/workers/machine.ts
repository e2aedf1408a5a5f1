import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import { AGENT_PORT_NAME } from '../../src-core/guest/protocol.ts';
import { Doorbell } from '../../src-core/hypervisor/doorbell.ts';
import type { RunEnd } from '../../src-core/hypervisor/runner.ts';
import { GuestEnd } from '../../src-core/hypervisor/shared-pipe.ts';
import type { BoardSpec } from '../../src-core/machine/board-interface.ts';
import { createBoard } from '../../src-core/machine/board/board.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { CoreImports } from '../../src-core/machine/core-interface.ts';
import { instantiateCore } from './core-instance.ts';
import { openSource } from './host-files.ts';
import { openSavedMachine } from './machine-file.ts';
import { RunDisk } from './run-disk.ts';
import { RunLoop } from './run-loop.ts';
import { RunMeter } from './run-meter.ts';
import { Gauges } from './run-protocol.ts';
import type { RunReport, RunWorkerData } from './run-protocol.ts';

/**
 * A machine's thread. Everything here is synchronous: the guest runs in slices, and the thread sleeps on the
 * doorbell in between. Console and agent bytes travel in shared rings; messages only wake and command.
 */
assert(parentPort, 'this is the program of a worker thread');
const port = parentPort;
const given = workerData as RunWorkerData;

function report(message: RunReport): void {
  port.postMessage(message);
}

function boardSpec({ spec, console, agent }: RunWorkerData, disks: readonly RunDisk[]): BoardSpec {
  const { kernel, initrd, firmware, commandLine } = spec.boot;
  return {
    harts: spec.harts,
    memoryBytes: spec.memoryBytes,
    boot: {
      ...(kernel === null ? {} : { kernel: openSource(kernel) }),
      ...(initrd === null ? {} : { initrd: openSource(initrd) }),
      ...(firmware === null ? {} : { firmware: openSource(firmware) }),
      commandLine,
    },
    disks,
    console: new GuestEnd(console, () => report({ kind: 'nudge', pipe: 'console' })),
    ports: [{ name: AGENT_PORT_NAME, port: new GuestEnd(agent, () => report({ kind: 'nudge', pipe: 'agent' })) }],
    random: (into) => void randomFillSync(into),
    wallClockNs: () => BigInt(Date.now()) * 1_000_000n,
  };
}

function switchOn(disks: RunDisk[]): Board | null {
  const { name, start } = given.spec;
  try {
    for (const disk of given.spec.disks) disks.push(new RunDisk(disk));
    const host = {
      instantiate: (imports: CoreImports['host']) => instantiateCore(given.core, imports),
      monotonicNs: () => performance.now() * 1e6,
    };
    if (start.kind !== 'restore') return createBoard(boardSpec(given, disks), host);
    return createBoard(boardSpec(given, disks), host, openSavedMachine(start.memory, `resume machine ${name}`));
  } catch (error) {
    report({ kind: 'not-started', failure: toFailure(error, `start machine ${name}`) });
    return null;
  }
}

function runToEnd(board: Board, disks: readonly RunDisk[]): RunEnd {
  const meter = new RunMeter(new Gauges(given.gauges), board);
  const doorbell = new Doorbell(given.doorbell);
  const loop = new RunLoop({ board, disks, doorbell, port, meter }, given.spec.start.kind !== 'power-on');
  try {
    return loop.run();
  } catch (error) {
    // A defect of ours ends this machine, and no other.
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', cause: `a defect of Innkeeper: ${detail}` };
  }
}

/** What a guest wrote and did not flush is kept too where its end allows it. */
function closeDisks(disks: readonly RunDisk[], end: RunEnd): RunEnd {
  let result = end;
  for (const disk of disks) {
    try {
      disk.close();
    } catch (error) {
      const cause = `a disk could not be brought to an end: ${error instanceof Error ? error.message : String(error)}`;
      if (end.kind !== 'failed') result = { kind: 'failed', cause };
    }
  }
  return result;
}

const disks: RunDisk[] = [];
const board = switchOn(disks);
if (board) {
  report({ kind: 'started' });
  report({ kind: 'ended', end: closeDisks(disks, runToEnd(board, disks)) });
}
