import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BoardExit, BoardSpec } from '../board-interface.ts';
import type { CoreExports } from '../core-interface.ts';
import { coreModule } from '../core/testing/core-module.ts';
import { FakePort } from '../devices/testing/fake-port.ts';
import { createBoard } from './board.ts';
import { kernelBytes, sourceOf } from './testing/sources.ts';

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic';
const SLICE = 1_000_000;
const MOST_SLICES = 200;

/** A "kernel": writes U to the serial port and D to SBI's debug console, then asks for power-off. */
const PAYLOAD = [
  0x1000_02b7, // lui  t0, 0x10000
  0x0550_0313, // li   t1, 'U'
  0x0062_8023, // sb   t1, 0(t0)
  0x4442_48b7, // lui  a7, 0x44424
  0x34e8_8893, // addi a7, a7, 0x34e    DBCN
  0x0020_0813, // li   a6, 2            console write byte
  0x0440_0513, // li   a0, 'D'
  0x0000_0073, // ecall
  0x5352_58b7, // lui  a7, 0x53525
  0x3548_8893, // addi a7, a7, 0x354    SRST
  0x0000_0813, // li   a6, 0            system reset
  0x0000_0513, // li   a0, 0            shutdown
  0x0000_0593, // li   a1, 0            no reason
  0x0000_0073, // ecall
  0x0000_006f, // j    .
];
const JUMP_OVER_HEADER = 0x0400_006f;

function payload(): Uint8Array {
  const bytes = kernelBytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(0, JUMP_OVER_HEADER, true);
  PAYLOAD.forEach((instruction, index) => view.setUint32(64 + index * 4, instruction, true));
  return bytes;
}

/** Runs a machine with the real core until it ends by itself. */
function runToEnd(boot: Omit<BoardSpec['boot'], 'commandLine' | 'kernel'>, harts = 1) {
  const terminal = new FakePort();
  const memory = new WebAssembly.Memory({ initial: 1536, maximum: 65_536, shared: true });
  const env = {
    memory,
    abort: () => {
      throw new Error('the core failed an assertion');
    },
  };
  const spec: BoardSpec = {
    harts,
    memoryBytes: 64 * 2 ** 20,
    boot: { ...boot, kernel: sourceOf(payload()), commandLine: '' },
    disks: [],
    console: terminal,
    ports: [],
    random: (into) => into.fill(9),
    wallClockNs: () => 0n,
  };
  const board = createBoard(spec, {
    instantiate: (host) => {
      const imports = { env, host } as unknown as WebAssembly.Imports;
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(coreModule()), imports);
      return { exports: exports as unknown as CoreExports, memory };
    },
    monotonicNs: () => performance.now() * 1e6,
  });
  let exit: BoardExit = { kind: 'running' };
  for (let slice = 0; slice < MOST_SLICES && (exit.kind === 'running' || exit.kind === 'idle'); slice++)
    exit = board.run(SLICE);
  return { exit, output: terminal.output };
}

test('without firmware the kernel starts in S-mode and finds serial port and SBI', () => {
  expect(runToEnd({})).toEqual({ exit: { kind: 'powered-off' }, output: 'UD' });
});

test.skipIf(!existsSync(OPENSBI)).each(['fw_dynamic.bin', 'fw_dynamic.elf', 'fw_jump.bin'])(
  'OpenSBI as %s shows its banner, starts the kernel and powers off',
  (name) => {
    const file = `${OPENSBI}/${name}`;
    for (const harts of [1, 2]) {
      const { exit, output } = runToEnd({ firmware: sourceOf(new Uint8Array(readFileSync(file))) }, harts);
      expect(output).toContain('OpenSBI v');
      expect(output).toMatch(/Platform Name +: innkeeper,virt/);
      expect(output).toMatch(new RegExp(`Platform HART Count +: ${harts.toString()}`));
      expect(output).toMatch(/Domain0 Next Address +: 0x0000000080200000/);
      expect(output).toMatch(/U$/);
      expect(exit).toEqual({ kind: 'powered-off' });
    }
  },
);
