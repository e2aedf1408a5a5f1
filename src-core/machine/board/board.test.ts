import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import type { BoardSpec } from '../board-interface.ts';
import { INTERRUPTS, MEMORY_MAP, RunExit } from '../core-interface.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { createBoard } from './board.ts';
import { FakeCore, type Step } from './testing/fake-core.ts';
import { cellsOf, nodeAt, readFdt } from './testing/read-fdt.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const MEMORY = 64 * 2 ** 20;
const UART = MEMORY_MAP.uart.base;
const PANIC = 'Kernel panic - not syncing: no init found';

function machine(changes: Partial<BoardSpec> = {}, steps: Step[] = []) {
  const terminal = new FakePort();
  const core = new FakeCore();
  core.steps.push(...steps);
  const spec: BoardSpec = {
    harts: 1,
    memoryBytes: MEMORY,
    boot: { kernel: sourceOf(kernelBytes()), initrd: sourceOf(Uint8Array.of(7, 7, 7)), commandLine: 'quiet' },
    disks: [],
    console: terminal,
    ports: [],
    random: (into) => into.fill(9),
    wallClockNs: () => 5_000n,
    ...changes,
  };
  return { terminal, core, spec, board: createBoard(spec, core) };
}

const idle: Step = () => RunExit.idle;
const print =
  (text: string, exit: number = RunExit.budget): Step =>
  (host) => {
    for (const letter of text) host.mmioWrite(UART, 1, letter.charCodeAt(0));
    return exit;
  };
const finish =
  (value: number): Step =>
  (host) => {
    host.mmioWrite(MEMORY_MAP.test.base, 4, value);
    return RunExit.budget;
  };

test('it starts the kernel in S-mode with the hart and the device tree, all in memory', () => {
  const { core, board } = machine();
  const deviceTree = 0x8400_0000 - 64 * 1024;
  expect(core.sbi).toBe(1);
  expect(core.started).toMatchObject([{ hart: 0, pc: 0x8020_0000n, a0: 0n, a1: BigInt(deviceTree) }]);
  expect(board.ram.view(0x8020_0000, 4096)).toEqual(kernelBytes());
  const size = new DataView(board.ram.view(deviceTree, 8).slice().buffer).getUint32(4);
  const chosen = nodeAt(readFdt(board.ram.view(deviceTree, size).slice()), '/chosen');
  const [, start = 0] = cellsOf(chosen, 'linux,initrd-start');
  expect([...board.ram.view(start, 3)]).toEqual([7, 7, 7]);
});

test('firmware starts on all harts in M-mode, and finds the kernel by a2', () => {
  const boot = { kernel: sourceOf(kernelBytes()), firmware: sourceOf(new Uint8Array(64).fill(0x13)), commandLine: '' };
  const { core } = machine({ boot, harts: 2 });
  expect(core.sbi).toBe(0);
  expect(core.started.map(({ hart, pc, a0 }) => [hart, pc, a0])).toEqual([
    [0, 0x8000_0000n, 0n],
    [1, 0x8000_0000n, 1n],
  ]);
  const info = Number(core.started[0]?.a2);
  expect(core.imports?.mmioRead(info, 4)).toBe(0x4942_534f);
  expect(core.imports?.mmioRead(info + 16, 4)).toBe(0x8020_0000);
  expect(core.imports?.mmioRead(0x1000, 4)).toBe(0x0000_0297);
});

test('memory grows to what the machine needs', () => {
  const { core, board } = machine();
  expect(core.memory.length).toBe(65_536 + MEMORY);
  expect(board.ram.end).toBe(0x8000_0000 + MEMORY);
});

test('a machine with more memory than WebAssembly has is refused with the limit', () => {
  expect(() => machine({ memoryBytes: 2 ** 32 })).toThrow(AppError);
  expect(() => machine({ memoryBytes: 2 ** 32 })).toThrow('4095 MiB');
});

test('idle tells the next deadline, of the timer or of the real-time clock', () => {
  const { core, board } = machine({}, [
    idle,
    idle,
    (host) => {
      host.mmioWrite(MEMORY_MAP.rtc.base + 0x10, 4, 1);
      host.mmioWrite(MEMORY_MAP.rtc.base + 0x0c, 4, 0);
      host.mmioWrite(MEMORY_MAP.rtc.base + 0x08, 4, 6_000);
      return RunExit.idle;
    },
  ]);
  expect(board.run(1)).toEqual({ kind: 'idle', deadlineTicks: Infinity });
  core.timer = 123;
  expect(board.run(1)).toEqual({ kind: 'idle', deadlineTicks: 123 });
  expect(board.run(1)).toEqual({ kind: 'idle', deadlineTicks: 10 });
});

test('a hart with an interrupt pending is not idle', () => {
  const { core, board } = machine({}, [idle]);
  core.pending = 1;
  expect(board.run(1)).toEqual({ kind: 'running' });
});

test('with several harts it is idle only when all are', () => {
  const { board } = machine({ harts: 2 }, [idle, () => RunExit.budget, idle, idle]);
  expect(board.run(1)).toEqual({ kind: 'running' });
  expect(board.run(1)).toMatchObject({ kind: 'idle' });
});

test('guest time stands still while paused, and begins again with a reset', () => {
  const { core, board } = machine();
  core.ns = 1_000;
  expect(board.now()).toBe(10);
  board.setPaused(true);
  core.ns = 900_000;
  expect(board.now()).toBe(10);
  board.setPaused(false);
  core.ns += 250;
  expect(core.imports?.time()).toBe(12);
  board.reset();
  expect(board.now()).toBe(0);
});

test.each([
  [0x5555, { kind: 'powered-off' }],
  [0x7777, { kind: 'reset' }],
  [0x5_3333, { kind: 'failed', cause: 'the guest gave up with code 5' }],
])('the test device with %i ends the run', (value, exit) => {
  const { board } = machine({}, [finish(value)]);
  expect(board.run(1)).toEqual(exit);
  expect(board.run(1)).toEqual(exit);
  board.reset();
  expect(board.run(1)).toEqual({ kind: 'running' });
});

test.each([
  [0, 0, { kind: 'powered-off' }],
  [1, 0, { kind: 'reset' }],
  [2, 0, { kind: 'reset' }],
  [1, 1, { kind: 'failed', cause: 'the guest reported a system failure' }],
])('SBI system reset of type %i for reason %i ends the run', (type, reason, exit) => {
  const { board } = machine({}, [
    (host) => {
      host.systemReset(type, reason);
      return RunExit.stopRequested;
    },
  ]);
  expect(board.run(1)).toEqual(exit);
});

test('a reset right after a panic is a failure with its cause', () => {
  const { board } = machine({}, [print(`[    1.0] ${PANIC}\n`), finish(0x7777)]);
  expect(board.run(1)).toEqual({ kind: 'running' });
  expect(board.run(1)).toEqual({ kind: 'failed', cause: PANIC });
});

test('a reset long after somebody printed an old panic is a reset', () => {
  const { board } = machine({}, [print(`${PANIC}\n`), idle, finish(0x7777)]);
  board.run(1);
  board.run(1);
  expect(board.run(1)).toEqual({ kind: 'reset' });
});

test('a guest that spins after its panic has failed; one that reaches user mode has not', () => {
  const text = `${PANIC}\n---[ end ${PANIC} ]---\n`;
  const spinning = machine({}, [print(text)]);
  spinning.board.run(1);
  spinning.core.ns = 3e9;
  expect(spinning.board.run(1)).toEqual({ kind: 'failed', cause: PANIC });
  const living = machine({}, [print(text)]);
  living.board.run(1);
  living.core.mode = 0;
  living.board.run(1);
  living.core.mode = 1;
  living.core.ns = 3e9;
  expect(living.board.run(1)).toEqual({ kind: 'running' });
});

test('a guest that waits with all interrupts off has failed, unless a timer will still wake it', () => {
  const { core, board } = machine({}, [idle, idle, idle]);
  core.interruptsEnabled = 0n;
  core.timer = 5;
  expect(board.run(1)).toMatchObject({ kind: 'idle' });
  core.timer = Infinity;
  core.interruptsEnabled = 0x20n;
  expect(board.run(1)).toMatchObject({ kind: 'idle' });
  core.interruptsEnabled = 0n;
  expect(board.run(1)).toMatchObject({ kind: 'failed' });
  expect(board.run(1)).toMatchObject({ kind: 'failed' });
});

test('a hart that cannot go on fails the machine with place and cause', () => {
  const { board } = machine({}, [() => RunExit.fatal]);
  const exit = board.run(1);
  expect(exit.kind).toBe('failed');
  expect(exit.kind === 'failed' && exit.cause).toMatch(
    /0x80000000 in supervisor mode: illegal instruction \(cause 2\)/,
  );
});

test('all ways to the console go out, input goes to who listens and spoke last', () => {
  const { core, board, terminal } = machine({}, [
    (host) => {
      core.memory.set(new TextEncoder().encode('sbi '), 100);
      host.debugConsoleWrite(100, 4);
      for (const letter of 'uart') host.mmioWrite(UART, 1, letter.charCodeAt(0));
      host.mmioWrite(UART + 1, 1, 1);
      return RunExit.idle;
    },
  ]);
  board.run(1);
  expect(terminal.output).toBe('sbi uart');
  terminal.input = 'q';
  expect(core.imports?.debugConsoleRead(100, 8)).toBe(0);
  board.service();
  expect(core.lines.get(INTERRUPTS.uart)).toBe(1);
  expect(core.imports?.mmioRead(UART, 1)).toBe(0x71);
});

test('while nobody listens, SBI may read what is typed', () => {
  const { core, terminal } = machine();
  terminal.input = 'k';
  expect(core.imports?.debugConsoleRead(100, 8)).toBe(1);
  expect(core.memory[100]).toBe(0x6b);
});

test('where there is nothing, zero is read, and exits are counted by device', () => {
  const { core, board } = machine();
  expect(core.imports?.mmioRead(0x2000_0000, 4)).toBe(0);
  core.imports?.mmioWrite(0x2000_0000, 4, 1);
  core.imports?.mmioRead(MEMORY_MAP.rtc.base, 4);
  const counts = Object.fromEntries(board.exits().map(({ device, kind, count }) => [`${device} ${kind}`, count]));
  expect(counts).toMatchObject({ 'nothing read': 2, 'rtc read': 1, 'rtc write': 0 });
  expect(board.counters()).toEqual({ instructions: 1000, diskReadBytes: 0, diskWrittenBytes: 0 });
});
