import { randomFillSync } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import { AGENT_PORT_NAME } from '../../src-core/guest/protocol.ts';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import type { RunEnd } from '../../src-core/hypervisor/runner.ts';
import { GuestEnd } from '../../src-core/hypervisor/pipes/shared-pipe.ts';
import type { BoardSpec } from '../../src-core/machine/board-interface.ts';
import { createBoard } from '../../src-core/machine/board/board.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { BoardHost } from '../../src-core/machine/board/interface.ts';
import type { SavedMachine } from '../../src-core/machine/state/machine-state.ts';
import { bootSource } from './boot-source.ts';
import { instantiateCore } from './core-instance.ts';
import { copyOf } from './fork.ts';
import { MemoryLayers, openLayer } from './memory-layers.ts';
import { limitProcessor } from './hardware-change.ts';
import { hartThreads, sharedNs } from './hart-threads.ts';
import { ProcessorLimit } from './processor-limit.ts';
import { rehearse } from './rehearsal.ts';
import { cardInSlot } from './run-cards.ts';
import { RunDisks } from './run-disks.ts';
import { RunLoop } from './run-loop.ts';
import { RunMeter } from './run-meter.ts';
import { Gauges } from './run-protocol.ts';
import type { BaseLayer, MachineThreadData, RunBeginning, RunReport } from './run-protocol.ts';
import { RunShares } from './shared-folder/run-shares.ts';
import { prepareZstd } from './zstd.ts';

/**
 * A machine's thread. Everything here is synchronous: the guest runs in slices, and the thread sleeps on the
 * doorbell in between. Console and agent bytes travel in shared rings; messages only wake and command.
 */
assert(parentPort, 'this is the program of a worker thread');
const port = parentPort;
const { core, hartProgram, doorbell: bell, isSpare } = workerData as MachineThreadData;
const doorbell = new Doorbell(bell);
if (isSpare) rehearse(hostOf(1));
const given = waitForBeginning();

/** @param memory for the core, where it is there already */
function hostOf(harts: number, memory?: WebAssembly.Memory): BoardHost {
  const instantiate: BoardHost['instantiate'] = (imports) => instantiateCore(core, imports, memory);
  if (harts === 1) return { instantiate, monotonicNs: () => performance.now() * 1e6 };
  return { instantiate, monotonicNs: sharedNs, threads: hartThreads(core, hartProgram, bell) };
}

/** Everything is loaded by now: a thread that waits here begins at once. */
function waitForBeginning(): RunBeginning {
  for (;;) {
    const seen = doorbell.count;
    const received = receiveMessageOnPort(port) as { message: RunBeginning } | undefined;
    if (received) return received.message;
    doorbell.sleep(seen, Infinity);
  }
}

function report(message: RunReport): void {
  port.postMessage(message);
}

function boardSpec({ spec, console, agent }: RunBeginning, outside: Outside, boot: BoardSpec['boot']): BoardSpec {
  return {
    harts: spec.harts,
    memoryBytes: spec.memoryBytes,
    boot,
    disks: outside.disks.all,
    shares: outside.shares.all,
    cards: (spec.cards ?? []).map((card) => cardInSlot(card)),
    console: new GuestEnd(console, () => report({ kind: 'nudge', pipe: 'console' })),
    ports: [{ name: AGENT_PORT_NAME, port: new GuestEnd(agent, () => report({ kind: 'nudge', pipe: 'agent' })) }],
    random: (into) => void randomFillSync(into),
    wallClockNs: () => BigInt(Date.now()) * 1_000_000n,
  };
}

/** The files of this computer that the machine has open. */
interface Outside {
  readonly disks: RunDisks;
  readonly shares: RunShares;
}

/** What the machine goes on from; undefined when it is switched on. */
function beginning(): { host: BoardHost; saved: SavedMachine | undefined; base: BaseLayer | null } {
  const { name, start, harts } = given.spec;
  const host = hostOf(harts, start.kind === 'fork' ? start.of.copy : undefined);
  if (start.kind === 'power-on') return { host, saved: undefined, base: null };
  if (start.kind === 'fork') return { host, saved: copyOf(start.of), base: start.of.base };
  const saved = openLayer(start.memory, `resume machine ${name}`);
  return { host, saved, base: { path: start.memory, base: saved.base } };
}

/** What the thread works on. */
interface SwitchedOn {
  readonly board: Board;
  readonly layers: MemoryLayers;
}

function switchOn(outside: Outside): SwitchedOn | null {
  const { disks, shares } = outside;
  const { name } = given.spec;
  try {
    for (const disk of given.spec.disks) disks.open(disk);
    for (const share of given.spec.shares ?? []) shares.open(share, `start machine ${name}`);
    const { boot, release } = bootSource(given.spec, disks.all);
    const spec = boardSpec(given, outside, boot);
    const { host, saved, base } = beginning();
    const board = createBoard(spec, host, saved);
    release();
    // What was saved or copied may go on elsewhere too, or go on twice: from here on they must differ.
    if (saved) board.renewGeneration();
    return { board, layers: new MemoryLayers(base) };
  } catch (error) {
    report({ kind: 'not-started', failure: toFailure(error, `start machine ${name}`) });
    return null;
  }
}

/** @returns null when it was told to stop */
function runToEnd({ board, layers }: SwitchedOn, outside: Outside): RunEnd | null {
  const meter = new RunMeter(new Gauges(given.gauges), board);
  const limit = new ProcessorLimit(
    () => performance.now(),
    () => meter.processorMs(),
  );
  limitProcessor({ limit, board }, given.spec.cpuLimit);
  const loop = new RunLoop(
    { board, layers, ...outside, doorbell, port, meter, limit },
    given.spec.start.kind !== 'power-on',
  );
  try {
    return loop.run();
  } catch (error) {
    // A defect of ours ends this machine, and no other.
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', cause: `a defect of Innkeeper: ${detail}` };
  } finally {
    endOthers(board);
  }
}

/** A thread that does not answer ends with this one. */
function endOthers(board: Board): void {
  try {
    board.end();
  } catch {
    return;
  }
}

/** For kernels on disks, and for disk images from elsewhere. */
function needsZstd({ boot, start, disks }: RunBeginning['spec']): boolean {
  return (boot.onDisk && start.kind === 'power-on') || disks.some(({ own, format }) => !own && format === 'qcow2');
}

/** What a guest wrote and did not flush is kept too where its end allows it. */
function closeFiles({ disks, shares }: Outside, end: RunEnd | null): RunReport {
  shares.closeAll();
  const wrong = disks.closeAll();
  if (end === null) return { kind: 'stopped' };
  if (wrong === null || end.kind === 'failed') return { kind: 'ended', end };
  return { kind: 'ended', end: { kind: 'failed', cause: `a disk could not be brought to an end: ${wrong}` } };
}

if (needsZstd(given.spec)) await prepareZstd();
const outside: Outside = { disks: new RunDisks(), shares: new RunShares() };
const switchedOn = switchOn(outside);
if (switchedOn) {
  report({ kind: 'started' });
  report(closeFiles(outside, runToEnd(switchedOn, outside)));
}
