import { expect, test } from 'vitest';
import { MEMORY_MAP, TIMEBASE_HZ } from '../core-interface.ts';
import { machineStateSchema, type MachineState } from './machine-state.ts';

import { countingMachine, type Counting } from './testing/counting-machine.ts';
import { savedIn, stateBytes } from './testing/state-bytes.ts';

const COUNTER = MEMORY_MAP.ram.base + 0x20_8000 + 0x40;
const S1 = 9;

function bytesOf({ board }: Counting): Uint8Array<ArrayBuffer> {
  return stateBytes(board.save(), board.ram.bytes);
}

function reborn(bytes: Uint8Array, harts = 1): Counting {
  return countingMachine(savedIn(bytes), harts);
}

test('a board that was saved and restored gives identical bytes when it is saved again', () => {
  const machine = countingMachine();
  machine.board.run(100_000);
  const first = bytesOf(machine);
  expect(bytesOf(reborn(first))).toEqual(first);
});

test('the guest goes on counting from where it stood, in the same guest time', () => {
  const machine = countingMachine();
  machine.board.run(100_000);
  machine.ns = 5e9;
  const bytes = bytesOf(machine);
  const before = machine.board.core.readRegister(0, S1);
  const again = reborn(bytes);
  expect(before).toBeGreaterThan(10_000n);
  expect(again.board.core.readRegister(0, S1)).toBe(before);
  expect(again.board.ram.read64(COUNTER)).toBe(machine.board.ram.read64(COUNTER));
  expect(again.board.now()).toBe(5 * TIMEBASE_HZ);
  expect(again.board.counters().instructions).toBe(machine.board.counters().instructions);
  again.board.run(30_000);
  machine.board.run(30_000);
  expect(again.board.core.readRegister(0, S1)).toBe(machine.board.core.readRegister(0, S1));
  again.ns += 1e9;
  expect(again.board.now()).toBe(6 * TIMEBASE_HZ);
});

test('whatever each field of the core holds comes back', () => {
  const harts = 3;
  const machine = countingMachine(undefined, harts);
  machine.board.run(200_000);
  const state = machine.board.save();
  const odd = (seed: number) => `0x${(BigInt(seed) * 0x1_0000_0001n + 1n).toString(16)}`;
  for (const [index, hart] of state.core.harts.entries()) {
    hart.x = hart.x.map((_, at) => odd(index * 100 + at));
    hart.f = hart.f.map((_, at) => odd(index * 100 + 50 + at));
    for (const [at, name] of Object.keys(hart.registers).entries()) hart.registers[name] = odd(index * 64 + at);
    Object.assign(hart.registers, { satp: `0x8000000000081${index}`, mstatus: '0xa00002022', stimecmp: '0x7' });
    hart.registers['satp'] = `0x80000000000810${index}0`;
    Object.assign(hart, {
      privilege: [0, 1, 3][index],
      runState: index,
      requests: 7 - index,
      fflags: 9 + index,
      frm: index,
    });
    Object.assign(hart, {
      pendingSoftware: 2,
      pendingClint: 8,
      pmpcfg: hart.pmpcfg.map((_, at) => (at * 8 + index) & 0x9f),
    });
    hart.pmpaddr = hart.pmpaddr.map((_, at) => odd(at + index));
  }
  for (const words of Object.values(state.core.plic)) words.forEach((_, at) => (words[at] = at % 8));
  expect(machineStateSchema.safeParse(state).success).toBe(true);
  const bytes = stateBytes(state, machine.board.ram.bytes);
  const again = reborn(bytes, harts).board.save();
  expect(again.core).toEqual(state.core);
});

test('input that the guest has not read waits for it in the state, and in order', () => {
  const machine = countingMachine();
  machine.terminal.input = 'first';
  const bytes = bytesOf(machine);
  machine.terminal.input = ' second';
  expect(bytesOf(machine)).not.toEqual(bytes);
  const again = reborn(bytesOf(machine));
  expect(machine.terminal.input).toBe('');
  again.terminal.input = ' third';
  expect(Buffer.from(again.board.save().console.input, 'hex').toString()).toBe('first second third');
});

test('what was written to disks is safe before the state is', () => {
  const machine = countingMachine();
  expect(machine.flushes()).toBe(0);
  machine.board.save();
  expect(machine.flushes()).toBe(1);
});

test.each<[string, (state: MachineState) => void, number]>([
  ['memory', (state) => (state.memoryBytes *= 2), 1],
  ['processors', () => undefined, 2],
  ['firmware', (state) => (state.core.sbi = false), 1],
  ['devices', (state) => state.devices.virtio.splice(1, 1), 1],
  ['a device more', (state) => Object.assign(state.devices.virtio.at(-1) as object, { name: 'net' }), 1],
  ['disk', (state) => Object.assign(state.devices.virtio[2]?.device as object, { capacityBytes: 512 }), 1],
  ['queue', (state) => Object.assign(state.devices.virtio[1]?.queues[0] ?? {}, { enabled: true, descriptors: 1 }), 1],
])('a state of another machine is refused: %s', (_, change, harts) => {
  const machine = countingMachine();
  const state = machine.board.save();
  change(state);
  const bytes = stateBytes(state, machine.board.ram.bytes);
  expect(() => reborn(bytes, harts)).toThrow(/its saved state does not fit the machine/);
});

test('a state of before there was a balloon is taken up, without one that the guest knows', () => {
  const machine = countingMachine();
  const state = machine.board.save();
  expect(state.devices.virtio.pop()?.name).toBe('balloon');
  const again = reborn(stateBytes(state, machine.board.ram.bytes), 1);
  expect(again.board.balloon.isDriven).toBe(false);
  expect(again.board.save().devices.virtio.map(({ name }) => name)).toEqual(['console', 'rng', 'disk0', 'balloon']);
});
